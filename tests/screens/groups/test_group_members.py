"""The members of a group: found, added, removed."""

from __future__ import annotations

from typing import Any

from group_steps import members, opens
from house import goes_to
from person import Person

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


def test_a_user_is_found_and_becomes_a_member(admin: Person, screen: Any, populated: Platform):
    opens(admin, screen, "Desk", "Members")
    finder = screen.members.finder
    admin.does(finder, "find-users", text="DOE")
    assert finder.found == [{"key": "jdoe", "name": "Jane Doe", "note": ""}]
    assert finder.asked == "DOE"
    admin.does(finder, "choose-user", key="jdoe")
    assert members(screen) == ["jdoe"]
    assert populated.groups.members("Desk") == ("jdoe",)
    assert admin.said == ("status", "jdoe is now in Desk.")
    admin.does(finder, "find-users", text="doe")
    assert finder.found[0]["note"] == "is a member"


def test_who_was_found_for_one_group_is_not_found_yet_for_another(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "Desk", "Members")
    finder = screen.members.finder
    admin.does(finder, "find-users", text="jd", turn=1)
    admin.does(screen.strip, "close")
    opens(admin, screen, "Administrators", "Members")
    assert (finder.found, finder.asked) == ([], "")
    admin.does(finder, "choose-user", key="jdoe")
    assert populated.groups.members("Administrators") == ("admin",)
    admin.does(finder, "find-users", text="jd", turn=2)
    assert finder.found == [{"key": "jdoe", "name": "Jane Doe", "note": ""}]
    assert finder.answered == 2


def test_a_user_who_was_not_found_cannot_be_chosen(admin: Person, screen: Any, populated: Platform):
    opens(admin, screen, "Desk", "Members")
    admin.does(screen.members.finder, "choose-user", key="asmith")
    assert populated.groups.members("Desk") == ()


def test_a_member_is_removed(admin: Person, screen: Any, populated: Platform):
    populated.memberships.set("jdoe", "Desk", True)
    populated.memberships.set("asmith", "Desk", True)
    opens(admin, screen, "Desk", "Members")
    assert members(screen) == ["asmith", "jdoe"]
    admin.does(screen.members.table, "act-on-row", action="remove", key="jdoe")
    assert members(screen) == ["asmith"]
    assert admin.said == ("status", "jdoe is no longer in Desk.")


def test_a_link_of_another_group_s_members_that_comes_late_removes_nobody(
    admin: Person, screen: Any, populated: Platform
):
    populated.memberships.set("asmith", "Desk", True)
    for name in ("Desk", "Administrators"):
        opens(admin, screen, name, "Members")
    populated.memberships.set("asmith", "Administrators", True)
    admin.does(screen.members.table, "act-on-row", action="remove", key="asmith")
    assert populated.groups.members("Administrators") == ("admin", "asmith")


def test_members_are_searched(admin: Person, screen: Any, populated: Platform):
    populated.memberships.set("jdoe", "Desk", True)
    populated.memberships.set("asmith", "Desk", True)
    opens(admin, screen, "Desk", "Members")
    admin.does(screen.members.table, "search", text="smith")
    assert members(screen) == ["asmith"]
    admin.does(screen.members.table, "search", text="nobody")
    assert screen.members.table.empty == "No member matches this search."


def test_the_last_administrator_stays_a_member(admin: Person, screen: Any, populated: Platform):
    opens(admin, screen, "Administrators", "Members")
    admin.does(screen.members.table, "act-on-row", action="remove", key="admin")
    assert admin.said[0] == "alert"
    assert members(screen) == ["admin"]
    assert populated.groups.members("Administrators") == ("admin",)


def test_without_the_control_for_memberships_members_are_only_seen(
    with_controls: Any, populated: Platform
):
    helper = with_controls(Control.USER_GROUPS, Control.APPLICATION_USERS)
    populated.groups.add("Desk")
    populated.memberships.set("jdoe", "Desk", True)
    screen = goes_to(helper, Control.USER_GROUPS)
    opens(helper, screen, "Desk", "Members")
    assert helper.shown == [screen.strip, screen.members.table]
    assert "remove" not in {column["key"] for column in screen.members.table.columns}
    helper.does(screen.members.table, "act-on-row", action="remove", key="jdoe")
    assert helper.said[0] == "alert"
    assert populated.groups.members("Desk") == ("jdoe",)
