"""Close files that were looked into, but for those that an SQLite of this process has open."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path

__all__ = ["close"]

_kept: list[FileIO] = []


def close(file: FileIO, content: bytes) -> None:
    """Close a file that begins like this, unless that would take away SQLite's locks on it.

    The locks belong to the process: to close the file anywhere in it lets go of all of them, and
    what SQLite writes then may be lost (https://sqlite.org/howtocorrupt.html, 2.2). So the file
    stays open.
    """
    if content.startswith(b"SQLite format 3\0") or str(file.name).endswith("-shm"):
        _kept.append(file)
        _close_unused()
    else:
        file.close()


def _close_unused() -> None:
    """Close those that nobody else in this process has open."""
    ours = {file.fileno(): file for file in _kept}
    try:
        numbers = [int(entry.name) for entry in Path("/dev/fd").iterdir()]
    except OSError:
        numbers = []  # Windows, where a lock is not the process's
    others = {_identity(number) for number in numbers if number not in ours}
    for number, file in ours.items():
        if _identity(number) not in others:
            _kept.remove(file)
            file.close()


def _identity(number: int) -> tuple[int, int] | None:
    try:
        status = os.fstat(number)
    except OSError:
        return None
    return (status.st_dev, status.st_ino)
