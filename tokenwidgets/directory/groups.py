"""User groups: their names, controls, departments and members."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.audit import Entry
from tokenwidgets.directory.group_rows import GroupRow, group_rows
from tokenwidgets.directory.guards import givable, keep_givable, require_own_controls
from tokenwidgets.language import Phrase
from tokenwidgets.schema import GroupControl, GroupDepartment, Membership, User, UserGroup
from tokenwidgets.service import Change, Service, retried
from tokenwidgets.text import check_name, check_note, comparison_key
from tokenwidgets.vocabulary import Control

__all__ = ["GroupRow", "GroupService", "find_group"]


class GroupService(Service):
    """Reads and changes of user groups, for an actor with ``User Groups``.

    Groups reach across departments: a control that is limited to some does not count here.
    """

    def list(self) -> tuple[GroupRow, ...]:
        """All groups, by name.

        Raises:
            NotAllowed: the actor lacks the control.

        """
        with self.reading(Control.USER_GROUPS) as (session, _):
            return group_rows(session)

    def get(self, name: str) -> GroupRow:
        """One group.

        Raises:
            UnknownGroup: there is none of this name.

        """
        with self.reading(Control.USER_GROUPS) as (session, _):
            return group_rows(session, find_group(session, name).id)[0]

    def members(self, name: str) -> tuple[str, ...]:
        """The User IDs of the group's members, sorted.

        Raises:
            UnknownGroup: there is none of this name.

        """
        with self.reading(Control.USER_GROUPS) as (session, _):
            group = find_group(session, name)
            statement = select(User.user_id).join(Membership, Membership.user_id == User.id)
            found = statement.where(Membership.group_id == group.id).order_by(User.user_id)
            return tuple(session.scalars(found))

    @retried
    def add(
        self,
        name: str,
        *,
        description: str = "",
        controls: Iterable[Control | str] = (),
        departments: Iterable[str] = (),
    ) -> GroupRow:
        """Add a group.

        Raises:
            InvalidValue: a value cannot be taken.
            NameInUse: there is a group of this name.
            NotAllowed: the actor lacks the control, or one of those to be given.

        """
        action = "add group"
        with self.changing(Control.USER_GROUPS, action, str(name)) as change:
            session = change.session
            name = _free_name(session, name)
            group = UserGroup(
                name=name,
                description=check_note("Description", description),
                created_at=change.at,
                # Not one that somebody has seen of another group, which had this name before.
                version=session.scalar(select(func.max(UserGroup.version))) or 1,
            )
            session.add(group)
            session.flush()
            limits = _write_departments(session, group, departments)
            given = sorted({_control(control).value for control in controls})
            require_own_controls(session, change.authority, group, given)
            _write_controls(session, group, given)
            detail = {"controls": given, "departments": limits}
            change.record(Entry(action, name, detail=detail))
            return group_rows(session, group.id)[0]

    def copy(self, name: str, new_name: str) -> GroupRow:
        """Add a group with the same description, controls and departments, without members.

        Raises:
            As ``get`` and ``add``.

        """
        source = self.get(name)
        return self.add(
            new_name,
            description=source.description,
            controls=source.controls,
            departments=source.departments,
        )

    @retried
    def edit(
        self,
        name: str,
        *,
        version: int | None = None,
        new_name: str | None = None,
        description: str | None = None,
        is_active: bool | None = None,
        departments: Iterable[str] | None = None,
    ) -> GroupRow:
        """Rename, describe, activate or deactivate, or limit to departments; None keeps.

        Raises:
            StaleVersion: ``version`` is not the present one; ``current`` is the newer row.
            LastAdministrator: nobody would be left who can give one of the controls.
            UnknownGroup, InvalidValue, NameInUse, NotAllowed: as elsewhere here.

        """
        action = "edit group"
        with self.changing(Control.USER_GROUPS, action, str(name)) as change:
            session = change.session
            group = find_group(session, name)
            _refuse_stale(session, group, version)
            # To widen a group is to give; so it needs the controls, before and after.
            require_own_controls(session, change.authority, group)
            before, could = group_rows(session, group.id)[0], givable(session)
            if new_name is not None and new_name != group.name:
                group.name = _free_name(session, new_name, besides=group.id)
                # As in ``add``.
                group.version = session.scalar(select(func.max(UserGroup.version))) or 1
            if description is not None:
                group.description = check_note("Description", description)
            if is_active is not None:
                group.is_active = bool(is_active)
            session.flush()
            if departments is not None:
                _write_departments(session, group, departments)
                require_own_controls(session, change.authority, group)
            after = group_rows(session, group.id)[0]
            if after == before:
                change.nothing_to_do()
                return before
            _record_edit(change, action, group, before, after)
            keep_givable(session, could)
            return group_rows(session, group.id)[0]

    @retried
    def set_controls(
        self, name: str, controls: Iterable[Control | str], *, version: int | None = None
    ) -> GroupRow:
        """Give the group exactly these controls.

        Raises:
            StaleVersion: ``version`` is not the present one; ``current`` is the newer row.
            LastAdministrator: nobody would be left who can give one of the controls.
            NotAllowed: the actor lacks the control, or one that is given or taken.

        """
        action = "set controls"
        with self.changing(Control.USER_GROUPS, action, str(name)) as change:
            session = change.session
            group = find_group(session, name)
            _refuse_stale(session, group, version)
            wanted = {_control(control).value for control in controls}
            statement = select(GroupControl.control).where(GroupControl.group_id == group.id)
            # What only a newer version knows stays as it is.
            present = set(session.scalars(statement)) & set(Control)
            given, taken = sorted(wanted - present), sorted(present - wanted)
            if not given and not taken:
                change.nothing_to_do()
                return group_rows(session, group.id)[0]
            require_own_controls(session, change.authority, group, given + taken)
            could = givable(session)
            if taken:
                session.execute(
                    delete(GroupControl).where(
                        GroupControl.group_id == group.id, GroupControl.control.in_(taken)
                    )
                )
            _write_controls(session, group, given)
            group.version += 1
            session.flush()
            keep_givable(session, could)
            change.record(Entry(action, group.name, detail={"given": given, "taken": taken}))
            return group_rows(session, group.id)[0]


def find_group(session: Session, name: object) -> UserGroup:
    """The row of a group.

    Raises:
        UnknownGroup: there is none of this name.

    """
    group = None
    if isinstance(name, str):
        group = session.scalar(select(UserGroup).where(UserGroup.name == name))
    if group is None:
        raise errors.UnknownGroup(
            Phrase("There is no user group {name}.", name=repr(str(name)[:100]))
        )
    return group


def _record_edit(
    change: Change, action: str, group: UserGroup, before: GroupRow, after: GroupRow
) -> None:
    group.version += 1
    detail = {
        field: [getattr(before, field), getattr(after, field)]
        for field in ("name", "description", "is_active", "departments")
        if getattr(before, field) != getattr(after, field)
    }
    change.session.flush()
    change.record(Entry(action, after.name, detail=detail))


def _refuse_stale(session: Session, group: UserGroup, version: int | None) -> None:
    if version is not None and version != group.version:
        raise errors.StaleVersion(
            Phrase("Somebody else changed the group {name} in the meantime.", name=group.name),
            group_rows(session, group.id)[0],
        )


def _free_name(session: Session, name: object, besides: int = 0) -> str:
    checked = check_name("Group name", name)
    # Here and not in the database, which may know the case of ASCII letters alone.
    others = session.scalars(select(UserGroup.name).where(UserGroup.id != besides))
    if comparison_key(checked) in map(comparison_key, others):
        raise errors.NameInUse(
            "Group name", Phrase("there is a group {name} already.", name=checked)
        )
    return checked


def _control(control: str) -> Control:
    try:
        return Control(control)
    except ValueError:
        names = ", ".join(f"“{known}”" for known in Control)
        raise errors.InvalidValue("Control", f"must be one of {names}.") from None


def _write_departments(session: Session, group: UserGroup, departments: Iterable[str]) -> list[str]:
    if isinstance(departments, str):
        raise errors.InvalidValue("Departments", "must be several names, not one text.")
    limits = sorted({check_name("Departments", department) for department in departments})
    session.execute(delete(GroupDepartment).where(GroupDepartment.group_id == group.id))
    rows = [{"group_id": group.id, "department": limit} for limit in limits]
    if rows:
        session.execute(insert(GroupDepartment), rows)
    return limits


def _write_controls(session: Session, group: UserGroup, controls: Iterable[str]) -> None:
    rows = [{"group_id": group.id, "control": control} for control in controls]
    if rows:
        session.execute(insert(GroupControl), rows)
