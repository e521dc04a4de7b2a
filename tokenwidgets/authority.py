"""What an actor may do, and to whom: their groups' controls, added up.

A group may be limited to some departments; its controls then reach the users of those
departments only. A control also needs every control above it on its path. User groups and
APIs are of no department, so a limited control over them gives nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, bindparam, false, select, true
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.language import Phrase
from tokenwidgets.schema import GroupControl, GroupDepartment, Membership, User, UserGroup
from tokenwidgets.vocabulary import Control

__all__ = ["Authority", "Reach", "authority_of"]

_KNOWN = {control.value for control in Control}

# Whatever is read or changed, this is asked before; so it is one statement, built once.
_RIGHTS = (
    select(
        User.id,
        User.name,
        User.is_active,
        GroupControl.control,
        GroupDepartment.department,
    )
    .outerjoin(Membership, Membership.user_id == User.id)
    .outerjoin(UserGroup, and_(UserGroup.id == Membership.group_id, UserGroup.is_active))
    .outerjoin(GroupControl, GroupControl.group_id == UserGroup.id)
    .outerjoin(GroupDepartment, GroupDepartment.group_id == UserGroup.id)
    .where(User.user_id == bindparam("actor"))
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose things a control reaches: everybody's, or those of some departments' users."""

    everybody: bool = False
    departments: frozenset[str] = frozenset()

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.everybody or other.everybody, self.departments | other.departments)

    def __and__(self, other: Reach) -> Reach:
        if self.everybody:
            return other
        if other.everybody:
            return self
        return Reach(False, self.departments & other.departments)

    def __bool__(self) -> bool:
        return self.everybody or bool(self.departments)

    def covers(self, department: str) -> bool:
        """Whether a user of this department is within reach."""
        return self.everybody or department in self.departments

    def where(self) -> ColumnElement[bool]:
        """The same as a condition on ``User``, for statements that select users."""
        if self.everybody:
            return true()
        if not self.departments:
            return false()
        return User.department.in_(sorted(self.departments))


@dataclass(frozen=True, slots=True)
class Authority:
    """An actor and how far each of their controls reaches, as of one transaction."""

    actor: str
    actor_row_id: int
    name: str
    reaches: dict[Control, Reach] = field(default_factory=dict)

    def has(self, control: Control) -> bool:
        """Whether the actor has the control for anybody at all."""
        return bool(self.reach(control))

    def reach(self, control: Control) -> Reach:
        """Whom the control reaches: no further than every control above it on its path."""
        reach = self.reaches.get(control, Reach())
        if control.needs_everybody and not reach.everybody:
            return Reach()
        parent = control.parent
        return reach if parent is None else reach & self.reach(parent)

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls that the actor has, in the order of the screens."""
        return tuple(control for control in Control if self.has(control))

    def require(self, control: Control) -> Reach:
        """How far the control reaches, which is at least somebody.

        Raises:
            NotAllowed: the actor lacks the control.

        """
        reach = self.reach(control)
        if not reach:
            limited = bool(self.reaches.get(control))
            raise errors.NotAllowed(
                Phrase(
                    "{user} does not have the control “{control}” for everybody.",
                    user=self.actor,
                    control=control,
                )
                if limited
                else Phrase(
                    "{user} does not have the control “{control}”.",
                    user=self.actor,
                    control=control,
                )
            )
        return reach


def authority_of(session: Session, actor: str) -> Authority:
    """Read the actor's authority, inside the transaction that is going to rely on it.

    Raises:
        IdentityError: the actor is no application user, or not an active one.

    """
    rows = session.connection().execute(_RIGHTS, {"actor": actor}).all()
    if not rows:
        raise errors.IdentityError(
            Phrase(
                "{user} is not an application user of this platform. Ask an administrator to add"
                " you.",
                user=actor,
            )
        )
    user = rows[0]
    if not user.is_active:
        raise errors.IdentityError(
            Phrase("The user {user} is not active. Ask an administrator.", user=actor)
        )
    reaches: defaultdict[Control, Reach] = defaultdict(Reach)
    for *_, control, department in rows:
        # A control that this version does not know gives nothing: fail closed.
        if control in _KNOWN:
            limited = frozenset() if department is None else frozenset({department})
            reaches[Control(control)] |= Reach(department is None, limited)
    return Authority(actor, user.id, user.name, dict(reaches))
