"""Pages of long lists, each found by the key that the last one ended with (keyset paging).

The time for a page then does not grow with how deep it is, as it does with OFFSET.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

__all__ = ["ROWS_PER_PAGE", "Cursor", "Keyset", "Page", "count"]

T = TypeVar("T")
U = TypeVar("U")
Columns = TypeVarTuple("Columns")

ROWS_PER_PAGE = 25
MOST_ROWS = 1000
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: after, or before, the row with these sort values."""

    values: tuple[Any, ...]
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, how many there are in all, and the way to the pages beside it.

    ``previous`` and ``next`` are None at the ends of the list. Where ``more`` is true there are
    more rows than ``total``, and nobody counted how many.
    """

    rows: tuple[T, ...]
    total: int
    previous: Cursor | None = None
    next: Cursor | None = None
    more: bool = False

    def map(self, function: Callable[[Sequence[T]], Sequence[U]]) -> Page[U]:
        """The same page with other rows in it."""
        return Page(tuple(function(self.rows)), self.total, self.previous, self.next, self.more)


class Keyset(Generic[*Columns]):
    """A list in its order, of which pages are read.

    What it makes of the statement is kept, so a list that is often asked for is made once.

    Args:
        statement: all the rows, not ordered. Its first columns must be ``keys``.
        keys: what to sort by; together unique and never NULL.

    """

    def __init__(
        self, statement: Select[*Columns], keys: Sequence[SQLColumnExpression[Any]]
    ) -> None:
        self._statement = statement
        self._keys = tuple(keys)
        self._places = [f"place_{number}" for number in range(len(self._keys))]
        self._ordered: dict[tuple[bool, bool], Select[*Columns]] = {}

    def page(
        self,
        session: Session,
        *,
        cursor: Cursor | None,
        limit: int,
        total: int,
        more: bool = False,
        descending: bool = False,
        values: Mapping[str, Any] | None = None,
    ) -> Page[Row[*Columns]]:
        """Read one page.

        Args:
            session: the snapshot to read in.
            cursor: where to begin; None for the first page.
            limit: the most rows, 1 to 1,000.
            total: how many rows there are in all.
            more: there are more than ``total``.
            descending: sort by all keys from the highest down.
            values: for the parameters of the statement, by name.

        """
        limit = max(1, min(limit, MOST_ROWS))
        backward = cursor is not None and cursor.backward
        wanted = {**(values or {}), "rows": limit + 1}
        if cursor is not None:
            wanted.update(zip(self._places, cursor.values, strict=True))
        statement = self._in_order(descending != backward, cursor is not None)
        rows = list(session.connection().execute(statement, wanted).all())
        further = len(rows) > limit
        rows = rows[:limit]
        if backward:
            rows.reverse()
        # Beside the page we came from there is a page; in the other direction only if a row is
        # left.
        before, after = (further, cursor is not None) if backward else (cursor is not None, further)
        width = len(self._keys)
        return Page(
            tuple(rows),
            total,
            Cursor(tuple(rows[0][:width]), backward=True) if rows and before else None,
            Cursor(tuple(rows[-1][:width])) if rows and after else None,
            more,
        )

    def _in_order(self, down: bool, begun: bool) -> Select[*Columns]:
        """The statement of a page in this direction, from the start or from a place on."""
        made = self._ordered.get((down, begun))
        if made is None:
            made = self._statement
            if begun:
                # Each has the type of the key that it is compared with.
                places: list[Any] = [bindparam(place) for place in self._places]
                made = made.where(_beyond(self._keys, places, down))
            made = made.order_by(*(key.desc() if down else key.asc() for key in self._keys))
            made = made.limit(bindparam("rows", type_=Integer))
            self._ordered[down, begun] = made
        return made


def count(
    session: Session, source: FromClause, where: Sequence[ColumnElement[bool]]
) -> tuple[int, bool]:
    """How many rows there are, up to 10,000; and whether there are more than that.

    A few thousand rows are counted at once; to count a million takes longer than to show a page,
    except for a whole table on SQLite, which knows how many rows each block of it has.
    """
    connection = session.connection()
    if not where and connection.dialect.name == "sqlite":
        return connection.execute(select(func.count()).select_from(source)).scalar_one(), False
    some = select(literal(1)).select_from(source).where(*where).limit(MOST_COUNTED + 1).subquery()
    found = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def _beyond(
    keys: Sequence[SQLColumnExpression[Any]], values: Sequence[Any], down: bool
) -> ColumnElement[bool]:
    """The rows after these values: ``a > x OR (a = x AND b > y)`` and so on."""
    key, value = keys[0], values[0]
    strictly = key < value if down else key > value
    if len(keys) == 1:
        return strictly
    # The bound on the first key alone lets an index find the place.
    at_least = key <= value if down else key >= value
    return and_(at_least, or_(strictly, _beyond(keys[1:], values[1:], down)))
