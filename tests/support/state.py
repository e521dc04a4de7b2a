"""What is in a database, to be compared: all rows of all tables."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from tokenwidgets.audit import Fault, verify
from tokenwidgets.database import Database
from tokenwidgets.schema import AuditEvent, Base

TRAIL = frozenset({"audit_events", "audit_chain"})


def rows(database: Database, *, trail: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """All rows by table, sorted; without the audit trail if told."""
    with database.read() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if trail or table.name not in TRAIL
        }


def events(database: Database) -> list[AuditEvent]:
    """The whole audit trail, oldest first."""
    with database.read() as session:
        found = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
        session.expunge_all()
        return found


def faults(database: Database) -> list[Fault]:
    """What ``audit.verify`` finds."""
    with database.read() as session:
        return list(verify(session))
