"""The group chooser passes on what was ticked, and shows what it is told."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Wire

from tokenwidgets.widgets.group_chooser import GroupChooser, SetMembership

AUDITORS = {
    "name": "Auditors",
    "description": "They read.",
    "controls": ["Audit Log"],
    "member": False,
    "locked": "",
}


@pytest.fixture
def chooser() -> GroupChooser:
    return GroupChooser(groups=[AUDITORS], can_change=True)


@pytest.fixture
def heard(chooser: GroupChooser) -> list[Any]:
    """What a listener of the chooser hears."""
    heard: list[Any] = []
    chooser.listen(heard.append)
    return heard


def test_listeners_hear_which_box_was_ticked(chooser: GroupChooser, heard: list[Any], wire: Wire):
    wire.send(chooser, "set-membership", group="Auditors", member=True, serial=0)
    assert heard == [SetMembership(group="Auditors", member=True, serial=0)]


def test_a_tick_changes_nothing_until_whoever_fills_it_says_so(chooser: GroupChooser, wire: Wire):
    wire.send(chooser, "set-membership", group="Auditors", member=True, serial=0)
    assert chooser.groups == [AUDITORS]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"group": "Auditors", "serial": 0},
        {"group": "Auditors", "member": "yes", "serial": 0},
        {"member": True, "serial": 0},
        {"group": "Auditors", "member": True},
        {"group": "Auditors", "member": True, "serial": -1},
    ],
)
def test_what_is_no_tick_is_dropped(
    chooser: GroupChooser, heard: list[Any], wire: Wire, content: dict[str, Any]
):
    wire.send(chooser, "set-membership", **content)
    assert heard == []
    assert chooser.dropped == 1
