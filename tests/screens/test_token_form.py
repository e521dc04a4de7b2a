"""The form in which a token is added or edited."""

from __future__ import annotations

from typing import Any

import pytest
from person import Person, live_tokens
from wire import Wire

from tokenwidgets.platform import Platform
from tokenwidgets.secret import digest, is_well_formed
from tokenwidgets.vocabulary import Access, add_months


def test_the_form_begins_with_six_months_and_no_access(at_tokens: Person, clock: Any):
    at_tokens.does(at_tokens.tokens.grid, "add-token")
    form = at_tokens.tokens.form.form
    assert at_tokens.shown == [at_tokens.strip, form]
    assert (form.adding, form.token_name, form.expiration, form.grants) == (True, "", "6", {})
    assert [choice["value"] for choice in form.expirations] == ["3", "6", "12"]
    assert {api["name"]: api["levels"] for api in form.apis} == {
        "orders": ["No Access", "Read Access", "Full Access"],
        "billing": ["No Access", "Read Access", "Full Access"],
        "reports": ["No Access", "Read Access"],
    }


def test_however_many_apis_there_are_the_form_is_one_message(
    at_tokens: Person, populated: Platform, wire: Wire
):
    for number in range(50):
        populated.apis.add(f"more-{number}")
    wire.sent.clear()
    at_tokens.does(at_tokens.tokens.grid, "add-token")
    form = at_tokens.tokens.form.form
    (message,) = [each for each in wire.sent if each.comm_id == form.model_id]
    assert len(message.data["state"]["apis"]) == 53
    # The others show that something is done, put the form into its place, and end it.
    assert len(wire.sent) == 4


def test_saving_adds_the_token_and_shows_its_secret_once(
    at_tokens: Person, populated: Platform, clock: Any, wire: Wire
):
    at_tokens.adds("etl", orders="Full Access", billing="Read Access")
    token = live_tokens(populated)["etl"]
    assert token.grants == {"orders": Access.FULL, "billing": Access.READ}
    assert token.expires_at == add_months(clock(), 6)
    assert at_tokens.said == ("status", "“etl” was added.")
    assert at_tokens.shown == [at_tokens.strip, at_tokens.tokens.grid]
    assert at_tokens.row("etl")["hint"] == token.hint
    secrets = at_tokens.takes_secrets()
    assert list(secrets) == ["etl"]
    assert is_well_formed(secrets["etl"])
    assert secrets["etl"][-4:] == token.hint[-4:]


def test_the_same_save_again_adds_nothing(at_tokens: Person, populated: Platform):
    at_tokens.does(at_tokens.tokens.grid, "add-token")
    nonce = at_tokens.tokens.form.form.form
    for _ in range(3):
        at_tokens.saves("etl", nonce=nonce, orders="Read Access")
    assert list(live_tokens(populated)) == ["etl"]
    assert at_tokens.said == ("status", "“etl” was added.")


def test_a_form_that_was_left_for_another_user_s_tokens_cannot_be_saved(
    at_tokens: Person, populated: Platform
):
    at_tokens.does(at_tokens.tokens.grid, "add-token")
    late = at_tokens.tokens.form.form.form
    at_tokens.does(at_tokens.strip, "close")
    at_tokens.opens("asmith", "API Tokens")
    at_tokens.saves("etl", nonce=late, orders="Read Access")
    assert live_tokens(populated) == {}
    assert at_tokens.shown == [at_tokens.strip, at_tokens.tokens.grid]


def test_a_form_that_was_cancelled_cannot_be_saved(at_tokens: Person, populated: Platform):
    form = at_tokens.tokens.form.form
    at_tokens.does(at_tokens.tokens.grid, "add-token")
    nonce = form.form
    at_tokens.does(form, "cancel-form", form=nonce)
    assert at_tokens.shown == [at_tokens.strip, at_tokens.tokens.grid]
    for stale in (nonce, form.form, ""):
        at_tokens.saves("etl", nonce=stale, orders="Read Access")
    assert live_tokens(populated) == {}


@pytest.mark.parametrize(
    ("name", "access", "field"),
    [
        ("", {"orders": "Read Access"}, "Token name"),
        ("x" * 101, {"orders": "Read Access"}, "Token name"),
        ("\u202egnp.exe", {"orders": "Read Access"}, "Token name"),
        ("etl", {}, "Access"),
        ("etl", {"orders": "No Access"}, "Access"),
        ("etl", {"reports": "Full Access"}, "Access"),
        ("etl", {"nonsense": "Read Access"}, "Access"),
        ("NIGHTLY-LOAD", {"orders": "Read Access"}, "Token name"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(
    at_token: Person, populated: Platform, name: str, access: dict[str, str], field: str
):
    at_token.adds(name, **access)
    form = at_token.tokens.form.form
    assert list(form.errors) == [field]
    assert at_token.shown == [at_token.strip, form]
    assert list(live_tokens(populated)) == ["nightly-load"]
    # Nothing typed is lost: the form is not filled again.
    serial = form.serial
    at_token.saves("another name", orders="Read Access")
    assert "another name" in live_tokens(populated)
    assert form.serial == serial


def test_keep_is_no_expiration_for_a_new_token(at_tokens: Person, populated: Platform):
    at_tokens.adds("etl", expiration="keep", orders="Read Access")
    assert list(at_tokens.tokens.form.form.errors) == ["Expiration (Months)"]
    assert live_tokens(populated) == {}


def test_a_separate_token_for_each_api_gives_as_many_secrets(
    at_tokens: Person, populated: Platform
):
    at_tokens.adds("etl", separate=True, orders="Full Access", billing="Read Access")
    tokens = live_tokens(populated)
    assert {name: token.grants for name, token in tokens.items()} == {
        "etl-orders": {"orders": Access.FULL},
        "etl-billing": {"billing": Access.READ},
    }
    assert at_tokens.said == ("status", "2 tokens were added.")
    secrets = at_tokens.takes_secrets()
    assert set(secrets) == set(tokens)
    assert len({digest(secret) for secret in secrets.values()}) == 2


def test_editing_begins_with_what_is(at_token: Person, token: int):
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    form = at_token.tokens.form.form
    assert (form.adding, form.token_name, form.expiration) == (False, "nightly-load", "keep")
    assert form.grants == {"orders": "Read Access"}
    assert form.expirations[0]["date"].startswith("2026-07-31")


def test_an_edit_changes_name_access_and_expiration(
    at_token: Person, populated: Platform, token: int, clock: Any
):
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    at_token.saves("renamed", "12", billing="Full Access")
    row = populated.tokens.get(token)
    assert (row.name, row.grants) == ("renamed", {"billing": Access.FULL})
    assert row.expires_at == add_months(clock(), 12)
    assert at_token.said == ("status", "“renamed” was saved.")
    assert at_token.row("renamed")["access"] == "Full: 1"
    assert at_token.app.shell.secrets._offers == {}


def test_an_edit_that_keeps_the_expiration_keeps_it(
    at_token: Person, populated: Platform, token: int
):
    before = populated.tokens.get(token).expires_at
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    at_token.saves("renamed", "keep", orders="Read Access")
    assert populated.tokens.get(token).expires_at == before


def test_a_stale_edit_overwrites_nothing_and_shows_the_newer_state(
    at_token: Person, populated: Platform, token: int
):
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    form = at_token.tokens.form.form
    serial = form.serial
    populated.tokens.edit(token, name="theirs", grants={"billing": Access.FULL})
    at_token.saves("mine", "12", orders="Full Access")
    row = populated.tokens.get(token)
    assert (row.name, row.grants) == ("theirs", {"billing": Access.FULL})
    assert "Somebody else changed the token theirs" in form.notice
    assert (form.token_name, form.grants) == ("theirs", {"billing": "Full Access"})
    assert form.serial == serial + 1
    # From the newer state it can be changed.
    at_token.saves("mine", "keep", orders="Full Access")
    assert populated.tokens.get(token).name == "mine"


def test_a_token_that_was_revoked_while_it_was_edited_stays_revoked(
    at_token: Person, populated: Platform, token: int
):
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    populated.tokens.revoke(token)
    at_token.saves("mine", orders="Full Access")
    row = populated.tokens.get(token)
    assert (row.name, row.grants) == ("nightly-load", {"orders": Access.READ})
    assert at_token.said[0] == "alert"
    assert at_token.shown == [at_token.strip, at_token.tokens.grid]
    assert at_token.tokens.grid.rows == []
