"""Many tokens changed at once: what a preview says is what is done, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tokenwidgets import errors
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import TokenChange, TokenDifference, TokenFilter
from tokenwidgets.tokens import many as many_module
from tokenwidgets.vocabulary import Access, Control, TokenStatus


@pytest.fixture
def ids(populated: Platform) -> dict[str, int]:
    """Three live tokens by name: "a" and "b" of jdoe, "c" of asmith."""
    add = populated.tokens.add
    made = [
        add("jdoe", "a", {"orders": Access.READ}),
        add("jdoe", "b", {"orders": Access.FULL, "billing": Access.READ}, months=3),
        add("asmith", "c", {"reports": Access.READ}),
    ]
    return {new.token.name: new.token.id for new in made}


def grants(platform: Platform, token_id: int) -> dict[str, Access]:
    return platform.tokens.get(token_id).grants


def test_access_is_changed_for_the_named_apis_alone(populated: Platform, ids: dict[str, int]):
    changes = [
        TokenChange(ids["a"], {"billing": Access.FULL}),
        TokenChange(ids["b"], {"orders": Access.NONE, "reports": Access.READ}),
    ]
    done = populated.many_tokens.apply(changes)
    assert grants(populated, ids["a"]) == {"orders": Access.READ, "billing": Access.FULL}
    assert grants(populated, ids["b"]) == {"billing": Access.READ, "reports": Access.READ}
    assert done == (
        TokenDifference(ids["a"], "jdoe", "a", "access to billing", "No Access", "Full Access"),
        TokenDifference(ids["b"], "jdoe", "b", "access to orders", "Full Access", "No Access"),
        TokenDifference(ids["b"], "jdoe", "b", "access to reports", "No Access", "Read Access"),
    )


def test_expirations_are_counted_from_now(
    populated: Platform, ids: dict[str, int], clock: Callable
):
    clock.advance(timedelta(days=31))
    done = populated.many_tokens.apply([TokenChange(ids["b"], months=12)])
    assert [(each.what, each.before, each.after) for each in done] == [
        ("expires", "2026-04-30T12:00:00+00:00", "2027-03-03T12:00:00+00:00")
    ]
    assert populated.tokens.get(ids["b"]).months == 12


def test_tokens_of_several_owners_are_revoked(populated: Platform, ids: dict[str, int]):
    done = populated.many_tokens.apply(
        [TokenChange(ids["a"], revoke=True), TokenChange(ids["c"], revoke=True)], why="Over."
    )
    assert [(each.token, each.what, each.before, each.after) for each in done] == [
        ("a", "status", "active", "revoked"),
        ("c", "status", "active", "revoked"),
    ]
    assert populated.tokens.get(ids["a"]).status is TokenStatus.REVOKED
    assert populated.tokens.get(ids["b"]).status is TokenStatus.ACTIVE
    events = populated.history.page(action="revoke tokens").rows
    assert {(event.user_id, event.detail["why"]) for event in events} == {
        ("jdoe", "Over."),
        ("asmith", "Over."),
    }


def test_each_edited_token_has_an_event_as_an_edit_by_hand_leaves(
    populated: Platform, ids: dict[str, int]
):
    changes = [TokenChange(ids["a"], {"billing": Access.READ}), TokenChange(ids["c"], months=12)]
    populated.many_tokens.apply(changes, why="New contract.")
    by_token = {event.token_id: event for event in populated.history.page(action="edit token").rows}
    assert set(by_token) == {ids["a"], ids["c"]}
    assert by_token[ids["a"]].detail == {
        "access": {"billing": ["No Access", "Read Access"]},
        "why": "New contract.",
    }
    assert by_token[ids["c"]].user_id == "asmith"


def test_a_preview_says_what_apply_does_and_does_nothing(
    populated: Platform, ids: dict[str, int], clock: Callable
):
    changes = [
        TokenChange(ids["a"], {"billing": Access.READ}, months=12),
        TokenChange(ids["c"], revoke=True),
    ]
    before = [populated.tokens.get(each) for each in ids.values()]
    events = populated.history.page().total
    previewed = populated.many_tokens.preview(changes)
    assert [populated.tokens.get(each) for each in ids.values()] == before
    assert populated.history.page().total == events
    assert populated.many_tokens.apply(changes) == previewed


def test_what_is_so_already_changes_nothing_and_leaves_no_event(
    populated: Platform, ids: dict[str, int]
):
    events = populated.history.page().total
    version = populated.tokens.get(ids["a"]).version
    assert populated.many_tokens.apply([TokenChange(ids["a"], {"orders": Access.READ})]) == ()
    assert populated.many_tokens.apply([]) == ()
    assert populated.tokens.get(ids["a"]).version == version
    assert populated.history.page().total == events


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (TokenChange(0, months=6), errors.UnknownToken, "no token"),
        (TokenChange(10**6, months=6), errors.UnknownToken, "no token"),
        (TokenChange(3, months=7), errors.InvalidValue, "3, 6, 12"),
        (TokenChange(3, months=True), errors.InvalidValue, "3, 6, 12"),
        (TokenChange(3, {"nothing": Access.READ}), errors.UnknownAPI, "nothing"),
        (TokenChange(3, {"reports": Access.FULL}), errors.InvalidValue, "no Full Access"),
        (TokenChange(3, {"reports": Access.NONE}), errors.InvalidValue, "open no API any more"),
        (TokenChange(3, {"orders": 2}), errors.InvalidValue, "must be Access"),
        (TokenChange(3, {"orders": Access.READ}, revoke=True), errors.InvalidValue, "not both"),
        (TokenChange(3, months=6, version=99), errors.StaleVersion, "Somebody else"),
    ],
    ids=str,
)
def test_one_that_cannot_be_done_leaves_all_as_they_were(
    wrong: TokenChange,
    error: type[Exception],
    words: str,
    populated: Platform,
    ids: dict[str, int],
):
    assert ids["c"] == 3
    good = TokenChange(ids["a"], {"billing": Access.FULL}, months=12)
    before = [populated.tokens.get(each) for each in ids.values()]
    events = populated.history.page().total
    for call in (populated.many_tokens.apply, populated.many_tokens.preview):
        with pytest.raises(error, match=words):
            call([good, wrong])
    assert [populated.tokens.get(each) for each in ids.values()] == before
    assert populated.history.page().total == events


def test_a_token_that_ended_is_not_edited_and_revoked_again_without_harm(
    populated: Platform, ids: dict[str, int]
):
    populated.tokens.revoke(ids["a"])
    with pytest.raises(errors.TokenEnded, match="a of jdoe is revoked"):
        populated.many_tokens.apply([TokenChange(ids["a"], months=6)])
    assert populated.many_tokens.apply([TokenChange(ids["a"], revoke=True)]) == ()


def test_two_changes_of_one_token_are_refused(populated: Platform, ids: dict[str, int]):
    twice = [TokenChange(ids["a"], months=6), TokenChange(ids["a"], months=12)]
    with pytest.raises(errors.InvalidValue, match="several about one token"):
        populated.many_tokens.apply(twice)


def test_more_than_can_be_changed_at_once_are_refused(
    populated: Platform, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(many_module, "MOST_CHANGES", 2)
    with pytest.raises(errors.InvalidValue, match="at most 2"):
        populated.many_tokens.apply([TokenChange(each, months=6) for each in ids.values()])
    with pytest.raises(errors.InvalidValue, match="at most 2"):
        populated.many_tokens.live_of(["jdoe", "asmith"])


def test_a_limited_administrator_changes_the_tokens_of_their_users_alone(
    populated: Platform, platform_of: Callable[[str], Platform], ids: dict[str, int]
):
    controls = [Control.APPLICATION_USERS, Control.API_TOKENS]
    populated.groups.add("Desk", controls=controls, departments=["Finance"])
    populated.users.add("clerk", "Cleo Clerk")
    populated.memberships.set("clerk", "Desk", True)
    clerk = platform_of("clerk")
    assert {row.name for row in clerk.many_tokens.live_of(["jdoe", "asmith", "nobody"])} == {
        "a",
        "b",
    }
    assert set(clerk.many_tokens.versions([ids["a"]])) == {ids["a"]}
    with pytest.raises(errors.UnknownToken):
        clerk.many_tokens.versions([ids["c"]])
    with pytest.raises(errors.UnknownToken):
        clerk.many_tokens.apply([TokenChange(ids["a"], months=12), TokenChange(ids["c"], months=3)])
    assert populated.tokens.get(ids["a"]).months == 6
    clerk.many_tokens.apply([TokenChange(ids["a"], months=12)])
    assert populated.tokens.get(ids["a"]).months == 12


def test_live_tokens_of_users_are_listed_without_those_that_ended(
    populated: Platform, ids: dict[str, int]
):
    populated.tokens.revoke(ids["a"])
    rows = populated.many_tokens.live_of(["asmith", "jdoe"])
    assert [(row.owner, row.name) for row in rows] == [("asmith", "c"), ("jdoe", "b")]


def test_a_grant_to_an_api_that_is_not_active_stays(populated: Platform, ids: dict[str, int]):
    populated.apis.edit("orders", is_active=False)
    populated.many_tokens.apply([TokenChange(ids["b"], {"billing": Access.FULL})])
    assert grants(populated, ids["b"]) == {"orders": Access.FULL, "billing": Access.FULL}
    with pytest.raises(errors.UnknownAPI):
        populated.many_tokens.apply([TokenChange(ids["b"], {"orders": Access.READ})])


def test_owners_are_looked_for_however_many_are_named(populated: Platform, ids: dict[str, int]):
    # More than a statement of PostgreSQL takes as parameters.
    others = [f"nobody{number}" for number in range(70_000)]
    rows = populated.many_tokens.live_of(["jdoe", *others])
    assert {row.id for row in rows} == {ids["a"], ids["b"]}
    with pytest.raises(errors.UnknownUser, match="nobody0"):
        populated.inventory.count(TokenFilter(owner=["jdoe", *others]))
