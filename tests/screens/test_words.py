"""The words that the screens share."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from tokenwidgets.history import EventRow
from tokenwidgets.language import speak
from tokenwidgets.paging import Page
from tokenwidgets.screens.words import event_row, events_in_all, tokens_in_all, users_in_all


def test_a_count_says_when_there_are_more_that_nobody_counted():
    assert users_in_all(Page((), 1)) == "1 user"
    assert users_in_all(Page((), 10_000)) == "10,000 users"
    assert users_in_all(Page((), 10_000, more=True)) == "10,000+ users"
    assert tokens_in_all(Page((), 10_000, more=True)) == "10,000+ tokens"
    assert events_in_all(Page((), 1)) == "1 event"


@given(name=st.text())
@example(name="2026-13-45T00:00:00")
@example(name="2026-01-01T00:00:00whenever")
def test_an_event_is_told_whatever_somebody_is_called(name: str):
    detail = {"name": ["before", name]}
    at = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    event = EventRow(1, at, "admin", "edit user", "done", "jdoe", None, "jdoe", detail)
    assert event_row(event)["details"] == f"name: before → {name or 'nothing'}"


def test_what_people_typed_is_told_as_they_typed_it_in_every_language():
    at = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    typed = {"name": ["General", "March"], "access": {"None": ["No Access", "Read Access"]}}
    event = EventRow(1, at, "admin", "edit token", "done", "jdoe", 1, "token", typed)
    speak("de")
    try:
        told = event_row(event, about="jdoe")["details"]
    finally:
        speak("en")
    assert told == "Name: General → March; None: Kein Zugriff → Lesezugriff"
