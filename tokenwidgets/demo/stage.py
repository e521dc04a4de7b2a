"""Where the demo's story is played: the real services, for each actor, on a clock that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from tokenwidgets.database import Database
from tokenwidgets.demo.lives import Life
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.schema import API, Token, TokenSecret

__all__ = ["Stage", "Step"]


class Stage:
    """A platform that is being built, at an instant that only ever moves on."""

    def __init__(self, database: Database, at: datetime) -> None:
        self.database = database
        self.at = at
        self.token_ids: dict[tuple[str, str], int] = {}
        self._platforms: dict[str, Platform] = {}

    def clock(self) -> datetime:
        """The instant that has been reached."""
        return self.at

    def acting(self, user_id: str) -> Platform:
        """The platform as this user."""
        if user_id not in self._platforms:
            self._platforms[user_id] = open_platform(self.database, user_id, clock=self.clock)
        return self._platforms[user_id]

    def write_usage(self, lives: Iterable[Life]) -> None:
        """Note when the secrets were presented. The services do not: only the verifier does."""
        with self.database.write() as session:
            apis = dict(session.execute(select(API.name, API.id)).all())
            for life in lives:
                token_id = self.token_ids[life.key]
                used = [used_at for used_at in (life.used_at, life.old_used_at) if used_at]
                if used:
                    api_id = apis[next(iter(life.grants))]
                    session.execute(
                        update(Token)
                        .where(Token.id == token_id)
                        .values(last_used_at=max(used), last_used_api_id=api_id)
                    )
                of_token = update(TokenSecret).where(TokenSecret.token_id == token_id)
                session.execute(
                    of_token.where(TokenSecret.ends_at.is_(None)).values(last_used_at=life.used_at)
                )
                session.execute(
                    of_token.where(TokenSecret.ends_at.is_not(None)).values(
                        last_used_at=life.old_used_at, last_refused_at=life.refused_at
                    )
                )


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at an instant of the story."""

    at: datetime
    do: Callable[[Stage], object]
