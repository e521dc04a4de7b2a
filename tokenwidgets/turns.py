"""Whose turn it is to write to an SQLite file, among the threads and processes of a machine.

SQLite's own waiters look again after longer and longer pauses, so that who came last is often the
first. Here they stand in a queue, which the system keeps: a lock on an empty file beside the
database. Nothing but how long each waits depends on it: SQLite has its own lock.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import URL

try:
    import fcntl
except ImportError:  # where there are no such locks, as on Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["turn"]


@contextlib.contextmanager
def turn(url: URL, patience: float) -> Iterator[None]:
    """Wait for one's turn, at most for so many seconds; it ends with the block, or the process.

    Servers have queues of their own: there, and where the file cannot be made, nobody waits.
    """
    file = _queue_beside(url)
    if file is None:
        yield
        return
    over = threading.Event()
    try:
        _take(file, patience, over)
        yield
    finally:
        over.set()
        _give_back(file)
        os.close(file)


def _queue_beside(url: URL) -> int | None:
    name = url.database or ""
    if fcntl is None or url.get_backend_name() != "sqlite":
        return None
    path = unquote(urlsplit(name).path) if name.startswith("file:") else name
    how = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        # Only who may write to the database may let others wait.
        mode = os.stat(path).st_mode & 0o222  # noqa: PTH116 - quicker than Path.stat
        file = os.open(f"{path}-queue", how, mode)
    except OSError:
        return None
    if os.fstat(file).st_mode & 0o777 != mode:
        with contextlib.suppress(OSError):
            os.fchmod(file, mode)
    return file


def _give_back(file: int) -> None:
    """Unlock it; a process that was forked meanwhile has it open, too, for as long as it lives."""
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_UN)


def _take(file: int, patience: float, over: threading.Event) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # No thread can be started when the process ends, nor a file opened when there are too many.
        with contextlib.suppress(OSError, RuntimeError):
            _queue_up(os.dup(file), patience, over)


def _queue_up(file: int, patience: float, over: threading.Event) -> None:
    """Take the turn for the file that this is a duplicate of; if it is over, give it back."""

    def stand() -> None:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        if over.is_set():
            _give_back(file)
        os.close(file)

    # Who stands in the queue cannot look at the clock, so somebody else does.
    standing = threading.Thread(target=stand, daemon=True)
    try:
        standing.start()
    except RuntimeError:
        os.close(file)
        raise
    standing.join(patience)
