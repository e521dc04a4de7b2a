"""What no change of users, groups or memberships may do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import case, exists, or_, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.authority import Authority, authority_of
from tokenwidgets.language import Phrase
from tokenwidgets.schema import GroupControl, GroupDepartment, Membership, User, UserGroup
from tokenwidgets.vocabulary import Control

__all__ = [
    "givable",
    "givable_by",
    "keep_givable",
    "require_controls_of",
    "require_department",
    "require_own_controls",
]

_ABOVE = {control.value: control.parent.value for control in Control if control.parent}
# The active groups that are not limited to departments, with the controls that they give.
_OPEN = (
    select(UserGroup.id, GroupControl.control)
    .join(GroupControl, GroupControl.group_id == UserGroup.id)
    .where(UserGroup.is_active, ~exists().where(GroupDepartment.group_id == UserGroup.id))
    .cte("open_groups")
)
# First the few who administer user groups, then what else they have: nobody else is looked at.
_GIVERS = (
    select(Membership.user_id)
    .join(User, User.id == Membership.user_id)
    .where(
        User.is_active,
        Membership.group_id.in_(
            select(_OPEN.c.id).where(_OPEN.c.control == Control.USER_GROUPS.value)
        ),
    )
    .cte("givers")
    .prefix_with("MATERIALIZED")
)
_HAD = (
    select(Membership.user_id, _OPEN.c.control)
    .join(_OPEN, _OPEN.c.id == Membership.group_id)
    .where(Membership.user_id.in_(select(_GIVERS.c.user_id)))
    .cte("had")
    .prefix_with("MATERIALIZED")
)
_HAD_TOO = _HAD.alias("had_too")
_GIVABLE = (
    select(_HAD.c.control)
    .distinct()
    .where(
        or_(
            _HAD.c.control.not_in(_ABOVE),
            exists().where(
                _HAD_TOO.c.user_id == _HAD.c.user_id,
                _HAD_TOO.c.control == case(_ABOVE, value=_HAD.c.control),
            ),
        )
    )
)


def givable(session: Session) -> frozenset[str]:
    """The controls that an active user can give: has, with “User Groups”, both for everybody."""
    return frozenset(session.scalars(_GIVABLE))


def givable_by(session: Session, user: User) -> frozenset[str]:
    """Those of them that this user can give: what would go with the user."""
    if not user.is_active:
        return frozenset()
    authority = authority_of(session, user.user_id)
    if not authority.has(Control.USER_GROUPS):
        return frozenset()
    return frozenset(control for control in Control if authority.reach(control).everybody)


def keep_givable(session: Session, before: frozenset[str]) -> None:
    """Refuse a state in which a control can be given by nobody any more: it would be gone for good.

    Call it after the change, before the commit.

    Args:
        session: the change's session.
        before: what could be given before, by anybody or by whom the change is about.

    Raises:
        LastAdministrator: nobody would be left.

    """
    lost = before - givable(session) if before else before
    if Control.USER_GROUPS in lost:
        raise errors.LastAdministrator(
            Phrase(
                "This would leave nobody who can administer user groups. Give another active user"
                " a group with the control “{control}” first.",
                control=Control.USER_GROUPS,
            )
        )
    if lost:
        # What is below one of them on its path went with it.
        names = [each for each in Control if each in lost and each.parent not in lost]
        raise errors.LastAdministrator(
            Phrase(
                "This would leave nobody who can give these controls to anybody: {controls}. Who"
                " gives one has it for everybody, and “{groups}” with it. Give another active user"
                " all of them first.",
                controls=_listed(names),
                groups=Control.USER_GROUPS,
            )
        )


def _listed(controls: Sequence[Control]) -> Phrase:
    values = {f"control{number}": control for number, control in enumerate(controls)}
    template = ", ".join(f"{{{name}}}" for name in values)
    return Phrase(template, **values)


def require_own_controls(
    session: Session,
    authority: Authority,
    group: UserGroup,
    controls: Iterable[str] | None = None,
) -> None:
    """Refuse to give what the actor lacks, be it as a control or through a membership.

    Args:
        session: the change's session.
        authority: the actor's.
        group: the group that gives the controls, with its limits.
        controls: those that are being given; None for all that the group has.

    Raises:
        NotAllowed: the actor lacks one of them, or not for all whom the group reaches.

    """
    lacking = _lacking(session, authority, group, controls)
    if lacking is not None:
        raise errors.NotAllowed(
            Phrase(
                "{user} cannot give the control “{control}” of the group {group} without having"
                " it.",
                user=authority.actor,
                control=Phrase(lacking),
                group=group.name,
            )
        )


def _lacking(
    session: Session, authority: Authority, group: UserGroup, controls: Iterable[str] | None
) -> str | None:
    """The first of the controls that the actor lacks, or has not for all whom the group reaches."""
    if controls is None:
        controls = session.scalars(
            select(GroupControl.control).where(GroupControl.group_id == group.id)
        ).all()
    limits = session.scalars(
        select(GroupDepartment.department).where(GroupDepartment.group_id == group.id)
    ).all()
    known = {control.value for control in Control}
    for name in controls:
        # The control itself: what is above it on the path, a member has to have anyway.
        reach = authority.reach(Control(name)) if name in known else None
        covered = reach is not None and (
            reach.everybody or (bool(limits) and all(reach.covers(limit) for limit in limits))
        )
        if not covered:
            return name
    return None


def require_controls_of(session: Session, authority: Authority, user: User) -> None:
    """Refuse to switch somebody on or off, and so all that their groups give.

    Raises:
        NotAllowed: the actor lacks one of these controls, or not for all whom a group reaches.

    """
    theirs = select(Membership.group_id).where(Membership.user_id == user.id)
    for group in session.scalars(select(UserGroup).where(UserGroup.id.in_(theirs))):
        lacking = _lacking(session, authority, group, None)
        if lacking is not None:
            raise errors.NotAllowed(
                Phrase(
                    "{user} cannot switch {other} off or on without having the control “{control}”"
                    " of the group {group}.",
                    user=authority.actor,
                    other=user.user_id,
                    control=Phrase(lacking),
                    group=group.name,
                )
            )


def require_department(authority: Authority, department: str, before: str | None = None) -> None:
    """Refuse a department in which the actor may not put a user.

    Args:
        authority: the actor's.
        department: the one that the user shall be of.
        before: the one that the user is of; None for a new user.

    Raises:
        InvalidValue: the actor does not administer it; or a control of theirs reaches it and not
            the one before, so that the actor would get power over the user.

    """
    reach = authority.reach(Control.APPLICATION_USERS)
    if not reach.covers(department):
        allowed = ", ".join(sorted(reach.departments))
        raise errors.InvalidValue(
            "Department", Phrase("must be one that you administer: {names}.", names=allowed)
        )
    for control in Control if before is not None else ():
        reach = authority.reach(control)
        if reach.covers(department) and not reach.covers(str(before)):
            raise errors.InvalidValue(
                "Department",
                Phrase(
                    "cannot be one that your control “{control}” reaches, as it does not reach the"
                    " user now.",
                    control=control,
                ),
            )
