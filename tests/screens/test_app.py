"""The application: what it opens with, and for whom."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


def test_an_administrator_begins_with_the_summary_of_users(admin: Person):
    assert admin.app.shell.bar.actor == "Ada Admin"
    assert admin.app.shell.bar.actor_id == "admin"
    assert admin.app.shell.bar.current == "Application Users"
    assert admin.shown == [admin.picker]
    assert [row["key"] for row in admin.picker.rows] == ["admin", "asmith", "jdoe"]


def test_it_opens_at_a_user_and_tab_if_told(person_of: Callable[..., Person]):
    person = person_of("admin", user="jdoe", tab="API Tokens")
    assert person.strip.subheading == "jdoe"
    assert person.strip.selected == "API Tokens"
    assert person.shown == [person.strip, person.tokens.grid]


def test_a_tab_that_there_is_not_opens_the_first_one(person_of: Callable[..., Person]):
    assert person_of("admin", user="jdoe", tab="Nonsense").strip.selected == "General"


def test_a_user_that_there_is_not_is_told(person_of: Callable[..., Person]):
    person = person_of("admin", user="nobody", tab="API Tokens")
    assert person.said == ("alert", "There is no application user 'nobody'.")
    assert person.shown == [person.picker]
    assert [row["key"] for row in person.picker.rows] == ["admin", "asmith", "jdoe"]
    assert person.app.shell.bar.current == "Application Users"


@pytest.mark.parametrize("user", ["<b>", "x" * 5000, "a\0b", "\u202e", "\ud800", " ", "jdoe'--"])
def test_a_link_to_any_nonsense_leads_to_the_summary(person_of: Callable[..., Person], user: str):
    person = person_of("admin", user=user)
    assert person.said[0] == "alert"
    assert person.shown == [person.picker]
    assert len(person.picker.rows) == 3


def test_a_user_of_another_department_is_as_one_that_there_is_not(
    populated: Platform, person_of: Callable[..., Person]
):
    populated.groups.add("Desk", controls=[Control.APPLICATION_USERS], departments=["Sales"])
    populated.users.add("helper", "Hanna Helper", department="Sales")
    populated.memberships.set("helper", "Desk", True)
    person = person_of("helper", user="jdoe")
    assert person.said == ("alert", "There is no application user 'jdoe'.")
    assert person.shown == [person.picker]
    assert [row["key"] for row in person.picker.rows] == ["asmith", "helper"]


def test_a_link_to_a_user_for_who_sees_no_users_leads_to_their_first_screen(
    with_controls: Callable[..., Person], person_of: Callable[..., Person]
):
    with_controls(Control.AUDIT_LOG)
    person = person_of("helper", user="jdoe")
    assert person.said == (
        "alert",
        "You cannot be shown 'jdoe': you do not see application users.",
    )
    assert person.app.shell.bar.current == "Audit Log"
    assert len(person.shown) == 2


def test_who_is_no_application_user_sees_nothing_but_why(person_of: Callable[..., Person]):
    person = person_of("stranger")
    assert person.shown == []
    assert person.app.shell.bar.items == []
    assert person.said[0] == "alert"
    assert "stranger is not an application user" in person.said[1]


def test_who_has_no_control_sees_nothing_but_why(person_of: Callable[..., Person]):
    person = person_of("jdoe")
    assert person.shown == []
    assert person.app.shell.bar.items == []
    assert "jdoe has no control" in person.said[1]
    assert person.app.shell.bar.actor == "Jane Doe"


def test_an_item_that_is_not_on_the_menu_cannot_be_opened(with_controls: Callable[..., Person]):
    person = with_controls(Control.APPLICATION_USERS)
    person.does(person.picker, "open-row", key="jdoe")
    shown = person.shown
    for name in ("User Groups", "Audit Log", "Nonsense", ""):
        person.does(person.app.shell.bar, "open-screen", name=name)
    assert person.shown == shown
    assert person.app.shell.bar.current == "Application Users"
    assert person.said == ("status", "")


def test_the_menu_leads_back_to_the_summary(admin: Person):
    admin.opens("jdoe")
    admin.does(admin.app.shell.bar, "open-screen", name="Application Users")
    assert admin.shown == [admin.picker]


def test_whose_controls_were_taken_is_refused_at_once(
    with_controls: Callable[..., Person], populated: Platform
):
    person = with_controls(Control.APPLICATION_USERS)
    populated.memberships.set("helper", "Helpers", False)
    person.does(person.picker, "open-row", key="jdoe")
    assert person.said[0] == "alert"
    assert person.strip not in person.shown


def test_its_repr_names_the_actor_and_no_password(admin: Person):
    assert repr(admin.app).startswith("ApplicationUsers(<Platform sqlite:")
    assert "as admin" in repr(admin.app)
