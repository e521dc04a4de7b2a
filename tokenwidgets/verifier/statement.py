"""The one statement that has all that a decision is made of, and its rows."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Double, and_, bindparam, select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tokenwidgets import errors
from tokenwidgets.schema import API, Grant, Token, TokenSecret, User

__all__ = ["Row", "statement_for"]


class Row(NamedTuple):
    """What the database knows of a secret and an API; instants in seconds since 1970, UTC.

    The API's columns are None when there is no such API, ``access`` when there is no grant.
    """

    token_id: int
    user_id: str
    user_active: bool
    revoked: bool
    minted: float
    ends: float | None
    expires: float
    api_id: int | None
    api_active: bool | None
    api_read_only: bool | None
    access: int | None


class _Seconds(FunctionElement[float]):
    """An instant as seconds since 1970: numbers compare faster than datetimes are made."""

    type = Double()
    inherit_cache = True


@compiles(_Seconds, "sqlite")
def _on_sqlite(element: _Seconds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} / 1000000.0)"


@compiles(_Seconds, "postgresql")
def _on_postgresql(element: _Seconds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **kw)}) AS FLOAT8)"


def statement_for(dialect: Dialect) -> str:
    """The SQL for a dialect; it takes the API's name and the digest, in this order.

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
    compiled = _STATEMENT.compile(dialect=positional)
    if compiled.positiontup != ["api", "digest"]:
        raise AssertionError(f"the statement's parameters are {compiled.positiontup}")
    return str(compiled)


_STATEMENT = (
    select(
        Token.id,
        User.user_id,
        User.is_active,
        Token.revoked_at.is_not(None),
        _Seconds(TokenSecret.minted_at),
        _Seconds(TokenSecret.ends_at),
        _Seconds(Token.expires_at),
        API.id,
        API.is_active,
        API.read_only,
        Grant.access,
    )
    .select_from(TokenSecret)
    .join(Token, Token.id == TokenSecret.token_id)
    .join(User, User.id == Token.owner_id)
    .outerjoin(API, API.name == bindparam("api"))
    .outerjoin(Grant, and_(Grant.token_id == Token.id, Grant.api_id == API.id))
    .where(TokenSecret.digest == bindparam("digest"))
)
