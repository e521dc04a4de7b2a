"""Make an empty platform with its first administrator, whom no administrator could add."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import insert, select

from tokenwidgets import audit, errors
from tokenwidgets.database import Database
from tokenwidgets.schema import GroupControl, Membership, Setting, User, UserGroup
from tokenwidgets.text import check_email, check_identifier, check_name
from tokenwidgets.upgrade import upgrade
from tokenwidgets.vocabulary import Control, now

__all__ = ["ADMINISTRATORS", "demo_administrator", "initialise", "is_demo"]

ADMINISTRATORS = "Administrators"
"""The name of the first group, which has every control."""

_ACTOR = "tokenwidgets init"


def initialise(
    database: Database,
    admin: str,
    *,
    name: str = "",
    email: str = "",
    demo: bool = False,
    clock: Callable[[], datetime] = now,
) -> None:
    """Make the schema, the group of administrators, and its first member.

    Args:
        database: where; it must have no users yet.
        admin: the User ID of the first administrator.
        name: their name; the User ID if empty.
        email: their e-mail address.
        demo: mark it as the demo's own database, which the demo identity insists on.
        clock: gives the present instant, timezone-aware.

    Raises:
        InvalidValue: the User ID, name or address cannot be taken.
        NameInUse: the database has users already.

    """
    admin = check_identifier("User ID", admin)
    name = check_name("Name", name or admin)
    email = check_email("Email", email)
    upgrade(database)
    at = clock()
    with database.write() as session:
        audit.queue(session)
        if session.scalar(select(User.id).limit(1)) is not None:
            raise errors.NameInUse(
                "Database", f"{database.place} has users already; it was left as it is."
            )
        group = UserGroup(
            name=ADMINISTRATORS, description="Every control on the platform.", created_at=at
        )
        user = User(user_id=admin, name=name, email=email, created_at=at, updated_at=at)
        session.add_all([group, user])
        session.flush()
        rows = [{"group_id": group.id, "control": control.value} for control in Control]
        session.execute(insert(GroupControl), rows)
        session.add(Membership(user_id=user.id, group_id=group.id))
        if demo:
            session.add(Setting(name="demo", value=admin))
        controls = [control.value for control in Control]
        audit.append(
            session,
            _ACTOR,
            at,
            audit.Entry("add group", ADMINISTRATORS, detail={"controls": controls}),
            audit.Entry("add user", admin, user_id=admin, detail={"name": name, "email": email}),
            audit.Entry(
                "add member", ADMINISTRATORS, user_id=admin, detail={"group": ADMINISTRATORS}
            ),
        )


def demo_administrator(database: Database) -> str | None:
    """The User ID of the demo's administrator; None when the database is not the demo's own."""
    with database.read() as session:
        setting = session.get(Setting, "demo")
        return setting.value if setting else None


def is_demo(database: Database) -> bool:
    """Whether the database is marked as the demo's own."""
    return demo_administrator(database) is not None
