"""The database's tables, typed (SQLAlchemy 2.1). Alembic's migrations make the same.

Instants are kept as integers (microseconds since 1970, UTC) on SQLite and as ``TIMESTAMPTZ``
on PostgreSQL; in Python they are always timezone-aware, in UTC.
"""

from tokenwidgets.instants import Instant
from tokenwidgets.schema.base import NAME_LENGTH, Base
from tokenwidgets.schema.people import GroupControl, GroupDepartment, Membership, User, UserGroup
from tokenwidgets.schema.records import AuditChain, AuditEvent, Preference, Setting
from tokenwidgets.schema.tokens import API, Grant, Reminder, Token, TokenSecret

__all__ = [
    "API",
    "NAME_LENGTH",
    "AuditChain",
    "AuditEvent",
    "Base",
    "Grant",
    "GroupControl",
    "GroupDepartment",
    "Instant",
    "Membership",
    "Preference",
    "Reminder",
    "Setting",
    "Token",
    "TokenSecret",
    "User",
    "UserGroup",
]
