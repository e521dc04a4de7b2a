"""UserFinder: find a user by typing, and choose one."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.component import Component, Message, Turn

__all__ = ["ChooseUser", "FindUsers", "UserFinder"]

_Text = Annotated[str, msgspec.Meta(max_length=10_000)]


class FindUsers(Message, tag="find-users", frozen=True):
    """Something else was typed; it is sent when nothing was typed for 200 ms."""

    text: _Text
    turn: Turn = 0
    """The sender's number for it, greater each time; ``UserFinder.answered`` gives it back."""


class ChooseUser(Message, tag="choose-user", frozen=True):
    """One of the users who were found was chosen; ``key`` is the User ID."""

    key: _Text


class UserFinder(Component, asset="user_finder"):
    """A box to type a part of a name into, and the users who have it below.

    Who listens to a ``FindUsers`` sets ``found``, and ``asked`` to its text. A user who
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
    answered = traitlets.Int(
        0, help="Number of the text that they answer: the same one may be asked about again."
    ).tag(sync=True)
    serial = traitlets.Int(0, help="Raise it to empty the box.").tag(sync=True)

    @traitlets.default("label")
    def _default_label(self) -> str:
        return t("Find a user")

    def forget(self) -> None:
        """Empty the box, and take away whoever was found."""
        with self.hold_sync():
            self.found, self.more, self.asked = [], "", ""
            self.serial += 1

    def handle(self, message: Any) -> bool:
        """Let through only a choice that is there to be chosen."""
        match message:
            case ChooseUser(key=key):
                return any(user["key"] == key and not user["note"] for user in self.found)
            case FindUsers(turn=turn):
                # Those of the text before this one are no answer to it.
                self.found, self.more, self.asked = [], "", ""
                self.answered = max(self.answered, turn)
        return True

    def _receive(self, widget: Any, content: Any, buffers: Any) -> None:
        # One update for all that comes of a message, with the number of the text that it answers.
        with self.hold_sync():
            super()._receive(widget, content, buffers)
