"""The audit trail: append what was done, in the transaction that does it; check the whole of it.

Each event carries the SHA-256 of its content and of the hash before it, so that a row that was
changed, removed or put in between shows (``verify``). The newest hash, kept elsewhere, shows
also that the trail was cut off at its end.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, insert, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from tokenwidgets import errors
from tokenwidgets.instants import EARLIEST, LATEST
from tokenwidgets.language import Phrase
from tokenwidgets.schema import AuditChain, AuditEvent

__all__ = ["DENIED", "DONE", "Entry", "Fault", "append", "check_clock", "queue", "verify"]

# The outcomes of an event.
DONE = "done"
DENIED = "denied"

_CLOCK_SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Entry:
    """What an event says, before it gets its place in the trail.

    ``user_id`` and ``token_id`` are whom and what it is about, ``subject`` the same in words;
    ``detail`` holds JSON values only, and never a secret.
    """

    action: str
    subject: str
    user_id: str | None = None
    token_id: int | None = None
    detail: dict[str, Any] | None = None
    outcome: str = DONE


@dataclass(frozen=True, slots=True)
class Fault:
    """A place at which the trail is not what was written: the event's id, and what is wrong."""

    event_id: int
    problem: str


def queue(session: Session) -> None:
    """Wait until no other writer is at work, and make the next ones wait for this transaction.

    Whoever changes anything calls it first: what a change reads then stays true until it
    commits, and no two changes can stop each other half-way (deadlock).

    Raises:
        NotADatabase: the trail has lost its head.

    """
    _head(session)


def append(session: Session, actor: str, at: datetime, *entries: Entry) -> None:
    """Add the entries to the end of the trail, in this transaction.

    Raises:
        ClockError: the clock is behind the newest event by minutes, so it cannot be right.

    """
    event_id, previous = _head(session)
    _check_clock(session, event_id, at)
    rows = []
    for entry in entries:
        event_id += 1
        row = {
            "id": event_id,
            "at": at,
            "actor": actor,
            "action": entry.action,
            "outcome": entry.outcome,
            "user_id": entry.user_id,
            "token_id": entry.token_id,
            "subject": entry.subject,
            "detail": entry.detail or {},
        }
        row["previous_hash"] = previous
        previous = row["hash"] = _seal(previous, row)
        rows.append(row)
    session.execute(insert(AuditEvent), rows)
    session.execute(
        update(AuditChain)
        .where(AuditChain.id == 1)
        .values(last_event_id=event_id, last_hash=previous)
    )


def check_clock(session: Session, at: datetime) -> None:
    """Ask beforehand whether an event of this instant could be added.

    Raises:
        ClockError: the clock is behind the newest event by minutes, so it cannot be right.

    """
    _check_clock(session, _head(session)[0], at)


def _check_clock(session: Session, newest_id: int, at: datetime) -> None:
    newest = session.scalar(select(AuditEvent.at).where(AuditEvent.id == newest_id))
    if newest is not None and at < newest - _CLOCK_SLACK:
        raise errors.ClockError(
            Phrase(
                "The clock says {now} UTC, but the audit trail has an event of {newest} UTC. Set"
                " the clock right and try again; nothing was changed.",
                now=f"{at:%Y-%m-%d %H:%M}",
                newest=f"{newest:%Y-%m-%d %H:%M}",
            )
        )


def _head(session: Session) -> tuple[int, bytes]:
    """The newest event's id and hash, locked until the end of the transaction."""
    statement = select(AuditChain.last_event_id, AuditChain.last_hash).where(AuditChain.id == 1)
    head = session.execute(statement.with_for_update()).one_or_none()
    if head is None:
        raise errors.NotADatabase(
            "The audit trail has lost its head, so nothing can be changed: restore a backup."
        )
    return head.last_event_id, head.last_hash


def verify(session: Session) -> Iterator[Fault]:
    """Walk the whole trail and yield every place at which it was tampered with, in order."""
    with _any_text(session):
        yield from _faults(session)


def _faults(session: Session) -> Iterator[Fault]:
    expected_id, previous = 1, bytes(32)
    statement = select(*_as_it_is()).order_by(AuditEvent.id)
    for row in session.execute(statement.execution_options(yield_per=10_000)).mappings():
        if row["id"] != expected_id:
            yield Fault(row["id"], f"event {expected_id} and what follows it are missing before it")
        if row["previous_hash"] != previous:
            yield Fault(row["id"], "it does not follow the event before it")
        if not _is_sealed(dict(row)):
            yield Fault(row["id"], "its content was changed")
        expected_id, previous = row["id"] + 1, row["hash"]
    chain = AuditChain.__table__.c
    newest = select(chain.last_event_id, _raw(chain.last_hash)).where(chain.id == 1)
    if session.execute(newest).one_or_none() != (expected_id - 1, previous):
        yield Fault(expected_id, "events are missing at the end of the trail")


def _as_it_is() -> list[ColumnElement[Any]]:
    """The columns of an event, whatever was done to them; what is no instant is read as None."""
    at = case((AuditEvent.at.between(EARLIEST, LATEST), AuditEvent.at)).label("at")
    detail = cast(AuditEvent.detail, Text).label("detail")
    others = (each for each in AuditEvent.__table__.columns if each.name not in ("at", "detail"))
    return [at, detail, *map(_raw, others)]


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(column, NullType()).label(column.key)


@contextlib.contextmanager
def _any_text(session: Session) -> Iterator[None]:
    """Read texts that are not UTF-8, too: SQLite keeps them, and its driver refuses them."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.text_factory = functools.partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _is_sealed(row: dict[str, Any]) -> bool:
    try:
        row["detail"] = json.loads(row["detail"])
        return _seal(row["previous_hash"], row) == row["hash"]
    except (AttributeError, TypeError, ValueError, RecursionError):
        return False


def _seal(previous: bytes, row: dict[str, Any]) -> bytes:
    """The hash of an event: of the hash before it and of its content as canonical JSON."""
    content = [
        row["id"],
        row["at"].isoformat(timespec="microseconds"),
        row["actor"],
        row["action"],
        row["outcome"],
        row["user_id"],
        row["token_id"],
        row["subject"],
        row["detail"],
    ]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(previous + text.encode("ascii")).digest()
