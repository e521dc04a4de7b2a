"""Where the verifier reads: a database URL, engine or ``Database``, opened for reading alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from tokenwidgets import errors
from tokenwidgets.database import Database, sqlite_path
from tokenwidgets.verifier.statement import statement_for

__all__ = ["TIMEOUT_SECONDS", "Place", "Source", "source_of"]

Place = str | URL | Engine | Database
"""What a verifier may be given for its database."""

TIMEOUT_SECONDS = 5
"""How long the database may take to be connected to, or to answer, before a check is denied."""


@dataclass(frozen=True, slots=True)
class Source:
    """An engine to take connections from, and the statement in its dialect.

    ``writable`` is where the last use of tokens can be recorded, if anywhere; ``owned`` are
    the databases that were opened here and are closed here.
    """

    engine: Engine
    sql: str
    writable: Engine | None
    owned: tuple[Database, ...] = ()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where the database is, for messages; without any password."""
        return self.engine.url.render_as_string(hide_password=True)

    def connect(self) -> Any:
        """A driver's connection that is the caller's own: each statement sees the newest state."""
        pooled = self.engine.raw_connection()
        connection: Any = pooled.dbapi_connection
        pooled.detach()
        if self.is_sqlite:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only = ON").close()
        else:
            connection.autocommit = True
        return connection

    def close(self) -> None:
        """Close what was opened here."""
        for database in self.owned:
            database.close()


def source_of(place: Place) -> Source:
    """Open it for reading. What does not exist is not created.

    Raises:
        ConfigurationError: it cannot be used.

    """
    if isinstance(place, Database):
        place = place.engine
    if isinstance(place, Engine):
        return Source(place, _checked_sql(place), place)
    given = Database(place)
    readable = Database(read_only(given.url))
    writable = None if given.url.query.get("mode") == "ro" else given.engine
    return Source(readable.engine, _checked_sql(given.engine), writable, (given, readable))


def read_only(url: URL) -> URL:
    """The same URL, opened for reading alone; an SQLite file that is not there is not made."""
    if url.get_backend_name() == "postgresql":
        ours = {
            "connect_timeout": str(TIMEOUT_SECONDS),
            "tcp_user_timeout": str(TIMEOUT_SECONDS * 1000),
            "options": f"-c statement_timeout={TIMEOUT_SECONDS}s"
            " -c default_transaction_read_only=on",
        }
        return url.update_query_dict({**ours, **url.query})
    path = sqlite_path(url)
    if path is None or "uri" in url.query:
        return url
    return url.set(
        database=Path(path).absolute().as_uri(), query={**url.query, "mode": "ro", "uri": "true"}
    )


def _checked_sql(engine: Engine) -> str:
    name = engine.url.database or ":memory:"
    if engine.dialect.name == "sqlite" and name.startswith((":memory:", "file::memory:")):
        raise errors.ConfigurationError(
            "The verifier needs a database that other connections see, not one in memory."
        )
    return statement_for(engine.dialect)
