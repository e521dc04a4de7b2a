"""The screen User Groups: the list, a group's name, a copy of it, its history."""

from __future__ import annotations

from typing import Any

from group_steps import DESK, opens
from house import goes_to, saves
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


def test_the_list_has_every_group_with_what_the_columns_show(
    admin: Person, screen: Any, populated: Platform
):
    populated.memberships.set("jdoe", "Desk", True)
    screen = goes_to(admin, Control.USER_GROUPS)
    assert [row["key"] for row in screen.list.table.rows] == ["Administrators", "Desk"]
    assert screen.list.table.rows[1] == {
        "key": "Desk",
        "description": "Looks after tokens.",
        "controls": 2,
        "departments": ["Everybody"],
        "members": 1,
        "active": True,
    }
    assert screen.list.table.total == "2 groups"


def test_the_list_is_searched_sorted_and_paged(admin: Person, screen: Any, populated: Platform):
    for number in range(12):
        populated.groups.add(f"Team {number:02}")
    table = screen.list.table
    admin.does(table, "rows-per-page", count=10)
    assert (len(table.rows), table.has_next, table.has_previous) == (10, True, False)
    admin.does(table, "next-page")
    assert (len(table.rows), table.page, table.has_next) == (4, 2, False)
    admin.does(table, "previous-page")
    assert table.page == 1
    admin.does(table, "sort-by", column="key")
    assert table.rows[0]["key"] == "Team 11"
    admin.does(table, "search", text="DESK")
    assert [row["key"] for row in table.rows] == ["Desk"]
    admin.does(table, "search", text="looks AFTER")
    assert [row["key"] for row in table.rows] == ["Desk"]
    admin.does(table, "search", text="nothing like it")
    assert table.empty == "No group matches this search."


def test_a_column_that_cannot_be_sorted_by_changes_nothing(admin: Person, screen: Any):
    before = screen.list.table.get_state()
    for column in ("description", "version", "", "nothing"):
        admin.does(screen.list.table, "sort-by", column=column)
    assert screen.list.table.get_state() == before


def test_the_search_is_kept_while_a_group_is_open(admin: Person, screen: Any):
    admin.does(screen.list.table, "search", text="desk")
    opens(admin, screen, "Desk")
    admin.does(screen.strip, "close")
    assert admin.shown == [screen.list.table]
    assert screen.list.table.search == "desk"
    assert [row["key"] for row in screen.list.table.rows] == ["Desk"]


def test_a_group_is_added_and_then_shows_its_controls(
    admin: Person, screen: Any, populated: Platform
):
    admin.does(screen.list.table, "add-row")
    assert screen.strip.heading == "New group"
    saves(admin, screen.form.form, name="Night shift", description="Sleeps by day.")
    assert populated.groups.get("Night shift").description == "Sleeps by day."
    assert (screen.strip.heading, screen.strip.selected) == ("Night shift", "Controls")
    assert admin.said[0] == "status"
    assert "Night shift" in admin.said[1]


def test_a_name_in_use_is_told_beside_the_field_and_nothing_is_added(
    admin: Person, screen: Any, populated: Platform
):
    admin.does(screen.list.table, "add-row")
    saves(admin, screen.form.form, name="desk")
    assert list(screen.form.form.errors) == ["Group name"]
    assert len(populated.groups.list()) == 2
    assert admin.shown == [screen.strip, screen.form.form]


def test_cancel_of_a_new_group_goes_back_to_the_list(admin: Person, screen: Any):
    admin.does(screen.list.table, "add-row")
    admin.does(screen.form.form, "cancel-record", form=screen.form.form.form)
    assert admin.shown == [screen.list.table]


def test_a_group_is_renamed_described_and_limited(admin: Person, screen: Any, populated: Platform):
    opens(admin, screen, "Desk")
    saves(admin, screen.form.form, name="Front desk", description="New.", departments=["Finance"])
    group = populated.groups.get("Front desk")
    assert (group.description, group.departments) == ("New.", ("Finance",))
    assert screen.strip.heading == "Front desk"
    assert admin.said == ("status", "The group Front desk was saved.")


def test_a_group_without_members_is_deactivated_at_once(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk")
    saves(admin, screen.form.form, active=False)
    assert not populated.groups.get("Desk").is_active
    assert screen.strip.badges == [{"text": "Not active", "kind": "warn"}]


def test_before_members_lose_controls_by_a_deactivation_it_is_asked(
    admin: Person, screen: Any, populated: Platform
):
    populated.memberships.set("jdoe", "Desk", True)
    opens(admin, screen, "Desk")
    saves(admin, screen.form.form, active=False)
    assert populated.groups.get("Desk").is_active
    assert admin.dialog.items == [control.value for control in DESK]
    assert "1 member loses" in admin.dialog.lines[0]
    admin.confirms()
    assert not populated.groups.get("Desk").is_active


def test_what_somebody_else_changed_is_shown_and_not_overwritten(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk")
    populated.groups.edit("Desk", description="By somebody else.")
    saves(admin, screen.form.form, description="By me.")
    assert populated.groups.get("Desk").description == "By somebody else."
    assert screen.form.form.values["description"] == "By somebody else."
    assert "Somebody else changed" in screen.form.form.notice
    saves(admin, screen.form.form, description="By me, knowing it.")
    assert populated.groups.get("Desk").description == "By me, knowing it."


def test_a_form_that_is_no_longer_on_screen_saves_nothing(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Administrators")
    old = screen.form.form.form
    opens(admin, screen, "Desk")
    values = {"name": "Taken over", "description": "", "departments": [], "active": True}
    admin.does(screen.form.form, "save-record", form=old, values=values)
    admin.does(screen.form.form, "save-record", form="", values=values)
    assert {group.name for group in populated.groups.list()} == {"Administrators", "Desk"}
    assert screen.form.form.dropped == 2


def test_a_copy_has_the_controls_and_no_members(admin: Person, screen: Any, populated: Platform):
    populated.memberships.set("jdoe", "Desk", True)
    opens(admin, screen, "Desk")
    admin.does(screen.strip, "act", name="copy")
    assert admin.dialog.fields[0]["value"] == "Copy of Desk"
    admin.confirms(name="Desk")
    assert "already" in admin.dialog.problem
    admin.confirms(name="Second desk")
    copy = populated.groups.get("Second desk")
    assert (copy.controls, copy.members) == (tuple(DESK), 0)
    assert screen.strip.heading == "Second desk"


def test_changes_tell_a_group_s_history_across_its_names(
    admin: Person, screen: Any, populated: Platform
):
    populated.groups.edit("Desk", new_name="Counter")
    populated.groups.add("Desk", description="Another one of the old name.")
    populated.memberships.set("jdoe", "Counter", True)
    populated.groups.edit("Administrators", description="Not about it.")
    goes_to(admin, Control.USER_GROUPS)
    opens(admin, screen, "Counter", "Changes")
    rows = screen.changes.events.rows
    assert [row["action"] for row in rows] == ["add member", "edit group", "add group"]
    assert [row["subject"] for row in rows] == ["Counter", "Counter", "Desk"]
    assert rows[0]["details"] == "user: jdoe"
    assert "Desk → Counter" in rows[1]["details"]
    opens(admin, screen, "Desk", "Changes")
    assert [row["action"] for row in screen.changes.events.rows] == ["add group"]


def test_without_the_control_the_screen_is_neither_on_the_menu_nor_opened(
    with_controls: Any,
):
    helper = with_controls(Control.APIS)
    assert helper.app.shell.bar.items == ["APIs"]
    helper.does(helper.app.shell.bar, "open-screen", name="User Groups")
    assert Control.USER_GROUPS not in helper.app._screens


def test_a_control_that_is_taken_away_while_the_screen_is_open_ends_what_can_be_done(
    with_controls: Any, populated: Platform
):
    helper = with_controls(Control.USER_GROUPS)
    populated.groups.add("Desk")
    screen = goes_to(helper, Control.USER_GROUPS)
    opens(helper, screen, "Desk", "Controls")
    populated.groups.set_controls("Helpers", [])
    helper.ticks(screen.controls.table, "set-control", control="User Groups", given=True)
    assert helper.said[0] == "alert"
    assert "does not have the control" in helper.said[1]
    assert populated.groups.get("Desk").controls == ()


def test_what_is_wrong_with_a_department_is_said_beside_its_field(admin: Person, screen: Any):
    opens(admin, screen, "Desk")
    form = screen.form.form
    saves(admin, form, departments=["x" * 101])
    (wrong,) = form.errors
    assert wrong in {field["label"] for field in form.fields}
