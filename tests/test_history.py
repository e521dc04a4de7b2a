"""Reading the audit trail: filters, pages, one user's activity."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tokenwidgets.errors import InvalidValue, UnknownUser
from tokenwidgets.vocabulary import Access


@pytest.fixture
def story(populated, clock):
    """Some changes, a minute apart, on the populated platform; and the token that they are of."""
    clock.advance(timedelta(hours=1))
    token = populated.tokens.add("jdoe", "nightly_load", {"orders": Access.READ}).token
    clock.advance(timedelta(minutes=1))
    populated.tokens.edit(token.id, name="weekly_load")
    clock.advance(timedelta(minutes=1))
    populated.tokens.revoke(token.id)
    clock.advance(timedelta(minutes=1))
    populated.tokens.add("asmith", "100%", {"orders": Access.READ})
    return token


def found(platform, **filters):
    return [(event.action, event.subject) for event in platform.history.page(**filters).rows]


def test_the_newest_is_first(platform, story):
    assert found(platform, rows=4) == [
        ("add token", "100%"),
        ("revoke token", "weekly_load"),
        ("edit token", "weekly_load"),
        ("add token", "nightly_load"),
    ]


def test_an_event_says_who_did_what_to_what_and_when(platform, story, clock):
    event = platform.history.page(action="edit token").rows[0]
    assert (event.actor, event.outcome, event.user_id, event.token_id) == (
        "admin",
        "done",
        "jdoe",
        story.id,
    )
    assert event.at == clock.now - timedelta(minutes=2)
    assert event.detail == {"name": ["nightly_load", "weekly_load"]}


@pytest.mark.parametrize(
    ("filters", "actions"),
    [
        ({"action": "revoke token"}, ["revoke token"]),
        ({"user_id": "asmith"}, ["add token", "add user"]),
        ({"subject": "weekly_load"}, ["revoke token", "edit token"]),
        ({"user_id": "jdoe", "action": "add user"}, ["add user"]),
        ({"outcome": "denied"}, []),
        ({"actor": "jdoe"}, []),
        ({"actor": "admin", "user_id": "asmith"}, ["add token", "add user"]),
        ({"search": "WEEKLY"}, ["revoke token", "edit token"]),
        ({"search": "%"}, ["add token"]),
        ({"search": "_load"}, ["revoke token", "edit token", "add token"]),
        ({"search": "smith"}, ["add token", "add user"]),
        ({"search": "'; DROP TABLE users"}, []),
    ],
)
def test_only_what_matches_is_found(platform, story, filters, actions):
    assert [action for action, _ in found(platform, **filters)] == actions
    assert platform.history.page(**filters).total == len(actions)


def test_a_tokens_own_events_are_found(platform, story):
    assert [action for action, _ in found(platform, token_id=story.id)] == [
        "revoke token",
        "edit token",
        "add token",
    ]


def test_since_is_included_and_until_is_not(platform, story, clock):
    last, before = clock.now, clock.now - timedelta(minutes=1)
    assert found(platform, since=last) == [("add token", "100%")]
    assert found(platform, since=before, until=last) == [("revoke token", "weekly_load")]


@pytest.mark.parametrize("instant", [datetime(2026, 1, 31), "2026-01-31", 5])
def test_an_instant_without_a_zone_is_refused(platform, instant):
    for name in ("since", "until"):
        with pytest.raises(InvalidValue, match="time zone"):
            platform.history.page(**{name: instant})


def test_a_users_activity_is_what_was_done_to_the_user_and_their_tokens(platform, story):
    activity = platform.history.of_user("jdoe")
    assert [event.action for event in activity.rows] == [
        "revoke token",
        "edit token",
        "add token",
        "add user",
    ]
    assert activity.total == 4
    with pytest.raises(UnknownUser):
        platform.history.of_user("nobody")


def test_all_pages_together_are_all_events(platform, story):
    whole = platform.history.page(rows=1000)
    page, seen = platform.history.page(rows=2), []
    while True:
        seen += page.rows
        if page.next is None:
            break
        page = platform.history.page(rows=2, cursor=page.next)
    assert tuple(seen) == whole.rows and len(seen) == whole.total
