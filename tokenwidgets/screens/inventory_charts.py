"""The charts of the screen Token Inventory: expirations by month, and tokens by API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta

from tokenwidgets.language import t
from tokenwidgets.screens.inventory_filters import ACCESS, LIVE, month_of
from tokenwidgets.screens.words import month_words, short_month, status_words
from tokenwidgets.tokens import APICount, MonthCount
from tokenwidgets.vocabulary import Access, TokenStatus

__all__ = ["expirations_figure", "picked", "tokens_figure"]

_MOST_MONTHS = 24
_MOST_APIS = 12
_BAR_HEIGHT = 18
_HEIGHT = 190
_COLOURS = {
    TokenStatus.ACTIVE: "var(--tw-chart-green)",
    TokenStatus.EXPIRING: "var(--tw-chart-amber)",
    TokenStatus.EXPIRED: "var(--tw-chart-red)",
    TokenStatus.REVOKED: "var(--tw-chart-grey)",
}
_SHADES = {Access.FULL: "var(--tw-chart-blue)", Access.READ: "var(--tw-chart-sky)"}
_BAR = {"type": "bar", "cursor": "pointer", "stroke": "var(--tw-surface)", "strokeWidth": 1}
_VALUES = {access: value for value, access in ACCESS.items()}


def picked(key: str) -> dict[str, str]:
    """The filters that a bar's key stands for; none if it is not one of these charts'."""
    match key.split("|", 2):
        case ["month", month, status]:
            return {"month": month, "status": status}
        case ["api", access, api]:
            return {"access": access, "api": api}
        case _:
            return {}


def expirations_figure(counts: Sequence[MonthCount], chosen: Mapping[str, str]) -> dict[str, Any]:
    """How many tokens expire in each month, by status; the months without any are there, too."""
    by_month = {(count.month, count.status): count.count for count in counts}
    months = _months(sorted({count.month for count in counts}))
    statuses = [each for each in TokenStatus if any((m, each) in by_month for m in months)]
    values = [
        {
            "Month": short_month(month),
            "Status": status_words(status),
            "Tokens": by_month[month, status],
            "order": order,
            "pick": _month_key(month, status),
            "on": _is_chosen(chosen, "month", month_of(month)) and _is_of(chosen, status),
        }
        for month in months
        for order, status in enumerate(statuses)
        if (month, status) in by_month
    ]
    rows = [
        {
            "label": month_words(month),
            "cells": [
                {"value": by_month.get((month, status), 0), "pick": _month_key(month, status)}
                for status in statuses
            ],
        }
        for month in months
        if any((month, status) in by_month for status in statuses)
    ]
    total = sum(by_month[key] for key in by_month if key[0] in months)
    return {
        "title": t("Expirations by month"),
        "summary": t("Bar chart: in which months {count} tokens expire", count=total),
        "spec": _columns_by_month(values, months, statuses),
        "columns": [t("Month"), *map(status_words, statuses)],
        "rows": rows,
    }


def tokens_figure(counts: Sequence[APICount], chosen: Mapping[str, str]) -> dict[str, Any]:
    """How many tokens open each API, by access; the APIs that most of them open."""
    by_api = {(count.api, count.access): count.count for count in counts}
    totals = {api: 0 for api, _ in by_api}
    for (api, _), count in by_api.items():
        totals[api] += count
    apis = sorted(totals, key=lambda api: (-totals[api], api))
    shown = apis[:_MOST_APIS]
    values = [
        {
            "API": api,
            "Access": t(access.label),
            "Tokens": by_api[api, access],
            "order": order,
            "pick": _api_key(api, access),
            "on": _is_chosen(chosen, "api", api) and _is_chosen(chosen, "access", _VALUES[access]),
        }
        for api in shown
        for order, access in enumerate(_SHADES)
        if (api, access) in by_api
    ]
    rows = [
        {
            "label": api,
            "cells": [
                {"value": by_api.get((api, access), 0), "pick": _api_key(api, access)}
                for access in _SHADES
            ],
        }
        for api in apis
    ]
    return {
        "title": t("Tokens by API (the first {shown} of {all})", shown=len(shown), all=len(apis))
        if len(apis) > len(shown)
        else t("Tokens by API"),
        "summary": t("Bar chart: how many tokens open each of {count} APIs", count=len(shown)),
        "spec": _bars_by_api(values, shown),
        "columns": [t("API"), *(t(access.label) for access in _SHADES)],
        "rows": rows,
    }


def _month_key(month: date, status: TokenStatus) -> str:
    return f"month|{month_of(month)}|{status.value}"


def _api_key(api: str, access: Access) -> str:
    return f"api|{_VALUES[access]}|{api}"


def _columns_by_month(
    values: list[dict[str, Any]], months: Sequence[date], statuses: Sequence[TokenStatus]
) -> dict[str, Any]:
    """The specification of columns, one a month, each in the colours of its statuses."""
    axis = {"labelAngle": 0, "labelOverlap": "parity", "labelSeparation": 8, "grid": False}
    return {
        "height": _HEIGHT,
        "data": {"values": values},
        "mark": _BAR,
        "encoding": {
            "x": {
                "field": "Month",
                "type": "nominal",
                "title": None,
                "scale": {"domain": [short_month(month) for month in months]},
                "axis": axis,
            },
            "y": _count_axis(),
            "color": _colour("Status", {status_words(each): _COLOURS[each] for each in statuses}),
            "order": {"field": "order"},
            "opacity": _FAINT,
            "tooltip": _tooltip("Month", "Status"),
        },
    }


def _bars_by_api(values: list[dict[str, Any]], apis: Sequence[str]) -> dict[str, Any]:
    """The specification of bars, one an API, each in the shades of its access."""
    return {
        "height": {"step": _BAR_HEIGHT},
        "data": {"values": values},
        "mark": _BAR,
        "encoding": {
            "y": {"field": "API", "type": "nominal", "title": None, "sort": apis},
            "x": _count_axis(),
            "color": _colour("Access", {t(each.label): shade for each, shade in _SHADES.items()}),
            "order": {"field": "order"},
            "opacity": _FAINT,
            "tooltip": _tooltip("API", "Access"),
        },
    }


_FAINT = {"condition": {"test": "datum.on", "value": 1}, "value": 0.35}


def _is_chosen(chosen: Mapping[str, str], name: str, value: str) -> bool:
    """Whether a filter lets this value through."""
    return chosen.get(name, value) in (value, "")


def _is_of(chosen: Mapping[str, str], status: TokenStatus) -> bool:
    if chosen.get("status") == LIVE:
        return status.is_live
    return _is_chosen(chosen, "status", status.value)


def _months(present: Sequence[date]) -> list[date]:
    """All months from the first to the last, or the last ones of too many."""
    if not present:
        return []
    months = [present[-1]]
    while months[-1] > present[0] and len(months) < _MOST_MONTHS:
        months.append(months[-1] - relativedelta(months=1))
    return months[::-1]


def _count_axis() -> dict[str, Any]:
    # Each number by itself: 200 is not "0.2k" because another one is 1k.
    axis = {"tickMinStep": 1, "labelExpr": "format(datum.value, '~s')", "tickCount": 5}
    return {"field": "Tokens", "type": "quantitative", "title": None, "axis": axis}


def _colour(field: str, colours: Mapping[str, str]) -> dict[str, Any]:
    return {
        "field": field,
        "type": "nominal",
        "scale": {"domain": list(colours), "range": list(colours.values())},
    }


def _tooltip(*fields: str) -> list[dict[str, str]]:
    return [
        *({"field": field, "type": "nominal", "title": t(field)} for field in fields),
        {"field": "Tokens", "type": "quantitative", "format": ",", "title": t("Tokens")},
    ]
