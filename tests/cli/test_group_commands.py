"""``tokenwidgets group``: groups, their controls and their members from a shell."""

from __future__ import annotations

import json

import pytest
from commands import CommandLine

from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


def test_add_adds_a_group_with_controls_and_departments(
    cli: CommandLine, stocked: Platform
) -> None:
    options = ["--description", "Finance's own", "--department", "Finance"]
    for control in ("Application Users", "application users > api tokens"):
        options += ["--control", control]
    assert cli("group", "add", "Desk", *options).status == 0
    group = stocked.groups.get("Desk")
    assert group.description == "Finance's own"
    assert group.departments == ("Finance",)
    assert group.controls == (Control.APPLICATION_USERS, Control.API_TOKENS)


@pytest.mark.usefixtures("stocked")
def test_an_unknown_control_is_refused_with_those_that_there_are(cli: CommandLine) -> None:
    ended = cli("group", "add", "Desk", "--control", "Everything")
    assert ended.status == 1
    assert "there is no 'Everything'" in ended.err
    assert "“Token Inventory”" in ended.err


def test_list_shows_what_groups_give(cli: CommandLine, stocked: Platform) -> None:
    stocked.groups.add("Auditors", controls=[Control.AUDIT_LOG])
    rows = json.loads(cli("group", "list", "--format", "json").out)
    assert rows[1] == {
        "name": "Auditors",
        "active": True,
        "members": 0,
        "departments": [],
        "controls": ["Audit Log"],
    }
    assert cli("group", "list").out.splitlines()[2].split("  ")[-1] == "Audit Log"


def test_control_gives_takes_and_lists(cli: CommandLine, stocked: Platform) -> None:
    stocked.groups.add("Auditors", controls=[Control.AUDIT_LOG])
    ended = cli("group", "control", "Auditors", "--grant", "APIs", "--grant", "Token Inventory")
    assert ended.err == "Auditors has 3 of 8 controls.\n"
    assert cli("group", "control", "Auditors", "--revoke", "audit log").status == 0
    assert cli("group", "control", "Auditors").out == "APIs\nToken Inventory\n"
    assert cli("group", "control", "Auditors", "--revoke", "APIs", "--grant", "APIs").status == 2


def test_the_last_administrator_keeps_the_control(cli: CommandLine, stocked: Platform) -> None:
    ended = cli("group", "control", "Administrators", "--revoke", "User Groups")
    assert ended.status == 1
    assert "nobody who can administer user groups" in ended.err
    assert Control.USER_GROUPS in stocked.groups.get("Administrators").controls


def test_member_adds_removes_and_lists(cli: CommandLine, stocked: Platform) -> None:
    stocked.groups.add("Auditors")
    ended = cli("group", "member", "Auditors", "--add", "jdoe", "--add", "asmith")
    assert ended.err == "jdoe is in Auditors.\nasmith is in Auditors.\n"
    assert cli("group", "member", "Auditors", "--remove", "jdoe").status == 0
    assert cli("group", "member", "Auditors").out == "asmith\n"
    assert stocked.groups.members("Auditors") == ("asmith",)
    assert cli("group", "member", "Auditors", "--add", "nobody").status == 1
    assert cli("group", "member", "Nobodys").status == 1
