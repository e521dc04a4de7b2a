"""What no change of users, groups or memberships may do."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.authority import Authority
from tokenwidgets.language import Phrase
from tokenwidgets.schema import GroupControl, GroupDepartment, Membership, User, UserGroup
from tokenwidgets.vocabulary import Control

__all__ = ["keep_an_administrator", "require_own_controls"]


def keep_an_administrator(session: Session) -> None:
    """Refuse a state in which no active user can administer user groups for everybody.

    Call it after the change, before the commit.

    Raises:
        LastAdministrator: nobody would be left.

    """
    left = session.scalar(
        select(User.id)
        .join(Membership, Membership.user_id == User.id)
        .join(UserGroup, UserGroup.id == Membership.group_id)
        .join(GroupControl, GroupControl.group_id == UserGroup.id)
        .where(
            User.is_active,
            UserGroup.is_active,
            GroupControl.control == Control.USER_GROUPS.value,
            ~exists().where(GroupDepartment.group_id == UserGroup.id),
        )
        .limit(1)
    )
    if left is None:
        raise errors.LastAdministrator(
            Phrase(
                "This would leave nobody who can administer user groups. Give another active user"
                " a group with the control “{control}” first.",
                control=Control.USER_GROUPS,
            )
        )


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
            raise errors.NotAllowed(
                Phrase(
                    "{user} cannot give the control “{control}” of the group {group} without having"
                    " it.",
                    user=authority.actor,
                    control=Phrase(name),
                    group=group.name,
                )
            )
