"""Which tokens: the filters of the inventory as options."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import traitlets
from dateutil.parser import isoparse

from tokenwidgets import errors
from tokenwidgets.cli.output import ListCommand
from tokenwidgets.settings import Text, Texts
from tokenwidgets.vocabulary import Access, TokenStatus

__all__ = ["FilteredCommand", "duration"]

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_ACCESS = {access.name.lower(): access for access in Access}


class FilteredCommand(ListCommand):
    """A command about those tokens that match its options."""

    status = traitlets.List(
        traitlets.Enum([status.value for status in TokenStatus]),
        help="The status; may be given several times.",
    ).tag(config=True)
    owner = Texts(help="The owner's User ID; may be given several times.").tag(config=True)
    group = Text(help="A user group that the owner is in.").tag(config=True)
    department = Text(help="The owner's department.").tag(config=True)
    api = Text(help="An API that the token opens.").tag(config=True)
    access = traitlets.Enum(
        ["", *_ACCESS], "", help="Exactly this access, to --api or to any: none, read, full."
    ).tag(config=True)
    search = Text(help="Part of the token's name or of its owner's.").tag(config=True)
    unused_for = Text(help="Not used for so long: 90d, 12h, 4w.").tag(config=True)
    created_since = Text(
        help="Added at this time or later: 2026-01-31, or 2026-01-31T12:00:00Z; UTC by default."
    ).tag(config=True)
    created_before = Text(help="Added before this time.").tag(config=True)

    option_names: ClassVar[tuple[str, ...]] = (
        "status",
        "owner",
        "group",
        "department",
        "api",
        "access",
        "search",
        "unused_for",
        "created_since",
        "created_before",
    )
    aliases = {
        **ListCommand.aliases,
        **{name.replace("_", "-"): f"FilteredCommand.{name}" for name in option_names},
    }

    def filters(self) -> dict[str, Any]:
        """The options that were given, as ``TokenFilter`` takes them."""
        given = {name: getattr(self, name) for name in self.option_names if getattr(self, name)}
        convert = {
            "access": _ACCESS.__getitem__,
            "unused_for": lambda text: duration("--unused-for", text),
            "created_since": lambda text: _instant("--created-since", text),
            "created_before": lambda text: _instant("--created-before", text),
        }
        return {name: convert.get(name, lambda same: same)(value) for name, value in given.items()}


def duration(option: str, text: str) -> timedelta:
    """``30d``, ``12h`` or ``4w`` as a time.

    Raises:
        InvalidValue: it is none of these.

    """
    found = re.fullmatch(r"(\d{1,5})([hdw])", text, re.ASCII)
    if found is None:
        raise errors.InvalidValue(option, f"must be like 30d, 12h or 4w, not {text[:20]!r}.")
    return int(found[1]) * _UNITS[found[2]]


def _instant(option: str, text: str) -> datetime:
    try:
        instant = isoparse(text)
    except ValueError:
        raise errors.InvalidValue(
            option, f"must be like 2026-01-31 or 2026-01-31T12:00:00Z, not {text[:40]!r}."
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
