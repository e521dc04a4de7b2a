"""How far long work has come, for whoever shows a bar of it."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "no_progress"]

Progress = Callable[[int, int], None]
"""Called as the work goes on, with how much is done and how much there is."""


def no_progress(done: int, total: int) -> None:
    """For whoever does not look."""
