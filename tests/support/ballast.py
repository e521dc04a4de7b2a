"""Something that takes all the room of a file system."""

from __future__ import annotations

import errno
from pathlib import Path

_BLOCK = 64 * 1024
_LEAST = 4096


class Ballast:
    """A file in a folder on a small file system of its own, which others fill as well."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"

    def fill(self, room: int) -> None:
        """Take all the room that there is, and then give so many bytes of it back."""
        with self._file.open("ab", buffering=0) as file:
            size = _BLOCK
            while size >= _LEAST:
                try:
                    file.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2
            file.truncate(max(file.tell() - room, 0))

    def remove(self) -> None:
        """Give all of it back."""
        self._file.unlink(missing_ok=True)
