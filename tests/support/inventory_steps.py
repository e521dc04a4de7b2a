"""Steps on the screen Token Inventory."""

from __future__ import annotations

from typing import Any

from person import Person


def names(screen: Any) -> set[str]:
    return {row["name"] for row in screen.table.rows}


def filters(person: Person, screen: Any, **values: str) -> None:
    person.does(screen.bar, "filter", values=values, zone="UTC")


def selects(person: Person, screen: Any, *ids: int) -> None:
    person.does(screen.table, "select", keys=[str(each) for each in ids])
