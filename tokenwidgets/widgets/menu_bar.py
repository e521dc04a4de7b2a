"""MenuBar: the application's top bar, with its menu, the actor, messages and the heartbeat."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.widgets.component import Component, Message

__all__ = [
    "ChooseLanguage",
    "MenuBar",
    "OpenScreen",
    "PageLanguages",
    "Ping",
    "TryAgain",
    "Undo",
]

_Tag = Annotated[str, msgspec.Meta(max_length=100)]


class OpenScreen(Message, tag="open-screen", frozen=True):
    """A menu item was chosen; ``name`` is the screen's name as on the menu."""

    name: Annotated[str, msgspec.Meta(max_length=200)]


class ChooseLanguage(Message, tag="choose-language", frozen=True):
    """A language was chosen; ``code`` is one of ``languages``."""

    code: Annotated[str, msgspec.Meta(max_length=20)]


class PageLanguages(Message, tag="page-languages", frozen=True):
    """The bar is on show: ``tags`` are of its page's language, then of those the browser wants."""

    tags: Annotated[list[_Tag], msgspec.Meta(max_length=20)]


class TryAgain(Message, tag="try-again", frozen=True):
    """The button "Try again" beside a message was pressed; ``serial`` is that message's."""

    serial: int


class Undo(Message, tag="undo", frozen=True):
    """The button "Undo" beside a message was pressed; ``serial`` is that message's."""

    serial: int


class Ping(Message, tag="ping", frozen=True):
    """The browser asks whether Python is still there; the component itself answers."""


class MenuBar(Component, asset="menu_bar"):
    """The menu "Security", who is acting, the languages, and messages in live regions.

    Put messages there with :meth:`say` and :meth:`warn`. Every 20 seconds the browser asks for a
    sign of life; without an answer it shows a banner that what is on screen may be out of date.
    """

    messages = (OpenScreen, ChooseLanguage, PageLanguages, TryAgain, Undo, Ping)

    items = traitlets.List(
        traitlets.Unicode(), help="The screens that the actor may open, in the menu's order."
    ).tag(sync=True)
    labels: traitlets.Dict[str, str] = traitlets.Dict(
        help="What screens are called in the viewer's language, where that is not their name."
    ).tag(sync=True)
    current = traitlets.Unicode("", help="The screen that is open now.").tag(sync=True)
    actor = traitlets.Unicode("", help="The acting user's name.").tag(sync=True)
    actor_id = traitlets.Unicode("", help="The acting user's User ID.").tag(sync=True)
    languages: traitlets.Dict[str, str] = traitlets.Dict(
        help="The languages to choose from: their own names by code."
    ).tag(sync=True)
    notice: traitlets.Dict[str, Any] = traitlets.Dict(
        {"kind": "status", "text": "", "retry": False, "undo": False, "serial": 0},
        help="The message on show: kind (status or alert), text, retry, undo, serial.",
    ).tag(sync=True)
    busy = traitlets.Bool(False, help="Whether an answer is awaited.").tag(sync=True)
    chosen = traitlets.Unicode("", help="The menu item that was chosen last.")

    def say(self, text: str, *, undo: bool = False) -> None:
        """Show that something went well (role ``status``), with "Undo" if ``undo``.

        An empty text takes the message away.
        """
        self._notify("status", text, undo=undo)

    def warn(self, text: str, *, retry: bool = False) -> None:
        """Show that something went wrong (role ``alert``), with "Try again" if ``retry``."""
        self._notify("alert", text, retry=retry)

    def reload(self) -> None:
        """Have the browser load the page again."""
        self.send({"type": "reload"})

    def handle(self, message: Any) -> None:
        """Keep what was chosen; answer the heartbeat."""
        match message:
            case OpenScreen(name=name):
                self.chosen = name
            case Ping():
                self.send({"type": "pong"})

    def _notify(self, kind: str, text: str, *, retry: bool = False, undo: bool = False) -> None:
        # The serial makes the same words twice two messages, so that both are read out.
        serial = int(self.notice.get("serial", 0)) + 1
        self.notice = {"kind": kind, "text": text, "retry": retry, "undo": undo, "serial": serial}
