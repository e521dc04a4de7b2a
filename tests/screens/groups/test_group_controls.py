"""The controls of a group: given and taken, and what cannot be."""

from __future__ import annotations

from typing import Any

from group_steps import DESK, given, opens
from house import goes_to
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


def test_a_tick_gives_a_control_and_its_removal_takes_it(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk", "Controls")
    assert given(screen) == DESK
    admin.ticks(screen.controls.table, "set-control", control="Audit Log", given=True)
    assert given(screen) == [*DESK, "Audit Log"]
    assert admin.said == ("status", "Desk now gives “Audit Log”.")
    admin.ticks(screen.controls.table, "set-control", control="Audit Log", given=False)
    assert populated.groups.get("Desk").controls == tuple(DESK)


def test_grant_all_and_revoke_all_give_and_take_every_control(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk", "Controls")
    admin.ticks(screen.controls.table, "grant-all")
    assert given(screen) == list(Control)
    admin.ticks(screen.controls.table, "revoke-all")
    assert given(screen) == list(Control), "it was not confirmed yet"
    admin.confirms()
    assert given(screen) == []
    assert populated.groups.get("Desk").controls == ()


def test_the_last_administrator_keeps_the_control_and_its_check_box_stays_ticked(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Administrators", "Controls")
    serial = screen.controls.table.serial
    admin.ticks(screen.controls.table, "set-control", control="User Groups", given=False)
    assert admin.said[0] == "alert"
    assert "nobody who can administer user groups" in admin.said[1]
    assert "User Groups" in given(screen)
    assert screen.controls.table.serial > serial
    admin.ticks(screen.controls.table, "revoke-all")
    admin.confirms()
    assert populated.groups.get("Administrators").controls == tuple(Control)
    assert given(screen) == list(Control)


def test_who_lacks_a_control_cannot_give_it(with_controls: Any, populated: Platform):
    helper = with_controls(Control.USER_GROUPS, Control.AUDIT_LOG)
    populated.groups.add("Desk", controls=[Control.AUDIT_LOG])
    screen = goes_to(helper, Control.USER_GROUPS)
    opens(helper, screen, "Desk", "Controls")
    locked = {row["name"] for row in screen.controls.table.controls if row["locked"]}
    assert locked == set(Control) - {Control.USER_GROUPS, Control.AUDIT_LOG}
    helper.ticks(screen.controls.table, "set-control", control="APIs", given=True)
    assert helper.said[0] == "alert"
    assert "without having it" in helper.said[1]
    assert given(screen) == ["Audit Log"]
    helper.ticks(screen.controls.table, "grant-all")
    assert given(screen) == ["User Groups", "Audit Log"]


def test_a_control_that_another_admin_gave_in_the_meantime_is_shown_and_kept(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk", "Controls")
    populated.groups.set_controls("Desk", [*DESK, Control.AUDIT_LOG])
    admin.ticks(screen.controls.table, "set-control", control="APIs", given=True)
    assert admin.said[0] == "alert"
    assert given(screen) == [*DESK, "Audit Log"]
    assert populated.groups.get("Desk").controls == (*DESK, Control.AUDIT_LOG)


def test_of_two_quick_ticks_the_second_does_not_hide_that_the_first_was_refused(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk", "Controls")
    populated.groups.set_controls("Desk", [*DESK, Control.AUDIT_LOG])
    before = screen.controls.table.serial
    for name in ("APIs", "Token Inventory"):
        admin.does(screen.controls.table, "set-control", control=name, given=True, serial=before)
    assert admin.said[0] == "alert"
    assert given(screen) == [*DESK, "Audit Log"]
    assert populated.groups.get("Desk").controls == (*DESK, Control.AUDIT_LOG)


def test_two_quick_ticks_are_both_saved(admin: Person, screen: Any, populated: Platform):
    opens(admin, screen, "Desk", "Controls")
    before = screen.controls.table.serial
    for name in ("APIs", "Audit Log"):
        admin.does(screen.controls.table, "set-control", control=name, given=True, serial=before)
    assert {"APIs", "Audit Log"} < set(given(screen))


def test_a_control_that_does_not_exist_is_refused(admin: Person, screen: Any, populated: Platform):
    opens(admin, screen, "Desk", "Controls")
    admin.ticks(screen.controls.table, "set-control", control="Everything", given=True)
    assert admin.said[0] == "alert"
    assert populated.groups.get("Desk").controls == tuple(DESK)


def test_what_a_control_still_needs_is_said(admin: Person, screen: Any, populated: Platform):
    populated.groups.set_controls("Desk", [Control.API_TOKENS, Control.AUDIT_LOG, Control.APIS])
    populated.groups.edit("Desk", departments=["Finance"])
    opens(admin, screen, "Desk", "Controls")
    lacks = {row["name"]: row["lacks"] for row in screen.controls.table.controls if row["lacks"]}
    assert set(lacks) == {"Application Users > API Tokens", "APIs"}
    assert "“Application Users”" in lacks["Application Users > API Tokens"]
    assert "limited to departments" in lacks["APIs"]
    assert "Finance" in screen.controls.table.notice
