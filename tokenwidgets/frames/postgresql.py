"""PostgreSQL through ADBC, by connections that see what the session sees."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import adbc_driver_manager.dbapi as adbc
import adbc_driver_postgresql.dbapi as driver
import pyarrow as pa
from psycopg import ClientCursor
from sqlalchemy import URL, Compiled
from sqlalchemy.orm import Session

__all__ = ["Connection", "connection"]


@dataclass(frozen=True, slots=True)
class Connection:
    """An ADBC connection; the session's own writes parameters into statements."""

    adbc: adbc.Connection
    session: Any

    def fetch(self, compiled: Compiled) -> pa.Table:
        """The rows of a statement."""
        # With parameters the driver would not use COPY, which is what makes it quick.
        sql = ClientCursor(self.session).mogrify(str(compiled), compiled.params)
        with self.adbc.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()


@contextlib.contextmanager
def connection(url: URL, session: Session, snapshot: str) -> Iterator[Connection]:
    """Open a connection on the exported snapshot."""
    where = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with driver.connect(where) as connected:
        with connected.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connected.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        yield Connection(connected, session.connection().connection.driver_connection)
