"""Where the verifier reads: a database URL, engine or ``Database``, opened for reading alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import URL

from tokenwidgets import errors
from tokenwidgets.database import BUSY_TIMEOUT, Database, sqlite_path
from tokenwidgets.place import place_of
from tokenwidgets.schema import Instant
from tokenwidgets.verifier.statement import Statements, statements_for

__all__ = ["TIMEOUT_SECONDS", "Place", "Source", "opened_to_read", "source_of"]

Place = str | URL | Engine | Database
"""What a verifier may be given for its database."""

TIMEOUT_SECONDS = 5.0
"""How long the database may take to be connected to, or to answer, unless told otherwise."""

_LEAST_TO_CONNECT = 2  # seconds; psycopg takes no less


@dataclass(frozen=True, slots=True)
class Source:
    """An engine to take connections from, and the statements in its dialect.

    ``timeout`` is how many seconds the database may take to be connected to, or to answer.
    ``writable`` is where the last use of tokens can be recorded, if anywhere; ``owned`` are
    the databases that were opened here and are closed here.
    """

    engine: Engine
    sql: Statements
    writable: Engine | None
    owned: tuple[Database, ...] = ()
    timeout: float = TIMEOUT_SECONDS

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where the database is, for messages; without any password."""
        return place_of(self.engine.url)

    def instant(self, seconds: float) -> Any:
        """Seconds since 1970 as the driver takes the value of an instant."""
        dialect = self.engine.dialect
        return Instant().process_bind_param(datetime.fromtimestamp(seconds, UTC), dialect)

    def connect(self) -> Any:
        """A driver's connection that is the caller's own: each statement sees the newest state."""
        # From a pool of its own: from the engine's one may have to wait for it, or get an idle one
        # that has to be asked first whether it still works.
        pooled = self.engine.pool.recreate().connect()
        connection: Any = pooled.dbapi_connection
        pooled.detach()
        if self.is_sqlite:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only = ON").close()
        else:
            connection.autocommit = True
            _be_impatient(connection, self.timeout)
        return connection

    @property
    def to_the_primary(self) -> dict[str, Any]:
        """What psycopg connects with to PostgreSQL, of several servers to the one that writes."""
        from tokenwidgets.impatient import arguments_of

        return arguments_of(self.engine.url, target_session_attrs="primary")

    def release(self) -> None:
        """Close the connection for writing to a file, if it was opened here."""
        if self.is_sqlite and self.owned and self.writable is not None:
            self.writable.dispose()

    def close(self) -> None:
        """Close what was opened here; it opens again if it is needed."""
        for database in self.owned:
            database.close()


def source_of(place: Place, timeout: float = TIMEOUT_SECONDS) -> Source:
    """Open it for reading. What does not exist is not created.

    Raises:
        ConfigurationError: it cannot be used.

    """
    if not 0 < timeout < math.inf:
        raise errors.ConfigurationError(f"timeout_seconds must be more than 0, not {timeout!r}.")
    if isinstance(place, Database):
        place = place.engine
    if isinstance(place, Engine):
        return Source(place, _checked_sql(place), place, timeout=timeout)
    url = Database(place).url
    readable = _impatient(Database(_opened(url, "ro", timeout)), timeout)
    sql = _checked_sql(readable.engine)
    if url.query.get("mode") == "ro":
        return Source(readable.engine, sql, None, (readable,), timeout)
    # Who writes may have to wait for another writer.
    writable = _impatient(Database(_opened(url, "rw", timeout)), timeout + BUSY_TIMEOUT)
    return Source(readable.engine, sql, writable.engine, (readable, writable), timeout)


def opened_to_read(place: str | URL, timeout: float = TIMEOUT_SECONDS) -> URL:
    """The URL of a server, opened for reading alone.

    Raises:
        ConfigurationError: it cannot be used.

    """
    return _opened(Database(place).url, "ro", timeout)


def _impatient(database: Database, timeout: float) -> Database:
    """The same; each answer of a server to it may take so many seconds."""
    if not database.is_sqlite:

        @event.listens_for(database.engine, "connect", insert=True)
        def _connected(connection: Any, _record: Any) -> None:
            _be_impatient(connection, timeout)

    return database


def _be_impatient(connection: Any, timeout: float) -> None:
    from tokenwidgets.impatient import ImpatientConnection

    ImpatientConnection.made_of(connection, timeout)


def _opened(url: URL, mode: str, timeout: float) -> URL:
    """The same URL, opened to read ("ro") or to change what is there ("rw"); nothing is made."""
    path = sqlite_path(url)
    if path is not None:
        query = {**url.query, "mode": mode, "uri": "true"}
        return url.set(database=path.absolute().as_uri(), query=query)
    if url.get_backend_name() != "postgresql" or mode == "rw":
        return url
    milliseconds = math.ceil(timeout * 1000)
    ours = {
        "connect_timeout": str(max(math.ceil(timeout), _LEAST_TO_CONNECT)),
        "tcp_user_timeout": str(milliseconds),
        "options": f"-c statement_timeout={milliseconds} -c default_transaction_read_only=on",
    }
    return url.update_query_dict({**ours, **url.query})


def _checked_sql(engine: Engine) -> Statements:
    name = engine.url.database or ":memory:"
    if engine.dialect.name == "sqlite" and name.startswith((":memory:", "file::memory:")):
        raise errors.ConfigurationError(
            "The verifier needs a database that other connections see, not one in memory."
        )
    return statements_for(engine.dialect)
