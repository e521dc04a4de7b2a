"""The filters of the screen Audit Log, and what they mean to the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from tokenwidgets import errors
from tokenwidgets.audit import DENIED, DONE
from tokenwidgets.language import Phrase, t

__all__ = ["audit_filters", "event_filters"]


def audit_filters(actions: Sequence[str]) -> list[dict[str, Any]]:
    """The filters, as a ``FilterBar`` takes them."""
    return [
        {
            "name": "search",
            "label": t("Search"),
            "kind": "search",
            "placeholder": t("Actor, action, subject or user"),
        },
        {"name": "actor", "label": t("Actor"), "kind": "text", "placeholder": t("User ID")},
        {
            "name": "action",
            "label": t("Action"),
            "kind": "select",
            "options": [
                {"value": "", "label": t("Any")},
                *({"value": action, "label": t(action)} for action in actions),
            ],
        },
        {
            "name": "outcome",
            "label": t("Outcome"),
            "kind": "select",
            "options": [
                {"value": "", "label": t("Any")},
                {"value": DONE, "label": t("done")},
                {"value": DENIED, "label": t("denied")},
            ],
        },
        {"name": "since", "label": t("Since"), "kind": "date"},
        {"name": "until", "label": t("Until"), "kind": "date"},
    ]


def event_filters(values: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
    """The values of the filters as arguments of ``history.page``.

    Args:
        values: by the filters' names; days are those of the viewer's zone, the last one included.
        zone: the viewer's time zone.

    Raises:
        InvalidValue: one is no day; its ``field`` is the filter's name.

    """
    given: dict[str, Any] = {
        name: values[name].strip()
        for name in ("search", "actor", "action", "outcome")
        if values.get(name, "").strip()
    }
    if values.get("since"):
        given["since"] = _midnight("since", values["since"], zone)
    if values.get("until"):
        given["until"] = _midnight("until", values["until"], zone, days=1)
    return given


def _midnight(name: str, text: str, zone: tzinfo, *, days: int = 0) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise errors.InvalidValue(name, Phrase("is no day.")) from None
    if not 1970 <= day.year <= 9000:
        raise errors.InvalidValue(name, Phrase("is too far away."))
    return datetime.combine(day, time(), zone)
