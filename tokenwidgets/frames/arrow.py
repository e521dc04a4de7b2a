"""The quick way: ADBC reads Arrow, and Arrow becomes pandas arrays, most of it without a copy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Protocol

import adbc_driver_manager as adbc
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Compiled, Select, func, select, text
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.database import Database, sqlite_path
from tokenwidgets.frames.columns import NOT_A_TIME, Kind
from tokenwidgets.frames.readers import Arrays, Reader, Wanted, instants

if TYPE_CHECKING:
    from tokenwidgets.frames.sqlite import Child

__all__ = ["Moved", "Trouble", "Way", "way"]

Trouble = adbc.Error
"""Whatever ADBC raises."""

_NOT_A_TIME = pa.scalar(NOT_A_TIME, pa.int64())
_WORTH_SPLITTING = 50_000
_THREADS = 2
# What changes the platform writes an audit event, so one head of the trail is one state of it.
_HEAD = "SELECT last_event_id FROM audit_chain"


class Moved(Exception):
    """Somebody changed the platform between the session's snapshot and ours: begin again."""


class Source(Protocol):
    """Where statements are answered in Arrow."""

    def fetch(self, compiled: Compiled) -> pa.Table:
        """The rows of a statement."""


Way = Callable[[Session], contextlib.AbstractContextManager[Reader]]
"""Opens a reader of the same state that the session sees.

Raises:
    Trouble: the driver does not get through to it.
    Moved: the state is not the same any more.
    DatabaseUnavailable: it failed while it was read.

"""


@contextlib.contextmanager
def way(database: Database, *, insist: bool) -> Iterator[Way | None]:
    """A way to read the database, for one session after the other; None if none is quicker.

    Args:
        database: the one to read.
        insist: also if reading plainly is as quick.

    Raises:
        ImportError: there is no ADBC driver for this database.
        Trouble: the driver cannot be used.

    """
    if not database.is_sqlite:
        from tokenwidgets.frames import postgresql

        yield partial(_on_postgresql, database, postgresql.connection)
        return
    path = sqlite_path(database.url)
    if path is None or not path.is_file() or database.url.query:
        yield None
        return
    from tokenwidgets.frames import sqlite

    large = path.stat().st_size >= sqlite.WORTH_A_PROCESS
    if not (large or insist):
        yield None
        return
    with contextlib.ExitStack() as stack:
        children = [stack.enter_context(sqlite.child(path)) for _ in range(1 + large)]
        for child in children:
            child.wait()
        yield partial(_on_sqlite, database, children)


@contextlib.contextmanager
def _on_sqlite(database: Database, children: Sequence[Child], session: Session) -> Iterator[Reader]:
    if {child.begin(_HEAD) for child in children} != {session.scalar(text(_HEAD))}:
        raise Moved
    with _named(database):
        yield ArrowReader(children[0], lambda: children[-1], session)


@contextlib.contextmanager
def _on_postgresql(
    database: Database, connection: Callable[..., Any], session: Session
) -> Iterator[Reader]:
    with contextlib.ExitStack() as stack:
        snapshot = session.scalar(text("SELECT pg_export_snapshot()"))

        def connect() -> Source:
            return stack.enter_context(connection(database.url, session, snapshot))

        one = connect()
        with _named(database):
            yield ArrowReader(one, cache(connect), session)


@contextlib.contextmanager
def _named(database: Database) -> Iterator[None]:
    try:
        yield
    except Trouble as trouble:
        raise errors.DatabaseUnavailable(
            f"The database {database.place} did not answer to the end; nothing was changed."
            " Try again."
        ) from trouble


@dataclass(frozen=True, slots=True)
class ArrowReader:
    """Through sources that see the same; ``another`` gives the second one, always the same."""

    one: Source
    another: Callable[[], Source]
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
        dialect = self.session.get_bind().dialect
        compiled = [
            statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
            for statement in statements
        ]
        sources = [self.one, *(self.another() for _ in compiled[1:])]
        with ThreadPoolExecutor(len(compiled)) as pool:
            tables = list(pool.map(lambda source, one: source.fetch(one), sources, compiled))
        some = [table for table in tables if table.num_rows] or tables[:1]
        return pa.concat_tables(some)


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
