"""Undo: what was saved is as it was before, if nobody changed it since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from house import goes_to, saves
from person import Person, live_tokens

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control


def offers_undo(person: Person) -> bool:
    return bool(person.app.shell.bar.notice["undo"])


@pytest.fixture
def edited(at_token: Person) -> Person:
    """The administrator, who has just renamed jdoe's "nightly-load" and changed all else of it."""
    (row,) = at_token.tokens.grid.rows
    at_token.does(at_token.tokens.grid, "edit-token", id=row["id"])
    at_token.saves("weekly-load", "12", billing="Full Access")
    return at_token


def test_an_edit_of_a_token_is_undone(edited: Person, populated: Platform):
    assert edited.said == ("status", "“weekly-load” was saved.")
    assert offers_undo(edited)
    assert live_tokens(populated)["weekly-load"].months == 12
    edited.undoes()
    token = live_tokens(populated)["nightly-load"]
    assert (token.months, token.grants) == (6, {"orders": Access.READ})
    assert edited.row("nightly-load")["access"] == "Read: 1"
    assert edited.said == ("status", "“nightly-load” is as before.")
    assert not offers_undo(edited)
    event = populated.history.page().rows[0]
    assert (event.actor, event.action) == ("admin", "edit token")


def test_an_edit_is_undone_once(edited: Person, populated: Platform):
    serial = edited.app.shell.bar.notice["serial"]
    edited.undoes()
    version = live_tokens(populated)["nightly-load"].version
    for again in (serial, edited.app.shell.bar.notice["serial"], 0):
        edited.does(edited.app.shell.bar, "undo", serial=again)
    assert live_tokens(populated)["nightly-load"].version == version


def test_after_the_next_action_nothing_is_undone(edited: Person, populated: Platform):
    serial = edited.app.shell.bar.notice["serial"]
    edited.does(edited.tokens.grid, "show-ended", shown=True)
    assert edited.said == ("status", "")
    assert not offers_undo(edited)
    for late in (serial, edited.app.shell.bar.notice["serial"]):
        edited.does(edited.app.shell.bar, "undo", serial=late)
    assert list(live_tokens(populated)) == ["weekly-load"]


def test_undo_is_about_the_message_that_it_stands_beside(edited: Person, populated: Platform):
    earlier = edited.app.shell.bar.notice["serial"]
    edited.does(edited.tokens.grid, "edit-token", id=edited.row("weekly-load")["id"])
    edited.saves("monthly-load", "keep", billing="Full Access")
    edited.does(edited.app.shell.bar, "undo", serial=earlier)
    assert list(live_tokens(populated)) == ["monthly-load"]
    edited.undoes()
    assert list(live_tokens(populated)) == ["weekly-load"]


def test_what_somebody_else_changed_since_is_not_undone(edited: Person, populated: Platform):
    populated.tokens.edit(live_tokens(populated)["weekly-load"].id, name="theirs")
    edited.undoes()
    assert edited.said == (
        "alert",
        "Somebody else changed the token theirs in the meantime. So nothing was undone.",
    )
    assert list(live_tokens(populated)) == ["theirs"]
    assert edited.row("theirs")


def test_what_the_actor_may_no_longer_do_is_not_undone(
    edited: Person, populated: Platform, platform_of: Callable[[str], Platform]
):
    populated.users.add("boss", "The Boss")
    populated.memberships.set("boss", "Administrators", True)
    populated.memberships.set("admin", "Administrators", False)
    edited.undoes()
    assert edited.said[0] == "alert"
    assert list(live_tokens(platform_of("boss"))) == ["weekly-load"]


def test_an_edit_that_changed_nothing_has_nothing_to_undo(at_token: Person):
    (row,) = at_token.tokens.grid.rows
    at_token.does(at_token.tokens.grid, "edit-token", id=row["id"])
    at_token.saves("nightly-load", "keep", orders="Read Access")
    assert at_token.said == ("status", "“nightly-load” was saved.")
    assert not offers_undo(at_token)


def test_what_cannot_be_taken_back_offers_no_undo(at_token: Person):
    (row,) = at_token.tokens.grid.rows
    at_token.does(at_token.tokens.grid, "regenerate-token", id=row["id"])
    at_token.confirms(months="6")
    assert not offers_undo(at_token)
    at_token.does(at_token.tokens.grid, "revoke-token", id=row["id"])
    at_token.confirms()
    assert at_token.said == ("status", "“nightly-load” was revoked.")
    assert not offers_undo(at_token)


def test_a_profile_is_as_before(admin: Person, populated: Platform):
    before = populated.users.get("jdoe")
    admin.opens("jdoe")
    form = admin.app.detail.general.form
    changed = {
        **form.profile,
        "form": form.form,
        "name": "Jane Miller",
        "department": "Sales",
        "active": False,
    }
    admin.does(form, "save-profile", **changed)
    assert not populated.users.get("jdoe").is_active
    admin.undoes()
    after = populated.users.get("jdoe")
    assert (after.name, after.department, after.is_active) == ("Jane Doe", "Finance", True)
    assert after.version == before.version + 2
    assert admin.strip.heading == "Jane Doe"
    assert form.profile["name"] == "Jane Doe"


def test_a_membership_is_as_before_from_the_user_and_from_the_group(
    admin: Person, populated: Platform
):
    populated.groups.add("Auditors", controls=[Control.AUDIT_LOG])
    admin.opens("jdoe", "User Groups")
    chooser = admin.app.detail._tabs["User Groups"].chooser
    admin.ticks(chooser, "set-membership", group="Auditors", member=True)
    admin.undoes()
    assert admin.said == ("status", "jdoe is no longer in Auditors.")
    assert populated.groups.members("Auditors") == ()
    assert not offers_undo(admin)

    populated.memberships.set("jdoe", "Auditors", True)
    screen = goes_to(admin, Control.USER_GROUPS)
    admin.does(screen.list.table, "open-row", key="Auditors")
    admin.does(screen.strip, "select-tab", name="Members")
    admin.does(screen.members.table, "act-on-row", action="remove", key="jdoe")
    assert populated.groups.members("Auditors") == ()
    admin.undoes()
    assert populated.groups.members("Auditors") == ("jdoe",)


def test_who_was_in_the_group_before_is_not_taken_out_by_undo(admin: Person, populated: Platform):
    populated.groups.add("Auditors")
    admin.opens("jdoe", "User Groups")
    populated.memberships.set("jdoe", "Auditors", True)
    chooser = admin.app.detail._tabs["User Groups"].chooser
    admin.ticks(chooser, "set-membership", group="Auditors", member=True)
    assert not offers_undo(admin)


def test_a_group_and_its_controls_are_as_before(admin: Person, populated: Platform):
    populated.groups.add("Auditors", description="They read.", controls=[Control.AUDIT_LOG])
    screen: Any = goes_to(admin, Control.USER_GROUPS)
    admin.does(screen.list.table, "open-row", key="Auditors")
    saves(admin, screen.form.form, name="Readers", description="", active=False)
    assert not populated.groups.get("Readers").is_active
    admin.undoes()
    group = populated.groups.get("Auditors")
    assert (group.description, group.is_active) == ("They read.", True)
    assert screen.strip.heading == "Auditors"

    admin.does(screen.strip, "select-tab", name="Controls")
    admin.ticks(screen.controls.table, "set-control", control="APIs", given=True)
    assert len(populated.groups.get("Auditors").controls) == 2
    admin.undoes()
    assert populated.groups.get("Auditors").controls == (Control.AUDIT_LOG,)
    assert not offers_undo(admin)

    admin.ticks(screen.controls.table, "set-control", control="APIs", given=True)
    populated.groups.set_controls("Auditors", [])
    admin.undoes()
    assert "So nothing was undone." in admin.said[1]
    assert populated.groups.get("Auditors").controls == ()


def test_an_api_is_as_before(admin: Person, populated: Platform):
    before = populated.apis.get("orders")
    screen: Any = goes_to(admin, Control.APIS)
    admin.does(screen.list.table, "open-row", key="orders")
    saves(admin, screen.form.form, title="All orders", group="", read_only=True)
    assert populated.apis.get("orders").read_only
    admin.undoes()
    after = populated.apis.get("orders")
    assert (after.title, after.api_group, after.read_only) == (before.title, "Sales", False)
    assert screen.form.form.values["title"] == before.title
