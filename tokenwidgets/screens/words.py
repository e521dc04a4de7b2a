"""How values are put into words and JSON for the components."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from tokenwidgets.history import EventRow
from tokenwidgets.language import Phrase, numeral, t, tn
from tokenwidgets.paging import Page
from tokenwidgets.vocabulary import Access, TokenStatus

__all__ = [
    "access_summary",
    "and_more",
    "event_row",
    "events_in_all",
    "iso",
    "labels_of",
    "month_words",
    "plain_value",
    "short_access",
    "short_month",
    "status_words",
    "tokens_in_all",
    "users_in_all",
]

_MOST_NAMED = 10
_OURS = frozenset({"access", "controls", "given", "taken"})
_ACTIONS = (
    Phrase("activate API"),
    Phrase("activate user"),
    Phrase("add API"),
    Phrase("add group"),
    Phrase("add member"),
    Phrase("add token"),
    Phrase("add user"),
    Phrase("change tokens"),
    Phrase("deactivate API"),
    Phrase("deactivate user"),
    Phrase("edit API"),
    Phrase("edit group"),
    Phrase("edit token"),
    Phrase("edit user"),
    Phrase("import APIs"),
    Phrase("import users"),
    Phrase("read"),
    Phrase("regenerate token"),
    Phrase("remove member"),
    Phrase("revoke all tokens"),
    Phrase("revoke token"),
    Phrase("revoke tokens"),
    Phrase("seed platform"),
    Phrase("send reminder"),
    Phrase("send reminders"),
    Phrase("set controls"),
)
"""The actions of the trail, where they are stored in English: named here for the catalogues."""

_DETAILS = {
    "access": Phrase("access"),
    "api_group": Phrase("group"),
    "controls": Phrase("controls"),
    "count": Phrase("count"),
    "department": Phrase("department"),
    "departments": Phrase("departments"),
    "description": Phrase("description"),
    "email": Phrase("email"),
    "expires_at": Phrase("expires"),
    "given": Phrase("given"),
    "group": Phrase("group"),
    "hint": Phrase("token"),
    "is_active": Phrase("active"),
    "months": Phrase("months"),
    "name": Phrase("name"),
    "old_secret_ends_at": Phrase("old secret works until"),
    "read_only": Phrase("GET only"),
    "taken": Phrase("taken"),
    "title": Phrase("title"),
    "user": Phrase("user"),
    "version_label": Phrase("version"),
    "why": Phrase("why"),
}
_MONTHS = (
    (Phrase("January"), Phrase("Jan")),
    (Phrase("February"), Phrase("Feb")),
    (Phrase("March"), Phrase("Mar")),
    (Phrase("April"), Phrase("Apr")),
    (Phrase("May"), Phrase("May")),
    (Phrase("June"), Phrase("Jun")),
    (Phrase("July"), Phrase("Jul")),
    (Phrase("August"), Phrase("Aug")),
    (Phrase("September"), Phrase("Sep")),
    (Phrase("October"), Phrase("Oct")),
    (Phrase("November"), Phrase("Nov")),
    (Phrase("December"), Phrase("Dec")),
)
_SHORT = {Access.FULL: Phrase("Full"), Access.READ: Phrase("Read")}


def iso(instant: datetime | None) -> str | None:
    """An instant as components take it: ISO 8601 with its zone."""
    return None if instant is None else instant.isoformat()


def month_words(day: date) -> str:
    """The month of this day in words: ``July 2026``."""
    return f"{t(_MONTHS[day.month - 1][0])} {day.year}"


def short_month(day: date) -> str:
    """The same in few letters: ``Jul 2026``."""
    return f"{t(_MONTHS[day.month - 1][1])} {day.year}"


def status_words(status: TokenStatus) -> str:
    """A status where nothing stands before it, as in a legend: ``Active``."""
    words = t(status)
    return words[:1].upper() + words[1:]


def labels_of(names: Iterable[str]) -> dict[str, str]:
    """What these are called in the viewer's language, where that is not their name."""
    return {name: t(name) for name in names if t(name) != name}


def and_more(items: Iterable[str], more: int) -> list[str]:
    """The items, and that there are more, if there are."""
    return [*items, t("and {more} more", more=more)] if more > 0 else [*items]


def users_in_all(page: Page[Any]) -> str:
    """``1 user``, ``1,234 users``; if there are more, and not counted, ``10,000+ users``."""
    return tn("{count} user", "{count} users", page.total, count=_counted(page))


def tokens_in_all(page: Page[Any]) -> str:
    """The same of tokens."""
    return tn("{count} token", "{count} tokens", page.total, count=_counted(page))


def events_in_all(page: Page[Any]) -> str:
    """The same of events."""
    return tn("{count} event", "{count} events", page.total, count=_counted(page))


def _counted(page: Page[Any]) -> str:
    return f"{numeral(page.total)}{'+' * page.more}"


def short_access(access: Access) -> str:
    """``Full`` or ``Read``."""
    return t(_SHORT[access])


def access_summary(grants: Mapping[str, Access]) -> str:
    """``Full: 2, Read: 3``."""
    counts = {
        level: sum(access is level for access in grants.values())
        for level in (Access.FULL, Access.READ)
    }
    words = [f"{short_access(level)}: {count}" for level, count in counts.items() if count]
    return ", ".join(words) or t("None")


def event_row(event: EventRow, about: str = "") -> dict[str, Any]:
    """An audit event as a row of an ``EventList``; ``about`` is what the whole list is about."""
    whom = event.user_id if event.user_id not in (about, event.subject) else None
    detail = {key: value for key, value in event.detail.items() if value != event.subject}
    return {
        "key": str(event.id),
        "at": iso(event.at),
        "actor": event.actor,
        "action": t(event.action),
        "subject": event.subject,
        "outcome": event.outcome,
        "details": "; ".join(
            [*([t("user: {user}", user=whom)] if whom else []), *_details(event.action, detail)]
        ),
    }


def _details(action: str, detail: Mapping[str, Any]) -> list[str]:
    match detail:
        case {"before": dict() as before, "after": dict() as after}:
            return [_changed(key, _name(key), before.get(key), after[key]) for key in after]
        case _ if action.startswith("edit "):
            return [_edited(key, change) for key, change in detail.items()]
        case _:
            return [_said(key, value) for key, value in detail.items() if key != "token_ids"]


def _edited(key: str, change: Any) -> str:
    match change:
        case [before, after]:
            return _changed(key, _name(key), before, after)
        case dict():
            pairs = {api: pair for api, pair in change.items() if _is_pair(pair)}
            return _some(_changed(key, api, *pair) for api, pair in pairs.items())
        case _:
            return _said(key, change)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


def _changed(key: str, name: str, before: Any, after: Any) -> str:
    ours = key in _OURS
    return f"{name}: {plain_value(before, ours=ours)} → {plain_value(after, ours=ours)}"


def _said(key: str, value: Any) -> str:
    if key == "access" and isinstance(value, dict):
        apis = defaultdict(list)
        for api, level in sorted(value.items()):
            apis[level].append(api)
        return "; ".join(f"{t(level)}: {_some(names)}" for level, names in sorted(apis.items()))
    return f"{_name(key)}: {plain_value(value, ours=key in _OURS)}"


def _name(key: str) -> str:
    return t(_DETAILS.get(key, key.replace("_", " ")))


def _some(texts: Iterable[str]) -> str:
    every = list(texts)
    names, more = ", ".join(every[:_MOST_NAMED]), len(every) - _MOST_NAMED
    return t("{names} and {more} more", names=names, more=more) if more > 0 else names


def plain_value(value: Any, *, ours: bool = False) -> str:
    """A JSON value in words; instants as they are, since a browser knows the viewer's zone.

    Args:
        value: the value.
        ours: whether texts in it are levels of access or controls, which the catalogue has; what
            people have typed is told as they typed it.

    """
    match value:
        case list():
            return _some(plain_value(each, ours=ours) for each in value) or t("none")
        case dict():
            pairs = (f"{key} {plain_value(each, ours=ours)}" for key, each in value.items())
            return _some(pairs) or t("none")
        case True:
            return t("yes")
        case False:
            return t("no")
        case "" | None:
            return t("nothing")
        case _:
            return t(str(value)) if ours else str(value)
