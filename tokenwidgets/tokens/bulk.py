"""Revoke many tokens inside a change under way: one statement, and who lost which, recorded."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    any_,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.language import Phrase
from tokenwidgets.schema import Token, User
from tokenwidgets.service import Change

__all__ = ["REVOKE", "REVOKE_ALL", "REVOKING_MANY", "among", "checked_id", "live", "revoke"]

REVOKE = "revoke tokens"
REVOKE_ALL = "revoke all tokens"
REVOKING_MANY = (REVOKE, REVOKE_ALL)
"""The actions by which several tokens are revoked, with one event for each owner."""

_MOST_LISTED = 1000


def live(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a token that is neither revoked nor expired."""
    return (Token.revoked_at.is_(None), Token.expires_at > at)


def revoke(
    change: Change,
    which: Sequence[ColumnElement[bool]],
    why: str = "",
    *,
    action: str = REVOKE,
) -> int:
    """Revoke the live tokens among these, with one event for each owner whose tokens they are."""
    session = change.session
    ended: defaultdict[int, list[int]] = defaultdict(list)
    statement = (
        update(Token)
        .where(*which, *live(change.at))
        .values(revoked_at=change.at, version=Token.version + 1)
        .returning(Token.owner_id, Token.id)
    )
    for owner, token_id in session.connection().execute(statement).all():
        ended[owner].append(token_id)
    if not ended:
        change.nothing_to_do()
        return 0
    owners = session.execute(
        select(User.id, User.user_id)
        .where(among(session, list(ended), User.id))
        .order_by(User.user_id)
    )
    note = {"why": why} if why else {}
    change.record(
        *(_entry(action, user_id, sorted(ended[row_id]), note) for row_id, user_id in owners)
    )
    return sum(map(len, ended.values()))


def _entry(action: str, owner: str, token_ids: list[int], note: dict[str, Any]) -> Entry:
    """The event for an owner. More tokens than it lists have its instant as ``revoked_at``."""
    detail = {"count": len(token_ids), "token_ids": token_ids[:_MOST_LISTED], **note}
    only = token_ids[0] if len(token_ids) == 1 else None
    return Entry(action, owner, user_id=owner, token_id=only, detail=detail)


def checked_id(value: Any) -> int:
    """An id as Python's int; pandas and NumPy have their own.

    Raises:
        UnknownToken: no token can have this id.

    """
    if not isinstance(value, bool) and hasattr(value, "__index__"):
        number: int = value.__index__()
        if 0 < number < 2**63:
            return number
    raise errors.UnknownToken(Phrase("There is no token {id}.", id=str(value)[:30]))


def among(session: Session, values: list[Any], column: Any = Token.id) -> ColumnElement[bool]:
    """Whether a token, or another column, is one of these, however many, as one parameter."""
    if session.get_bind().dialect.name != "sqlite":
        one: ColumnElement[bool] = column == any_(literal(values, ARRAY(type(column.type))))
        return one
    each = func.json_each(literal(json.dumps(values), Text())).table_valued("value")
    some: ColumnElement[bool] = column.in_(select(each.c.value))
    return some
