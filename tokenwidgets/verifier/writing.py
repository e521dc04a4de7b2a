"""Write down what was seen of thousands of tokens, with one statement for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Engine,
    LargeBinary,
    Update,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.exc import DBAPIError

from tokenwidgets.database import BUSY_TIMEOUT
from tokenwidgets.place import place_of
from tokenwidgets.schema import Token, TokenSecret
from tokenwidgets.trouble import named_errors
from tokenwidgets.turns import turn

__all__ = ["Seen", "write_down"]

Seen = tuple[float, int | None, int | None]
"""When, in seconds since 1970; which token; for which API."""

_ROWS_A_STATEMENT = 5_000


def write_down(engine: Engine, used: dict[bytes, Seen], refused: dict[bytes, Seen]) -> None:
    """Set the instants forward, never back: by digest, the secrets used and the dead ones refused.

    Raises:
        DatabaseError: the database cannot be written to. What was written is not lost by that.

    """
    tokens: dict[int | None, Seen] = {}
    for seen in used.values():
        tokens[seen[1]] = max(seen, tokens.get(seen[1], seen), key=_when)
    of_tokens = [(b"", seen) for seen in tokens.values()]
    place = place_of(engine.url)
    writer = engine.execution_options(tokenwidgets_writer=True)
    is_sqlite = engine.dialect.name == "sqlite"
    for statement, everything in (
        (_tokens_used, of_tokens),
        (_secrets_used, list(used.items())),
        (_secrets_refused, list(refused.items())),
    ):
        for some in _in_turn(everything):
            with (
                turn(engine.url, BUSY_TIMEOUT),
                named_errors(place),
                writer.begin() as connection,
            ):
                rows = _on_sqlite(some) if is_sqlite else _elsewhere(some)
                try:
                    connection.execute(statement(rows))
                except DBAPIError:
                    # A session that began while nothing could be written stays one that cannot.
                    connection.invalidate()
                    raise


def _in_turn(everything: list[tuple[bytes, Seen]]) -> Iterator[list[tuple[bytes, Seen]]]:
    """A few thousand at a time, in the order of the tokens, so that writers do not cross."""
    everything.sort(key=lambda pair: pair[1][1] or 0)
    for start in range(0, len(everything), _ROWS_A_STATEMENT):
        yield everything[start : start + _ROWS_A_STATEMENT]


def _tokens_used(seen: CTE) -> Update:
    return (
        update(Token)
        .where(Token.id == seen.c.token_id, _is_later(seen, Token.last_used_at))
        .values(last_used_at=seen.c.at, last_used_api_id=seen.c.api_id)
    )


def _secrets_used(seen: CTE) -> Update:
    later = _is_later(seen, TokenSecret.last_used_at)
    return update(TokenSecret).where(_is_of(seen), later).values(last_used_at=seen.c.at)


def _secrets_refused(seen: CTE) -> Update:
    later = _is_later(seen, TokenSecret.last_refused_at)
    return update(TokenSecret).where(_is_of(seen), later).values(last_refused_at=seen.c.at)


def _is_of(seen: CTE) -> ColumnElement[bool]:
    digest: Any = TokenSecret.digest
    if isinstance(seen.c.digest.type, LargeBinary):
        return digest == seen.c.digest
    # JSON has no bytes; the index on the token leaves one or two digests to write out.
    return and_(TokenSecret.token_id == seen.c.token_id, func.hex(digest) == seen.c.digest)


def _is_later(seen: CTE, than: Any) -> ColumnElement[bool]:
    return or_(than.is_(None), than < seen.c.at)


def _on_sqlite(some: list[tuple[bytes, Seen]]) -> CTE:
    """The rows as one JSON parameter."""
    text = json.dumps(
        [
            (token_id, digest.hex().upper(), round(at * 1_000_000), api_id)
            for digest, (at, token_id, api_id) in some
        ]
    )
    each = func.json_each(literal(text)).table_valued("value")
    names = ("token_id", "digest", "at", "api_id")
    columns = (
        func.json_extract(each.c.value, f"$[{number}]").label(name)
        for number, name in enumerate(names)
    )
    return select(*columns).cte("seen")


def _elsewhere(some: list[tuple[bytes, Seen]]) -> CTE:
    """The rows as one array a column."""
    rows = func.unnest(
        literal([seen[1] for _, seen in some], ARRAY(BigInteger)),
        literal([digest for digest, _ in some], ARRAY(LargeBinary)),
        literal([_instant(seen) for _, seen in some], ARRAY(TIMESTAMP(timezone=True))),
        literal([seen[2] for _, seen in some], ARRAY(BigInteger)),
    ).table_valued("token_id", column("digest", LargeBinary), "at", "api_id")
    return select(rows.render_derived()).cte("seen")


def _when(seen: Seen) -> float:
    return seen[0]


def _instant(seen: Seen) -> datetime:
    return datetime.fromtimestamp(seen[0], UTC)
