"""Who is in which user group."""

from __future__ import annotations

import pytest
from state import events, rows

from tokenwidgets.errors import LastAdministrator, NotAllowed, UnknownUser


@pytest.fixture
def desk(populated):
    populated.groups.add("Desk", description="Help.", controls=["Audit Log", "APIs"])
    return populated


def test_a_user_is_put_into_a_group_and_taken_out_again(desk, database):
    desk.memberships.set("jdoe", "Desk", True)
    assert desk.users.get("jdoe").groups == ("Desk",)
    desk.memberships.set("jdoe", "Desk", False)
    assert desk.users.get("jdoe").groups == ()
    assert [
        (event.action, event.subject, event.user_id, event.detail)
        for event in events(database)[-2:]
    ] == [
        ("add member", "Desk", "jdoe", {"group": "Desk"}),
        ("remove member", "Desk", "jdoe", {"group": "Desk"}),
    ]


@pytest.mark.parametrize("member", [True, False])
def test_doing_so_twice_is_no_mistake_and_one_event(desk, database, member):
    desk.memberships.set("jdoe", "Desk", True)
    desk.memberships.set("jdoe", "Desk", member)
    before = rows(database)
    desk.memberships.set("jdoe", "Desk", member)
    assert rows(database) == before


def test_all_groups_are_shown_beside_a_user(desk):
    desk.memberships.set("jdoe", "Desk", True)
    desk.groups.add("Empty")
    desk.groups.edit("Empty", is_active=False)
    shown = {row.group: row for row in desk.memberships.of_user("jdoe")}
    assert list(shown) == ["Administrators", "Desk", "Empty"]
    assert (shown["Desk"].is_member, shown["Administrators"].is_member) == (True, False)
    assert shown["Desk"].controls == ("APIs", "Audit Log")
    assert (shown["Desk"].is_active, shown["Empty"].is_active) == (True, False)


def test_the_controls_begin_and_end_with_the_membership(desk, platform_of):
    assert platform_of("jdoe").users.authority().controls == ()
    desk.memberships.set("jdoe", "Desk", True)
    assert platform_of("jdoe").users.authority().controls == ("APIs", "Audit Log")
    desk.memberships.set("jdoe", "Desk", False)
    assert platform_of("jdoe").users.authority().controls == ()


def test_a_refused_membership_is_in_the_history_of_its_group_and_of_its_user(desk, platform_of):
    desk.groups.add("Members", controls=["Application Users", "Application Users > User Groups"])
    desk.memberships.set("jdoe", "Members", True)
    for user_id in ("jdoe", "asmith"):
        with pytest.raises(NotAllowed, match="“APIs” of the group Desk"):
            platform_of("jdoe").memberships.set(user_id, "Desk", True)
    for history in (desk.history.of_group("Desk"), desk.history.page(outcome="denied")):
        refused = [event for event in history.rows if event.outcome == "denied"]
        assert [(event.actor, event.subject, event.user_id) for event in refused] == [
            ("jdoe", "Desk", "asmith"),
            ("jdoe", "Desk", "jdoe"),
        ]
    with pytest.raises(NotAllowed):
        platform_of("asmith").memberships.set("nobody", "Desk", True)
    unknown = desk.history.of_group("Desk").rows[0]
    assert (unknown.user_id, unknown.detail["user"]) == (None, "nobody")
    (own,) = [e for e in desk.history.of_user("asmith").rows if e.outcome == "denied"]
    assert (own.action, own.detail["group"]) == ("add member", "Desk")


def test_the_last_administrator_cannot_leave(desk, database):
    before = rows(database, trail=False)
    with pytest.raises(LastAdministrator):
        desk.memberships.set("admin", "Administrators", False)
    assert rows(database, trail=False) == before


def test_an_inactive_administrator_does_not_count_as_one(desk):
    desk.memberships.set("jdoe", "Administrators", True)
    desk.users.edit("jdoe", is_active=False)
    with pytest.raises(LastAdministrator):
        desk.memberships.set("admin", "Administrators", False)


@pytest.mark.parametrize("user_id", ["nobody", "", None])
def test_an_unknown_user_is_told(desk, user_id):
    with pytest.raises(UnknownUser):
        desk.memberships.set(user_id, "Desk", True)
    with pytest.raises(UnknownUser):
        desk.memberships.of_user(user_id)
