"""The calendar of expirations, as another program reads it."""

from __future__ import annotations

from datetime import timedelta

import icalendar

import tokenwidgets
from tokenwidgets.expiry import calendar
from tokenwidgets.vocabulary import Access


def events(platform):
    read = icalendar.Calendar.from_ical(calendar(tokenwidgets.inventory(platform)))
    assert read["version"] == "2.0"
    return {str(event["summary"]): event for event in read.walk("VEVENT")}


def test_each_live_token_has_an_event_at_its_expiration(populated, clock):
    token = populated.tokens.add("jdoe", "nightly", {"orders": Access.READ}, months=3).token
    gone = populated.tokens.add("jdoe", "gone", {"orders": Access.READ}).token
    populated.tokens.revoke(gone.id)
    ((summary, event),) = events(populated).items()
    assert summary == "Token nightly of jdoe expires"
    assert event["dtstart"].dt == token.expires_at
    assert "jdoe@example.org" in event["description"]
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-7)


def test_a_token_keeps_its_event_when_its_expiration_moves(populated, clock):
    token = populated.tokens.add("jdoe", "nightly", {"orders": Access.READ}, months=3).token
    (before,) = events(populated).values()
    populated.tokens.edit(token.id, months=12)
    (after,) = events(populated).values()
    assert before["uid"] == after["uid"]
    assert before["dtstart"].dt < after["dtstart"].dt


def test_a_name_cannot_add_to_the_calendar(populated):
    name = "x;END:VEVENT,\\nBEGIN:VEVENT"
    populated.tokens.add("jdoe", name, {"orders": Access.READ})
    assert list(events(populated)) == [f"Token {name} of jdoe expires"]


def test_without_tokens_the_calendar_is_empty(populated):
    assert events(populated) == {}
