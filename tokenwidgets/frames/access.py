"""Grants as DataFrames: one row a token and API, and the matrix of users and APIs."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any, Unpack, overload

import numpy as np
import pandas as pd
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import join

from tokenwidgets.frames.columns import GRANTS, Kind
from tokenwidgets.frames.opening import Filters, opened
from tokenwidgets.frames.parts import positions, status, take
from tokenwidgets.frames.readers import Arrays, Reading, Wanted, reading
from tokenwidgets.platform import Platform
from tokenwidgets.schema import API, Grant, Token, User
from tokenwidgets.tokens.filters import TokenFilter, conditions
from tokenwidgets.tokens.grants import gives
from tokenwidgets.vocabulary import Access, Control, TokenStatus

__all__ = ["access_matrix", "grants"]

_GRANTS: Wanted = {
    "token_id": (Grant.token_id, Kind.ID),
    "api_id": (Grant.api_id, Kind.ID),
    "access": (Grant.access, Kind.ACCESS),
}
_TOKENS: Wanted = {
    "id": (Token.id, Kind.ID),
    "name": (Token.name, Kind.TEXT),
    "owner_id": (Token.owner_id, Kind.ID),
    "expires_at": (Token.expires_at, Kind.INSTANT),
    "revoked_at": (Token.revoked_at, Kind.INSTANT),
}
_OWNERS: Wanted = {"id": (User.id, Kind.ID), "owner": (User.user_id, Kind.TEXT)}
_APIS: Wanted = {
    "id": (API.id, Kind.ID),
    "api": (API.name, Kind.TEXT),
    "api_group": (API.api_group, Kind.TEXT),
    "api_active": (API.is_active, Kind.FLAG),
    "read_only": (API.read_only, Kind.FLAG),
}
_KEY = tuple_(Grant.token_id, Grant.api_id)
_WITH_TOKENS = join(Grant, Token, Token.id == Grant.token_id)
_ALL = join(join(_WITH_TOKENS, User, User.id == Token.owner_id), API, API.id == Grant.api_id)
_HIGHEST: Wanted = {
    "owner_id": (Token.owner_id, Kind.ID),
    "api_id": (Grant.api_id, Kind.ID),
    "access": (func.max(Grant.access), Kind.NUMBER),
}


@overload
def grants(
    platform: Platform | None = ...,
    *,
    at: datetime | None = ...,
    chunksize: None = ...,
    fast: bool | None = ...,
    **filters: Unpack[Filters],
) -> pd.DataFrame: ...
@overload
def grants(
    platform: Platform | None = ...,
    *,
    at: datetime | None = ...,
    chunksize: int,
    fast: bool | None = ...,
    **filters: Unpack[Filters],
) -> Iterator[pd.DataFrame]: ...
def grants(
    platform: Platform | None = None,
    *,
    at: datetime | None = None,
    chunksize: int | None = None,
    fast: bool | None = None,
    **filters: Unpack[Filters],
) -> pd.DataFrame | Iterator[pd.DataFrame]:
    """What each token opens: one row a token and API, by ``token_id`` and then as APIs were added.

    Args and raises: as ``inventory``. With ``api`` or ``access`` there are only such rows.
    """
    chunks = _chunks(platform, at, chunksize, fast, TokenFilter(**filters))
    if chunksize is not None:
        return chunks
    with contextlib.closing(chunks):
        return next(chunks)


def access_matrix(
    platform: Platform | None = None,
    *,
    at: datetime | None = None,
    fast: bool | None = None,
    **filters: Unpack[Filters],
) -> pd.DataFrame:
    """What users can do at present: a row a user, a column an active API, the access in it.

    It is the highest of the user's live tokens that match. The index is ``user_id``; users
    without such a token, and those who are not active, are not there.

    Args and raises: as ``inventory``.
    """
    filters.setdefault("status", [status for status in TokenStatus if status.is_live])
    with (
        opened(platform) as platform,
        reading(platform.inventory, Control.TOKEN_INVENTORY, at, fast) as snapshot,
    ):
        where = _matching(snapshot, TokenFilter(**filters))
        highest = snapshot.read(
            _HIGHEST,
            *(*where, User.is_active, API.is_active),
            source=_ALL,
            group=[Token.owner_id, Grant.api_id],
        )
        apis = snapshot.read(_APIS, API.is_active, order=[API.name])
        some = np.unique(highest["owner_id"])
        owners = snapshot.read(_OWNERS, *([User.is_active] if where else []), order=[User.user_id])
        keep = np.isin(owners["id"], some)
        ids, names = owners["id"][keep], owners["owner"][keep]
        codes = np.zeros((len(apis["id"]), len(ids)), np.int8)
        codes[positions(apis["id"], highest["api_id"]), positions(ids, highest["owner_id"])] = (
            np.minimum(highest["access"], _offered(apis)[positions(apis["id"], highest["api_id"])])
        )
        columns = {
            api: pd.Categorical.from_codes(row, dtype=Kind.ACCESS.dtype)
            for api, row in zip(apis["api"], codes, strict=True)
        }
        frame = pd.DataFrame(columns, index=pd.Index(names, name="user_id", dtype="str"))
        frame.attrs["as_of"] = snapshot.at.isoformat()
        return frame


def _chunks(
    platform: Platform | None,
    at: datetime | None,
    chunksize: int | None,
    fast: bool | None,
    wanted: TokenFilter,
) -> Generator[pd.DataFrame, None, None]:
    with (
        opened(platform) as platform,
        reading(platform.inventory, Control.TOKEN_INVENTORY, at, fast) as snapshot,
    ):
        where = _matching(snapshot, wanted)
        rows: list[Any] = []
        if wanted.api is not None:
            rows.append(Grant.api_id.in_(select(API.id).where(API.name == wanted.api)))
        if wanted.access is not None:
            rows.append(gives(wanted.access))
        last: Any = None
        while True:
            beyond = [] if last is None else [last < _KEY]
            arrays = snapshot.read(
                _GRANTS,
                *(*where, *rows, *beyond),
                source=_WITH_TOKENS if where else Grant.__table__,
                order=[Grant.token_id, Grant.api_id],
                limit=chunksize,
            )
            count = len(arrays["token_id"])
            if last is None or count:
                last = (
                    tuple_(int(arrays["token_id"][-1]), int(arrays["api_id"][-1]))
                    if count
                    else None
                )
                yield _frame(snapshot, arrays, where, chunksize is not None)
            if chunksize is None or count < chunksize:
                return


def _frame(snapshot: Reading, arrays: Arrays, where: list[Any], narrow: bool) -> pd.DataFrame:
    """The frame of these grants; tokens, owners and APIs are read apart."""
    ids = arrays["token_id"]
    bounds = [Token.id.between(int(ids[0]), int(ids[-1]))] if narrow and len(ids) else []
    tokens = snapshot.read(_TOKENS, *where, *bounds)
    some = select(Token.owner_id).where(*where, *bounds)
    owners = snapshot.read(_OWNERS, *([User.id.in_(some)] if where or bounds else []))
    apis = snapshot.read(_APIS)
    tokens["status"] = status(tokens.pop("expires_at"), tokens.pop("revoked_at"), snapshot.at)
    tokens["owner"] = take(owners["owner"], positions(owners["id"], tokens.pop("owner_id")))
    for table, of in ((tokens, ids), (apis, arrays["api_id"])):
        where_in = positions(table["id"], of)
        arrays |= {name: take(array, where_in) for name, array in table.items()}
    given = np.minimum(arrays["access"].codes, _offered(arrays))
    arrays["access"] = pd.Categorical.from_codes(given, dtype=Kind.ACCESS.dtype)
    frame = pd.DataFrame({column.name: arrays[column.name] for column in GRANTS}, copy=False)
    frame.attrs["as_of"] = snapshot.at.isoformat()
    return frame


def _offered(apis: Arrays) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The highest access that each of the APIs offers, which may be less than was granted."""
    read_only = np.asarray(apis["read_only"], bool)
    return np.where(read_only, int(Access.READ), int(Access.FULL)).astype(np.int8)


def _matching(snapshot: Reading, wanted: TokenFilter) -> list[Any]:
    reach = snapshot.authority.reach(Control.TOKEN_INVENTORY)
    return conditions(snapshot.session, reach, wanted, snapshot.at)
