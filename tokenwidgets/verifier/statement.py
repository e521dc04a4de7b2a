"""The one statement that has all that a decision is made of, and its rows."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Double,
    Select,
    and_,
    bindparam,
    case,
    literal_column,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tokenwidgets import errors
from tokenwidgets.schema import API, Grant, Instant, Token, TokenSecret, User
from tokenwidgets.vocabulary import Access

__all__ = [
    "API_ID",
    "API_INACTIVE",
    "API_UNKNOWN",
    "CLOCK_WRONG",
    "REVOKED",
    "STATEMENT",
    "USER_INACTIVE",
    "Row",
    "Statements",
    "statements_for",
]


class Row(NamedTuple):
    """What the database knows of a secret and an API, in as few columns as it can be told.

    A column more costs more than the cases that make these up. ``until`` is when the secret ends
    at the latest, in seconds since 1970: its token's expiration; negative if regeneration replaced
    it, and then the end of the overlap if that is before. ``verdict`` is all that does not depend
    on the time: one of the reasons below, or 4 times the API's id plus the highest ``Access`` that
    it may give.
    """

    token_id: int
    user_id: str
    until: float
    verdict: int


CLOCK_WRONG, REVOKED, USER_INACTIVE, API_UNKNOWN, API_INACTIVE = -1, -2, -3, -4, -5
"""Why nothing is given whatever the time and the method, in the order in which it counts."""


class _Seconds(FunctionElement[float]):
    """An instant as seconds since 1970: numbers compare faster than datetimes are made."""

    type = Double()
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _seconds_on_sqlite(element: _Seconds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} / 1000000.0)"


@compiles(_Seconds, "postgresql")
def _seconds_on_postgresql(element: _Seconds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **kw)}) AS FLOAT8)"


def _number(value: int) -> ColumnElement[int]:
    return literal_column(str(int(value)), BigInteger)


_until = case(
    (TokenSecret.ends_at.is_(None), _Seconds(Token.expires_at)),
    (TokenSecret.ends_at < Token.expires_at, -_Seconds(TokenSecret.ends_at)),
    else_=-_Seconds(Token.expires_at),
)
_verdict = case(
    (TokenSecret.minted_at > bindparam("latest", type_=Instant), _number(CLOCK_WRONG)),
    (Token.revoked_at.is_not(None), _number(REVOKED)),
    (~User.is_active, _number(USER_INACTIVE)),
    (API.id.is_(None), _number(API_UNKNOWN)),
    (~API.is_active, _number(API_INACTIVE)),
    (Grant.access.is_(None), API.id * _number(4)),
    (API.read_only, API.id * _number(4) + _number(Access.READ)),
    else_=API.id * _number(4) + Grant.access,
)

STATEMENT = (
    select(Token.id, User.user_id, _until, _verdict)
    .select_from(TokenSecret)
    .join(Token, Token.id == TokenSecret.token_id)
    .join(User, User.id == Token.owner_id)
    .outerjoin(API, API.id == bindparam("api_id"))
    .outerjoin(Grant, and_(Grant.token_id == Token.id, Grant.api_id == API.id))
    .where(TokenSecret.digest == bindparam("digest"))
)
"""A ``Row`` for a digest and an API's id, or none if the digest is not known.

``latest`` is the latest instant that the database can have recorded if the clock is right.
"""

API_ID = select(API.id).where(API.name == bindparam("api"))
"""The id of an API by its name. An API keeps both for good, so it need not be asked each time."""


class Statements(NamedTuple):
    """The SQL of both; ``decision`` takes latest, API's id and digest, ``api_id`` a name."""

    decision: str
    api_id: str


def statements_for(dialect: Dialect) -> Statements:
    """The SQL for a dialect, with parameters by position.

    Raises:
        ConfigurationError: it is neither SQLite nor psycopg's PostgreSQL.

    """
    if (dialect.name, dialect.driver) not in {("sqlite", "pysqlite"), ("postgresql", "psycopg")}:
        raise errors.ConfigurationError(
            f"The verifier works with sqlite:// and postgresql+psycopg:// URLs,"
            f" not with {dialect.name}+{dialect.driver}://."
        )
    # Placeholders by position are what both drivers take without rewriting the statement.
    kind: Any = type(dialect)
    positional = kind(paramstyle="qmark" if dialect.name == "sqlite" else "format")
    return Statements(
        _compiled(STATEMENT, positional, ["latest", "api_id", "digest"]),
        _compiled(API_ID, positional, ["api"]),
    )


def _compiled(statement: Select[Any], dialect: Dialect, parameters: list[str]) -> str:
    compiled = statement.compile(dialect=dialect)
    if compiled.positiontup != parameters:
        raise AssertionError(f"the statement's parameters are {compiled.positiontup}")
    return str(compiled)
