"""A held connection on which the one statement stays prepared."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from tokenwidgets import errors
from tokenwidgets.verifier.source import Source

__all__ = [
    "CLOCK_SLACK",
    "LOOK_EVERY",
    "PostgreSQLReader",
    "Reader",
    "SQLiteReader",
    "reader_of",
]

CLOCK_SLACK = 300.0
"""How many seconds the clocks of two machines may differ before one of them is called wrong."""

LOOK_EVERY = 1.0
"""Seconds for which the file, and an API's id, are taken to be what they were."""


class Reader:
    """One thread's connection to the database; it opens itself when it is needed.

    ``notices`` says whether ``unchanged`` can tell that nothing was written.
    """

    notices = False

    def __init__(self, source: Source) -> None:
        self._source = source
        self._sql, self._api_sql = source.sql
        self._connection: Any = None
        self._run: Any = None
        # Within these instants it is not looked again.
        self._looked = self._look_again = 0.0
        self._latest: Any = None
        self._api_ids: dict[str, int] = {}

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment: a ``Row`` as a bare tuple, which is quicker."""
        raise NotImplementedError

    def unchanged(self, at: float) -> bool:
        """Whether it is certain that nothing was written since the last call."""
        return False

    @property
    def is_open(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._run is not None

    def close(self) -> None:
        """Close the connection; another is opened when it is needed."""
        connection, self._connection, self._run = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.close()

    def _look(self, at: float) -> Any:
        """What runs a statement; here is done what need not be done for every read."""
        self._looked, self._look_again = at, at + LOOK_EVERY
        self._latest = self._source.instant(at + CLOCK_SLACK)
        self._api_ids = {}
        return self._run or self._open()

    def _api_id(self, run: Any, api: str) -> int:
        """The id of the API; 0 if there is none of this name, which is not remembered."""
        found = run(self._api_sql, (api,)).fetchone()
        if found is None:
            return 0
        self._api_ids[api] = found[0]
        return found[0]

    def _open(self) -> Any:
        self._connection = self._source.connect()
        self._run = self._connection.cursor().execute
        return self._run

    def __del__(self) -> None:
        self.close()


class SQLiteReader(Reader):
    """The embedded database. The file is looked at once a second: it may have been replaced."""

    notices = True

    def __init__(self, source: Source, *, busy_timeout: float | None = None) -> None:
        super().__init__(source)
        self._busy_timeout = source.timeout if busy_timeout is None else busy_timeout
        self._version: int | None = None
        self._path = ""
        self._file: tuple[int, int] | None = None

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment of the secret with this digest."""
        try:
            run = self._run
            if run is None or not self._looked <= at < self._look_again:
                run = self._look(at)
            # fetchone() steps past the one row, which ends the read: no snapshot is held.
            api_id = self._api_ids.get(api) or self._api_id(run, api)
            return run(self._sql, (self._latest, api_id, digest)).fetchone()
        except BaseException:
            self.close()
            raise

    def unchanged(self, at: float) -> bool:
        """Whether no other connection, of any process, has committed since the last call."""
        try:
            run = self._run
            if run is None or not self._looked <= at < self._look_again:
                run = self._look(at)
            (version,) = run("PRAGMA data_version").fetchone()
        except BaseException:
            self.close()
            raise
        if version == self._version:
            return True
        self._version = version
        return False

    def _look(self, at: float) -> Any:
        if self._run is not None and _identity(self._path) != self._file:
            self.close()
        return super()._look(at)

    def _open(self) -> Any:
        if not self._path:
            self._path = super()._open()("PRAGMA database_list").fetchone()[2]
            self.close()
        # Looked at before it is opened: if it is replaced between the two, the next look shows it.
        self._file = _identity(self._path)
        self._version = None
        run = super()._open()
        run(f"PRAGMA busy_timeout = {int(self._busy_timeout * 1000)}")
        return run


class PostgreSQLReader(Reader):
    """A server. Whether anything was written can only be known by asking for it."""

    def read(self, at: float, api: str, digest: bytes) -> tuple[Any, ...] | None:
        """What the database knows at this moment of the secret with this digest."""
        fresh = self._run is None
        while True:
            try:
                run = self._run
                if run is None or not self._looked <= at < self._look_again:
                    run = self._look(at)
                api_id = self._api_ids.get(api) or self._api_id(run, api)
                return run(self._sql, (self._latest, api_id, digest), prepare=True).fetchone()
            except BaseException as error:
                self.close()
                if fresh or not isinstance(error, Exception) or isinstance(error, TimeoutError):
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
