"""The tab API Tokens: add, edit, regenerate, revoke one, revoke all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from person import Person
from wire import Wire

from tokenwidgets.platform import Platform
from tokenwidgets.secret import digest, is_well_formed
from tokenwidgets.tokens import TokenRow
from tokenwidgets.vocabulary import Access, add_months


@pytest.fixture
def at_tokens(admin: Person) -> Person:
    """The administrator at jdoe's tokens, of which there is none."""
    admin.opens("jdoe", "API Tokens")
    return admin


@pytest.fixture
def at_token(token: int, admin: Person) -> Person:
    """The administrator at jdoe's tokens, of which "nightly-load" is the only one."""
    admin.opens("jdoe", "API Tokens")
    return admin


def live(platform: Platform) -> dict[str, TokenRow]:
    """The live tokens of jdoe by name."""
    return {token.name: token for token in platform.tokens.page("jdoe").rows}


def adds(person: Person, name: str, **choices: Any) -> None:
    person.does(person.tokens.grid, "add-token")
    person.saves(name, **choices)


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


def test_saving_adds_the_token_and_shows_its_secret_once(
    at_tokens: Person, populated: Platform, clock: Any, wire: Wire
):
    adds(at_tokens, "etl", orders="Full Access", billing="Read Access")
    token = live(populated)["etl"]
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
    assert list(live(populated)) == ["etl"]
    assert at_tokens.said == ("status", "“etl” was added.")


def test_a_form_that_was_cancelled_cannot_be_saved(at_tokens: Person, populated: Platform):
    form = at_tokens.tokens.form.form
    at_tokens.does(at_tokens.tokens.grid, "add-token")
    nonce = form.form
    at_tokens.does(form, "cancel-form", form=nonce)
    assert at_tokens.shown == [at_tokens.strip, at_tokens.tokens.grid]
    for stale in (nonce, form.form, ""):
        at_tokens.saves("etl", nonce=stale, orders="Read Access")
    assert live(populated) == {}


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
    adds(at_token, name, **access)
    form = at_token.tokens.form.form
    assert list(form.errors) == [field]
    assert at_token.shown == [at_token.strip, form]
    assert list(live(populated)) == ["nightly-load"]
    # Nothing typed is lost: the form is not filled again.
    serial = form.serial
    at_token.saves("another name", orders="Read Access")
    assert "another name" in live(populated)
    assert form.serial == serial


def test_keep_is_no_expiration_for_a_new_token(at_tokens: Person, populated: Platform):
    adds(at_tokens, "etl", expiration="keep", orders="Read Access")
    assert list(at_tokens.tokens.form.form.errors) == ["Expiration (Months)"]
    assert live(populated) == {}


def test_a_separate_token_for_each_api_gives_as_many_secrets(
    at_tokens: Person, populated: Platform
):
    adds(at_tokens, "etl", separate=True, orders="Full Access", billing="Read Access")
    tokens = live(populated)
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


def test_a_token_that_ended_cannot_be_edited_and_the_grid_shows_that_it_ended(
    at_token: Person, populated: Platform, token: int
):
    populated.tokens.revoke(token)
    at_token.does(at_token.tokens.grid, "edit-token", id=token)
    assert at_token.said[0] == "alert"
    assert at_token.shown == [at_token.strip, at_token.tokens.grid]
    assert at_token.tokens.grid.rows == []


@pytest.mark.parametrize("kind", ["edit-token", "regenerate-token", "revoke-token"])
def test_a_message_about_another_users_token_is_refused(
    at_tokens: Person, populated: Platform, kind: str
):
    other = populated.tokens.add("asmith", "not jdoe's", {"orders": Access.READ}).token
    at_tokens.does(at_tokens.tokens.grid, kind, id=other.id)
    assert at_tokens.said[0] == "alert"
    assert at_tokens.dialog.nonce == ""
    assert at_tokens.shown == [at_tokens.strip, at_tokens.tokens.grid]
    at_tokens.confirms()
    at_tokens.saves("taken over", orders="Full Access")
    assert populated.tokens.get(other.id) == other


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
    assert live(populated) == {}
    assert at_token.said == ("status", "13 tokens were revoked.")
    assert populated.tokens.get(kept.id).revoked_at is None


def test_there_is_nothing_to_ask_when_there_is_nothing_to_revoke(at_tokens: Person):
    at_tokens.does(at_tokens.tokens.grid, "revoke-all")
    assert at_tokens.dialog.nonce == ""
    assert at_tokens.said == ("status", "jdoe has no live tokens.")


def test_ended_tokens_are_shown_when_asked_for(at_token: Person, populated: Platform, token: int):
    populated.tokens.add("jdoe", "other", {"orders": Access.READ})
    populated.tokens.revoke(token)
    at_token.does(at_token.tokens.grid, "show-ended", shown=True)
    assert {row["name"]: row["status"] for row in at_token.tokens.grid.rows} == {
        "nightly-load": "revoked",
        "other": "active",
    }
    assert at_token.row("nightly-load")["can"] == []
    assert at_token.tokens.grid.total == "2 tokens"
    at_token.does(at_token.tokens.grid, "show-ended", shown=False)
    assert [row["name"] for row in at_token.tokens.grid.rows] == ["other"]
    assert at_token.tokens.grid.total == "1 live token"


def test_ended_tokens_are_not_shown_of_the_next_user(at_token: Person):
    at_token.does(at_token.tokens.grid, "show-ended", shown=True)
    at_token.does(at_token.strip, "close")
    at_token.opens("asmith", "API Tokens")
    assert at_token.tokens.grid.show_ended is False


def test_many_tokens_come_in_pages(at_tokens: Person, populated: Platform):
    for number in range(30):
        populated.tokens.add("jdoe", f"token {number:02}", {"orders": Access.READ})
    at_tokens.does(at_tokens.strip, "select-tab", name="API Tokens")
    grid = at_tokens.tokens.grid
    first = [row["name"] for row in grid.rows]
    assert (len(first), grid.has_next, grid.total) == (25, True, "30 live tokens")
    at_tokens.does(grid, "next-page")
    assert [row["name"] for row in grid.rows] == [f"token {number:02}" for number in range(25, 30)]
    at_tokens.does(grid, "previous-page")
    assert [row["name"] for row in grid.rows] == first


def test_a_user_who_is_not_active_is_given_no_new_secret(
    at_token: Person, populated: Platform, token: int
):
    populated.users.edit("jdoe", is_active=False)
    at_token.does(at_token.strip, "select-tab", name="API Tokens")
    assert at_token.tokens.grid.can_add is False
    assert at_token.row("nightly-load")["can"] == ["edit", "revoke"]
    # The browser asks for it all the same.
    before = populated.tokens.get(token)
    adds(at_token, "etl", orders="Read Access")
    assert at_token.said[0] == "alert"
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    at_token.confirms(months="6", overlap="No overlap")
    assert populated.tokens.get(token) == before
    assert list(live(populated)) == ["nightly-load"]


def test_no_secret_is_in_any_state_after_everything_was_done(
    at_token: Person, populated: Platform, token: int
):
    seen = []
    adds(at_token, "etl", separate=True, orders="Full Access", billing="Read Access")
    assert at_token.secrets_in_state() == []
    seen += at_token.takes_secrets().values()
    at_token.does(at_token.tokens.grid, "regenerate-token", id=token)
    at_token.confirms(months="6", overlap="1 hour")
    assert at_token.secrets_in_state() == []
    seen += at_token.takes_secrets().values()
    for tab in ("General", "User Groups", "Activity", "API Tokens"):
        at_token.does(at_token.strip, "select-tab", name=tab)
    at_token.does(at_token.tokens.grid, "revoke-all")
    at_token.confirms()
    at_token.does(at_token.strip, "close")
    assert len(seen) == 3
    assert at_token.secrets_in_state() == []
