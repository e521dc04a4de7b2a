"""TabStrip: the header of a detail screen, with its tabs and the choice of which are shown."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
import traitlets

from tokenwidgets.widgets.acting import Act
from tokenwidgets.widgets.component import Component, Message, Turn

__all__ = ["Act", "Close", "SelectTab", "ShowTabs", "TabStrip"]

_Name = Annotated[str, msgspec.Meta(max_length=200)]


class SelectTab(Message, tag="select-tab", frozen=True):
    """A tab was clicked, or reached with the arrow keys.

    ``turn`` is the sender's number for it, greater each time; ``TabStrip.answered`` gives it back.
    """

    name: _Name
    turn: Turn = 0


class ShowTabs(Message, tag="show-tabs", frozen=True):
    """The tabs that are to be visible, by name: all of them, not only the one that changed.

    ``turn`` as in ``SelectTab``.
    """

    visible: Annotated[list[_Name], msgspec.Meta(max_length=50)]
    turn: Turn = 0


class Close(Message, tag="close", frozen=True):
    """The button "Close" was pressed."""


class TabStrip(Component, asset="tab_strip"):
    """Whose detail this is, a strip of tabs, a pop-up that shows and hides them, and "Close".

    ``tabs`` are those that the actor may see. A message about any other, or one that would hide
    them all, changes nothing here; who listens must still not trust it. ``selected`` is always
    a visible tab, as long as there is one.
    """

    messages = (SelectTab, ShowTabs, Close, Act)

    heading = traitlets.Unicode("", help="The name in the heading.").tag(sync=True)
    subheading = traitlets.Unicode("", help="The User ID beside it.").tag(sync=True)
    badges: traitlets.List[Any] = traitlets.List(
        help="Badges: strings, or dicts with text and kind."
    ).tag(sync=True)
    actions = traitlets.List(
        traitlets.Dict(), help="Buttons beside the heading: name, label, kind, items, disabled."
    ).tag(sync=True)
    choosable = traitlets.Bool(True, help="Whether tabs can be shown and hidden.").tag(sync=True)
    tabs = traitlets.List(traitlets.Unicode(), help="The tabs that the actor may see.").tag(
        sync=True
    )
    hidden = traitlets.List(traitlets.Unicode(), help="Those that the actor has hidden.").tag(
        sync=True
    )
    labels: traitlets.Dict[str, str] = traitlets.Dict(
        help="What tabs are called in the viewer's language, where that is not their name."
    ).tag(sync=True)
    selected = traitlets.Unicode("", help="The tab that is open.").tag(sync=True)
    answered = traitlets.Int(
        0, help="Number of the last choice of tabs; what was chosen since is on its way."
    ).tag(sync=True)
    chosen = traitlets.Unicode("", help="The tab that was chosen last.")
    opened = ""
    """The tab whose panel is on show."""

    @property
    def visible(self) -> list[str]:
        """The tabs on show, in order; all of them if every one were hidden."""
        return [name for name in self.tabs if name not in self.hidden] or list(self.tabs)

    def handle(self, message: Any) -> None:
        """Take the choice, if it is one of the visible tabs; show and hide tabs."""
        with self.hold_sync():
            match message:
                case SelectTab(name=name) if name in self.visible:
                    self.chosen = self.selected = name
                case ShowTabs(visible=visible) if set(visible) & set(self.tabs):
                    self.hidden = [name for name in self.tabs if name not in visible]
            if isinstance(message, SelectTab | ShowTabs):
                self.answered = max(self.answered, message.turn)

    @traitlets.observe("tabs", "hidden")
    def _stay_on_a_visible_tab(self, _change: Any) -> None:
        visible = self.visible
        if visible and self.selected not in visible:
            self.selected = visible[0]

    @contextlib.contextmanager
    def opening(self) -> Iterator[None]:
        """Read what the tabs show, in this block, and bring the selected one's panel to the front.

        If that fails, the tab whose panel is still on show is selected again.
        """
        try:
            yield
        except Exception:
            if self.opened in self.visible:
                self.selected = self.opened
            raise
        self.opened = self.selected
