"""How values are put into words and JSON for the components."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tokenwidgets.history import EventRow
from tokenwidgets.vocabulary import Access

__all__ = ["access_summary", "count_of", "event_row", "iso", "plain_value"]

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")
_MOST_NAMED = 10
_DETAILS = {
    "api_group": "group",
    "expires_at": "expires",
    "hint": "token",
    "is_active": "active",
    "old_secret_ends_at": "old secret works until",
    "read_only": "GET only",
    "version_label": "version",
}


def iso(instant: datetime | None) -> str | None:
    """An instant as components take it: ISO 8601 with its zone."""
    return None if instant is None else instant.isoformat()


def count_of(number: int, one: str, many: str, *, more: bool = False) -> str:
    """``1 user``, ``1,234 users``; if there are more, and not counted, ``10,000+ users``."""
    return f"{number:,}{'+' * more} {one if number == 1 and not more else many}"


def access_summary(grants: Mapping[str, Access]) -> str:
    """``Full: 2, Read: 3``."""
    counts = {
        level: sum(access is level for access in grants.values())
        for level in (Access.FULL, Access.READ)
    }
    words = [f"{level.label.split()[0]}: {count}" for level, count in counts.items() if count]
    return ", ".join(words) or "None"


def event_row(event: EventRow, about: str = "") -> dict[str, Any]:
    """An audit event as a row of an ``EventList`` of what is about a user, a group or all."""
    whom = event.user_id if event.user_id not in (about, event.subject) else None
    detail = {key: value for key, value in event.detail.items() if value != event.subject}
    return {
        "key": str(event.id),
        "at": iso(event.at),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "outcome": event.outcome,
        "details": "; ".join(
            [*([f"user: {whom}"] if whom else []), *_details(event.action, detail)]
        ),
    }


def _details(action: str, detail: Mapping[str, Any]) -> list[str]:
    match detail:
        case {"before": dict() as before, "after": dict() as after}:
            return [_changed(_name(key), before.get(key), after[key]) for key in after]
        case _ if action.startswith("edit "):
            return [_edited(key, change) for key, change in detail.items()]
        case _:
            return [_said(key, value) for key, value in detail.items() if key != "token_ids"]


def _edited(key: str, change: Any) -> str:
    match change:
        case [before, after]:
            return _changed(_name(key), before, after)
        case dict():
            pairs = {api: pair for api, pair in change.items() if _is_pair(pair)}
            return _some(_changed(api, before, after) for api, (before, after) in pairs.items())
        case _:
            return _said(key, change)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _changed(name: str, before: Any, after: Any) -> str:
    return f"{name}: {plain_value(before)} → {plain_value(after)}"


def _said(key: str, value: Any) -> str:
    if key == "access" and isinstance(value, dict):
        apis = defaultdict(list)
        for api, level in sorted(value.items()):
            apis[level].append(api)
        return "; ".join(f"{level}: {_some(names)}" for level, names in sorted(apis.items()))
    return f"{_name(key)}: {plain_value(value)}"


def _name(key: str) -> str:
    return _DETAILS.get(key, key.replace("_", " "))


def _some(texts: Iterable[str]) -> str:
    every = list(texts)
    more = len(every) - _MOST_NAMED
    return ", ".join(every[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def plain_value(value: Any) -> str:
    """A JSON value in words."""
    match value:
        case list():
            return _some(map(plain_value, value)) or "none"
        case dict():
            return _some(f"{key} {plain_value(each)}" for key, each in value.items()) or "none"
        case True:
            return "yes"
        case False:
            return "no"
        case "" | None:
            return "nothing"
        case str() if _INSTANT.fullmatch(value):
            return f"{datetime.fromisoformat(value).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case _:
            return str(value)
