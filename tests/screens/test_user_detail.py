"""The detail of a user: its tabs, for whom they are, and which of them are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person
from wire import Wire

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control

ALL = ["General", "User Groups", "API Tokens", "Activity"]


def test_an_administrator_sees_all_tabs(admin: Person):
    admin.opens("jdoe")
    assert admin.strip.tabs == ALL
    assert admin.strip.heading == "Jane Doe"
    assert admin.strip.subheading == "jdoe"
    assert admin.shown == [admin.strip, admin.app.detail.general.form]


def test_opening_and_closing_users_leaves_no_widget_behind(admin: Person, wire: Wire):
    def open_and_close() -> None:
        for user_id in ("jdoe", "asmith"):
            for tab in ALL:
                admin.opens(user_id, tab)
            admin.opens(user_id, "API Tokens")
            admin.does(admin.tokens.grid, "add-token")
            admin.does(admin.strip, "close")

    open_and_close()
    made = len(wire.widgets())
    for _ in range(2):
        open_and_close()
    assert len(wire.widgets()) == made


@pytest.mark.parametrize("tab", ALL)
def test_every_tab_shows_its_panel(admin: Person, tab: str):
    admin.opens("jdoe", tab)
    strip, panel = admin.shown
    assert strip is admin.strip
    assert panel.panel == tab


@pytest.mark.parametrize(
    ("tab", "control"),
    [
        ("User Groups", Control.USER_MEMBERSHIP),
        ("API Tokens", Control.API_TOKENS),
        ("Activity", Control.ACTIVITY),
    ],
)
def test_a_tab_shows_only_to_who_has_its_control(
    with_controls: Callable[..., Person], tab: str, control: Control
):
    person = with_controls(Control.APPLICATION_USERS, control)
    person.opens("jdoe")
    assert person.strip.tabs == ["General", tab]


def test_without_its_control_no_message_does_anything_to_tokens(
    with_controls: Callable[..., Person], populated: Platform, token: int
):
    person = with_controls(Control.APPLICATION_USERS)
    person.opens("jdoe", "API Tokens")
    assert person.strip.tabs == ["General"]
    assert person.strip.selected == "General"
    grid, form = person.tokens.grid, person.tokens.form.form
    person.does(person.strip, "show-tabs", visible=["API Tokens"])
    for kind in ("edit", "regenerate", "revoke"):
        person.does(grid, f"{kind}-token", id=token)
    person.does(grid, "add-token")
    person.does(grid, "revoke-all")
    person.does(grid, "show-ended", shown=True)
    person.saves("mine", orders="Full Access")
    person.confirms()
    assert form not in person.shown
    assert grid.rows == []
    assert person.dialog.nonce == ""
    (only,) = populated.tokens.page("jdoe", ended=True).rows
    assert (only.id, only.version, only.revoked_at) == (token, 1, None)


def test_what_a_tab_had_is_of_no_use_after_its_control_was_taken(
    with_controls: Callable[..., Person], populated: Platform, token: int
):
    person = with_controls(Control.APPLICATION_USERS, Control.API_TOKENS)
    person.opens("jdoe", "API Tokens")
    person.does(person.tokens.grid, "revoke-token", id=token)
    populated.groups.set_controls("Helpers", [Control.APPLICATION_USERS])
    person.confirms()
    assert person.said[0] == "alert"
    assert populated.tokens.get(token).revoked_at is None
    person.does(person.strip, "select-tab", name="General")
    assert person.strip.tabs == ["General"]


def test_tabs_are_hidden_for_this_actor_alone_and_stay_so(
    admin: Person, person_of: Callable[..., Person], populated: Platform
):
    populated.memberships.set("jdoe", "Administrators", True)
    admin.opens("jdoe")
    admin.does(admin.strip, "show-tabs", visible=["General", "API Tokens"])
    assert admin.strip.visible == ["General", "API Tokens"]
    again, other = person_of("admin"), person_of("jdoe")
    again.opens("asmith")
    assert again.strip.visible == ["General", "API Tokens"]
    other.opens("asmith")
    assert other.strip.visible == ALL


def test_hiding_the_open_tab_opens_another(admin: Person):
    admin.opens("jdoe", "Activity")
    admin.does(admin.strip, "show-tabs", visible=["API Tokens"])
    assert admin.strip.selected == "API Tokens"
    assert admin.shown == [admin.strip, admin.tokens.grid]


def test_not_all_tabs_can_be_hidden(admin: Person):
    admin.opens("jdoe")
    admin.does(admin.strip, "show-tabs", visible=[])
    assert admin.strip.visible == ALL


def test_a_hidden_tab_cannot_be_selected(admin: Person):
    admin.opens("jdoe")
    admin.does(admin.strip, "show-tabs", visible=["General"])
    admin.does(admin.strip, "select-tab", name="API Tokens")
    assert admin.strip.selected == "General"
    assert admin.shown == [admin.strip, admin.app.detail.general.form]


def test_selecting_a_tab_shows_what_others_did_in_the_meantime(admin: Person, populated: Platform):
    admin.opens("jdoe")
    populated.users.edit("jdoe", name="Jane Miller", is_active=False)
    populated.tokens.revoke_all("jdoe")
    admin.does(admin.strip, "select-tab", name="API Tokens")
    assert admin.strip.heading == "Jane Miller"
    assert admin.strip.badges == [{"text": "Not active", "kind": "warn"}]
    assert admin.tokens.grid.can_add is False


def test_another_user_is_shown_without_anything_of_the_last_one(
    admin: Person, populated: Platform, token: int
):
    admin.opens("jdoe", "API Tokens")
    assert [row["name"] for row in admin.tokens.grid.rows] == ["nightly-load"]
    admin.does(admin.strip, "close")
    admin.opens("asmith", "API Tokens")
    assert admin.tokens.grid.rows == []
    assert admin.tokens.grid.user == "asmith"


def test_a_department_out_of_reach_cannot_be_opened(
    populated: Platform, person_of: Callable[..., Person]
):
    populated.users.add("helper", "Hanna Helper", department="Sales")
    populated.groups.add(
        "Sales help",
        controls=[Control.APPLICATION_USERS, Control.API_TOKENS],
        departments=["Sales"],
    )
    populated.memberships.set("helper", "Sales help", True)
    new = populated.tokens.add("jdoe", "of Finance", {"orders": Access.READ})
    person = person_of("helper")
    assert [row["key"] for row in person.picker.rows] == ["asmith", "helper"]
    person.opens("jdoe")
    assert person.said[0] == "alert"
    assert person.strip.subheading != "jdoe"
    person.opens("asmith", "API Tokens")
    person.does(person.tokens.grid, "revoke-token", id=new.token.id)
    assert person.dialog.nonce == ""
    assert populated.tokens.get(new.token.id).revoked_at is None
