"""Whose a leaked secret is, and whether it still opens anything; end those that do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tokenwidgets.authority import Authority
from tokenwidgets.schema import API, Grant, Token, TokenSecret, User
from tokenwidgets.service import Service
from tokenwidgets.vocabulary import Control

__all__ = ["Leak", "LeakService", "LeakState"]

_AT_ONCE = 500


class LeakState(StrEnum):
    """What a leaked secret can still do."""

    LIVE = "live"
    OWNER_INACTIVE = "owner inactive"
    OPENS_NOTHING = "opens nothing"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "of no token here"
    NOT_LOOKED_UP = "not looked up"

    @property
    def is_alarm(self) -> bool:
        """Whether it opens something, or nobody could say that it does not."""
        return self in (LeakState.LIVE, LeakState.NOT_LOOKED_UP)

    @property
    def can_come_back(self) -> bool:
        """Whether only a revocation makes sure that it opens nothing, now and later."""
        return self in (LeakState.LIVE, LeakState.OWNER_INACTIVE, LeakState.OPENS_NOTHING)


@dataclass(frozen=True, slots=True)
class Leak:
    """The token of a leaked secret. Of one beyond the actor's reach only the state is told."""

    state: LeakState
    token_id: int | None = None
    token: str = ""
    owner: str = ""
    expires_at: datetime | None = None


class LeakService(Service):
    """Looks leaked secrets up, for an actor with ``Application Users > API Tokens``."""

    def look_up(self, digests: Collection[bytes]) -> dict[bytes, Leak]:
        """What is known of the secrets with these digests, each of them.

        Raises:
            NotAllowed: the actor lacks the control.

        """
        leaks = dict.fromkeys(digests, Leak(LeakState.UNKNOWN))
        at = self._clock()
        with self.reading(Control.API_TOKENS) as (session, authority):
            wanted = list(leaks)
            for start in range(0, len(wanted), _AT_ONCE):
                some = wanted[start : start + _AT_ONCE]
                leaks.update(_known(session, authority, some, at))
        return leaks


def _known(
    session: Session, authority: Authority, digests: Sequence[bytes], at: datetime
) -> Iterator[tuple[bytes, Leak]]:
    reach = authority.reach(Control.API_TOKENS)
    opens = (
        exists()
        .where(Grant.token_id == Token.id, Grant.api_id == API.id, API.is_active)
        .correlate(Token)
    )
    statement = (
        select(TokenSecret.digest, TokenSecret.ends_at, Token, User, opens.label("opens"))
        .join(Token, Token.id == TokenSecret.token_id)
        .join(User, User.id == Token.owner_id)
        .where(TokenSecret.digest.in_(digests))
    )
    for digest, ends_at, token, owner, opens_some in session.execute(statement):
        state = _state(token, owner, ends_at, opens_some, at)
        if reach.covers(owner.department):
            yield digest, Leak(state, token.id, token.name, owner.user_id, token.expires_at)
        else:
            yield digest, Leak(state)


def _state(
    token: Token, owner: User, ends_at: datetime | None, opens_some: bool, at: datetime
) -> LeakState:
    """The first reason that holds for good, or else the first that may pass."""
    if token.revoked_at is not None:
        return LeakState.REVOKED
    if ends_at is not None and ends_at <= at:
        return LeakState.REPLACED
    if token.expires_at <= at:
        return LeakState.EXPIRED
    if not owner.is_active:
        return LeakState.OWNER_INACTIVE
    return LeakState.LIVE if opens_some else LeakState.OPENS_NOTHING
