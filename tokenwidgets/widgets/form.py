"""What forms share: only the one on screen is saved, and each answer frees "Save" again."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.widgets.component import Component, Message

__all__ = ["Form", "FormMessage"]


class FormMessage(Message, frozen=True):
    """A button of a form was pressed; ``form`` is the nonce of the form that was on screen."""

    form: Annotated[str, msgspec.Meta(max_length=100)]


class Form(Component):
    """A form that keeps what is entered until Python fills it anew, under another ``form``.

    That is any text which nobody can guess; without one no message is taken. Set it last, in one
    ``hold_sync()`` with the rest. ``errors`` alone leave what is entered as it is. "Save" can be
    pressed again as soon as all listeners have been called.
    """

    errors: traitlets.Dict[str, str] = traitlets.Dict(
        help="What is wrong, by the field's label; other names are shown above the form."
    ).tag(sync=True)
    form = traitlets.Unicode("", help="Goes back with each message; new for each filling.").tag(
        sync=True
    )
    answered = traitlets.Int(0, help="Counts the messages that listeners are done with.").tag(
        sync=True
    )

    def handle(self, message: Any) -> bool:
        """Let through only what was entered into the form that is on screen."""
        if not self.form or message.form != self.form:
            self._drop("late answer")
            return False
        self.errors = {}
        return True

    def _receive(self, widget: Any, content: Any, buffers: Any) -> None:
        # One update for all that comes of a message. The count is there even if nothing else
        # is, as when the same problem is found again; without it "Save" would stay busy.
        with self.hold_sync():
            super()._receive(widget, content, buffers)
            self.answered += 1
