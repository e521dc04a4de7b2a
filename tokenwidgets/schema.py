"""The database's tables, typed (SQLAlchemy 2.1). Alembic's migrations make the same.

Instants are kept as integers (microseconds since 1970, UTC) on SQLite and as ``TIMESTAMPTZ``
on PostgreSQL; in Python they are always timezone-aware, in UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    false,
    func,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tokenwidgets.instants import Instant

__all__ = [
    "API",
    "AuditChain",
    "AuditEvent",
    "Base",
    "Grant",
    "GroupControl",
    "GroupDepartment",
    "Instant",
    "Membership",
    "Preference",
    "Setting",
    "Token",
    "TokenSecret",
    "User",
    "UserGroup",
]

NAME_LENGTH = 200
"""The most characters that a name of anything may have."""

# SQLite gives a row id of its own only to INTEGER PRIMARY KEY, which is 64 bits there anyway.
_Id = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """The base of all tables."""

    type_annotation_map = {
        datetime: Instant,
        bytes: LargeBinary,
        dict[str, Any]: JSON,
    }


class Setting(Base):
    """A fact about the database as a whole, such as that it is the demo's."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class User(Base):
    """An application user: a person or service that may own tokens."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    email: Mapped[str] = mapped_column(String(320), default="")
    department: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_users_user_id_any_case", func.lower(user_id), unique=True),
        Index("ix_users_name", "name", "user_id"),
        Index("ix_users_email", "email", "user_id"),
        Index("ix_users_department", "department", "user_id"),
    )


class UserGroup(Base):
    """A named set of users; it switches controls on for its members."""

    __tablename__ = "user_groups"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class GroupControl(Base):
    """A control that a group gives to its members."""

    __tablename__ = "group_controls"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("user_groups.id", ondelete="CASCADE"), primary_key=True
    )
    control: Mapped[str] = mapped_column(String(100), primary_key=True)


class GroupDepartment(Base):
    """A department that a group's controls are limited to. A group with none is not limited."""

    __tablename__ = "group_departments"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("user_groups.id", ondelete="CASCADE"), primary_key=True
    )
    department: Mapped[str] = mapped_column(String(NAME_LENGTH), primary_key=True)


class Membership(Base):
    """A user in a group."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[int] = mapped_column(
        ForeignKey("user_groups.id", ondelete="CASCADE"), primary_key=True
    )

    __table_args__ = (Index("ix_memberships_group", "group_id", "user_id"),)


class API(Base):
    """A named HTTP API of the platform that tokens can open."""

    __tablename__ = "apis"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    title: Mapped[str] = mapped_column(String(NAME_LENGTH))
    description: Mapped[str] = mapped_column(Text, default="")
    api_group: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    version_label: Mapped[str] = mapped_column(String(100), default="")
    read_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]


class Token(Base):
    """A token: its name, owner and expiration. Its secrets and grants have tables of their own."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # What two names are compared by: case-folded, so that "Nightly" and "nightly" are one.
    name_key: Mapped[str] = mapped_column(String(NAME_LENGTH * 3))
    months: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_api_id: Mapped[int | None] = mapped_column(ForeignKey("apis.id"))
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("ix_tokens_owner", "owner_id", "name_key"),
        # Live tokens only: the counts and the next expiry on the summary screen.
        Index(
            "ix_tokens_live",
            "owner_id",
            "expires_at",
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_tokens_expires", "expires_at", "id"),
        Index("ix_tokens_created", "created_at", "id"),
        Index("ix_tokens_last_used", "last_used_at", "id"),
        CheckConstraint("months IN (3, 6, 12)", name="ck_tokens_months"),
    )


class TokenSecret(Base):
    """A secret that a token has or had, as its digest.

    ``ends_at`` is NULL for the present secret; else the instant at which regeneration ended it
    (in the future while an overlap lasts). Dead ones stay, so that their reuse is recognised.
    """

    __tablename__ = "token_secrets"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("tokens.id", ondelete="CASCADE"))
    prefix: Mapped[str] = mapped_column(String(16))
    last_four: Mapped[str] = mapped_column(String(4))
    minted_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_refused_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_token_secrets_token", "token_id", "minted_at"),
        # A token has one present secret, whatever happens.
        Index(
            "uq_token_secrets_present",
            "token_id",
            unique=True,
            sqlite_where=text("ends_at IS NULL"),
            postgresql_where=text("ends_at IS NULL"),
        ),
        {"sqlite_with_rowid": False},
    )


class Grant(Base):
    """The access of one token to one API. No row is No Access."""

    __tablename__ = "grants"

    token_id: Mapped[int] = mapped_column(
        ForeignKey("tokens.id", ondelete="CASCADE"), primary_key=True
    )
    api_id: Mapped[int] = mapped_column(ForeignKey("apis.id"), primary_key=True)
    access: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        Index("ix_grants_api", "api_id", "token_id"),
        CheckConstraint("access IN (1, 2)", name="ck_grants_access"),
        {"sqlite_with_rowid": False},
    )


class AuditEvent(Base):
    """One thing that somebody did, or was refused. Append-only; each row seals the one before."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(NAME_LENGTH))
    action: Mapped[str] = mapped_column(String(100))
    outcome: Mapped[str] = mapped_column(String(20))
    # Names, not foreign keys: an event stays true when what it speaks of is gone or renamed.
    user_id: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    token_id: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(NAME_LENGTH * 2))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("ix_audit_events_user", "user_id", "id"),
        Index("ix_audit_events_actor", "actor", "id"),
        Index("ix_audit_events_token", "token_id", "id"),
        Index("ix_audit_events_action", "action", "id"),
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
