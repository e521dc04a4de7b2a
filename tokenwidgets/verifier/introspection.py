"""All that a secret opens, for token introspection; not on the path of every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import and_, select

from tokenwidgets import errors
from tokenwidgets.schema import API, Grant, Token, TokenSecret, User
from tokenwidgets.secret import digest, is_well_formed
from tokenwidgets.trouble import named_errors
from tokenwidgets.verifier.reader import CLOCK_SLACK
from tokenwidgets.verifier.source import Source
from tokenwidgets.vocabulary import Access

__all__ = ["OpenedBy", "opened_by"]


@dataclass(frozen=True, slots=True)
class OpenedBy:
    """What a live secret is and opens; instants in UTC.

    ``expires_at`` is when this secret ends, which during an overlap is before its token does.
    ``access`` has the active APIs alone.
    """

    token_id: int
    user_id: str
    issued_at: datetime
    expires_at: datetime
    access: dict[str, Access]


def opened_by(source: Source, secret: str, seconds: float) -> OpenedBy | None:
    """What the secret opens at an instant (seconds since 1970); None if it does not work.

    Raises:
        ClockError: that instant is before what the database has recorded of the secret.
        DatabaseError: the database cannot be read.

    """
    if not is_well_formed(secret):
        return None
    at = datetime.fromtimestamp(seconds, UTC)
    statement = _STATEMENT.where(TokenSecret.digest == digest(secret))
    with named_errors(source.place), source.engine.connect() as connection:
        rows = connection.execute(statement).all()
    if not rows:
        return None
    first = rows[0]
    if (first.minted_at - at).total_seconds() > CLOCK_SLACK:
        raise errors.ClockError(
            f"The clock is behind what {source.place} has recorded, so nothing can be said of when"
            " a token ends: set it right."
        )
    expires_at = min(first.expires_at, first.ends_at or first.expires_at)
    if first.revoked_at is not None or not first.is_active or expires_at <= at:
        return None
    return OpenedBy(
        first.token_id,
        first.user_id,
        first.minted_at,
        expires_at,
        {
            row.api: Access.READ if row.read_only else Access(row.access)
            for row in rows
            if row.api is not None
        },
    )


_STATEMENT = (
    select(
        Token.id.label("token_id"),
        User.user_id,
        User.is_active,
        Token.revoked_at,
        Token.expires_at,
        TokenSecret.minted_at,
        TokenSecret.ends_at,
        API.name.label("api"),
        API.read_only,
        Grant.access,
    )
    .select_from(TokenSecret)
    .join(Token, Token.id == TokenSecret.token_id)
    .join(User, User.id == Token.owner_id)
    .outerjoin(Grant, Grant.token_id == Token.id)
    .outerjoin(API, and_(API.id == Grant.api_id, API.is_active))
    .order_by(API.name)
)
