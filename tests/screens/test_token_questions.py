"""The questions before a token is regenerated or revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from person import Person, live_tokens

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, add_months


def test_regenerating_gives_a_new_secret_and_expiration(
    at_token: Person, populated: Platform, token: int, clock: Any
):
    before = populated.tokens.get(token)
    clock.advance(timedelta(days=30))
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    months, overlap = at_token.dialog.fields
    assert (months["label"], months["value"]) == ("Expiration (Months)", "6")
    assert (overlap["label"], overlap["value"]) == (
        "Keep the old secret working for",
        "No overlap",
    )
    at_token.confirms(months="3", overlap="24 hours")
    row = populated.tokens.get(token)
    assert row.hint != before.hint
    assert row.expires_at == add_months(clock(), 3)
    assert row.old_secret is not None
    assert row.old_secret.ends_at == clock() + timedelta(hours=24)
    assert at_token.dialog.nonce == ""
    assert at_token.takes_secrets()["nightly-load"][-4:] == row.hint[-4:]
    assert at_token.row("nightly-load")["hint"] == row.hint


@pytest.mark.parametrize(
    "values",
    [
        {"months": "7"},
        {"months": ""},
        {"months": "six"},
        {"months": "٣"},
        {"months": "6", "overlap": "for ever"},
        {},
    ],
)
def test_a_choice_that_is_not_on_the_list_keeps_the_dialog_open(
    at_token: Person, populated: Platform, token: int, values: dict[str, str]
):
    before = populated.tokens.get(token)
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    at_token.confirms(**values)
    assert populated.tokens.get(token) == before
    assert at_token.dialog.nonce
    assert at_token.dialog.problem
    at_token.confirms(months="6", overlap="No overlap")
    assert populated.tokens.get(token).hint != before.hint


def test_an_expired_token_is_brought_back_by_regenerating_it(
    at_token: Person, populated: Platform, token: int, clock: Any
):
    clock.advance(timedelta(days=365))
    at_token.does(at_token.tokens.grid, "show-ended", shown=True)
    assert at_token.row("nightly-load")["can"] == ["regenerate"]
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    assert [field["name"] for field in at_token.dialog.fields] == ["months"]
    at_token.confirms(months="12")
    assert populated.tokens.get(token).status.is_live


def test_revoking_says_what_stops_and_asks_first(at_token: Person, populated: Platform, token: int):
    at_token.does(at_token.tokens.grid, "revoke-token", id=token)
    dialog = at_token.dialog
    assert (dialog.title, dialog.confirm, dialog.danger) == (
        "Revoke nightly-load",
        "Revoke Token",
        True,
    )
    assert "It was never used." in dialog.lines
    assert dialog.items == ["orders: Read Access"]
    assert populated.tokens.get(token).revoked_at is None
    at_token.confirms()
    assert populated.tokens.get(token).revoked_at is not None
    assert at_token.said == ("status", "“nightly-load” was revoked.")
    assert at_token.tokens.grid.rows == []


def test_dismissing_the_question_leaves_everything_as_it_was(
    at_token: Person, populated: Platform, token: int
):
    at_token.does(at_token.tokens.grid, "revoke-token", id=token)
    nonce = at_token.dialog.nonce
    at_token.does(at_token.dialog, "dismiss", nonce=nonce)
    at_token.does(at_token.dialog, "confirm", values={}, nonce=nonce)
    assert populated.tokens.get(token).revoked_at is None


def test_a_replayed_confirmation_does_nothing(at_token: Person, populated: Platform, token: int):
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    nonce = at_token.dialog.nonce
    values = {"months": "6", "overlap": "No overlap"}
    at_token.does(at_token.dialog, "confirm", values=values, nonce=nonce)
    after_first = populated.tokens.get(token)
    for _ in range(3):
        at_token.does(at_token.dialog, "confirm", values=values, nonce=nonce)
    assert populated.tokens.get(token) == after_first


def test_a_confirmation_of_one_question_does_not_answer_the_next(
    at_token: Person, populated: Platform, token: int
):
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    nonce = at_token.dialog.nonce
    at_token.does(at_token.tokens.grid, "revoke-all")
    at_token.does(at_token.dialog, "confirm", values={}, nonce=nonce)
    assert populated.tokens.get(token).revoked_at is None


def test_regenerating_what_somebody_else_regenerated_first_is_refused(
    at_token: Person, populated: Platform, token: int
):
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    populated.tokens.regenerate(token)
    theirs = populated.tokens.get(token)
    at_token.confirms(months="6", overlap="No overlap")
    assert populated.tokens.get(token) == theirs
    assert at_token.said[0] == "alert"
    assert at_token.dialog.nonce == ""
    assert at_token.row("nightly-load")["hint"] == theirs.hint


def test_revoke_all_says_how_many_and_revokes_them(at_token: Person, populated: Platform):
    for number in range(12):
        populated.tokens.add("jdoe", f"token {number:02}", {"orders": Access.READ})
    kept = populated.tokens.add("asmith", "not jdoe's", {"orders": Access.READ}).token
    at_token.does(at_token.tokens.grid, "revoke-all")
    assert "13 live tokens of jdoe" in at_token.dialog.lines[0]
    assert len(at_token.dialog.items) == 11
    assert at_token.dialog.items[-1] == "and 3 more"
    at_token.confirms()
    assert live_tokens(populated) == {}
    assert at_token.said == ("status", "13 tokens were revoked.")
    assert populated.tokens.get(kept.id).revoked_at is None


def test_there_is_nothing_to_ask_when_there_is_nothing_to_revoke(at_tokens: Person):
    at_tokens.does(at_tokens.tokens.grid, "revoke-all")
    assert at_tokens.dialog.nonce == ""
    assert at_tokens.said == ("status", "jdoe has no live tokens.")
