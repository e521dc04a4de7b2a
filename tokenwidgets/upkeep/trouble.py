"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Trouble"]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be: where, and what."""

    place: str
    problem: str
