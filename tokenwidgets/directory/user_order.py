"""What the list of users can be sorted by."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    FromClause,
    Integer,
    SQLColumnExpression,
    bindparam,
    cast,
    func,
    literal,
    select,
)

from tokenwidgets.instants import Instant
from tokenwidgets.schema import Token, User

__all__ = ["UserSort", "sort_key"]

UserSort = Literal[
    "user_id", "name", "email", "department", "is_active", "live_tokens", "next_expiry"
]
_SORTS: dict[str, Any] = {
    "user_id": User.user_id,
    "name": User.name,
    "email": User.email,
    "department": User.department,
    "is_active": cast(User.is_active, Integer),
}
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def sort_key(sort: str) -> tuple[SQLColumnExpression[Any], FromClause]:
    """What to sort by, and what to select it from; for an instant that is given as ``now``."""
    users = User.__table__
    if sort in _SORTS:
        return _SORTS[sort], users
    live = (
        select(Token.owner_id, func.count().label("n"), func.min(Token.expires_at).label("x"))
        .where(Token.revoked_at.is_(None), Token.expires_at > bindparam("now"))
        .group_by(Token.owner_id)
        .subquery()
    )
    key: SQLColumnExpression[Any] = func.coalesce(live.c.n, 0)
    if sort == "next_expiry":
        key = func.coalesce(live.c.x, literal(_NEVER, Instant()))
    return key, users.outerjoin(live, live.c.owner_id == User.id)
