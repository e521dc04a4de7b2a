"""A held connection on which the one statement stays prepared."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from tokenwidgets import errors
from tokenwidgets.verifier.source import TIMEOUT_SECONDS, Source

__all__ = ["Reader", "reader_of"]

CLOCK_SLACK = 300.0
"""How many seconds the clocks of two machines may differ before one of them is called wrong."""

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
        # Within these instants it is not looked again, and what is latest is not told anew.
        self._looked = self._look_again = 0.0
        self._latest: Any = None

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment: a ``Row`` as a bare tuple, which is quicker."""
        raise NotImplementedError

    def unchanged(self, at: float) -> bool:
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

    def _look(self, at: float) -> Any:
        """The cursor; what need not be done for every read is done here."""
        self._looked, self._look_again = at, at + _LOOK_EVERY
        self._latest = self._source.instant(at + CLOCK_SLACK)
        return self._cursor or self._open()

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
        self._path = ""
        self._file: tuple[int, int] | None = None

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment of the secret with this digest."""
        try:
            cursor = self._cursor
            if cursor is None or not self._looked <= at < self._look_again:
                cursor = self._look(at)
            # fetchone() steps past the one row, which ends the read: no snapshot is held.
            return cursor.execute(self._sql, (self._latest, api, digest)).fetchone()
        except BaseException:
            self.close()
            raise

    def unchanged(self, at: float) -> bool:
        """Whether no other connection, of any process, has committed since the last call."""
        try:
            cursor = self._cursor
            if cursor is None or not self._looked <= at < self._look_again:
                cursor = self._look(at)
            (version,) = cursor.execute("PRAGMA data_version").fetchone()
        except BaseException:
            self.close()
            raise
        if version == self._version:
            return True
        self._version = version
        return False

    def _look(self, at: float) -> Any:
        if self._cursor is not None and _identity(self._path) != self._file:
            self.close()
        return super()._look(at)

    def _open(self) -> Any:
        if not self._path:
            self._path = super()._open().execute("PRAGMA database_list").fetchone()[2]
            self.close()
        # Looked at before it is opened: if it is replaced between the two, the next look shows it.
        self._file = _identity(self._path)
        self._version = None
        cursor = super()._open()
        cursor.execute(f"PRAGMA busy_timeout = {int(self._busy_timeout * 1000)}")
        return cursor


class PostgreSQLReader(Reader):
    """A server. Whether anything was written can only be known by asking for it."""

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment of the secret with this digest."""
        fresh = self._cursor is None
        while True:
            try:
                cursor = self._cursor
                if cursor is None or not self._looked <= at < self._look_again:
                    cursor = self._look(at)
                values = self._latest, api, digest
                return cursor.execute(self._sql, values, prepare=True).fetchone()
            except BaseException as error:
                self.close()
                if fresh or not isinstance(error, Exception):
                    raise
            # The server may have closed an idle connection, or been restarted: once more.
            fresh = True


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
