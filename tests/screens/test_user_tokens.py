"""The tokens of several users changed at once, from the list of users."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from person import Person, live_tokens

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control


@pytest.fixture
def tokens(populated: Platform) -> dict[str, int]:
    """The ids of three tokens: "a" and "b" of jdoe, "c" of asmith."""
    add = populated.tokens.add
    made = [
        add("jdoe", "a", {"orders": Access.FULL}, months=3),
        add("jdoe", "b", {"billing": Access.READ}, months=12),
        add("asmith", "c", {"reports": Access.READ}, months=3),
    ]
    return {new.token.name: new.token.id for new in made}


def ticks(person: Person, *users: str) -> None:
    person.does(person.picker, "select", keys=list(users))


def asks(person: Person, action: str, *users: str) -> None:
    ticks(person, *users)
    person.does(person.picker, "act", name=action)


def test_one_access_is_set_for_all_tokens_after_it_was_looked_at(
    admin: Person, tokens: dict[str, int], populated: Platform
):
    asks(admin, "access", "jdoe", "asmith")
    assert admin.dialog.title == "Set the access of 3 tokens of 2 users"
    admin.confirms(api="billing", access="Full Access")
    assert admin.dialog.title == "Change 3 tokens of 2 users?"
    assert admin.dialog.items == [
        "c of asmith: access to billing: No Access → Full Access",
        "a of jdoe: access to billing: No Access → Full Access",
        "b of jdoe: access to billing: Read Access → Full Access",
    ]
    assert live_tokens(populated)["a"].grants == {"orders": Access.FULL}, "not applied yet"
    admin.confirms(why="A project.")
    assert live_tokens(populated)["a"].grants == {"orders": Access.FULL, "billing": Access.FULL}
    assert live_tokens(populated, "asmith")["c"].grants["billing"] is Access.FULL
    assert admin.said == ("status", "3 tokens were changed.")
    assert admin.dialog.nonce == ""


def test_all_apis_get_what_each_offers(admin: Person, tokens: dict[str, int], populated: Platform):
    asks(admin, "access", "asmith")
    admin.confirms(api="*", access="Full Access")
    admin.confirms(why="")
    assert live_tokens(populated, "asmith")["c"].grants == {
        "orders": Access.FULL,
        "billing": Access.FULL,
        "reports": Access.READ,
    }


def test_a_token_that_would_open_nothing_is_told_and_nothing_is_changed(
    admin: Person, tokens: dict[str, int], populated: Platform
):
    asks(admin, "access", "jdoe")
    admin.confirms(api="orders", access="No Access")
    assert "a of jdoe would open no API any more" in admin.dialog.problem
    assert live_tokens(populated)["a"].grants == {"orders": Access.FULL}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"api": "orders"},
        {"api": "nothing", "access": "Read Access"},
        {"api": "orders", "access": "admin"},
        {"api": "", "access": "Read Access"},
    ],
    ids=str,
)
def test_what_is_none_of_the_choices_is_refused(
    values: dict[str, str], admin: Person, tokens: dict[str, int], populated: Platform
):
    before = live_tokens(populated)
    asks(admin, "access", "jdoe")
    admin.confirms(**values)
    assert "choose one of the list" in admin.dialog.problem
    assert live_tokens(populated) == before


def test_extending_never_shortens(
    admin: Person, tokens: dict[str, int], populated: Platform, clock: Any
):
    clock.advance(timedelta(days=10))
    before = live_tokens(populated)
    asks(admin, "extend", "jdoe", "asmith")
    admin.confirms(months="6")
    assert len(admin.dialog.items) == 2
    admin.confirms(why="")
    after = live_tokens(populated)
    assert after["a"].expires_at > before["a"].expires_at
    assert after["b"] == before["b"]
    assert live_tokens(populated, "asmith")["c"].months == 6
    asks(admin, "extend", "jdoe", "asmith")
    admin.confirms(months="3")
    assert "nothing to change" in admin.said[1]
    assert live_tokens(populated) == after


@pytest.mark.parametrize("months", ["", "7", "six", "-6", "6.0", "١٢"])
def test_other_months_are_refused(
    months: str, admin: Person, tokens: dict[str, int], populated: Platform
):
    before = live_tokens(populated)
    asks(admin, "extend", "jdoe")
    admin.confirms(months=months)
    assert "choose one of the list" in admin.dialog.problem
    assert live_tokens(populated) == before


def test_tokens_are_revoked_when_their_number_is_typed(
    admin: Person, tokens: dict[str, int], populated: Platform
):
    asks(admin, "revoke", "jdoe", "asmith")
    assert admin.dialog.title == "Revoke 3 tokens of 2 users?"
    for wrong in ("", "2", "three"):
        admin.confirms(count=wrong, why="")
        assert admin.dialog.problem == "Number of tokens: type 3 to confirm."
    assert len(live_tokens(populated)) == 2
    admin.confirms(count="3", why="They left.")
    assert live_tokens(populated) == {}
    assert live_tokens(populated, "asmith") == {}
    assert {row["tokens"] for row in admin.picker.rows} == {0}


def test_a_token_that_changed_since_it_was_looked_at_is_not_overwritten(
    admin: Person, tokens: dict[str, int], populated: Platform
):
    asks(admin, "access", "jdoe")
    admin.confirms(api="reports", access="Read Access")
    populated.tokens.edit(tokens["b"], name="renamed")
    admin.confirms(why="")
    assert admin.said[0] == "alert"
    assert "Somebody else changed" in admin.said[1]
    assert all("reports" not in token.grants for token in live_tokens(populated).values())


def test_users_without_live_tokens_have_nothing_to_change(admin: Person):
    asks(admin, "access", "jdoe", "asmith")
    assert admin.said == ("status", "2 users have no live tokens.")
    assert admin.dialog.nonce == ""


def test_users_who_are_not_on_show_cannot_be_ticked(
    admin: Person, tokens: dict[str, int], populated: Platform
):
    admin.does(admin.picker, "search", text="jdoe")
    asks(admin, "revoke", "asmith")
    assert admin.dialog.nonce == ""
    assert len(live_tokens(populated, "asmith")) == 1


def test_an_action_that_there_is_not_does_nothing(
    admin: Person, tokens: dict[str, int], populated: Platform
):
    for action in ("", "delete", "Revoke tokens", "__init__"):
        asks(admin, action, "jdoe")
        assert admin.dialog.nonce == ""
    assert len(live_tokens(populated)) == 2


def test_without_the_control_for_tokens_there_is_nothing_to_tick(
    with_controls: Any, tokens: dict[str, int], populated: Platform
):
    helper = with_controls(Control.APPLICATION_USERS)
    assert not helper.picker.selectable
    assert helper.picker.actions == []
    asks(helper, "revoke", "jdoe")
    assert helper.said[0] == "alert"
    assert len(live_tokens(populated)) == 2
