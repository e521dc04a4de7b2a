"""Steps on the screen User Groups."""

from __future__ import annotations

from typing import Any

from person import Person

from tokenwidgets.vocabulary import Control

DESK = [Control.APPLICATION_USERS, Control.API_TOKENS]
"""What the group "Desk" gives."""


def opens(person: Person, screen: Any, name: str, tab: str = "General") -> None:
    person.does(screen.list.table, "open-row", key=name)
    person.does(screen.strip, "select-tab", name=tab)


def given(screen: Any) -> list[str]:
    """The controls whose check boxes are ticked."""
    return [row["name"] for row in screen.controls.table.controls if row["given"]]


def members(screen: Any) -> list[str]:
    return [row["key"] for row in screen.members.table.rows]
