"""What a file of users would change: compared with the database set by set, not line by line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.authority import Authority
from tokenwidgets.directory.guards import require_department
from tokenwidgets.errors import LineProblem
from tokenwidgets.imports.user_file import UserLine
from tokenwidgets.schema import Membership, User, UserGroup
from tokenwidgets.text import comparison_key
from tokenwidgets.vocabulary import Control

__all__ = ["UserChange", "plan_users"]

# Beyond so many, one pass over all users is quicker than looking for these.
_FEW = 500
_PROFILE = ("name", "email", "department", "is_active")


@dataclass(frozen=True, slots=True)
class UserChange:
    """What one line would change of one user.

    ``row_id`` and ``version`` are None and 0 for a new user. ``values`` is the whole profile as
    it will be; ``before`` has what it differs from. The groups are by id and name; ``switched``
    has those that the user is in already, when the line makes the user active or not.
    """

    line: int
    user_id: str
    row_id: int | None
    version: int
    values: dict[str, Any]
    before: dict[str, Any]
    joins: dict[int, str]
    leaves: dict[int, str]
    switched: frozenset[int] = frozenset()

    @property
    def after(self) -> dict[str, Any]:
        """What is new of the profile."""
        return {key: self.values[key] for key in self.before}

    @property
    def is_empty(self) -> bool:
        """Whether the user already is as the line says."""
        return self.row_id is not None and not (self.before or self.joins or self.leaves)

    def __str__(self) -> str:
        is_new = self.row_id is None
        parts = [] if is_new else [f"{key} {value!r}" for key, value in self.after.items()]
        parts += [f"into {name}" for name in self.joins.values()]
        parts += [f"out of {name}" for name in self.leaves.values()]
        what = f"line {self.line}: {'add' if is_new else 'change'} {self.user_id}"
        return f"{what}: {', '.join(parts)}" if parts else what


def plan_users(
    session: Session, authority: Authority, lines: Sequence[UserLine]
) -> tuple[list[UserChange], list[LineProblem]]:
    """What the lines would change, and which of them cannot be done, in their order."""
    planner = _Planner(session, authority, lines)
    changes, problems = [], []
    for line in lines:
        try:
            change = planner.change(line)
        except errors.InvalidValue as error:
            problems.append(LineProblem(line.line, str(error)))
        else:
            if not change.is_empty:
                changes.append(change)
    return changes, problems


class _Planner:
    """The present state of everybody and every group in the file, and what lines make of it."""

    def __init__(self, session: Session, authority: Authority, lines: Sequence[UserLine]) -> None:
        self.authority = authority
        self.users = _present_users(session, {line.user_id.lower() for line in lines})
        self.names = dict(session.execute(select(UserGroup.id, UserGroup.name)).all())
        self.groups = {comparison_key(name): group_id for group_id, name in self.names.items()}
        # Two names could once differ in what does not show alone: then an exact match counts.
        self.groups |= {name: group_id for group_id, name in self.names.items()}
        self.member_of = _memberships(session, [user.id for user in self.users.values()])

    def change(self, line: UserLine) -> UserChange:
        """The change that a line asks for; ``InvalidValue`` if it cannot be done."""
        user = self._present(line)
        values = {
            "name": line.name,
            "email": _first(line.email, user and user.email, ""),
            "department": _first(line.department, user and user.department, ""),
            "is_active": _first(line.is_active, user and user.is_active, True),
        }
        before = {
            key: getattr(user, key)
            for key in _PROFILE
            if user and getattr(user, key) != values[key]
        }
        if user is None or "department" in before:
            require_department(self.authority, values["department"], user and user.department)
        joins, leaves = self._groups(line, user, values["department"])
        return UserChange(
            line.line,
            line.user_id,
            user and user.id,
            user.version if user else 0,
            values,
            before,
            joins,
            leaves,
            frozenset(self.member_of[user.id] if user and "is_active" in before else ()),
        )

    def _present(self, line: UserLine) -> Any | None:
        user = self.users.get(line.user_id.lower())
        if user is None:
            return None
        reach = self.authority.reach(Control.APPLICATION_USERS)
        if not reach.covers(user.department):
            raise errors.NameInUse("User ID", f"{line.user_id} is in use.")
        if user.user_id != line.user_id:
            raise errors.NameInUse("User ID", f"{line.user_id} is in use, as {user.user_id}.")
        return user

    def _groups(
        self, line: UserLine, user: Any | None, department: str
    ) -> tuple[dict[int, str], dict[int, str]]:
        """The groups to join and to leave."""
        if line.groups is None:
            return {}, {}
        found = {name: self._group(name) for name in line.groups}
        missing = [name for name, group_id in found.items() if group_id is None]
        if missing:
            raise errors.InvalidValue("Groups", f"there is no user group {', '.join(missing)}.")
        wanted = {group_id for group_id in found.values() if group_id is not None}
        present = self.member_of[user.id] if user else set()
        reach = self.authority.reach(Control.USER_MEMBERSHIP)
        # Who lacks the control altogether is refused as a whole, elsewhere.
        if wanted != present and reach and not reach.covers(department):
            raise errors.InvalidValue("Groups", f"you do not administer those of {line.user_id}.")
        joins, leaves = wanted - present, present - wanted
        return self._named(joins), self._named(leaves)

    def _group(self, name: str) -> int | None:
        return self.groups.get(name, self.groups.get(comparison_key(name)))

    def _named(self, ids: Iterable[int]) -> dict[int, str]:
        return {group_id: self.names[group_id] for group_id in sorted(ids)}


def _present_users(session: Session, wanted: set[str]) -> Mapping[str, Any]:
    """The users with these ids, which are in lower case, by their ids in lower case."""
    columns = select(
        User.id,
        User.user_id,
        User.name,
        User.email,
        User.department,
        User.is_active,
        User.version,
    )
    if len(wanted) <= _FEW:
        columns = columns.where(func.lower(User.user_id).in_(wanted))
    rows = session.execute(columns.execution_options(yield_per=10_000))
    return {row.user_id.lower(): row for row in rows if row.user_id.lower() in wanted}


def _memberships(session: Session, user_rows: Sequence[int]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    statement = select(Membership.user_id, Membership.group_id)
    for user_row, group_id in _few_at_a_time(session, statement, user_rows):
        found[user_row].add(group_id)
    return found


def _few_at_a_time(
    session: Session, statement: Select[int, int], user_rows: Sequence[int]
) -> Iterator[Row[int, int]]:
    """The rows for these users: no database takes a list of any length."""
    for start in range(0, len(user_rows), _FEW):
        some = user_rows[start : start + _FEW]
        yield from session.execute(statement.where(Membership.user_id.in_(some)))


def _first(*values: Any) -> Any:
    """The first that is not None."""
    return next(value for value in values if value is not None)
