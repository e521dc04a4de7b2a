"""Application users: search them page by page, add, edit, deactivate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, get_args

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.directory.guards import (
    givable_by,
    keep_givable,
    require_controls_of,
    require_department,
)
from tokenwidgets.directory.lookup import user_within
from tokenwidgets.directory.user_order import UserSort, sort_key
from tokenwidgets.language import Phrase
from tokenwidgets.paging import ROWS_PER_PAGE, Cursor, Keyset, Page, count
from tokenwidgets.schema import Membership, Token, User, UserGroup
from tokenwidgets.search import containing
from tokenwidgets.search_index import USERS, narrowed
from tokenwidgets.service import Service, retried
from tokenwidgets.text import check_email, check_identifier, check_name, check_note
from tokenwidgets.vocabulary import Control

__all__ = ["UserRow", "UserService", "UserSort", "check_profile"]


# What a page shows of its users, whichever they are; built once.
_GROUPS = (
    select(Membership.user_id, UserGroup.name)
    .join(UserGroup, UserGroup.id == Membership.group_id)
    .where(Membership.user_id.in_(bindparam("ids")))
    .order_by(UserGroup.name)
)
_LIVE = (
    select(Token.owner_id, func.count(), func.min(Token.expires_at))
    .where(
        Token.owner_id.in_(bindparam("ids")),
        Token.revoked_at.is_(None),
        Token.expires_at > bindparam("now"),
    )
    .group_by(Token.owner_id)
)

_CHECKS: dict[str, Callable[[object], str]] = {
    "name": partial(check_name, "Name"),
    "email": partial(check_email, "Email"),
    "department": partial(check_note, "Department", most=100),
}


@dataclass(frozen=True, slots=True)
class UserRow:
    """An application user as the summary and the detail screens show one.

    ``live_tokens`` counts the tokens that are neither revoked nor expired; ``next_expiry`` (UTC)
    is the first of them to expire. ``version`` is what ``edit`` wants back.
    """

    user_id: str
    name: str
    email: str
    department: str
    is_active: bool
    version: int
    groups: tuple[str, ...] = ()
    live_tokens: int = 0
    next_expiry: datetime | None = None


class UserService(Service):
    """Reads and changes of application users, for an actor with ``Application Users``."""

    def page(
        self,
        *,
        search: str = "",
        sort: UserSort = "user_id",
        descending: bool = False,
        cursor: Cursor | None = None,
        rows: int = ROWS_PER_PAGE,
    ) -> Page[UserRow]:
        """Some of the users whom the actor may see.

        They are counted up to 10,000; ``more`` of the page then says that there are more. On
        SQLite all of them, when no search or limit of the actor's narrows them down.

        Args:
            search: part of a User ID, a name or an e-mail address; case does not matter.
            sort: the column to sort by.
            descending: from the highest down.
            cursor: ``next`` or ``previous`` of another page of the same search and sort.
            rows: how many at most, 1 to 1,000.

        Raises:
            InvalidValue: there is no such column to sort by, or the search cannot be looked for.
            NotAllowed: the actor lacks the control.

        """
        if sort not in get_args(UserSort):
            words = ", ".join(get_args(UserSort))
            raise errors.InvalidValue("sort", f"must be one of {words}, not {sort!r}.")
        with self.reading(Control.APPLICATION_USERS) as (session, authority):
            reach = authority.reach(Control.APPLICATION_USERS)
            where = [
                *([] if reach.everybody else [reach.where()]),
                *narrowed(session, search, User.id, USERS),
                *containing(search, User.user_id, User.name, User.email),
            ]
            total, more = count(session, User.__table__, where)
            listing = _list(where, sort) if where else _everybody(sort)
            page = listing.page(
                session,
                cursor=cursor,
                limit=rows,
                total=total,
                more=more,
                descending=descending,
                values={"now": self._clock()},
            )
            return page.map(lambda found: self._with_counts(session, found))

    def get(self, user_id: str) -> UserRow:
        """One user.

        Raises:
            UnknownUser: there is none whom the actor may see.
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.APPLICATION_USERS) as (session, authority):
            user = user_within(session, authority, Control.APPLICATION_USERS, user_id)
            return self._with_counts(session, [user])[0]

    def departments(self) -> tuple[str, ...]:
        """The departments of the users whom the actor may see, sorted."""
        with self.reading(Control.APPLICATION_USERS) as (session, authority):
            where = authority.reach(Control.APPLICATION_USERS).where()
            statement = select(User.department).where(where, User.department != "").distinct()
            return tuple(sorted(session.scalars(statement)))

    @retried
    def add(self, user_id: str, name: str, *, email: str = "", department: str = "") -> UserRow:
        """Add an active user, without groups or tokens.

        Raises:
            InvalidValue: a value cannot be taken; its ``field`` says which.
            NameInUse: the User ID is taken.
            NotAllowed: the actor lacks the control, or not for this department.

        """
        action = "add user"
        with self.changing(
            Control.APPLICATION_USERS, action, str(user_id), user_id=user_id
        ) as change:
            session = change.session
            user_id = check_identifier("User ID", user_id)
            values = check_profile(name=name, email=email, department=department)
            require_department(change.authority, values["department"])
            taken = select(User.user_id).where(func.lower(User.user_id) == user_id.lower())
            if session.scalar(taken) is not None:
                raise errors.NameInUse("User ID", Phrase("{name} is in use.", name=user_id))
            user = User(user_id=user_id, created_at=change.at, updated_at=change.at, **values)
            session.add(user)
            session.flush()
            change.record(Entry(action, user_id, user_id=user_id, detail=values))
            return self._with_counts(session, [user])[0]

    @retried
    def edit(
        self,
        user_id: str,
        *,
        version: int | None = None,
        name: str | None = None,
        email: str | None = None,
        department: str | None = None,
        is_active: bool | None = None,
    ) -> UserRow:
        """Change what is given; None leaves a value as it is. The User ID never changes.

        A user who is not active can neither act nor call an API; the tokens come back to life
        with the user, unless they were revoked.

        Raises:
            InvalidValue: a value cannot be taken.
            StaleVersion: ``version`` is not the present one; ``current`` is the newer ``UserRow``.
            LastAdministrator: nobody active would be left who can give one of the controls.
            UnknownUser: there is none whom the actor may see.
            NotAllowed: the actor lacks the control or, for ``is_active``, one that a group of the
                user gives.

        """
        action = "edit user"
        with self.changing(
            Control.APPLICATION_USERS, action, str(user_id), user_id=user_id
        ) as change:
            session = change.session
            user = user_within(session, change.authority, Control.APPLICATION_USERS, user_id)
            if version is not None and version != user.version:
                raise errors.StaleVersion(
                    Phrase("Somebody else changed {name} in the meantime.", name=user.user_id),
                    self._with_counts(session, [user])[0],
                )
            changed = _changed(user, is_active, name=name, email=email, department=department)
            if "department" in changed:
                require_department(change.authority, changed["department"], user.department)
            if not changed:
                change.nothing_to_do()
                return self._with_counts(session, [user])[0]
            before = {key: getattr(user, key) for key in changed}
            could = frozenset[str]()
            if "is_active" in changed:
                require_controls_of(session, change.authority, user)
                could = givable_by(session, user)
            for key, value in changed.items():
                setattr(user, key, value)
            user.version += 1
            user.updated_at = change.at
            session.flush()
            keep_givable(session, could)
            if "is_active" in changed:
                action = "activate user" if changed["is_active"] else "deactivate user"
            detail = {"before": before, "after": changed}
            change.record(Entry(action, user.user_id, user_id=user.user_id, detail=detail))
            return self._with_counts(session, [user])[0]

    def _with_counts(self, session: Session, rows: Sequence[Any]) -> list[UserRow]:
        """The rows with groups and live tokens: two statements, however many rows."""
        connection = session.connection()
        wanted = {"ids": [row.id for row in rows], "now": self._clock()}
        groups: defaultdict[int, list[str]] = defaultdict(list)
        for user, group in connection.execute(_GROUPS, wanted).all():
            groups[user].append(group)
        live = {owner: of for owner, *of in connection.execute(_LIVE, wanted).all()}
        return [_row(row, tuple(groups[row.id]), *live.get(row.id, (0, None))) for row in rows]


def _list(where: Sequence[ColumnElement[bool]], sort: UserSort) -> Keyset[*tuple[Any, ...]]:
    key, source = sort_key(sort)
    keys = [key] if sort == "user_id" else [key, User.user_id]
    columns = select(
        *keys,
        User.id,
        User.user_id,
        User.name,
        User.email,
        User.department,
        User.is_active,
        User.version,
    )
    return Keyset(columns.select_from(source).where(*where), keys)


@cache
def _everybody(sort: UserSort) -> Keyset[*tuple[Any, ...]]:
    """The list that the screen opens with."""
    return _list([], sort)


def check_profile(**values: object) -> dict[str, str]:
    """A user's profile as it is stored, by column; ``InvalidValue`` if a value cannot be taken."""
    return {column: _CHECKS[column](value) for column, value in values.items()}


def _changed(user: User, is_active: bool | None, **given: str | None) -> dict[str, Any]:
    """The columns that get another value by what is given, each with that value."""
    # What stays as it is may be older than what is taken today, and is not checked.
    other = {key: each for key, each in given.items() if each not in (None, getattr(user, key))}
    new: dict[str, Any] = check_profile(**other)
    if is_active is not None:
        new["is_active"] = bool(is_active)
    return {key: value for key, value in new.items() if value != getattr(user, key)}


def _row(
    user: Any, groups: tuple[str, ...] = (), live: int = 0, next_expiry: datetime | None = None
) -> UserRow:
    return UserRow(
        user_id=user.user_id,
        name=user.name,
        email=user.email,
        department=user.department,
        is_active=user.is_active,
        version=user.version,
        groups=groups,
        live_tokens=live,
        next_expiry=next_expiry,
    )
