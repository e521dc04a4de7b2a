"""Read user groups as rows for screens, scripts and the services."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tokenwidgets.schema import GroupControl, GroupDepartment, Membership, UserGroup
from tokenwidgets.vocabulary import Control

__all__ = ["GroupRow", "group_rows"]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A user group. ``departments`` limits its controls to their users; empty is no limit."""

    name: str
    description: str
    is_active: bool
    version: int
    controls: tuple[Control, ...] = ()
    departments: tuple[str, ...] = ()
    members: int = 0


def group_rows(session: Session, only: int | None = None) -> tuple[GroupRow, ...]:
    """All groups by name, or the one with this row id: four statements, however many."""
    controls: defaultdict[int, set[str]] = defaultdict(set)
    for group_id, control in session.execute(select(GroupControl.group_id, GroupControl.control)):
        controls[group_id].add(control)
    departments: defaultdict[int, list[str]] = defaultdict(list)
    for group_id, department in session.execute(
        select(GroupDepartment.group_id, GroupDepartment.department)
    ):
        departments[group_id].append(department)
    counts = select(Membership.group_id, func.count()).group_by(Membership.group_id)
    statement = select(UserGroup).order_by(UserGroup.name)
    if only is not None:
        counts = counts.where(Membership.group_id == only)
        statement = statement.where(UserGroup.id == only)
    members = dict(session.execute(counts).all())
    return tuple(
        GroupRow(
            group.name,
            group.description,
            group.is_active,
            group.version,
            tuple(control for control in Control if control.value in controls[group.id]),
            tuple(sorted(departments[group.id])),
            members.get(group.id, 0),
        )
        for group in session.scalars(statement)
    )
