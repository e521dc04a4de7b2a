"""The application: the menu, the screens, and the way between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets

from tokenwidgets import errors
from tokenwidgets.language import LANGUAGES, of_tags, speak, spoken, t
from tokenwidgets.platform import Platform
from tokenwidgets.screens.apis import APIsScreen
from tokenwidgets.screens.audit_log import AuditScreen
from tokenwidgets.screens.following import follow, leave
from tokenwidgets.screens.groups import GroupsScreen
from tokenwidgets.screens.inventory import InventoryScreen
from tokenwidgets.screens.languages import change_language, speak_as_viewer
from tokenwidgets.screens.refusals import words_of
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.user_detail import UserDetail
from tokenwidgets.screens.users import UsersScreen
from tokenwidgets.screens.words import labels_of
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.menu_bar import ChooseLanguage, OpenScreen, PageLanguages

__all__ = ["ApplicationUsers"]


class Screen(Protocol):
    """What the menu needs of a screen."""

    def show(self) -> None:
        """Bring it up to date and to the front."""


class ApplicationUsers(ipywidgets.VBox):
    """The whole application as one widget, for a notebook's cell or a dashboard.

    Args:
        platform: what ``tokenwidgets.connect()`` gives.
        user: a User ID to open at once; else the first screen that the actor may see.
        tab: the tab to open of that user, such as ``"API Tokens"``.

    """

    def __init__(self, platform: Platform, *, user: str = "", tab: str = "") -> None:
        super().__init__(layout=ipywidgets.Layout(width="100%", overflow="visible"))
        # The views find by it what else belongs to the same application.
        self.add_class("tw-application")
        self._begins_at = user, tab
        self._is_settled = speak_as_viewer(platform)
        self._build(platform)

    def _build(self, platform: Platform) -> None:
        """Make all that is in it, in the language that is spoken now."""
        self.shell = shell = Shell(platform)
        self.children = (shell.bar, shell.body, shell.dialog, shell.secrets, shell.downloads)
        self.users = UsersScreen(shell, self._open_user)
        self.detail = UserDetail(shell, self._close_user)
        # Made when they are first opened: most visits are for one of them.
        self._screens: dict[Control, Screen] = {Control.APPLICATION_USERS: self.users}
        self._makers: dict[Control, Callable[[], Screen]] = {
            Control.APPLICATION_USERS: lambda: self.users,
            Control.USER_GROUPS: lambda: GroupsScreen(shell),
            Control.APIS: lambda: APIsScreen(shell),
            Control.TOKEN_INVENTORY: lambda: InventoryScreen(shell, self._open_tokens),
            Control.AUDIT_LOG: lambda: AuditScreen(shell),
        }
        shell.bar.listen(self._asked)
        shell.run(lambda: self._start(*self._begins_at))
        follow(shell)

    def _speak(self, language: str) -> None:
        """Begin again in another language; what is not saved is lost."""
        old = self.shell
        leave(old)
        speak(language)
        self._build(old.platform)
        old.close()

    def _start(self, user: str, tab: str) -> None:
        authority = self.shell.platform.users.authority()
        bar = self.shell.bar
        screens = [control for control in self._makers if authority.has(control)]
        bar.actor, bar.actor_id = authority.name, authority.actor
        bar.items = [control.value for control in screens]
        bar.labels = labels_of(bar.items)
        bar.languages = dict(LANGUAGES)
        if not screens:
            bar.warn(
                t(
                    "{user} has no control on this platform. Ask an administrator.",
                    user=authority.actor,
                )
            )
        elif user and Control.APPLICATION_USERS in screens:
            self._open_linked(user, tab)
        else:
            self._open(screens[0])
            if user:
                bar.warn(
                    t(
                        "You cannot be shown {user}: you do not see application users.",
                        user=repr(user[:100]),
                    )
                )

    def _open_linked(self, user: str, tab: str) -> None:
        """A user whom a link names; the summary if there is none whom the actor may see."""
        self.shell.bar.current = Control.APPLICATION_USERS.value
        try:
            self.detail.open(user, tab or None)
        except (errors.UnknownUser, errors.InvalidValue) as error:
            self._open(Control.APPLICATION_USERS)
            self.shell.bar.warn(words_of(error))

    def _asked(self, message: Any) -> None:
        match message:
            case OpenScreen(name=name) if name in self.shell.bar.items:
                self.shell.run(lambda: self._open(Control(name)))
            case ChooseLanguage(code=code):
                self._is_settled = True
                self.shell.run(lambda: change_language(self.shell, code, self._speak))
            # The first page that shows it: what is on another one later changes nothing here.
            case PageLanguages(tags=tags) if not self._is_settled:
                self._is_settled = True
                if (language := of_tags(tags)) != spoken():
                    self._speak(language)

    def _open(self, control: Control) -> None:
        if control not in self._screens:
            self._screens[control] = self._makers[control]()
        self._screens[control].show()
        self.shell.bar.current = control.value

    def _open_user(self, user_id: str | None) -> None:
        if user_id is None:
            self.detail.add()
        else:
            self.detail.open(user_id)

    def _open_tokens(self, user_id: str) -> None:
        self.detail.open(user_id, "API Tokens")

    def _close_user(self) -> None:
        # The way back leads to where the user was opened from, if any was: a browser can ask to
        # close what is not open.
        if self.shell.bar.current in self.shell.bar.items:
            self._open(Control(self.shell.bar.current))

    def close(self) -> None:
        """Take it away with all that is in it, and hear of changes no more."""
        leave(self.shell)
        self.shell.close()
        self.layout.close()
        super().close()

    def __repr__(self) -> str:
        return f"ApplicationUsers({self.shell.platform!r})"
