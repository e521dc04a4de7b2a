"""The unit of work: authorise the actor, change, record the audit event; all or nothing."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tokenwidgets import audit, database, errors, notices
from tokenwidgets.authority import Authority, authority_of
from tokenwidgets.database import Database
from tokenwidgets.schema import Token, User
from tokenwidgets.text import plain
from tokenwidgets.vocabulary import Control, now

__all__ = ["Change", "Service", "retried"]

log = logging.getLogger("tokenwidgets")

_DENIED_ONCE_IN = timedelta(minutes=1)
_DENIED_REMEMBERED = 1000
_LONGEST_PAUSE = 0.2  # seconds

_P = ParamSpec("_P")
_T = TypeVar("_T")


def retried(change: Callable[_P, _T]) -> Callable[_P, _T]:
    """Make a change again when the database gave up on it for the sake of another one.

    Servers that do not let writers queue do so (SQLSTATE 40001). It is tried for as long as a
    writer waits for another, and then ``DatabaseConflict`` is raised. What can be gone through
    only once, such as a generator, is kept for it: a second time it would be empty.
    """

    @functools.wraps(change)
    def made(*arguments: _P.args, **keywords: _P.kwargs) -> _T:
        until = time.monotonic() + database.BUSY_TIMEOUT
        longest = 0.01
        kept = [_kept(each) for each in arguments]
        kept_keywords = {name: _kept(each) for name, each in keywords.items()}
        while True:
            try:
                return change(*kept, **kept_keywords)
            except errors.DatabaseConflict:
                # By chance, so that two do not get into each other's way again.
                pause = random.uniform(0, longest)  # noqa: S311 - no secret is made of it
                if time.monotonic() + pause > until:
                    raise
            time.sleep(pause)
            longest = min(longest * 2, _LONGEST_PAUSE)

    return made


def _kept(value: Any) -> Any:
    return tuple(value) if isinstance(value, Iterator) else value


@dataclass(slots=True)
class Change:
    """A change under way: its session, who is doing it, since when, and what is recorded of it."""

    session: Session
    authority: Authority
    at: datetime
    recorded: bool = False
    announced: bool = False

    def record(self, *entries: audit.Entry) -> None:
        """Write the audit events of this change, in its transaction; who listens is told of it."""
        audit.append(self.session, self.authority.actor, self.at, *entries)
        self.recorded = True
        if not self.announced:
            notices.announce(self.session)
            self.announced = True

    def nothing_to_do(self) -> None:
        """Say that the rows already are as they should be, so that there is no event."""
        self.recorded = True


class Service:
    """What the services share: a database, an actor and a clock.

    Args:
        database: where to work.
        actor: the User ID of who is acting, from the identity source and nowhere else.
        clock: gives the present instant, timezone-aware.

    """

    def __init__(
        self, database: Database, actor: str, *, clock: Callable[[], datetime] = now
    ) -> None:
        self.database = database
        self.actor = actor
        self._clock = clock
        self._denied: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.database.place} as {self.actor}>"

    def now(self) -> datetime:
        """The present instant, by the clock of this service."""
        return self._clock()

    def authority(self) -> Authority:
        """What the actor may do at this moment.

        Raises:
            IdentityError: the actor is not, or no longer, an active user.

        """
        with self.database.read() as session:
            return self.authority_in(session)

    def authority_in(self, session: Session) -> Authority:
        """The same, as of a transaction that is under way."""
        return authority_of(session, self.actor)

    @contextlib.contextmanager
    def reading(
        self, control: Control, *, instead: Control | None = None
    ) -> Iterator[tuple[Session, Authority]]:
        """A snapshot for an actor who has the control, or the one that does ``instead``.

        A refusal for want of a control is recorded, as for ``changing``.

        Raises:
            NotAllowed: the actor lacks it.

        """
        try:
            with self.database.read() as session:
                authority = self.authority_in(session)
                if instead is None or not authority.has(instead):
                    authority.require(control)
                yield session, authority
        except errors.NotAllowed as refusal:
            self._record_denial("read", control.value, refusal)
            raise

    @contextlib.contextmanager
    def changing(
        self,
        control: Control,
        action: str,
        subject: str,
        *,
        user_id: str | None = None,
        token_id: int | None = None,
        detail: dict[str, str] | None = None,
    ) -> Iterator[Change]:
        """One audited transaction for an actor who has the control.

        A refusal for want of a control is recorded as well, in a transaction of its own, as an
        attempt on this user or token, with this detail.

        Raises:
            NotAllowed: the actor lacks the control; nothing was changed.

        """
        try:
            with self.database.write() as session:
                audit.queue(session)
                change = Change(session, self.authority_in(session), self._clock())
                change.authority.require(control)
                yield change
                session.flush()
                if not change.recorded:
                    raise AssertionError(f"{action} was about to commit without an audit event")
        except (errors.NotAllowed, errors.LastAdministrator) as refusal:
            self._record_denial(action, subject, refusal, user_id, token_id, detail)
            raise

    def _record_denial(
        self,
        action: str,
        subject: str,
        refusal: Exception,
        user_id: object = None,
        token_id: object = None,
        detail: dict[str, str] | None = None,
    ) -> None:
        """Record a refused attempt; the same one at most once a minute, against floods."""
        at = self._clock()
        # Among them those on several users of one group: whom it was about makes the difference.
        attempt = (action, subject, user_id if isinstance(user_id, str) else "")
        last = self._denied.get(attempt)
        if last is not None and timedelta(0) <= at - last < _DENIED_ONCE_IN:
            return
        self._denied[attempt] = at
        while len(self._denied) > _DENIED_REMEMBERED:
            self._denied.popitem(last=False)
        said = {name: plain(text, 200) for name, text in (detail or {}).items()}
        said["why"] = str(refusal)
        entry = audit.Entry(action, plain(subject, 200), detail=said, outcome=audit.DENIED)
        try:
            self._append_denial(at, entry, user_id, token_id)
        except errors.TokenWidgetsError:
            # The refusal stands; that it could not be recorded is the operator's to know.
            log.exception("could not record that %s was denied: %s", self.actor, action)

    @retried
    def _append_denial(
        self, at: datetime, entry: audit.Entry, user_id: object, token_id: object
    ) -> None:
        with self.database.write() as session:
            owner, token = _whom(session, user_id, token_id)
            if owner is None and isinstance(user_id, str) and user_id not in entry.subject:
                # Nobody whom there is: then the name that was given says whom it was to be about.
                entry = dataclasses.replace(
                    entry, detail={"user": plain(user_id, 200), **(entry.detail or {})}
                )
            entry = dataclasses.replace(entry, user_id=owner, token_id=token)
            audit.append(session, self.actor, at, entry)


def _whom(session: Session, user_id: object, token_id: object) -> tuple[str | None, int | None]:
    """The user and the token that an attempt was on, if there are such: it names what it likes."""
    if isinstance(token_id, int) and 0 < token_id < 2**63:
        of_token = select(User.user_id, Token.id).join(Token, Token.owner_id == User.id)
        row = session.execute(of_token.where(Token.id == token_id)).one_or_none()
        return (row[0], row[1]) if row else (None, None)
    if isinstance(user_id, str):
        of_user = select(User.user_id).where(User.user_id == plain(user_id, 200))
        return session.scalar(of_user), None
    return None, None
