"""User groups: their names, controls and departments."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event
from state import events, rows

from tokenwidgets.errors import (
    InvalidValue,
    LastAdministrator,
    NameInUse,
    NotAllowed,
    StaleVersion,
    UnknownGroup,
)
from tokenwidgets.vocabulary import Control

OTHERS = "Application Users, APIs, Token Inventory, Audit Log"
LEFT = [control for control in Control if control not in (Control.APIS, Control.AUDIT_LOG)]


def test_a_group_that_is_added_is_found_and_recorded(platform, database):
    added = platform.groups.add(
        "Desk", description="Help.", controls=[Control.APIS, "Audit Log"], departments=["IT", "IT"]
    )
    assert added == platform.groups.get("Desk")
    assert added in platform.groups.list()
    assert (added.controls, added.departments, added.members, added.version) == (
        (Control.APIS, Control.AUDIT_LOG),
        ("IT",),
        0,
        1,
    )
    event = events(database)[-1]
    assert (event.action, event.subject) == ("add group", "Desk")
    assert event.detail == {"controls": ["APIs", "Audit Log"], "departments": ["IT"]}


def test_groups_are_listed_by_name_with_the_number_of_their_members(populated):
    populated.groups.add("Zebras")
    populated.groups.add("Ants")
    populated.memberships.set("jdoe", "Zebras", True)
    populated.memberships.set("asmith", "Zebras", True)
    assert [(group.name, group.members) for group in populated.groups.list()] == [
        ("Administrators", 1),
        ("Ants", 0),
        ("Zebras", 2),
    ]
    assert populated.groups.members("Zebras") == ("asmith", "jdoe")


@pytest.mark.parametrize(
    ("name", "same"), [("Ärzte", "ÄRZTE"), ("Ärzte", "Ärzte"), ("Ab", "aB\ufe0f")]
)
def test_a_name_in_use_is_refused_whatever_its_case(platform, database, name, same):
    platform.groups.add(name)
    platform.groups.add("Other")
    before = rows(database)
    for call in (
        lambda: platform.groups.add(same),
        lambda: platform.groups.copy("Other", same),
        lambda: platform.groups.edit("Other", new_name=same),
    ):
        with pytest.raises(NameInUse, match="Group name"):
            call()
    assert rows(database) == before


def test_a_group_can_be_renamed_to_its_own_name_in_another_case(platform):
    platform.groups.add("desk")
    assert platform.groups.edit("desk", new_name="Desk").name == "Desk"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "Group name"),
        ({"name": "x" * 10_000}, "Group name"),
        ({"name": "a\u202eb"}, "Group name"),
        ({"name": "a\0b"}, "Group name"),
        ({"name": None}, "Group name"),
        ({"name": "New", "description": "x" * 10_000}, "Description"),
        ({"name": "New", "controls": ["Everything"]}, "Control"),
        ({"name": "New", "controls": [None]}, "Control"),
        ({"name": "New", "departments": [""]}, "Departments"),
        ({"name": "New", "departments": "IT"}, "Departments"),
        ({"name": "New", "departments": ["a\ud800"]}, "Departments"),
    ],
)
def test_a_bad_value_is_refused_and_changes_nothing(platform, database, values, field):
    before = rows(database)
    with pytest.raises(InvalidValue) as refusal:
        platform.groups.add(**values)
    assert refusal.value.field == field
    assert rows(database) == before


@pytest.mark.parametrize("name", ["Nothing", "", "administrators", "a\0", "\ud800", None, 5])
def test_an_unknown_group_is_told(populated, name):
    for call in (
        lambda: populated.groups.get(name),
        lambda: populated.groups.members(name),
        lambda: populated.groups.edit(name, description="x"),
        lambda: populated.groups.set_controls(name, []),
        lambda: populated.groups.copy(name, "New"),
        lambda: populated.memberships.set("jdoe", name, True),
    ):
        with pytest.raises((UnknownGroup, InvalidValue)):
            call()


def test_a_copy_has_the_same_controls_and_departments_and_no_members(populated):
    populated.groups.add("Desk", description="D.", controls=["APIs"], departments=["IT"])
    populated.memberships.set("jdoe", "Desk", True)
    copy = populated.groups.copy("Desk", "Desk two")
    source = populated.groups.get("Desk")
    assert (copy.description, copy.controls, copy.departments, copy.members) == (
        source.description,
        source.controls,
        source.departments,
        0,
    )


def test_an_edit_is_recorded_as_before_and_after(platform, database):
    platform.groups.add("Desk", departments=["IT"])
    edited = platform.groups.edit(
        "Desk", version=1, new_name="Help desk", departments=["Sales", "IT"], is_active=False
    )
    assert edited == platform.groups.get("Help desk")
    assert edited.version == 2
    event = events(database)[-1]
    assert (event.action, event.subject) == ("edit group", "Help desk")
    assert event.detail == {
        "name": ["Desk", "Help desk"],
        "is_active": [True, False],
        "departments": [["IT"], ["IT", "Sales"]],
    }


def test_an_edit_that_changes_nothing_is_no_event(platform, database):
    platform.groups.add("Desk", controls=["APIs"], departments=["IT"])
    before = rows(database)
    assert platform.groups.edit("Desk", new_name="Desk", departments=["IT"]).version == 1
    assert platform.groups.set_controls("Desk", ["APIs"]).version == 1
    assert rows(database) == before


def test_controls_are_given_and_taken_and_both_recorded(platform, database):
    platform.groups.add("Desk", controls=["APIs", "Audit Log"])
    changed = platform.groups.set_controls("Desk", ["APIs", "Token Inventory"], version=1)
    assert changed == platform.groups.get("Desk")
    assert changed.controls == (Control.APIS, Control.TOKEN_INVENTORY)
    assert events(database)[-1].detail == {"given": ["Token Inventory"], "taken": ["Audit Log"]}


def test_a_stale_edit_is_refused_with_the_newer_state(platform, database):
    platform.groups.add("Desk")
    newer = platform.groups.edit("Desk", description="Newer.")
    before = rows(database)
    for call in (
        lambda: platform.groups.edit("Desk", version=1, description="Stale."),
        lambda: platform.groups.set_controls("Desk", ["APIs"], version=1),
    ):
        with pytest.raises(StaleVersion) as refusal:
            call()
        assert refusal.value.current == newer
    assert rows(database) == before


def test_the_last_group_of_administrators_stays_one(populated, database, clock):
    before = rows(database, trail=False)
    for call in (
        lambda: populated.groups.edit("Administrators", is_active=False),
        lambda: populated.groups.edit("Administrators", departments=["IT"]),
        lambda: populated.groups.set_controls("Administrators", ["APIs"]),
        lambda: populated.memberships.set("admin", "Administrators", False),
    ):
        clock.advance(timedelta(minutes=2))
        with pytest.raises(LastAdministrator):
            call()
    assert rows(database, trail=False) == before
    assert {event.outcome for event in events(database)[-4:]} == {"denied"}


@pytest.fixture
def keepers(populated):
    """The administrators are in a group with "User Groups" alone, too; jdoe has but profiles."""
    populated.groups.add("Keepers", controls=["User Groups"])
    populated.groups.add("Profiles", controls=["Application Users"])
    populated.memberships.set("admin", "Keepers", True)
    populated.memberships.set("jdoe", "Profiles", True)
    return populated


def test_no_control_is_taken_from_the_last_who_can_give_it(keepers, database, clock):
    before = rows(database, trail=False)
    file = b"user_id,name,groups\nadmin,Ada Admin,Keepers\n"
    all_but = [control for control in Control if control.screen != "Application Users"]
    for gone, change in (
        ("Application Users", lambda: keepers.groups.set_controls("Administrators", all_but)),
        ("APIs, Audit Log", lambda: keepers.groups.set_controls("Administrators", LEFT)),
        (OTHERS, lambda: keepers.groups.edit("Administrators", is_active=False)),
        (OTHERS, lambda: keepers.groups.edit("Administrators", departments=["Salse"])),
        (OTHERS, lambda: keepers.memberships.set("admin", "Administrators", False)),
        (OTHERS, lambda: keepers.imports.users(file, "users.csv")),
    ):
        clock.advance(timedelta(minutes=2))
        with pytest.raises(LastAdministrator, match=f"controls to anybody: {gone}. Who gives one"):
            change()
    assert rows(database, trail=False) == before
    assert {event.outcome for event in events(database)[-6:]} == {"denied"}


def test_the_last_who_can_give_a_control_is_not_deactivated(keepers, database):
    keepers.memberships.set("jdoe", "Keepers", True)
    before = rows(database, trail=False)
    for change in (
        lambda: keepers.users.edit("admin", is_active=False),
        lambda: keepers.imports.users(b"user_id,name,active\nadmin,Ada Admin,no\n", "users.csv"),
    ):
        with pytest.raises(LastAdministrator, match=r"API Tokens, .*, APIs, Token Inventory"):
            change()
    assert rows(database, trail=False) == before


def test_a_control_is_taken_once_somebody_else_can_give_it(keepers, platform_of):
    keepers.groups.set_controls("Profiles", Control)
    jane = platform_of("jdoe")
    jane.groups.set_controls("Administrators", ["APIs"])
    jane.memberships.set("admin", "Administrators", False)
    jane.users.edit("admin", is_active=False)
    assert jane.users.authority().controls == tuple(Control)


def test_a_group_administrator_gives_and_takes_only_what_they_have(populated, platform_of):
    populated.groups.add("Group keepers", controls=["User Groups", "Audit Log"])
    populated.groups.add("Desk", controls=["APIs", "Audit Log"])
    populated.memberships.set("jdoe", "Group keepers", True)
    keeper = platform_of("jdoe")
    for call in (
        lambda: keeper.groups.add("New", controls=["APIs"]),
        lambda: keeper.groups.copy("Desk", "New"),
        lambda: keeper.groups.set_controls("Desk", ["APIs", "Token Inventory"]),
        lambda: keeper.groups.set_controls("Desk", []),
        lambda: keeper.groups.edit("Desk", departments=["IT"]),
        lambda: keeper.groups.edit("Administrators", description="Mine."),
        lambda: keeper.groups.add("New", controls=["Application Users > API Tokens"]),
    ):
        with pytest.raises(NotAllowed, match="without having it"):
            call()
    assert keeper.groups.set_controls("Desk", ["APIs"]).controls == (Control.APIS,)
    assert keeper.groups.add("New", controls=["Audit Log"]).controls == (Control.AUDIT_LOG,)


def test_the_answer_to_a_change_that_takes_the_actors_own_rights_is_no_error(
    populated, platform_of
):
    populated.groups.add("Second administrators", controls=Control)
    populated.memberships.set("jdoe", "Second administrators", True)
    jane = platform_of("jdoe")
    assert jane.groups.set_controls("Second administrators", []).controls == ()
    assert populated.groups.get("Second administrators").controls == ()


def test_a_list_of_many_groups_takes_few_statements(platform, database):
    for number in range(20):
        platform.groups.add(f"group {number}", controls=["APIs"], departments=["IT"])
    count = 0

    @sqlalchemy_event.listens_for(database.engine, "before_cursor_execute")
    def _count(*_):
        nonlocal count
        count += 1

    assert len(platform.groups.list()) == 21
    assert count < 10


def test_what_was_seen_of_a_group_changes_no_other_that_has_its_name_by_now(platform):
    seen = platform.groups.add("Ops")
    platform.groups.edit("Ops", new_name="Ops, old")
    platform.groups.add("Ops")
    with pytest.raises(StaleVersion):
        platform.groups.set_controls("Ops", ["APIs"], version=seen.version)
    with pytest.raises(StaleVersion):
        platform.groups.edit("Ops", version=seen.version, description="Another one.")


def test_nor_does_it_change_one_that_was_given_the_name(platform):
    platform.groups.add("Ops")
    platform.groups.add("Others")
    seen = platform.groups.edit("Ops", description="Those on call.")
    platform.groups.edit("Ops", new_name="Ops, old")
    platform.groups.edit("Others", new_name="Ops")
    with pytest.raises(StaleVersion):
        platform.groups.set_controls("Ops", ["APIs"], version=seen.version)
