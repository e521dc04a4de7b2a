"""Write what a file of users changes, set by set, each user's change with its own event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from tokenwidgets.audit import Entry
from tokenwidgets.directory.guards import givable, keep_givable, require_own_controls
from tokenwidgets.imports.user_plan import UserChange
from tokenwidgets.schema import Membership, User, UserGroup
from tokenwidgets.service import Change
from tokenwidgets.vocabulary import Control

__all__ = ["write_users"]

_AT_ONCE = 5_000


def write_users(
    change: Change, users: Sequence[UserChange], progress: Callable[[int], None]
) -> None:
    """Write the changes and their events, in this transaction.

    Raises:
        LastAdministrator: nobody would be left who can give one of the controls.
        NotAllowed: the actor may not change memberships, or not of these groups.

    """
    _require_groups(change, users)
    could = givable(change.session)
    for start in range(0, len(users), _AT_ONCE):
        some = users[start : start + _AT_ONCE]
        ids = _write_profiles(change, some)
        _write_memberships(change.session, some, ids)
        change.record(*(entry for user in some for entry in _entries(user)))
        progress(start + len(some))
    keep_givable(change.session, could)


def _require_groups(change: Change, users: Sequence[UserChange]) -> None:
    touched = {group_id for user in users for group_id in (*user.joins, *user.leaves)}
    if touched:
        change.authority.require(Control.USER_MEMBERSHIP)
    touched.update(*(user.switched for user in users))
    for group in change.session.scalars(select(UserGroup).where(UserGroup.id.in_(touched))):
        require_own_controls(change.session, change.authority, group)


def _write_profiles(change: Change, users: Sequence[UserChange]) -> dict[str, int]:
    """Add and change the users; the row of each by User ID."""
    new = [
        {**user.values, "user_id": user.user_id, "created_at": change.at, "updated_at": change.at}
        for user in users
        if user.row_id is None
    ]
    edited = [
        {**user.values, "id": user.row_id, "version": user.version + 1, "updated_at": change.at}
        for user in users
        if user.row_id is not None and user.before
    ]
    ids = {user.user_id: user.row_id for user in users if user.row_id is not None}
    if new:
        ids.update(change.session.execute(insert(User).returning(User.user_id, User.id), new).all())
    if edited:
        change.session.execute(update(User), edited)
    return ids


def _write_memberships(session: Session, users: Sequence[UserChange], ids: dict[str, int]) -> None:
    joins = [{"user_id": ids[u.user_id], "group_id": group} for u in users for group in u.joins]
    leaves = [{"member": ids[u.user_id], "of": group} for u in users for group in u.leaves]
    table: Table = Membership.__table__  # type: ignore[assignment]
    if joins:
        session.execute(insert(table), joins)
    if leaves:
        session.execute(
            delete(table).where(
                table.c.user_id == bindparam("member"), table.c.group_id == bindparam("of")
            ),
            leaves,
        )


def _entries(user: UserChange) -> Iterator[Entry]:
    """What the same change by hand would have left in the trail."""
    if user.row_id is None:
        yield Entry("add user", user.user_id, user_id=user.user_id, detail=user.values)
    elif user.before:
        action = "edit user"
        if "is_active" in user.before:
            action = "activate user" if user.values["is_active"] else "deactivate user"
        detail = {"before": user.before, "after": user.after}
        yield Entry(action, user.user_id, user_id=user.user_id, detail=detail)
    for action, groups in (("add member", user.joins), ("remove member", user.leaves)):
        for name in groups.values():
            yield Entry(action, name, user_id=user.user_id, detail={"group": name})
