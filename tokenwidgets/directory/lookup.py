"""Find a user's row, for those whom the actor's control reaches."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tokenwidgets import errors
from tokenwidgets.authority import Authority
from tokenwidgets.language import Phrase
from tokenwidgets.schema import User
from tokenwidgets.vocabulary import Control

__all__ = ["find_user", "unknown_user", "user_within"]

_USER = select(User).where(User.user_id == bindparam("user_id"))


def find_user(session: Session, user_id: object) -> User:
    """The row of a user, whoever may see it.

    Raises:
        UnknownUser: there is none.

    """
    user = None
    if isinstance(user_id, str):
        user = session.scalar(_USER, {"user_id": user_id})
    if user is None:
        raise unknown_user(user_id)
    return user


def unknown_user(user_id: object) -> errors.UnknownUser:
    """What is raised when there is none of this User ID, or none whom the actor may see."""
    return errors.UnknownUser(
        Phrase("There is no application user {user}.", user=repr(str(user_id)[:100]))
    )


def user_within(session: Session, authority: Authority, control: Control, user_id: object) -> User:
    """The row of a user whom the control reaches; else as if there were no such user.

    Raises:
        UnknownUser: there is none within reach.

    """
    user = find_user(session, user_id)
    if not authority.reach(control).covers(user.department):
        raise unknown_user(user_id)
    return user
