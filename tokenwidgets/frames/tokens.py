"""The inventory as a DataFrame: one row a token."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, Unpack, overload

import pandas as pd
from sqlalchemy import select

from tokenwidgets.frames.columns import HINT, INVENTORY, Column, Kind
from tokenwidgets.frames.opening import Filters, opened
from tokenwidgets.frames.parts import positions, status, take
from tokenwidgets.frames.readers import Arrays, Reading, Wanted, reading
from tokenwidgets.platform import Platform
from tokenwidgets.schema import API, Token, TokenSecret, User
from tokenwidgets.tokens.filters import TokenFilter, conditions
from tokenwidgets.vocabulary import Control

__all__ = ["inventory"]

_THREADS = 2

_TOKENS: Wanted = {
    "token_id": (Token.id, Kind.ID),
    "name": (Token.name, Kind.TEXT),
    "owner_id": (Token.owner_id, Kind.ID),
    "months": (Token.months, Kind.NUMBER),
    "created_at": (Token.created_at, Kind.INSTANT),
    "created_by": (Token.created_by, Kind.TEXT),
    "expires_at": (Token.expires_at, Kind.INSTANT),
    "revoked_at": (Token.revoked_at, Kind.INSTANT),
    "last_used_at": (Token.last_used_at, Kind.INSTANT),
    "api_id": (Token.last_used_api_id, Kind.OPTIONAL_ID),
}
_OWNERS: Wanted = {
    "id": (User.id, Kind.ID),
    "owner": (User.user_id, Kind.TEXT),
    "owner_name": (User.name, Kind.TEXT),
    "email": (User.email, Kind.TEXT),
    "department": (User.department, Kind.TEXT),
    "owner_active": (User.is_active, Kind.FLAG),
}
_APIS: Wanted = {"id": (API.id, Kind.ID), "last_used_api": (API.name, Kind.TEXT)}
_HINTS: Wanted = {
    "id": (TokenSecret.token_id, Kind.ID),
    "hint": (TokenSecret.prefix + "_…" + TokenSecret.last_four, Kind.TEXT),
}


@overload
def inventory(
    platform: Platform | None = ...,
    *,
    at: datetime | None = ...,
    hints: bool = ...,
    chunksize: None = ...,
    fast: bool | None = ...,
    **filters: Unpack[Filters],
) -> pd.DataFrame: ...
@overload
def inventory(
    platform: Platform | None = ...,
    *,
    at: datetime | None = ...,
    hints: bool = ...,
    chunksize: int,
    fast: bool | None = ...,
    **filters: Unpack[Filters],
) -> Iterator[pd.DataFrame]: ...
def inventory(
    platform: Platform | None = None,
    *,
    at: datetime | None = None,
    hints: bool = False,
    chunksize: int | None = None,
    fast: bool | None = None,
    **filters: Unpack[Filters],
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """All tokens that the actor may see, one row each, by ``token_id``.

    ``frame.attrs["as_of"]`` is the instant as of which ``status`` is told.

    Args:
        platform: what ``tokenwidgets.connect()`` gives; by default it is called.
        at: the instant as of which status is told, timezone-aware; now by default.
        hints: add the column ``hint``: prefix and last four characters of each secret.
        chunksize: give frames of so many rows, one after the other, instead of a single one.
            They are of one snapshot, which stays open until the last.
        fast: read through ADBC and Arrow: when they are installed (None), never (False), or
            always (True). The frames are equal.
        **filters: those of ``TokenFilter``: ``status``, ``owner``, ``group``, ``department``,
            ``api``, ``access``, ``search``, ``expiring_within``, ``unused_for``,
            ``created_since``, ``created_before``, ``expires_since``, ``expires_before``.

    Raises:
        NotAllowed: the actor lacks ``Token Inventory``.
        InvalidValue: a filter cannot be taken.
        UnknownUser, UnknownGroup, UnknownAPI: a filter names what is not there.

    """
    chunks = _chunks(platform, at, hints, chunksize, fast, TokenFilter(**filters))
    if chunksize is not None:
        return chunks
    with contextlib.closing(chunks):
        return next(chunks)


def _chunks(
    platform: Platform | None,
    at: datetime | None,
    hints: bool,
    chunksize: int | None,
    fast: bool | None,
    wanted: TokenFilter,
) -> Generator[pd.DataFrame, None, None]:
    columns = (*INVENTORY, HINT) if hints else INVENTORY
    with (
        opened(platform) as platform,
        reading(platform.inventory, Control.TOKEN_INVENTORY, at, fast) as snapshot,
    ):
        reach = snapshot.authority.reach(Control.TOKEN_INVENTORY)
        where = conditions(snapshot.session, reach, wanted, snapshot.at)
        last = None
        while True:
            bound = where if last is None else [*where, Token.id > last]
            frame = _frame(snapshot, bound, columns, chunksize)
            if last is None or len(frame):
                yield frame
            if chunksize is None or len(frame) < chunksize:
                return
            last = int(frame["token_id"].iat[-1])


def _frame(
    snapshot: Reading, where: list[Any], columns: tuple[Column, ...], limit: int | None
) -> pd.DataFrame:
    """The frame of the tokens that meet the conditions, of the first ``limit`` if given.

    Tokens, owners and APIs are read apart: a join would send each owner with each token.
    """
    key = Token.id if limit is None else None
    arrays = snapshot.read(_TOKENS, *where, order=[Token.id], limit=limit, key=key)
    tokens = select(Token.id, Token.owner_id).where(*where).order_by(Token.id).limit(limit)
    some = tokens.subquery() if where or limit is not None else None
    if some is None:
        owners = snapshot.read(_OWNERS, order=[User.id], key=User.id)
    else:
        owners = snapshot.read(_OWNERS, User.id.in_(select(some.c.owner_id)))
    _add(arrays, arrays.pop("owner_id"), owners)
    _add(arrays, arrays.pop("api_id"), snapshot.read(_APIS))
    if HINT in columns:
        present = [TokenSecret.ends_at.is_(None)]
        if some is not None:
            present.append(TokenSecret.token_id.in_(select(some.c.id)))
        _add(arrays, arrays["token_id"], snapshot.read(_HINTS, *present))
    arrays["status"] = status(arrays["expires_at"], arrays["revoked_at"], snapshot.at)
    frame = pd.DataFrame({column.name: arrays.pop(column.name) for column in columns}, copy=False)
    frame.attrs["as_of"] = snapshot.at.isoformat()
    return frame


def _add(arrays: Arrays, ids: Any, table: Arrays) -> None:
    """Add the columns of a table, by the ids of its rows."""
    where = positions(table.pop("id"), ids)
    # Arrow takes without Python's lock, and most of the time goes to memory that is new.
    with ThreadPoolExecutor(_THREADS) as pool:
        arrays |= zip(table, pool.map(partial(take, where=where), table.values()), strict=True)
