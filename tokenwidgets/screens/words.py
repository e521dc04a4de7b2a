"""How values are put into words and JSON for the components."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tokenwidgets.history import EventRow
from tokenwidgets.vocabulary import Access

__all__ = ["access_summary", "count_of", "event_row", "iso"]


def iso(instant: datetime | None) -> str | None:
    """An instant as components take it: ISO 8601 with its zone."""
    return None if instant is None else instant.isoformat()


def count_of(number: int, one: str, many: str) -> str:
    """``1 user``, ``1,234 users``."""
    return f"{number:,} {one if number == 1 else many}"


def access_summary(grants: Mapping[str, Access]) -> str:
    """``Full: 2, Read: 3``."""
    counts = {
        level: sum(access is level for access in grants.values())
        for level in (Access.FULL, Access.READ)
    }
    words = [f"{level.label.split()[0]}: {count}" for level, count in counts.items() if count]
    return ", ".join(words) or "None"


def event_row(event: EventRow) -> dict[str, Any]:
    """An audit event as a row of an ``EventList``."""
    return {
        "key": str(event.id),
        "at": iso(event.at),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "outcome": event.outcome,
        "details": _details(event.detail),
    }


def _details(detail: Mapping[str, Any]) -> str:
    return "; ".join(f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in detail.items())


def _plain(value: Any) -> str:
    match value:
        case [before, after] if not isinstance(before, Mapping):
            return f"{_plain(before)} → {_plain(after)}"
        case list() if len(value) > 10:
            return f"{', '.join(map(_plain, value[:10]))} and {len(value) - 10} more"
        case list():
            return ", ".join(map(_plain, value)) or "none"
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items()) or "none"
        case True:
            return "yes"
        case False:
            return "no"
        case "" | None:
            return "nothing"
        case _:
            return str(value)
