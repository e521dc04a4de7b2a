"""A held connection on which the one statement stays prepared."""

from __future__ import annotations

import contextlib
import os
import time
from typing import Any

from tokenwidgets import errors
from tokenwidgets.verifier.source import TIMEOUT_SECONDS, Source

__all__ = ["Reader", "reader_of"]

_LOOK_EVERY = 1.0


class Reader:
    """One thread's connection to the database; it opens itself when it is needed.

    ``notices`` says whether ``unchanged`` can tell that nothing was written.
    """

    notices = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sql = source.sql
        self._connection: Any = None
        self._cursor: Any = None

    def read(self, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment: a ``Row`` as a bare tuple, which is quicker."""
        raise NotImplementedError

    def unchanged(self) -> bool:
        """Whether it is certain that nothing was written since the last call."""
        return False

    @property
    def is_open(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._cursor is not None

    def close(self) -> None:
        """Close the connection; another is opened when it is needed."""
        connection, self._connection, self._cursor = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.close()

    def _open(self) -> Any:
        self._connection = self._source.connect()
        self._cursor = self._connection.cursor()
        return self._cursor

    def __del__(self) -> None:
        self.close()


class SQLiteReader(Reader):
    """The embedded database. The file is looked at once a second: it may have been replaced."""

    notices = True

    def __init__(self, source: Source, *, busy_timeout: float = TIMEOUT_SECONDS) -> None:
        super().__init__(source)
        self._busy_timeout = busy_timeout
        self._version: int | None = None
        self._look_at = 0.0
        self._path = ""
        self._file: tuple[int, int] | None = None

    def read(self, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment of the secret with this digest."""
        try:
            cursor = self._cursor
            if cursor is None or time.monotonic() >= self._look_at:
                cursor = self._looked_at()
            # fetchone() steps past the one row, which ends the read: no snapshot is held.
            return cursor.execute(self._sql, (api, digest)).fetchone()
        except BaseException:
            self.close()
            raise

    def unchanged(self) -> bool:
        """Whether no other connection, of any process, has committed since the last call."""
        try:
            cursor = self._cursor
            if cursor is None or time.monotonic() >= self._look_at:
                cursor = self._looked_at()
            (version,) = cursor.execute("PRAGMA data_version").fetchone()
        except BaseException:
            self.close()
            raise
        if version == self._version:
            return True
        self._version = version
        return False

    def _looked_at(self) -> Any:
        """The cursor of a connection to the file that is at the path now."""
        if self._cursor is not None and _identity(self._path) != self._file:
            self.close()
        if self._cursor is None:
            return self._open()
        self._look_at = time.monotonic() + _LOOK_EVERY
        return self._cursor

    def _open(self) -> Any:
        if not self._path:
            self._path = super()._open().execute("PRAGMA database_list").fetchone()[2]
            self.close()
        # Looked at before it is opened: if it is replaced between the two, the next look shows it.
        self._file = _identity(self._path)
        self._look_at = time.monotonic() + _LOOK_EVERY
        self._version = None
        cursor = super()._open()
        cursor.execute(f"PRAGMA busy_timeout = {int(self._busy_timeout * 1000)}")
        return cursor


class PostgreSQLReader(Reader):
    """A server. Whether anything was written can only be known by asking for it."""

    def read(self, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment of the secret with this digest."""
        cursor = self._cursor
        fresh = cursor is None
        while True:
            try:
                cursor = cursor or self._open()
                return cursor.execute(self._sql, (api, digest), prepare=True).fetchone()
            except BaseException as error:
                self.close()
                if fresh or not isinstance(error, Exception):
                    raise
            # The server may have closed an idle connection, or been restarted: once more.
            cursor, fresh = None, True


def reader_of(source: Source) -> Reader:
    """A reader for the kind of database that it is."""
    return SQLiteReader(source) if source.is_sqlite else PostgreSQLReader(source)


def _identity(path: str) -> tuple[int, int]:
    """Which file is at the path.

    Raises:
        DatabaseUnavailable: there is none.

    """
    try:
        found = os.stat(path)  # noqa: PTH116 - three times as quick as Path.stat
    except OSError:
        raise errors.DatabaseUnavailable(f"The database file {path} is gone.") from None
    return found.st_dev, found.st_ino
