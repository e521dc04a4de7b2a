"""Read tokens as rows for screens, scripts and the services: three statements, however many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.authority import Authority
from tokenwidgets.instants import Unreadable
from tokenwidgets.language import Phrase
from tokenwidgets.paging import Cursor, Keyset, Page
from tokenwidgets.schema import API, Grant, Token, TokenSecret, User
from tokenwidgets.secret import hint_of
from tokenwidgets.tokens.grants import GIVEN
from tokenwidgets.vocabulary import Access, Control, TokenStatus, status_at

__all__ = ["OldSecret", "TokenRow", "find", "page", "read", "read_many"]

_PRESENTED_SHOWN = timedelta(days=30)


def _list(*where: ColumnElement[bool]) -> tuple[Select[int], Keyset[str, int]]:
    """What counts the tokens of an ``owner`` for which this is true, and the list of them."""
    where = (Token.owner_id == bindparam("owner"), *where)
    keys = (Token.name_key, Token.id)
    counting = select(func.count()).select_from(Token).where(*where)
    return counting, Keyset(select(*keys).where(*where), keys)


_OF_USER = _list()
_LIVE_OF_USER = _list(Token.revoked_at.is_(None), Token.expires_at > bindparam("now"))

# What is read of tokens, whichever they are.
_GRANTS = (
    select(Grant.token_id, API.name, GIVEN)
    .join(API, API.id == Grant.api_id)
    .where(Grant.token_id.in_(bindparam("ids")))
    .order_by(API.name)
)
_SECRETS = (
    select(
        TokenSecret.token_id,
        TokenSecret.prefix,
        TokenSecret.last_four,
        TokenSecret.ends_at,
        TokenSecret.last_used_at,
        TokenSecret.last_refused_at,
    )
    .where(TokenSecret.token_id.in_(bindparam("ids")))
    .order_by(TokenSecret.minted_at)
)
_TOKENS = (
    select(
        Token.id,
        User.user_id.label("owner"),
        Token.name,
        Token.months,
        Token.created_at,
        Token.created_by,
        Token.expires_at,
        Token.revoked_at,
        Token.last_used_at,
        API.name.label("last_used_api"),
        Token.version,
    )
    .join(User, User.id == Token.owner_id)
    .outerjoin(API, API.id == Token.last_used_api_id)
    .where(Token.id.in_(bindparam("ids")))
)


@dataclass(frozen=True, slots=True)
class OldSecret:
    """The secret before the present one, while an overlap keeps it working until ``ends_at``."""

    hint: str
    ends_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as of one instant; times in UTC.

    ``hint`` is what can be shown of the secret: the prefix and the last four characters.
    ``grants`` holds Read and Full alone, as the verifier gives them. ``still_presented_at`` is
    when a dead secret of the token was last presented, within the last 30 days. ``version`` is
    what ``edit`` wants back.
    """

    id: int
    owner: str
    name: str
    hint: str
    months: int
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_api: str | None
    status: TokenStatus
    version: int
    grants: dict[str, Access]
    secret_last_used_at: datetime | None = None
    old_secret: OldSecret | None = None
    still_presented_at: datetime | None = None


def find(session: Session, authority: Authority, token_id: object) -> tuple[Token, User]:
    """A token within the actor's reach, and its owner.

    Raises:
        UnknownToken: there is none within reach.

    """
    found = None
    if type(token_id) is int and 0 < token_id < 2**63:
        statement = (
            select(Token, User)
            .join(User, User.id == Token.owner_id)
            .where(Token.id == token_id, authority.reach(Control.API_TOKENS).where())
        )
        found = session.execute(statement).one_or_none()
    if found is None:
        raise errors.UnknownToken(Phrase("There is no token {id}.", id=str(token_id)[:30]))
    return found.Token, found.User


def page(
    session: Session,
    owner: User,
    at: datetime,
    *,
    ended: bool,
    cursor: Cursor | None,
    rows: int,
) -> Page[TokenRow]:
    """Some tokens of a user, by name."""
    counting, listing = _OF_USER if ended else _LIVE_OF_USER
    values = {"owner": owner.id, "now": at}
    total = session.connection().execute(counting, values).scalar_one()
    found = listing.page(session, cursor=cursor, limit=rows, total=total, values=values)
    return found.map(lambda ids: read_many(session, [row.id for row in ids], at))


def read(session: Session, token_id: int, at: datetime) -> TokenRow:
    """One token by its id, which exists."""
    (row,) = read_many(session, [token_id], at)
    return row


def read_many(session: Session, token_ids: Sequence[int], at: datetime) -> list[TokenRow]:
    """The tokens with these ids, in this order."""
    session.flush()
    connection = session.connection()
    wanted = {"ids": token_ids}
    grants: defaultdict[int, dict[str, Access]] = defaultdict(dict)
    for token_id, api, access in connection.execute(_GRANTS, wanted).all():
        grants[token_id][api] = Access(access)
    secrets: defaultdict[int, list[Any]] = defaultdict(list)
    for secret in connection.execute(_SECRETS, wanted).all():
        secrets[secret.token_id].append(secret)
    rows = {
        token.id: _row(token, grants[token.id], secrets[token.id], at)
        for token in connection.execute(_TOKENS, wanted).all()
    }
    return [rows[token_id] for token_id in token_ids]


def _row(token: Any, grants: dict[str, Access], secrets: Sequence[Any], at: datetime) -> TokenRow:
    present = next((secret for secret in secrets if secret.ends_at is None), None)
    if present is None:
        raise Unreadable("a token without a present secret")
    old = [s for s in secrets if s.ends_at is not None and s.ends_at > at]
    refused = [s.last_refused_at for s in secrets if s.last_refused_at is not None]
    presented = max(refused, default=None)
    status = status_at(at, expires_at=token.expires_at, revoked_at=token.revoked_at)
    return TokenRow(
        id=token.id,
        owner=token.owner,
        name=token.name,
        hint=_hint(present),
        months=token.months,
        created_at=token.created_at,
        created_by=token.created_by,
        expires_at=token.expires_at,
        revoked_at=token.revoked_at,
        last_used_at=token.last_used_at,
        last_used_api=token.last_used_api,
        status=status,
        version=token.version,
        grants=grants,
        secret_last_used_at=present.last_used_at,
        old_secret=(
            OldSecret(_hint(old[-1]), old[-1].ends_at or at, old[-1].last_used_at)
            if old and status.is_live
            else None
        ),
        still_presented_at=(
            presented if presented is not None and at - presented <= _PRESENTED_SHOWN else None
        ),
    )


def _hint(secret: Any) -> str:
    return hint_of(secret.prefix, secret.last_four)
