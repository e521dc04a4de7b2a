"""What happened to a token, found in the audit trail: also what happened to several at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tokenwidgets.frames import events as events_frame
from tokenwidgets.platform import Platform
from tokenwidgets.tokens import TokenChange, TokenFilter, trail
from tokenwidgets.vocabulary import Access, Control

# Where nobody moves the clock, it stands still: then every event has the same instant.


@pytest.fixture
def ids(populated: Platform) -> dict[str, int]:
    """The tokens "first", "second" and "third" of jdoe, and "other" of asmith."""
    owners = {"first": "jdoe", "second": "jdoe", "third": "jdoe", "other": "asmith"}
    return {
        name: populated.tokens.add(owner, name, {"orders": Access.READ}).token.id
        for name, owner in owners.items()
    }


def actions(platform: Platform, **filters: object) -> list[str]:
    page = platform.history.page(**filters)
    assert platform.history.count(**filters) == page.total == len(page.rows)
    return [event.action for event in page.rows]


def test_who_revoked_a_token_with_others_is_found_by_the_token_and_by_its_name(
    populated: Platform, clock: Any
):
    ways: dict[str, Callable[[list[int]], object]] = {
        "all": lambda _: populated.tokens.revoke_all("jdoe"),
        "selected": populated.inventory.revoke_selected,
        "matching": lambda _: populated.inventory.revoke_matching(TokenFilter(), count=2),
        "planned": lambda ids: populated.many_tokens.apply(
            [TokenChange(each, revoke=True) for each in ids]
        ),
    }
    for way, revoke in ways.items():
        names = [f"{way} {number}" for number in "12"]
        ids = [populated.tokens.add("jdoe", name, Access.READ).token.id for name in names]
        revoke(ids)
        action = "revoke all tokens" if way == "all" else "revoke tokens"
        for token_id, name in zip(ids, names, strict=True):
            assert actions(populated, token_id=token_id) == [action, "add token"]
            assert actions(populated, search=name.upper()) == [action, "add token"]
            assert actions(populated, search=name, user_id="asmith") == []
        clock.advance(timedelta(seconds=1))
    frame = events_frame(populated, token_id=ids[0])
    assert list(frame["action"]) == ["add token", "revoke tokens"]


def test_two_revocations_of_one_owner_at_one_instant_are_told_apart(
    populated: Platform, ids: dict[str, int]
):
    extra = populated.tokens.add("jdoe", "fourth", Access.READ).token.id
    populated.inventory.revoke_selected([ids["first"], ids["second"]], why="lost")
    populated.inventory.revoke_selected([ids["third"], extra], why="left")
    for name, why in (("first", "lost"), ("third", "left")):
        newest = populated.history.page(token_id=ids[name], action="revoke tokens")
        assert [event.detail["why"] for event in newest.rows] == [why]


def test_other_changes_of_many_tokens_are_found_by_each_of_them(
    populated: Platform, ids: dict[str, int]
):
    populated.many_tokens.apply(
        [TokenChange(ids["first"], {"orders": Access.FULL}), TokenChange(ids["second"], months=12)]
    )
    for name in ("first", "second"):
        assert actions(populated, token_id=ids[name]) == ["edit token", "add token"]
        assert actions(populated, search=name) == ["edit token", "add token"]


def test_a_limited_auditor_finds_what_happened_to_the_tokens_of_their_users_alone(
    populated: Platform, platform_of: Callable[[str], Platform], ids: dict[str, int]
):
    fourth = populated.tokens.add("asmith", "fourth", Access.READ).token.id
    populated.inventory.revoke_matching(TokenFilter(), count=5)
    populated.users.add("auditor", "Aude Auditor")
    populated.groups.add("Auditors", controls=[Control.AUDIT_LOG], departments=["Finance"])
    populated.memberships.set("auditor", "Auditors", True)
    auditor = platform_of("auditor")
    assert actions(auditor, search="second") == ["revoke tokens", "add token"]
    assert actions(auditor, search="fourth") == actions(auditor, token_id=fourth) == []


def test_a_name_that_very_many_tokens_have_finds_what_names_it_alone(
    populated: Platform, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    populated.tokens.revoke_all("jdoe")
    monkeypatch.setattr(trail, "MOST_NAMED", 1)
    assert actions(populated, search="first") == ["revoke all tokens", "add token"]
    assert actions(populated, search="ir") == ["add token", "add token"]
    populated.tokens.revoke(populated.tokens.add("jdoe", "first again", Access.READ).token.id)
    assert "revoke all tokens" not in actions(populated, search="first")
