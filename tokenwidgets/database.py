"""The database: an engine for a URL, and transactions.

SQLite writers take the write lock at ``BEGIN`` (``BEGIN IMMEDIATE``): two writers queue
instead of failing half-way, and what a writer read stays true until it commits. On PostgreSQL
they queue at the head of the audit trail (``audit.queue``). Readers have one snapshot on both.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.place import place_of, url_of
from tokenwidgets.trouble import READ_ONLY, named_errors
from tokenwidgets.turns import turn

__all__ = ["BUSY_TIMEOUT", "Database", "sqlite_path", "tune_sqlite"]

BUSY_TIMEOUT = 10.0
"""Seconds in which a writer waits for its turn, and then as long for the database, at most."""

_IDLE_TIMEOUT = 60.0  # seconds in which a writer that hangs keeps the others waiting
_CONNECT_TIMEOUT = 10  # seconds


class Database:
    """An engine and its transactions. Threads may share one; each takes its own connection.

    So does a process that is forked.

    Args:
        url: an SQLAlchemy URL: ``sqlite:////var/lib/tokens.db``, ``postgresql+psycopg://…``.
        echo: log every statement (never a secret: none is ever in one).

    Raises:
        ConfigurationError: the URL cannot be read, or its driver is not installed.

    """

    def __init__(self, url: str | URL, *, echo: bool = False) -> None:
        try:
            self.url = url_of(url)
            self.engine = _engine(self.url, echo)
        except (sa_exc.ArgumentError, sa_exc.NoSuchModuleError, ImportError, ValueError) as error:
            raise errors.ConfigurationError(
                f"The database URL cannot be used ({error}). It should look like"
                " sqlite:////var/lib/tokenwidgets/platform.db or"
                " postgresql+psycopg://user@host/name; PostgreSQL also needs"
                " `pip install tokenwidgets[postgres]`."
            ) from None
        if self.engine.dialect.is_async:
            raise errors.ConfigurationError(
                f"The driver {self.url.get_driver_name()} of the database URL is for event loops"
                " alone: begin the URL with sqlite:// or postgresql+psycopg://."
            )
        self._readers = self.engine
        if self.url.get_backend_name() == "postgresql":
            # Two statements of one read see the same, whatever is committed between them.
            self._readers = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._writers = self.engine.execution_options(tokenwidgets_writer=True)
        _DATABASES.add(self)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """Where the database is, for messages; without any password."""
        return place_of(self.url)

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading: one snapshot, rolled back at the end."""
        with named_errors(self.place), Session(self._readers) as session:
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end of the block, or does nothing at all.

        Raises:
            OutcomeUnknown: the connection was lost during the commit, so it did one of the two.

        """
        committing = False
        try:
            with (
                turn(self.url, BUSY_TIMEOUT),
                named_errors(self.place),
                Session(self._writers, autoflush=False) as session,
                session.begin(),
            ):
                yield session
                session.flush()
                committing = True
        except errors.DatabaseUnavailable as error:
            if committing and getattr(error.__cause__, "connection_invalidated", False):
                raise errors.OutcomeUnknown(
                    f"The connection to {self.place} was lost while the change was saved: it was"
                    " made, or it was not. Look before you try again."
                ) from error
            raise

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()

    def __repr__(self) -> str:
        return f"Database({self.place!r})"


_DATABASES: weakref.WeakSet[Database] = weakref.WeakSet()
_OF_THE_PARENT: list[Any] = []


def _start_anew() -> None:
    """In a forked child: leave the parent's connections alone, even from being closed."""
    for database in list(_DATABASES):
        _OF_THE_PARENT.append(database.engine.pool)
        database.engine.dispose(close=False)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_start_anew)


def tune_sqlite(connection: sqlite3.Connection) -> None:
    """Set the pragmas that every connection of ours has, the verifier's too."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
    cursor.execute("PRAGMA foreign_keys = ON")
    # To open another program's database must not change it; and ours fails if it is read-only.
    if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_chain'").fetchone():
        with contextlib.suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode = WAL")
    # A commit that was acknowledged survives the loss of power, too.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.close()


def _engine(url: URL, echo: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, echo)
    connect: dict[str, Any] = {}
    if url.get_driver_name() == "psycopg" and "connect_timeout" not in url.query:
        connect["connect_timeout"] = _CONNECT_TIMEOUT
    engine = create_engine(
        url, echo=echo, pool_pre_ping=True, hide_parameters=True, connect_args=connect
    )
    if url.get_backend_name() == "postgresql":
        wait, idle = int(BUSY_TIMEOUT * 1000), int(_IDLE_TIMEOUT * 1000)
        limits = (
            f"SELECT set_config('lock_timeout', '{wait}', true),"
            f" set_config('idle_in_transaction_session_timeout', '{idle}', true),"
            # What was acknowledged survives the loss of power, as on SQLite.
            " set_config('synchronous_commit', replace("
            "current_setting('synchronous_commit'), 'off', 'on'), true)"
        )

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            if connection.get_execution_options().get("tokenwidgets_writer", False):
                connection.exec_driver_sql(limits)

        @event.listens_for(engine, "handle_error")
        def _failed(context: ExceptionContext) -> None:
            # A session that began while nothing could be written stays one that cannot.
            if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
                context.is_disconnect = True

    return engine


def _sqlite_engine(url: URL, echo: bool) -> Engine:
    engine = create_engine(url, echo=echo, hide_parameters=True)
    path = sqlite_path(url)
    known: set[tuple[int, int] | None] = set()

    @event.listens_for(engine, "do_connect")
    def _connecting(*_: Any) -> None:
        # SQLite would make an empty file in its place.
        if known and _identity(path) is None:
            raise errors.DatabaseUnavailable(f"The database {path} is gone: was it moved?")

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        # We say BEGIN ourselves, below; the driver would say it too late.
        connection.isolation_level = None
        tune_sqlite(connection)
        record.info["file"] = _identity(path)
        if path is not None:
            known.add(record.info["file"])

    @event.listens_for(engine, "checkout")
    def _checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        # SQLite would go on with a file that nobody finds any more.
        if record.info["file"] != _identity(path):
            raise sa_exc.DisconnectionError("another file is in its place, such as a backup")

    event.listen(engine, "engine_disposed", lambda _: known.clear())

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writer = connection.get_execution_options().get("tokenwidgets_writer", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Which file is at the path; None if there is none."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite URL; None for other databases, one in memory, and ``file:`` URIs."""
    name = url.database or ":memory:"
    if url.get_backend_name() != "sqlite" or name.startswith((":memory:", "file:")):
        return None
    return Path(name)
