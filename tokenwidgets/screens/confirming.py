"""What is asked before much is done at once: how much it is, typed, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenwidgets import errors

__all__ = ["NUMBER", "WHY", "number_field", "refuse_other_number"]

NUMBER = "count"
"""The name of the field that has to hold the number of tokens."""

WHY: dict[str, Any] = {
    "name": "why",
    "label": "Why",
    "kind": "text",
    "help": "A note for the audit trail; it may be empty.",
}
"""The field for a note."""

_LABEL = "Number of tokens"


def number_field(tokens: int) -> dict[str, Any]:
    """The field for the number, which says what it has to be."""
    return {
        "name": NUMBER,
        "label": _LABEL,
        "kind": "number",
        "min": 0,
        "help": f"Type {tokens} to confirm.",
    }


def refuse_other_number(values: Mapping[str, str], tokens: int) -> None:
    """Refuse an answer in which another number was typed (``InvalidValue``)."""
    if values.get(NUMBER, "").strip() != str(tokens):
        raise errors.InvalidValue(_LABEL, f"type {tokens} to confirm.")
