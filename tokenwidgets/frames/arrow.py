"""The quick way: ADBC reads Arrow, and Arrow becomes pandas arrays, most of it without a copy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import adbc_driver_manager.dbapi as adbc
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from tokenwidgets.database import Database
from tokenwidgets.frames.columns import Kind
from tokenwidgets.frames.readers import Arrays, Reader, Wanted, instants

__all__ = ["Moved", "Trouble", "reader"]

Trouble = adbc.Error
"""Whatever ADBC raises."""

_NOT_A_TIME = pa.scalar(np.iinfo(np.int64).min, pa.int64())
_WORTH_SPLITTING = 50_000
_THREADS = 2


class Moved(Exception):
    """Somebody changed the platform between the session's snapshot and ours: begin again."""


@contextlib.contextmanager
def reader(database: Database, session: Session) -> Iterator[Reader | None]:
    """A reader of the same state that the session sees; None if there is no way to it.

    Raises:
        ImportError: there is no ADBC driver for this database.
        Trouble: the driver does not get through to it.
        Moved: the state is not the same any more.

    """
    # ADBC brings an SQLite of its own. Two in one process undo each other's locks, so that a
    # change made after a read could be lost.
    if database.is_sqlite:
        yield None
        return
    with contextlib.ExitStack() as stack:
        snapshot = session.scalar(text("SELECT pg_export_snapshot()"))
        one = stack.enter_context(_postgresql(database, snapshot))
        more = cache(lambda: stack.enter_context(_postgresql(database, snapshot)))
        yield ArrowReader(one, more, session)


@contextlib.contextmanager
def _postgresql(database: Database, snapshot: str) -> Iterator[adbc.Connection]:
    import adbc_driver_postgresql.dbapi as driver

    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with driver.connect(url) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        yield connection


@dataclass(frozen=True, slots=True)
class ArrowReader:
    """Through ADBC connections that see the same; the session compiles the statements.

    ``another`` gives the second connection, always the same.
    """

    one: adbc.Connection
    another: Callable[[], adbc.Connection]
    session: Session

    def read(self, statement: Select[Any], wanted: Wanted, key: Any = None) -> Arrays:
        """Run the statement, and turn one column after the other into an array."""
        table = self._table([statement] if key is None else self._parts(statement, key))
        columns = [table.column(name) for name in wanted]
        # So that no column stays in memory twice: each goes when its array is there.
        del table
        # Arrow and numpy work without Python's lock, and most of the time goes to new memory.
        with ThreadPoolExecutor(_THREADS) as pool:
            converted = [pool.submit(_array, columns.pop(0), kind) for _, kind in wanted.values()]
            return {name: future.result() for name, future in zip(wanted, converted, strict=True)}

    def _parts(self, statement: Select[Any], key: Any) -> list[Select[Any]]:
        """The statement in parts, by a key that its rows are ordered by."""
        # Two statements in one: SQLite would read the whole index for both in one of them.
        ends = (select(end(key)).scalar_subquery() for end in (func.min, func.max))
        first, last = self.session.execute(select(*ends)).one()
        if first is None or last - first < _WORTH_SPLITTING:
            return [statement]
        middle = (first + last) // 2
        return [statement.where(key <= middle), statement.where(key > middle)]

    def _table(self, statements: list[Select[Any]]) -> pa.Table:
        compiled = [self._compiled(statement) for statement in statements]
        with ThreadPoolExecutor(len(compiled)) as pool:
            connections = [self.one, *(self.another() for _ in compiled[1:])]
            tables = list(pool.map(self._fetch, connections, compiled))
        some = [table for table in tables if table.num_rows] or tables[:1]
        return pa.concat_tables(some)

    def _fetch(self, connection: adbc.Connection, sql: tuple[str, Any]) -> pa.Table:
        with connection.cursor() as cursor:
            cursor.execute(*sql)
            return cursor.fetch_arrow_table()

    def _compiled(self, statement: Select[Any]) -> tuple[str, tuple[Any, ...] | None]:
        """The statement's SQL and parameters."""
        dialect = self.session.get_bind().dialect
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        values = dict(compiled.params)
        # With parameters the driver would not use COPY, which is what makes it quick.
        from psycopg import ClientCursor

        connection: Any = self.session.connection().connection.driver_connection
        return ClientCursor(connection).mogrify(str(compiled), values), None


def _array(column: pa.ChunkedArray, kind: Kind) -> Any:
    if not len(column):
        return pd.Series([], dtype=kind.dtype).array
    match kind:
        case Kind.INSTANT:
            if pa.types.is_timestamp(column.type):
                column = column.cast(pa.timestamp("us", "UTC"))
            whole = pc.fill_null(column.cast(pa.int64()), _NOT_A_TIME)
            return instants(whole.to_numpy())
        case Kind.OPTIONAL_TEXT:
            column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
            return _texts(column)
        case Kind.TEXT:
            return _texts(column)
        case Kind.OPTIONAL_ID:
            whole = pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
            return pd.arrays.IntegerArray(whole.copy(), column.is_null().to_numpy())
        case Kind.OUTCOME | Kind.STATUS:
            return pd.Categorical(column.to_numpy(), dtype=kind.dtype)
        case Kind.ACCESS:
            return pd.Categorical.from_codes(column.cast(pa.int8()).to_numpy(), dtype=kind.dtype)
        case Kind.FLAG:
            return column.cast(pa.bool_()).to_numpy()
        case _:
            return column.cast(getattr(pa, kind.dtype)()).to_numpy()


def _texts(column: pa.ChunkedArray) -> Any:
    """The texts in memory of their own: a part of what the driver gave would keep all of it."""
    whole = column.cast(pa.large_string()).combine_chunks()
    return pd.array(whole, dtype=Kind.TEXT.dtype)
