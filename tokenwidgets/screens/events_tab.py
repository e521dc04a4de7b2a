"""A list of audit events about one thing, newest first, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenwidgets.history import EventRow
from tokenwidgets.language import t
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import event_row, events_in_all
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.event_list import EventList
from tokenwidgets.widgets.paged_table import NextPage, PreviousPage, RowsPerPage

__all__ = ["EventsTab"]


class EventsTab:
    """Fills an ``EventList``.

    Args:
        shell: where to tell when something is wrong.
        name: the tab's name, in English.
        of: gives a page of the events about a name, such as ``platform.history.of_group``.

    """

    def __init__(self, shell: Shell, name: str, of: Callable[..., Page[EventRow]]) -> None:
        self._about = ""
        self._of = of
        self._pager = Pager(self._page)
        self.events = EventList(label=t(name), panel=t(name), empty=t("Nothing was done yet."))
        shell.listen(self.events, self._do)
        shell.keep_fresh(self.events, lambda: self._fill(self._pager.refresh()))

    def show(self, about: str) -> Component:
        """Fill it for what has this name."""
        self._about = about
        self._fill(self._pager.first())
        return self.events

    def _do(self, message: Any) -> None:
        match message:
            case RowsPerPage(count=count):
                self.events.rows_per_page = count
                self._fill(self._pager.first())
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))

    def _page(self, cursor: Cursor | None) -> Page[EventRow]:
        return self._of(self._about, cursor=cursor, rows=self.events.rows_per_page)

    def _fill(self, page: Page[EventRow]) -> None:
        with self.events.hold_sync():
            self.events.rows = [event_row(event, self._about) for event in page.rows]
            self._pager.mark(self.events)
            self.events.total = events_in_all(page)
