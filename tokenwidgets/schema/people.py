"""Application users, user groups with their controls and limits, and who is in which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, func, true
from sqlalchemy.orm import Mapped, mapped_column

from tokenwidgets.schema.base import NAME_LENGTH, Base, Id

__all__ = ["GroupControl", "GroupDepartment", "Membership", "User", "UserGroup"]


class User(Base):
    """An application user: a person or service that may own tokens."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
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

    id: Mapped[int] = mapped_column(Id, primary_key=True)
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
