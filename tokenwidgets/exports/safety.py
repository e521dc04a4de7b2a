"""Make texts safe for spreadsheets and for eyes, in ways that can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from tokenwidgets.cells import FORMULA, armed, disarmed

__all__ = [
    "FORMULA",
    "as_cell",
    "as_it_was",
    "as_text",
    "each_once",
    "from_cell",
    "from_text",
    "spelled_out",
]

# Controls, line and paragraph separators, lone surrogates, not characters at all, and what
# turns the direction of the text around it or cannot be seen.
_UNSEEN = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff9-\uffff"
)
_TO_SPELL = re.compile(rf"[{_UNSEEN}]|\\(?=u[0-9a-f]{{4}})")
_SPELLED = re.compile(r"\\u([0-9a-f]{4})")

# What Excel takes for the character of this number: its own way to spell out (ST_Xstring).
_EXCEL_SPELLED = re.compile(r"_x(?!d[89a-f])([0-9a-f]{4})_", re.IGNORECASE)
_EXCEL_TO_SPELL = re.compile(r"_(?=x[0-9a-f]{4}_)", re.IGNORECASE)


def spelled_out(text: str) -> str:
    r"""The text with each character that cannot be seen as ``\u202e``."""
    return _TO_SPELL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def as_it_was(text: str) -> str:
    """The text that ``spelled_out`` was given."""
    return _SPELLED.sub(lambda found: chr(int(found[1], 16)), text)


def as_text(text: str) -> str:
    """The text for CSV, where only an apostrophe keeps a spreadsheet from running it."""
    return disarmed(spelled_out(text))


def from_text(text: str) -> str:
    """The text that ``as_text`` was given."""
    return as_it_was(armed(text))


def as_cell(text: str) -> str:
    """The text for a file of Excel, where ``_x202E_`` would be a character that is not seen."""
    return _EXCEL_TO_SPELL.sub("_x005F_", spelled_out(text))


def from_cell(text: str) -> str:
    """The text that ``as_cell`` was given."""
    return as_it_was(_EXCEL_SPELLED.sub(lambda found: chr(int(found[1], 16)), text))


def each_once(values: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Change texts, each distinct one once; missing ones stay missing."""
    distinct = pd.unique(values.dropna())
    changed = {text: new for text in distinct if (new := change(text)) != text}
    if not changed:
        return values
    return values.map(lambda text: changed.get(text, text), na_action="ignore").astype("str")
