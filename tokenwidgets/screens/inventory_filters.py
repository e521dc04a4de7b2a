"""The filters of the screen Token Inventory, and what they mean to the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from tokenwidgets import errors
from tokenwidgets.language import Phrase, t
from tokenwidgets.screens.words import month_words, status_words
from tokenwidgets.vocabulary import Access, TokenStatus

__all__ = ["ACCESS", "LIVE", "inventory_filters", "month_of", "token_filters"]

LIVE = "live"
"""The choice that stands for all statuses of tokens that open something."""

ACCESS = {"full": Access.FULL, "read": Access.READ, "none": Access.NONE}
"""The access by the values of its filter."""

_DAYS_UNUSED = (30, 90, 180, 365)
_DAYS_EXPIRING = (7, 30, 60, 90)
_OF_THE_LIST = Phrase("choose one of the list.")


def inventory_filters(apis: Sequence[str], months: Iterable[date]) -> list[dict[str, Any]]:
    """The filters, as a ``FilterBar`` takes them.

    Args:
        apis: the names to choose from.
        months: the first days of the months in which tokens expire.

    """
    statuses = [
        (LIVE, t("Live (active or expiring)")),
        *((each.value, status_words(each)) for each in TokenStatus),
    ]
    return [
        {
            "name": "search",
            "label": t("Search"),
            "kind": "search",
            "placeholder": t("Token, User ID or name"),
        },
        _select("status", t("Status"), statuses),
        _select("api", t("API"), [(api, api) for api in apis]),
        _select(
            "access", t("Access"), [(value, t(access.label)) for value, access in ACCESS.items()]
        ),
        {"name": "owner", "label": t("Owner"), "kind": "text", "placeholder": t("User ID")},
        _select(
            "unused",
            t("Unused for"),
            [(str(n), t("{days} days or more", days=n)) for n in _DAYS_UNUSED],
        ),
        _select(
            "expiring",
            t("Expiring within"),
            [(str(n), t("{days} days", days=n)) for n in _DAYS_EXPIRING],
        ),
        _select("month", t("Expires in"), [(month_of(day), month_words(day)) for day in months]),
    ]


def _select(name: str, label: str, choices: Iterable[tuple[str, str]]) -> dict[str, Any]:
    options = [{"value": value, "label": words} for value, words in (("", t("Any")), *choices)]
    return {"name": name, "label": label, "kind": "select", "options": options}


def month_of(day: date) -> str:
    """The value of the filter for the month of this day: ``2026-07``."""
    return f"{day:%Y-%m}"


def token_filters(values: Mapping[str, str]) -> dict[str, Any]:
    """The values of the filters as those of a ``TokenFilter``.

    Raises:
        InvalidValue: one is none of the choices; its ``field`` is the filter's name.

    """
    given: dict[str, Any] = {
        name: values[name].strip()
        for name in ("search", "api", "owner")
        if values.get(name, "").strip()
    }
    if status := values.get("status"):
        given["status"] = (
            (TokenStatus.ACTIVE, TokenStatus.EXPIRING) if status == LIVE else _status(status)
        )
    if access := values.get("access"):
        if access not in ACCESS:
            raise errors.InvalidValue("access", _OF_THE_LIST)
        given["access"] = ACCESS[access]
    if unused := values.get("unused"):
        given["unused_for"] = _days("unused", unused, _DAYS_UNUSED)
    if expiring := values.get("expiring"):
        given["expiring_within"] = _days("expiring", expiring, _DAYS_EXPIRING)
    if month := values.get("month"):
        first = _first_of(month)
        given |= {"expires_since": first, "expires_before": first + relativedelta(months=1)}
    return given


def _status(text: str) -> TokenStatus:
    try:
        return TokenStatus(text)
    except ValueError:
        raise errors.InvalidValue("status", _OF_THE_LIST) from None


def _days(name: str, text: str, choices: Sequence[int]) -> timedelta:
    for number in choices:
        if text == str(number):
            return timedelta(days=number)
    raise errors.InvalidValue(name, _OF_THE_LIST)


def _first_of(text: str) -> datetime:
    try:
        day = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise errors.InvalidValue("month", _OF_THE_LIST) from None
    if not 1970 <= day.year <= 9000:
        raise errors.InvalidValue("month", _OF_THE_LIST)
    return datetime(day.year, day.month, 1, tzinfo=UTC)
