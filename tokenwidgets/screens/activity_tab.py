"""The tab Activity: what was done to a user and to their tokens, and by whom."""

from __future__ import annotations

from tokenwidgets.directory import UserRow
from tokenwidgets.language import Phrase
from tokenwidgets.screens.events_tab import EventsTab
from tokenwidgets.screens.shell import Shell
from tokenwidgets.widgets.component import Component

__all__ = ["ActivityTab"]


class ActivityTab(EventsTab):
    """One user's part of the audit trail."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell, Phrase("Activity"), shell.platform.history.of_user)

    def open(self, user: UserRow) -> Component:
        """Fill it for a user."""
        return self.show(user.user_id)
