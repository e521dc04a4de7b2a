"""The tab General: adding a user, and changing one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control

JANE = {
    "user_id": "jdoe",
    "name": "Jane Doe",
    "email": "jdoe@example.org",
    "department": "Finance",
    "active": True,
}


@pytest.fixture
def at_jane(admin: Person) -> Person:
    """The administrator at jdoe's profile."""
    admin.opens("jdoe")
    return admin


def form_of(person: Person) -> Any:
    return person.app.detail.general.form


def saves(person: Person, **changes: Any) -> None:
    form = form_of(person)
    person.does(form, "save-profile", **{"form": form.form, **JANE, **changes})


def test_the_form_shows_what_is_stored(at_jane: Person):
    form = form_of(at_jane)
    assert form.profile == JANE
    assert (form.adding, form.editable, form.errors) == (False, True, {})
    assert form.departments == ["Finance", "Sales"]


def test_what_is_saved_is_stored_and_shown(at_jane: Person, populated: Platform):
    nonce = form_of(at_jane).form
    saves(at_jane, name="Jane Miller", email="jm@example.org", department="Sales")
    user = populated.users.get("jdoe")
    assert (user.name, user.email, user.department) == ("Jane Miller", "jm@example.org", "Sales")
    assert at_jane.said == ("status", "jdoe was saved.")
    assert at_jane.strip.heading == "Jane Miller"
    assert form_of(at_jane).profile["name"] == "Jane Miller"
    assert form_of(at_jane).form != nonce


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("Name", {"name": ""}),
        ("Name", {"name": "\u202eenaJ"}),
        ("Email", {"email": "nonsense"}),
        ("Department", {"department": "x" * 101}),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field(
    at_jane: Person, populated: Platform, field: str, changes: dict[str, str]
):
    before = populated.users.get("jdoe")
    nonce = form_of(at_jane).form
    saves(at_jane, **changes)
    assert list(form_of(at_jane).errors) == [field]
    assert form_of(at_jane).form == nonce, "what was typed is lost"
    assert populated.users.get("jdoe") == before


def test_cancel_shows_what_is_stored_again(at_jane: Person):
    saves(at_jane, email="nonsense")
    nonce = form_of(at_jane).form
    at_jane.does(form_of(at_jane), "cancel-profile", form=nonce)
    assert form_of(at_jane).errors == {}
    assert form_of(at_jane).form != nonce
    assert form_of(at_jane).profile == JANE


def test_a_stale_save_overwrites_nothing_and_shows_the_newer_state(
    at_jane: Person, populated: Platform
):
    populated.users.edit("jdoe", name="Theirs")
    saves(at_jane, name="Mine")
    assert populated.users.get("jdoe").name == "Theirs"
    assert "Somebody else changed jdoe" in form_of(at_jane).warning
    assert form_of(at_jane).profile["name"] == "Theirs"
    saves(at_jane, name="Mine")
    assert populated.users.get("jdoe").name == "Mine"
    assert form_of(at_jane).warning == ""


def test_a_form_that_is_saved_twice_overwrites_no_change_of_another_admin(
    at_jane: Person, populated: Platform
):
    nonce = form_of(at_jane).form
    populated.users.edit("jdoe", name="Theirs")
    for _ in range(2):
        saves(at_jane, form=nonce, name="Mine")
    assert populated.users.get("jdoe").name == "Theirs"
    assert "nothing was overwritten" in form_of(at_jane).warning


def test_a_form_that_is_saved_twice_can_still_be_undone(at_jane: Person, populated: Platform):
    nonce = form_of(at_jane).form
    for _ in range(2):
        saves(at_jane, form=nonce, name="Jane Miller")
    at_jane.undoes()
    assert populated.users.get("jdoe").name == "Jane Doe"


def test_what_was_filled_in_for_somebody_else_is_not_saved(at_jane: Person, populated: Platform):
    before = populated.users.get("jdoe"), populated.users.get("asmith")
    saves(at_jane, user_id="asmith", name="Alan Smith", department="Sales")
    assert (populated.users.get("jdoe"), populated.users.get("asmith")) == before


def test_deactivating_a_user_with_live_tokens_asks_first(at_jane: Person, populated: Platform):
    populated.tokens.add("jdoe", "x", {"orders": Access.READ})
    at_jane.does(at_jane.strip, "select-tab", name="General")
    saves(at_jane, active=False)
    assert populated.users.get("jdoe").is_active
    assert at_jane.dialog.title == "Deactivate jdoe?"
    assert at_jane.dialog.lines[0].startswith("1 live token will stop working")
    at_jane.confirms()
    assert not populated.users.get("jdoe").is_active
    assert at_jane.strip.badges == [{"text": "Not active", "kind": "warn"}]


def test_dismissing_that_question_saves_nothing(at_jane: Person, populated: Platform):
    populated.tokens.add("jdoe", "x", {"orders": Access.READ})
    at_jane.does(at_jane.strip, "select-tab", name="General")
    saves(at_jane, active=False, name="Jane Miller")
    at_jane.does(at_jane.dialog, "dismiss", nonce=at_jane.dialog.nonce)
    user = populated.users.get("jdoe")
    assert (user.is_active, user.name) == (True, "Jane Doe")


def test_a_user_without_live_tokens_is_deactivated_at_once(at_jane: Person, populated: Platform):
    saves(at_jane, active=False)
    assert not populated.users.get("jdoe").is_active


def test_the_last_administrator_stays_active(admin: Person, populated: Platform):
    admin.opens("admin")
    profile = {**JANE, "user_id": "admin", "name": "Ada Admin", "email": "", "department": ""}
    saves(admin, **{**profile, "active": False})
    assert admin.said[0] == "alert"
    assert populated.users.get("admin").is_active


def test_add_user_opens_an_empty_form_with_the_tab_general_alone(admin: Person):
    admin.opens("jdoe")
    admin.does(admin.strip, "close")
    admin.does(admin.picker, "add-row")
    form = form_of(admin)
    assert admin.shown == [admin.strip, form]
    assert admin.strip.tabs == ["General"]
    assert form.adding
    assert set(form.profile.values()) == {"", True}


def test_a_user_who_was_added_is_opened(admin: Person, populated: Platform):
    admin.does(admin.picker, "add-row")
    saves(admin, user_id="new", name="Nina New", email="", department="Sales")
    assert populated.users.get("new").name == "Nina New"
    assert admin.said == ("status", "new was added.")
    assert (admin.strip.heading, admin.strip.subheading) == ("Nina New", "new")
    assert admin.strip.tabs == ["General", "User Groups", "API Tokens", "Activity"]
    assert form_of(admin).adding is False


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("User ID", {"user_id": "jdoe"}),
        ("User ID", {"user_id": "JDOE"}),
        ("User ID", {"user_id": "not an id"}),
        ("User ID", {"user_id": ""}),
        ("Name", {"user_id": "new", "name": " "}),
    ],
)
def test_a_user_who_cannot_be_added_is_said_beside_the_field(
    admin: Person, populated: Platform, field: str, changes: dict[str, str]
):
    admin.does(admin.picker, "add-row")
    nonce = form_of(admin).form
    saves(admin, **changes)
    assert list(form_of(admin).errors) == [field]
    assert form_of(admin).form == nonce
    assert populated.users.page().total == 3


def test_cancelling_a_new_user_leads_back_to_the_summary(admin: Person, populated: Platform):
    admin.does(admin.picker, "add-row")
    admin.does(form_of(admin), "cancel-profile", form=form_of(admin).form)
    assert admin.shown == [admin.picker]
    assert populated.users.page().total == 3


def test_who_may_add_users_alone_sees_the_new_one(with_controls: Callable[..., Person]):
    person = with_controls(Control.APPLICATION_USERS)
    person.does(person.picker, "add-row")
    saves(person, user_id="new")
    assert person.strip.tabs == ["General"]
    assert person.strip.subheading == "new"
