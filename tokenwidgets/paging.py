"""Pages of long lists, each found by the key that the last one ended with (keyset paging).

The time for a page then does not grow with how deep it is, as it does with OFFSET.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

__all__ = ["ROWS_PER_PAGE", "Cursor", "Page", "count", "fetch"]

T = TypeVar("T")
U = TypeVar("U")

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


def count(
    session: Session, source: FromClause, where: Sequence[ColumnElement[bool]]
) -> tuple[int, bool]:
    """How many rows there are, up to 10,000; and whether there are more than that.

    What few rows are is counted at once; to count a million takes longer than to show a page.
    """
    some = select(literal(1)).select_from(source).where(*where).limit(MOST_COUNTED + 1).subquery()
    found = session.scalars(select(func.count()).select_from(some)).one()
    return min(found, MOST_COUNTED), found > MOST_COUNTED


def fetch(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    keys: Sequence[SQLColumnExpression[Any]],
    *,
    cursor: Cursor | None,
    limit: int,
    descending: bool,
    total: int,
    more: bool = False,
) -> Page[Row[*tuple[Any, ...]]]:
    """Read one page.

    Args:
        session: the snapshot to read in.
        statement: all the rows, not ordered. Its first columns must be ``keys``.
        keys: what to sort by; together unique and never NULL.
        cursor: where to begin; None for the first page.
        limit: the most rows, 1 to 1,000.
        descending: sort by all keys from the highest down.
        total: how many rows there are in all.
        more: there are more than ``total``.

    """
    limit = max(1, min(limit, MOST_ROWS))
    backward = cursor is not None and cursor.backward
    down = descending != backward
    if cursor is not None:
        statement = statement.where(_beyond(keys, cursor.values, down))
    statement = statement.order_by(*(key.desc() if down else key.asc() for key in keys))
    rows = list(session.execute(statement.limit(limit + 1)).all())
    further = len(rows) > limit
    rows = rows[:limit]
    if backward:
        rows.reverse()
    # Beside the page we came from there is a page; in the other direction only if a row is left.
    before, after = (further, cursor is not None) if backward else (cursor is not None, further)
    width = len(keys)
    return Page(
        tuple(rows),
        total,
        Cursor(tuple(rows[0][:width]), backward=True) if rows and before else None,
        Cursor(tuple(rows[-1][:width])) if rows and after else None,
        more,
    )


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
