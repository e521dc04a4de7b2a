"""The tab Activity: what was done to a user and to their tokens, and by whom."""

from __future__ import annotations

from typing import Any

from tokenwidgets.directory import UserRow
from tokenwidgets.history import EventRow
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import count_of, event_row
from tokenwidgets.widgets.component import Component
from tokenwidgets.widgets.event_list import EventList
from tokenwidgets.widgets.paged_table import NextPage, PreviousPage, RowsPerPage

__all__ = ["ActivityTab"]


class ActivityTab:
    """Fills an ``EventList`` with one user's part of the audit trail, newest first."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._user_id = ""
        self._pager = Pager(self._fetch)
        self.events = EventList(label="Activity", panel="Activity", empty="Nothing was done yet.")
        self.events.listen(lambda message: shell.run(lambda: self._do(message)))

    def open(self, user: UserRow) -> Component:
        """Fill it for a user."""
        self._user_id = user.user_id
        self._fill(self._pager.first())
        return self.events

    def _do(self, message: Any) -> None:
        match message:
            case RowsPerPage(count=count):
                self.events.rows_per_page = count
                self._fill(self._pager.first())
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))

    def _fetch(self, cursor: Cursor | None) -> Page[EventRow]:
        return self._shell.platform.history.of_user(
            self._user_id, cursor=cursor, rows=self.events.rows_per_page
        )

    def _fill(self, page: Page[EventRow]) -> None:
        with self.events.hold_sync():
            self.events.rows = [event_row(event) for event in page.rows]
            self.events.page = self._pager.number
            self.events.has_previous = page.previous is not None
            self.events.has_next = page.next is not None
            self.events.total = count_of(page.total, "event", "events")
