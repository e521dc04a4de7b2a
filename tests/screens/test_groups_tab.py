"""The tab User Groups: putting a user into groups and taking them out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


@pytest.fixture
def groups(populated: Platform) -> None:
    """The group "Auditors", and "Old team", which is not active."""
    populated.groups.add("Auditors", description="They read.", controls=[Control.AUDIT_LOG])
    populated.groups.add("Old team")
    populated.groups.edit("Old team", is_active=False)


@pytest.fixture
def at_groups(groups: None, admin: Person) -> Person:
    """The administrator at jdoe's groups."""
    admin.opens("jdoe", "User Groups")
    return admin


def chooser_of(person: Person) -> Any:
    return person.app.detail._tabs["User Groups"].chooser


def members(person: Person) -> set[str]:
    return {group["name"] for group in chooser_of(person).groups if group["member"]}


def test_every_group_is_there_with_what_it_gives(at_groups: Person):
    groups = {group["name"]: group for group in chooser_of(at_groups).groups}
    assert list(groups) == ["Administrators", "Auditors", "Old team"]
    assert groups["Auditors"] == {
        "name": "Auditors",
        "description": "They read.",
        "controls": ["Audit Log"],
        "member": False,
        "locked": "",
    }
    assert groups["Old team"]["locked"] == "This group is not active."
    assert chooser_of(at_groups).can_change


def test_a_tick_puts_the_user_into_the_group(at_groups: Person, populated: Platform):
    at_groups.ticks(chooser_of(at_groups), "set-membership", group="Auditors", member=True)
    assert populated.users.get("jdoe").groups == ("Auditors",)
    assert members(at_groups) == {"Auditors"}
    assert at_groups.said == ("status", "jdoe is now in Auditors.")


def test_clearing_it_takes_the_user_out(at_groups: Person, populated: Platform):
    serial = chooser_of(at_groups).serial
    for member in (True, False):
        at_groups.does(
            chooser_of(at_groups), "set-membership", group="Auditors", member=member, serial=serial
        )
    assert populated.users.get("jdoe").groups == ()
    assert members(at_groups) == set()
    assert at_groups.said == ("status", "jdoe is no longer in Auditors.")


def test_a_group_that_there_is_not_is_refused(at_groups: Person, populated: Platform):
    at_groups.ticks(chooser_of(at_groups), "set-membership", group="Nonsense", member=True)
    assert at_groups.said[0] == "alert"
    assert populated.users.get("jdoe").groups == ()


def test_a_refused_tick_is_taken_back_on_screen(
    groups: None, with_controls: Callable[..., Person], populated: Platform
):
    person = with_controls(Control.APPLICATION_USERS, Control.USER_MEMBERSHIP)
    person.opens("jdoe", "User Groups")
    serial = chooser_of(person).serial
    # To give a control, one has to have it.
    person.ticks(chooser_of(person), "set-membership", group="Administrators", member=True)
    assert person.said[0] == "alert"
    assert populated.users.get("jdoe").groups == ()
    assert members(person) == set()
    assert chooser_of(person).serial > serial
    # What was ticked before that was seen does not hide it.
    person.does(chooser_of(person), "set-membership", group="Auditors", member=False, serial=serial)
    assert person.said[0] == "alert"


def test_the_last_administrator_stays_one(at_groups: Person, populated: Platform):
    at_groups.does(at_groups.strip, "close")
    at_groups.opens("admin", "User Groups")
    chooser = chooser_of(at_groups)
    at_groups.ticks(chooser, "set-membership", group="Administrators", member=False)
    assert at_groups.said[0] == "alert"
    assert members(at_groups) == {"Administrators"}
    assert populated.users.get("admin").groups == ("Administrators",)
