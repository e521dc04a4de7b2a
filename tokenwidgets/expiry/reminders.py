"""Who has to be reminded of which tokens, and who was: once for each token and stage.

What is going to be sent is claimed first and marked as sent afterwards, so that two runs at once
do not send it twice. The claim of a run that was killed lapses after an hour; a run that takes
longer renews its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from tokenwidgets.audit import Entry, check_clock
from tokenwidgets.authority import Authority, Reach, authority_of
from tokenwidgets.schema import GroupControl, Membership, Token, User, UserGroup
from tokenwidgets.schema import Reminder as Row
from tokenwidgets.service import Service, retried
from tokenwidgets.tokens.filters import TokenFilter, conditions
from tokenwidgets.vocabulary import Control

__all__ = ["STAGES", "DueToken", "Reminder", "ReminderService"]

STAGES: tuple[int, ...] = (1, 7, 30)
"""How many days before its expiration people are reminded of a token."""

_CLAIM_LAPSES = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueToken:
    """A token to remind somebody of; ``stage`` in days, ``expires_at`` in UTC."""

    id: int
    name: str
    owner: str
    owner_name: str
    expires_at: datetime
    stage: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """One e-mail: to whom, about their own tokens and about those that they administer.

    ``claimed_at``, in UTC, tells a run's claim from another's; None if it was not claimed.
    """

    user_id: str
    name: str
    email: str
    own: tuple[DueToken, ...]
    administered: tuple[DueToken, ...]
    recipient_row_id: int
    claimed_at: datetime | None = None

    @property
    def tokens(self) -> tuple[DueToken, ...]:
        """All tokens that it is about, each once."""
        return tuple(dict.fromkeys((*self.own, *self.administered)))


@dataclass(frozen=True, slots=True)
class _Recipient:
    row_id: int
    user_id: str
    name: str
    email: str


class ReminderService(Service):
    """Reminders of the tokens of the users whom ``Token Inventory`` reaches."""

    def due(self) -> list[Reminder]:
        """What would be sent at this moment.

        Raises:
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.TOKEN_INVENTORY) as (session, authority):
            return _due(session, authority, self._clock())

    @retried
    def claim(self) -> list[Reminder]:
        """What is to be sent, for this run alone: ``hold`` each, then ``sent`` or ``give_back``.

        Raises:
            ClockError: the clock is behind the audit trail, so nothing sent could be recorded.
            NotAllowed: the actor lacks the control.

        """
        with self.changing(Control.TOKEN_INVENTORY, "send reminders", "owners") as change:
            check_clock(change.session, change.at)
            reminders = [
                replace(reminder, claimed_at=change.at)
                for reminder in _due(change.session, change.authority, change.at)
            ]
            rows = [
                {**key, "claimed_at": change.at}
                for reminder in reminders
                for key in _keys(reminder)
            ]
            if rows:
                lapsed = Row.claimed_at <= change.at - _CLAIM_LAPSES
                change.session.execute(delete(Row).where(Row.sent_at.is_(None), lapsed))
                change.session.execute(insert(Row), rows)
            # A claim is no event yet; what was sent will be.
            change.nothing_to_do()
            return reminders

    @retried
    def hold(self, reminder: Reminder) -> Reminder | None:
        """The claimed reminder, still claimed for half an hour; None if another run has it now."""
        claimed_at = reminder.claimed_at
        if claimed_at is None or self._clock() - claimed_at < _CLAIM_LAPSES / 2:
            return reminder
        with self.changing(Control.TOKEN_INVENTORY, "send reminder", reminder.user_id) as change:
            change.nothing_to_do()
            mine = _claimed(reminder)
            if not all(change.session.scalar(select(exists().where(*each))) for each in mine):
                return None
            for each in mine:
                change.session.execute(update(Row).where(*each).values(claimed_at=change.at))
            return replace(reminder, claimed_at=change.at)

    @retried
    def sent(self, reminder: Reminder) -> None:
        """Record that a claimed reminder was sent; once, also when it is said again."""
        who = reminder.user_id
        keys = _keys(reminder)
        with self.changing(Control.TOKEN_INVENTORY, "send reminder", who) as change:
            if change.session.scalar(select(Row.sent_at).where(*_same(keys[0]))):
                change.nothing_to_do()
                return
            for key in keys:
                change.session.execute(update(Row).where(*_same(key)).values(sent_at=change.at))
            detail = {"count": len(reminder.tokens), "email": reminder.email}
            change.record(Entry("send reminder", who, user_id=who, detail=detail))

    @retried
    def give_back(self, reminder: Reminder) -> None:
        """Let a later run send a claimed reminder, which could not be sent."""
        with self.changing(Control.TOKEN_INVENTORY, "send reminder", reminder.user_id) as change:
            for each in _claimed(reminder):
                change.session.execute(delete(Row).where(*each))
            change.nothing_to_do()


def _due(session: Session, authority: Authority, at: datetime) -> list[Reminder]:
    tokens = _expiring(session, authority, at)
    if not tokens:
        return []
    handled = _handled(session, at)
    administrators = _administrators(session)
    own: defaultdict[_Recipient, list[DueToken]] = defaultdict(list)
    administered: defaultdict[_Recipient, list[DueToken]] = defaultdict(list)
    for token, owner, department in tokens:
        others = [who for who, reach in administrators if who != owner and reach.covers(department)]
        for who, part in [(owner, own), *((other, administered) for other in others)]:
            if who.email and (token.id, who.row_id, token.stage, token.expires_at) not in handled:
                part[who].append(token)
    return [
        Reminder(
            who.user_id, who.name, who.email, tuple(own[who]), tuple(administered[who]), who.row_id
        )
        for who in sorted({*own, *administered}, key=lambda who: who.user_id)
    ]


def _expiring(
    session: Session, authority: Authority, at: datetime
) -> list[tuple[DueToken, _Recipient, str]]:
    """The live tokens that a stage has come for, with their owners, who are active."""
    within = TokenFilter(expiring_within=timedelta(days=max(STAGES)))
    where = conditions(session, authority.reach(Control.TOKEN_INVENTORY), within, at)
    statement = (
        select(Token.id, Token.name, Token.expires_at, User)
        .join(User, User.id == Token.owner_id)
        .where(*where, User.is_active)
        .order_by(Token.expires_at, Token.id)
    )
    found = []
    for token_id, name, expires_at, owner in session.execute(statement):
        stage = _stage(expires_at - at)
        token = DueToken(token_id, name, owner.user_id, owner.name, expires_at, stage)
        found.append((token, _recipient(owner), owner.department))
    return found


def _stage(left: timedelta) -> int:
    """The stage that a token is in: one that was passed over is not made up for."""
    return next(days for days in STAGES if left <= timedelta(days=days))


def _handled(session: Session, at: datetime) -> set[tuple[int, int, int, datetime]]:
    """What was sent, or is being sent by another run."""
    claimed = and_(Row.sent_at.is_(None), Row.claimed_at > at - _CLAIM_LAPSES)
    statement = select(Row.token_id, Row.recipient_id, Row.stage, Row.expires_at).where(
        Row.expires_at > at, or_(Row.sent_at.is_not(None), claimed)
    )
    return {(*row,) for row in session.execute(statement)}


def _administrators(session: Session) -> list[tuple[_Recipient, Reach]]:
    """Who administers tokens, and how far."""
    members = (
        select(Membership.user_id)
        .join(UserGroup, and_(UserGroup.id == Membership.group_id, UserGroup.is_active))
        .join(GroupControl, GroupControl.group_id == UserGroup.id)
        .where(GroupControl.control == Control.API_TOKENS.value)
    )
    users = session.scalars(select(User).where(User.is_active, User.id.in_(members))).all()
    return [
        (_recipient(user), authority_of(session, user.user_id).reach(Control.API_TOKENS))
        for user in users
    ]


def _recipient(user: User) -> _Recipient:
    return _Recipient(user.id, user.user_id, user.name, user.email)


def _keys(reminder: Reminder) -> Sequence[dict[str, int | datetime]]:
    return [
        {
            "token_id": token.id,
            "recipient_id": reminder.recipient_row_id,
            "stage": token.stage,
            "expires_at": token.expires_at,
        }
        for token in reminder.tokens
    ]


def _claimed(reminder: Reminder) -> list[list[ColumnElement[bool]]]:
    """The conditions that say of each row that it is of this claim."""
    here = (Row.claimed_at == reminder.claimed_at, Row.sent_at.is_(None))
    return [[*_same(key), *here] for key in _keys(reminder)]


def _same(key: dict[str, int | datetime]) -> list[ColumnElement[bool]]:
    return [getattr(Row, name) == value for name, value in key.items()]
