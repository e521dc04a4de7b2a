"""A file from the browser: one, of a limited size, with its bytes as they are."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.file_picker import MOST_BYTES, FilePicker

PICKED = {"type": "pick-file", "name": "api.json"}


@pytest.fixture
def picker() -> FilePicker:
    return FilePicker()


@pytest.fixture
def heard(picker: FilePicker) -> list[Any]:
    heard: list[Any] = []
    picker.listen(lambda message: heard.append((message.name, picker.content)))
    return heard


def test_a_file_arrives_as_its_bytes(picker: FilePicker, heard: list[Any], wire: Wire):
    wire.send_file(picker, PICKED, b"\x00\xff{}")
    assert heard == [("api.json", b"\x00\xff{}")]


def test_a_file_of_the_largest_size_is_taken_and_one_more_byte_is_not(
    picker: FilePicker, heard: list[Any], wire: Wire
):
    wire.send_file(picker, PICKED, bytes(MOST_BYTES))
    assert len(heard) == 1
    wire.send_file(picker, PICKED, bytes(MOST_BYTES + 1))
    assert len(heard) == 1
    assert picker.problem == "api.json is larger than 2 MB."
    wire.send_file(picker, PICKED, b"{}")
    assert picker.problem == ""


def test_without_a_file_or_with_several_there_is_nothing_to_hear_of(
    picker: FilePicker, heard: list[Any], wire: Wire
):
    wire.send(picker, "pick-file", name="api.json")
    wire.send_file(picker, PICKED, b"one", b"two")
    wire.send_file(picker, {"type": "pick-file", "name": "x" * 1001}, b"{}")
    assert heard == []
    assert picker.dropped == 3


def test_the_file_is_in_no_state(picker: FilePicker, wire: Wire):
    wire.send_file(picker, PICKED, b"only for Python")
    assert "only for Python" not in wire.states()
    assert "content" not in picker.keys
