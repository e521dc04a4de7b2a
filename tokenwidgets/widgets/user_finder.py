"""UserFinder: find a user by typing, and choose one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.component import Component, Message

__all__ = ["ChooseUser", "FindUsers", "UserFinder"]

_Text = Annotated[str, msgspec.Meta(max_length=10_000)]


class FindUsers(Message, tag="find-users", frozen=True):
    """Something else was typed; it is sent when nothing was typed for 200 ms."""

    text: _Text


class ChooseUser(Message, tag="choose-user", frozen=True):
    """One of the users who were found was chosen; ``key`` is the User ID."""

    key: _Text


class UserFinder(Component, asset="user_finder"):
    """A box to type a part of a name into, and the users who have it below.

    Who listens to a ``FindUsers`` sets ``found`` and, last, ``asked`` to its text. A user who
    was found has a ``key`` (the User ID), a ``name``, and a ``note``: why they cannot be chosen,
    if they cannot.
    """

    messages = (FindUsers, ChooseUser)

    label = traitlets.Unicode(help="The box's name.").tag(sync=True)
    found: traitlets.List[dict[str, Any]] = traitlets.List(
        traitlets.Dict(), help="The users who match, at most ten or so."
    ).tag(sync=True)
    more = traitlets.Unicode("", help="That there are more than these; empty if not.").tag(
        sync=True
    )
    asked = traitlets.Unicode("", help="The text that they match.").tag(sync=True)
    serial = traitlets.Int(0, help="Raise it to empty the box.").tag(sync=True)

    @traitlets.default("label")
    def _default_label(self) -> str:
        return t("Find a user")

    def handle(self, message: Any) -> bool:
        """Let through only a choice that is there to be chosen."""
        if isinstance(message, ChooseUser):
            return any(user["key"] == message.key and not user["note"] for user in self.found)
        return True
