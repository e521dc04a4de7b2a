"""The User Detail: a user's tabs, those that the actor may see and wants to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tokenwidgets import errors
from tokenwidgets.directory import UserRow
from tokenwidgets.language import Phrase, t
from tokenwidgets.screens.activity_tab import ActivityTab
from tokenwidgets.screens.general_tab import GeneralTab
from tokenwidgets.screens.groups_tab import GroupsTab
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.tokens_tab import TokensTab
from tokenwidgets.screens.words import labels_of
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.tab_strip import Close, SelectTab, ShowTabs, TabStrip

__all__ = ["TABS", "UserDetail"]

TABS: dict[str, Control] = {
    Phrase("General"): Control.APPLICATION_USERS,
    Phrase("User Groups"): Control.USER_MEMBERSHIP,
    Phrase("API Tokens"): Control.API_TOKENS,
    Phrase("Activity"): Control.ACTIVITY,
}
"""The tabs in their order, each with the control that shows it."""

_HIDDEN = "hidden tabs"


class Tab(Protocol):
    """What the detail needs of a tab."""

    def open(self, user: UserRow) -> Component:
        """Fill it for a user and give the component to show."""


class UserDetail:
    """The detail of one user at a time.

    Args:
        shell: where to show it.
        close: goes back to the summary.

    """

    def __init__(self, shell: Shell, close: Callable[[], None]) -> None:
        self._shell = shell
        self._close = close
        self._user: UserRow | None = None
        self.strip = TabStrip(labels=labels_of(TABS))
        self.general = GeneralTab(shell, self.open, self._added, close)
        self._tabs: dict[str, Tab] = {
            "General": self.general,
            "User Groups": GroupsTab(shell),
            "API Tokens": TokensTab(shell, self._show),
            "Activity": ActivityTab(shell),
        }
        shell.listen(self.strip, self._do)

    def open(self, user_id: str, tab: str | None = None) -> None:
        """Show a user, on the tab that is asked for or the one that was open."""
        with self.strip.opening():
            self._open(user_id, tab)

    def _open(self, user_id: str, tab: str | None) -> None:
        user = self._shell.platform.users.get(user_id)
        may = self._shell.platform.users.authority()
        badges = [] if user.is_active else [{"text": t("Not active"), "kind": "warn"}]
        tabs = [name for name, control in TABS.items() if may.has(control)]
        with self.strip.hold_sync():
            self.strip.heading = user.name
            self.strip.subheading = user.user_id
            self.strip.badges = badges
            self.strip.hidden = self._hidden()
            self.strip.tabs = tabs
            if tab is not None and tab in tabs:
                self.strip.hidden = [name for name in self.strip.hidden if name != tab]
                self.strip.selected = tab
        self._user = user
        self._open_tab()

    def add(self) -> None:
        """Show an empty detail for a new user."""
        self._user = None
        with self.strip.hold_sync():
            self.strip.heading = t("New user")
            self.strip.subheading = ""
            self.strip.badges = []
            self.strip.hidden = []
            self.strip.tabs = ["General"]
            self.strip.selected = "General"
        self._show(self.general.add())

    def _added(self, user_id: str) -> None:
        self.open(user_id, "General")

    def _do(self, message: Any) -> None:
        match message:
            case Close():
                self._close()
            case SelectTab(name=name) if self._user is not None:
                # Anew, since the user or the actor's own controls may have changed.
                self.open(self._user.user_id, name if name in self.strip.visible else None)
            case ShowTabs() if self._user is not None:
                self._shell.platform.preferences.set(_HIDDEN, list(self.strip.hidden))
                self.open(self._user.user_id)

    def _open_tab(self) -> None:
        if self._user is None:
            return
        name = self.strip.selected
        # The strip has taken only what it shows; the service will refuse what it must.
        tab = self._tabs.get(name)
        if tab is None or name not in self.strip.tabs:
            self._shell.show(self.strip)
            return
        try:
            self._show(tab.open(self._user))
        except errors.NotAllowed:
            self._show()
            self.strip.opened = name
            raise

    def _show(self, *panel: Component) -> None:
        self._shell.show(self.strip, *panel)

    def _hidden(self) -> list[str]:
        stored = self._shell.platform.preferences.get(_HIDDEN, [])
        return [name for name in TABS if isinstance(stored, list) and name in stored]
