"""APIs, tokens with their secrets and grants, and the reminders of their expirations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    false,
    func,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from tokenwidgets.instants import Epoch
from tokenwidgets.schema.base import NAME_LENGTH, Base, Id

__all__ = ["API", "Grant", "Reminder", "Token", "TokenSecret"]


class API(Base):
    """A named HTTP API of the platform that tokens can open."""

    __tablename__ = "apis"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
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

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    # What two names are compared by: case-folded, so that "Nightly" and "nightly" are one.
    name_key: Mapped[str] = mapped_column(String(NAME_LENGTH * 3))
    months: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(NAME_LENGTH))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None] = mapped_column()
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
        # With what the status is computed of, so that tokens are counted by the index alone.
        Index("ix_tokens_expires", "expires_at", "id", "revoked_at"),
        Index("ix_tokens_name", "name_key", "id"),
        Index("ix_tokens_created", "created_at", "id"),
        Index("ix_tokens_last_used", func.coalesce(last_used_at, Epoch()), "id"),
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
        Index("ix_grants_api", "api_id", "access", "token_id"),
        CheckConstraint("access IN (1, 2)", name="ck_grants_access"),
        {"sqlite_with_rowid": False},
    )


class Reminder(Base):
    """A reminder of a token's expiration: claimed by one run, so that no other sends it, then sent.

    A token with a new expiration is reminded of anew.
    """

    __tablename__ = "reminders"

    token_id: Mapped[int] = mapped_column(
        ForeignKey("tokens.id", ondelete="CASCADE"), primary_key=True
    )
    recipient_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    # Days before the expiration.
    stage: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    expires_at: Mapped[datetime] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_reminders_expires", "expires_at"), {"sqlite_with_rowid": False})
