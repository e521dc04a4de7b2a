"""Who is in which user group."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from tokenwidgets.audit import Entry
from tokenwidgets.directory.groups import find_group
from tokenwidgets.directory.guards import givable_by, keep_givable, require_own_controls
from tokenwidgets.directory.lookup import user_within
from tokenwidgets.paging import ROWS_PER_PAGE, Cursor, Keyset, Page
from tokenwidgets.schema import GroupControl, Membership, User, UserGroup
from tokenwidgets.search import containing
from tokenwidgets.service import Service, retried
from tokenwidgets.vocabulary import Control

__all__ = ["MemberRow", "MembershipRow", "MembershipService"]


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A group beside one user: what it gives, and whether the user is in it."""

    group: str
    description: str
    is_active: bool
    controls: tuple[str, ...]
    is_member: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A user who is in a group."""

    user_id: str
    name: str
    email: str
    department: str
    is_active: bool


class MembershipService(Service):
    """Reads and changes of memberships, for ``Application Users > User Groups``."""

    def of_group(
        self,
        group: str,
        *,
        search: str = "",
        cursor: Cursor | None = None,
        rows: int = ROWS_PER_PAGE,
    ) -> Page[MemberRow]:
        """Some of the group's members by User ID, for an actor with ``User Groups``.

        Args:
            group: the group's name.
            search: part of a User ID, a name or an e-mail address; case does not matter.
            cursor: ``next`` or ``previous`` of another page of the same search.
            rows: how many at most, 1 to 1,000.

        Raises:
            InvalidValue: the search cannot be looked for.
            UnknownGroup: there is none of this name.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.USER_GROUPS) as (session, _):
            where = [
                User.id.in_(
                    select(Membership.user_id).where(
                        Membership.group_id == find_group(session, group).id
                    )
                ),
                *containing(search, User.user_id, User.name, User.email),
            ]
            total = session.scalar(select(func.count()).select_from(User).where(*where)) or 0
            columns = select(User.user_id, User.name, User.email, User.department, User.is_active)
            listing = Keyset(columns.where(*where), [User.user_id])
            page = listing.page(session, cursor=cursor, limit=rows, total=total)
            return page.map(lambda found: [MemberRow(**row._mapping) for row in found])

    def of_user(self, user_id: str) -> tuple[MembershipRow, ...]:
        """All groups by name, and whether the user is in each.

        Raises:
            UnknownUser: there is none whom the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.USER_MEMBERSHIP) as (session, authority):
            user = user_within(session, authority, Control.USER_MEMBERSHIP, user_id)
            controls: defaultdict[int, list[str]] = defaultdict(list)
            statement = select(GroupControl.group_id, GroupControl.control)
            for group_id, control in session.execute(statement.order_by(GroupControl.control)):
                controls[group_id].append(control)
            member_of = set(
                session.scalars(select(Membership.group_id).where(Membership.user_id == user.id))
            )
            return tuple(
                MembershipRow(
                    group.name,
                    group.description,
                    group.is_active,
                    tuple(controls[group.id]),
                    group.id in member_of,
                )
                for group in session.scalars(select(UserGroup).order_by(UserGroup.name))
            )

    @retried
    def set(self, user_id: str, group: str, member: bool) -> bool:
        """Put the user into the group, or take the user out of it. Doing so twice is no mistake.

        Returns: whether anything was changed.

        Raises:
            UnknownUser: there is none whom the actor may see.
            UnknownGroup: there is no such group.
            LastAdministrator: nobody would be left who can give one of the controls.
            NotAllowed: the actor lacks the control, or one that the group would give.

        """
        action = "add member" if member else "remove member"
        with self.changing(
            Control.USER_MEMBERSHIP,
            action,
            str(group),
            user_id=user_id,
            detail={"group": str(group)},
        ) as change:
            session = change.session
            user = user_within(session, change.authority, Control.USER_MEMBERSHIP, user_id)
            row = find_group(session, group)
            require_own_controls(session, change.authority, row)
            present = session.get(Membership, (user.id, row.id))
            if (present is not None) == member:
                change.nothing_to_do()
                return False
            could = givable_by(session, user)
            if member:
                session.add(Membership(user_id=user.id, group_id=row.id))
            else:
                session.execute(
                    delete(Membership).where(
                        Membership.user_id == user.id, Membership.group_id == row.id
                    )
                )
            session.flush()
            keep_givable(session, could)
            change.record(Entry(action, row.name, user_id=user.user_id, detail={"group": row.name}))
            return True
