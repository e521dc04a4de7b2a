"""Find a user: only one who was found, and can be chosen, is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.user_finder import ChooseUser, FindUsers, UserFinder


@pytest.fixture
def finder() -> UserFinder:
    found = [
        {"key": "jdoe", "name": "Jane Doe", "note": ""},
        {"key": "asmith", "name": "Alan Smith", "note": "is a member"},
    ]
    return UserFinder(found=found, asked="a")


@pytest.fixture
def heard(finder: UserFinder) -> list[Any]:
    heard: list[Any] = []
    finder.listen(heard.append)
    return heard


def test_what_is_typed_is_heard_of(finder: UserFinder, heard: list[Any], wire: Wire):
    wire.send(finder, "find-users", text="ja")
    assert heard == [FindUsers("ja")]


def test_one_who_was_found_is_chosen(finder: UserFinder, heard: list[Any], wire: Wire):
    wire.send(finder, "choose-user", key="jdoe")
    assert heard == [ChooseUser("jdoe")]


def test_one_who_was_not_found_or_has_a_note_is_not(
    finder: UserFinder, heard: list[Any], wire: Wire
):
    for key in ("asmith", "admin", "", "JDOE"):
        wire.send(finder, "choose-user", key=key)
    assert heard == []
