"""Texts in the cells of CSV files, so that no spreadsheet runs them and each can be read again."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["FORMULA", "armed", "disarmed", "in_one_cell", "of_one_cell"]

# What a spreadsheet takes for a formula, also in full width and after space or apostrophes.
FORMULA = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")

_TO_ESCAPE = re.compile(r"[\\;|]")
_ESCAPED_OR_BETWEEN = re.compile(r"\\([\\;|])|[;|\n]")
_BETWEEN = "\n"  # no name has one


def disarmed(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would take it for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def armed(text: str) -> str:
    """The text that ``disarmed`` was given."""
    return text[1:] if text[:1] == "'" and FORMULA.match(text[1:]) else text


def in_one_cell(names: Iterable[str]) -> str:
    r"""The names, separated by ``;``; one that is in a name itself is written as ``\;``."""
    return ";".join(_TO_ESCAPE.sub(r"\\\g<0>", name) for name in names)


def of_one_cell(cell: str) -> list[str]:
    r"""The names that ``in_one_cell`` was given, or people wrote with ``;``, ``|`` or new lines.

    A backslash that is before anything but these, or another backslash, is part of the name.
    """
    return _ESCAPED_OR_BETWEEN.sub(lambda found: found[1] or _BETWEEN, cell).split(_BETWEEN)
