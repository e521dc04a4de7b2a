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


def test_the_same_text_is_answered_each_time_with_its_number(finder: UserFinder, wire: Wire):
    finder.listen(lambda message: finder.set_trait("asked", message.text))
    for turn in (1, 2):
        wire.send(finder, "find-users", text="ja", turn=turn)
        assert wire.last_update(finder)["answered"] == turn
        assert wire.last_update(finder)["asked"] == "ja"


def test_what_could_not_be_looked_for_is_not_answered_by_what_was_found_before(
    finder: UserFinder, wire: Wire
):
    wire.send(finder, "find-users", text="a", turn=1)
    assert (finder.found, finder.asked) == ([], "")


def test_whoever_was_found_is_forgotten_with_the_text(
    finder: UserFinder, heard: list[Any], wire: Wire
):
    finder.forget()
    wire.send(finder, "choose-user", key="jdoe")
    assert heard == []
    assert (finder.asked, finder.serial) == ("", 1)
