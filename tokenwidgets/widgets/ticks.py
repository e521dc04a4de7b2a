"""What components share whose ticks are saved at once: a refusal voids those made before it."""

from __future__ import annotations

from typing import Any

import traitlets

from tokenwidgets.widgets.component import Component, Message

__all__ = ["TickMessage", "Ticks"]


class TickMessage(Message, frozen=True):
    """Something was ticked; ``serial`` is that of the component when it was."""

    serial: int


class Ticks(Component):
    """Check boxes, each of which is saved as soon as it is ticked.

    Who listens raises ``serial`` when it fills them for somebody else, and when it refuses a tick:
    what was ticked until that is seen is then dropped, so that nothing is said over the refusal.
    """

    serial = traitlets.Int(0, help="Raise it to show what is in place of what is ticked.").tag(
        sync=True
    )

    def handle(self, message: Any) -> bool:
        """Let through only what was ticked since the last refusal."""
        if message.serial != self.serial:
            self._drop("late tick")
            return False
        return True
