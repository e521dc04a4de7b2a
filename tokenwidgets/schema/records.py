"""Settings, the audit trail, and what actors chose to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import Mapped, mapped_column

from tokenwidgets.instants import Unreadable
from tokenwidgets.schema.base import NAME_LENGTH, Base, Id

__all__ = ["AuditChain", "AuditEvent", "Preference", "Setting"]


class Setting(Base):
    """A fact about the database as a whole, such as that it is the demo's."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Detail(TypeDecorator[dict[str, Any]]):
    """What an event says by name, as JSON."""

    impl = JSON
    cache_ok = True

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], dict[str, Any]]:
        """From the database; ``Unreadable`` if it is none."""
        parse = super().result_processor(dialect, coltype) or (lambda value: value)

        def read(value: Any) -> dict[str, Any]:
            try:
                found = parse(value)
            except (TypeError, ValueError, RecursionError):
                found = None
            if not isinstance(found, dict):
                raise Unreadable("an audit event that cannot be read")
            return found

        return read


class AuditEvent(Base):
    """One thing that somebody did, or was refused. Append-only; each row seals the one before."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    action: Mapped[str] = mapped_column(String(100))
    outcome: Mapped[str] = mapped_column(String(20))
    # Names, not foreign keys: an event stays true when what it speaks of is gone or renamed.
    user_id: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    token_id: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH * 2))
    detail: Mapped[dict[str, Any]] = mapped_column(Detail)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("ix_audit_events_user", "user_id", "id"),
        Index("ix_audit_events_actor", "actor", "id"),
        Index("ix_audit_events_token", "token_id", "id"),
        Index("ix_audit_events_action", "action", "id"),
        Index("ix_audit_events_outcome", "outcome", "id"),
        Index("ix_audit_events_subject", "subject", "id"),
        Index("ix_audit_events_at", "at", "id"),
    )


class AuditChain(Base):
    """The head of the audit trail, one row: writers queue for it, so the chain has no forks."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Preference(Base):
    """What an actor chose to see, such as the hidden tabs."""

    __tablename__ = "preferences"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
