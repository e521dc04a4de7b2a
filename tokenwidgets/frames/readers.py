"""Read the columns of a statement as pandas arrays, through SQLAlchemy or, quicker, Arrow."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, Select, SQLColumnExpression, func, select, type_coerce
from sqlalchemy.orm import Session

from tokenwidgets.authority import Authority
from tokenwidgets.frames.columns import NOT_A_TIME, Kind
from tokenwidgets.service import Service
from tokenwidgets.vocabulary import Control

if TYPE_CHECKING:
    from tokenwidgets.frames.arrow import Way

__all__ = ["Arrays", "Reader", "Reading", "Wanted", "instants", "reading"]

log = logging.getLogger("tokenwidgets")

Arrays = dict[str, Any]
"""The columns that were read, by name: NumPy and pandas arrays of one length."""

Wanted = Mapping[str, tuple[SQLColumnExpression[Any], Kind]]
"""The columns to read by name: from where, and what they hold."""

_ROWS_AT_ONCE = 50_000
# How often to begin again when somebody changes the platform in between.
_ATTEMPTS = 5


class Reader(Protocol):
    """Reads statements in one snapshot of the database."""

    def read(self, statement: Select[Any], wanted: Wanted, key: Any = None) -> Arrays:
        """Run a statement of ``columns_of``; in parts by ``key``, its order, if that helps."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A snapshot that is being read: as whom, as of which instant."""

    session: Session
    authority: Authority
    reader: Reader
    at: datetime

    def read(self, wanted: Wanted, *where: Any, key: Any = None, **shape: Any) -> Arrays:
        """Read columns of the rows that meet the conditions; see ``columns_of``."""
        return self.reader.read(columns_of(self.session, wanted, *where, **shape), wanted, key)


@contextlib.contextmanager
def reading(
    service: Service, control: Control, at: datetime | None, fast: bool | None
) -> Iterator[Reading]:
    """Open a snapshot for an actor who has the control.

    Args:
        service: whose database, actor and clock to use.
        control: what the actor needs.
        at: the instant as of which status is told; None for now.
        fast: read through ADBC and Arrow: None if they are there and quicker, True to insist.

    Raises:
        NotAllowed: the actor lacks the control.
        ImportError: ``fast`` is True and ADBC or pyarrow is not installed.

    """
    at = service.now() if at is None else at
    with contextlib.ExitStack() as opened:
        way = None if fast is False else _way(opened, service, insist=fast is True)
        for _ in range(_ATTEMPTS):
            with contextlib.ExitStack() as stack:
                session, authority = stack.enter_context(service.reading(control))
                reader = _quickest(stack, way, session, insist=fast is True)
                if reader is not None:
                    yield Reading(session, authority, reader, at)
                    return
    with service.reading(control) as (session, authority):
        yield Reading(session, authority, PlainReader(session), at)


def _way(opened: contextlib.ExitStack, service: Service, *, insist: bool) -> Way | None:
    """The way through Arrow, if there is one."""
    try:
        from tokenwidgets.frames import arrow
    except ImportError:
        if insist:
            raise
        return None
    try:
        return opened.enter_context(arrow.way(service.database, insist=insist))
    except (ImportError, arrow.Trouble) as trouble:
        if insist:
            raise
        _tell(trouble)
        return None


def _quickest(
    stack: contextlib.ExitStack, way: Way | None, session: Session, *, insist: bool
) -> Reader | None:
    """The reader through Arrow, or else the plain one; None to begin again."""
    if way is None:
        return PlainReader(session)
    from tokenwidgets.frames import arrow

    try:
        return stack.enter_context(way(session))
    except arrow.Moved:
        return None
    except arrow.Trouble as trouble:
        # The plain way will do, or say by its name what is wrong with the database.
        if insist:
            raise
        _tell(trouble)
        return PlainReader(session)


def _tell(trouble: Exception) -> None:
    log.info("no reading through ADBC (%s): reading plainly", type(trouble).__name__)


def columns_of(
    session: Session,
    wanted: Wanted,
    *where: Any,
    source: Any = None,
    group: Sequence[Any] = (),
    order: Sequence[Any] = (),
    limit: int | None = None,
) -> Select[Any]:
    """A statement for these columns, in forms that both readers understand."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    columns = (_column(expression, kind, sqlite) for expression, kind in wanted.values())
    named: list[Any] = [column.label(name) for name, column in zip(wanted, columns, strict=True)]
    statement = select(*named)
    if source is not None:
        statement = statement.select_from(source)
    return statement.where(*where).group_by(*group).order_by(*order).limit(limit)


def _column(
    expression: SQLColumnExpression[Any], kind: Kind, sqlite: bool
) -> SQLColumnExpression[Any]:
    if kind is Kind.INSTANT and sqlite:
        # As the integers that they are: a datetime for each would take most of the time.
        return type_coerce(expression, BigInteger)
    if kind is Kind.OPTIONAL_TEXT:
        # ADBC guesses a type for SQLite from the first rows, which may all lack it. What is
        # optional is never empty, so that "" can stand for it.
        return func.coalesce(expression, "")
    return expression


@dataclass(frozen=True, slots=True)
class PlainReader:
    """Through SQLAlchemy, for every database that it knows."""

    session: Session

    def read(self, statement: Select[Any], wanted: Wanted, key: Any = None) -> Arrays:
        """Run the statement, some ten thousand rows at once, so that rows do not pile up."""
        pieces: dict[str, list[Any]] = {name: [] for name in wanted}
        result = self.session.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE))
        for rows in result.partitions():
            columns = zip(wanted.items(), zip(*rows, strict=True), strict=True)
            for (name, (_, kind)), values in columns:
                pieces[name].append(to_array(values, kind))
        return {name: _joined(pieces[name], kind) for name, (_, kind) in wanted.items()}


def to_array(values: Sequence[Any], kind: Kind) -> Any:
    """Python values as the array that the kind of column wants."""
    match kind:
        case Kind.INSTANT if any(isinstance(value, datetime) for value in values):
            return pd.to_datetime(pd.Series(values), utc=True).dt.as_unit("us").array
        case Kind.INSTANT:
            whole = (NOT_A_TIME if value is None else value for value in values)
            return instants(np.fromiter(whole, np.int64, len(values)))
        case Kind.OPTIONAL_TEXT:
            return pd.array([value or None for value in values], dtype=kind.dtype)
        case Kind.OPTIONAL_ID | Kind.TEXT:
            return pd.array(values, dtype=kind.dtype)
        case Kind.STATUS | Kind.OUTCOME:
            return pd.Categorical(values, dtype=kind.dtype)
        case Kind.ACCESS:
            return pd.Categorical.from_codes(np.array(values, np.int8), dtype=kind.dtype)
        case _:
            return np.array(values, dtype=kind.dtype)


def instants(microseconds: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    """Microseconds since 1970 as timezone-aware instants, without a copy."""
    return pd.Series(microseconds.view("datetime64[us]"), copy=False).dt.tz_localize("UTC").array


def _joined(pieces: list[Any], kind: Kind) -> Any:
    if not pieces:
        return pd.Series([], dtype=kind.dtype).array
    if len(pieces) == 1:
        return pieces[0]
    return pd.concat([pd.Series(piece, copy=False) for piece in pieces], ignore_index=True).array
