"""Replace a file by a new one, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["replacing"]


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A new file beside the path, which takes its place at the end of the block.

    On an error it is removed; a process that is killed leaves ``.name.….part`` behind. Either
    way what was at the path stays as it was. A symbolic link stays one, and what it leads to is
    replaced; mode and group stay, and the owner where the system lets us. A pipe or a device is
    written to as it is.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle):
            _like(target, handle)
        yield part
        _to_disk(part)
        part.replace(target)
        _to_disk(target.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _like(path: Path, handle: int) -> None:
    """Give a new file the owner and mode of the one that is there; else those of any new file."""
    try:
        old = path.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    mode = old.st_mode & 0o777
    try:
        os.fchown(handle, -1, old.st_gid)
    except OSError:
        # Another group may do what everybody may, and no more.
        mode &= 0o707 | (mode & 0o007) << 3
    with contextlib.suppress(OSError):
        os.fchown(handle, old.st_uid, -1)
    os.fchmod(handle, mode)


def _to_disk(path: Path) -> None:
    """Make sure that it outlives the loss of power, where the system can."""
    with contextlib.suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
