"""What is asked before much is done at once: how much it is, typed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenwidgets import errors
from tokenwidgets.language import Phrase, t

__all__ = ["NUMBER", "WHY", "note_field", "number_field", "refuse_other_number"]

NUMBER = "count"
"""The name of the field that has to hold the number of tokens."""

WHY = "why"
"""The name of the field for a note."""

_LABEL = Phrase("Number of tokens")


def note_field() -> dict[str, Any]:
    """The field for a note."""
    return {
        "name": WHY,
        "label": t("Why"),
        "kind": "text",
        "help": t("A note for the audit trail; it may be empty."),
    }


def number_field(tokens: int) -> dict[str, Any]:
    """The field for the number, which says what it has to be."""
    return {
        "name": NUMBER,
        "label": t(_LABEL),
        "kind": "number",
        "min": 0,
        "help": t("Type {number} to confirm.", number=str(tokens)),
    }


def refuse_other_number(values: Mapping[str, str], tokens: int) -> None:
    """Refuse an answer in which another number was typed (``InvalidValue``)."""
    if values.get(NUMBER, "").strip() != str(tokens):
        problem = Phrase("type {number} to confirm.", number=str(tokens))
        raise errors.InvalidValue(_LABEL, problem)
