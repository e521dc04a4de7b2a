"""How the database keeps instants: exact to the microsecond, always in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import TIMESTAMP, BigInteger, ColumnElement, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from tokenwidgets import errors

__all__ = [
    "EARLIEST",
    "LATEST",
    "Epoch",
    "Instant",
    "Unreadable",
    "check_instant",
    "microseconds",
]

EARLIEST = _EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Unreadable(ValueError):
    """What stands somewhere in the database is none of what is written there."""


def microseconds(instant: datetime) -> int:
    """The microseconds from 1970 to an instant: what SQLite and NumPy keep of it."""
    return (instant - _EPOCH) // _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A timezone-aware UTC datetime, to the microsecond."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """PostgreSQL has a type for it; elsewhere an integer is exact and quick."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database; a datetime without a zone is a mistake, not local time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        if dialect.name == "postgresql":
            return value
        return microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """From the database, in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        try:
            return _EPOCH + timedelta(microseconds=value)
        except (TypeError, OverflowError):
            raise Unreadable("an instant that is none") from None


class Epoch(ColumnElement[datetime]):
    """1970 as a constant of the statement itself: what an index of an expression has in it."""

    inherit_cache = True
    type = Instant()


@compiles(Epoch)
def _epoch(_element: Epoch, _compiler: SQLCompiler, **_how: Any) -> str:
    return "0"


@compiles(Epoch, "postgresql")
def _postgresql_epoch(_element: Epoch, _compiler: SQLCompiler, **_how: Any) -> str:
    return "'1970-01-01 00:00:00+00'::timestamp with time zone"


def check_instant(field: str, instant: object) -> datetime:
    """An instant that was given.

    Raises:
        InvalidValue: it is not an instant, or has no time zone.

    """
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        raise errors.InvalidValue(field, "must be an instant with a time zone.")
    return instant
