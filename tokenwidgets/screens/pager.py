"""Which page of a list a person is on, and how to get to the next and the previous one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenwidgets.paging import Cursor, Page
from tokenwidgets.widgets.paged_table import PagedTable
from tokenwidgets.widgets.paging import NextPage, PreviousPage
from tokenwidgets.widgets.token_grid import TokenGrid

__all__ = ["Pager"]


class Pager:
    """Fetches a list page by page.

    Args:
        fetch: gives the page at a cursor; None is the first.

    """

    def __init__(self, fetch: Callable[[Cursor | None], Page[Any]]) -> None:
        self._fetch = fetch
        self._cursor: Cursor | None = None
        self.page: Page[Any] = Page((), 0)
        self.number = 1

    def first(self) -> Page[Any]:
        """Go to the first page."""
        return self._go(None, 1)

    def refresh(self) -> Page[Any]:
        """Fetch the same page again; the first one if there is nothing left on it."""
        page = self._go(self._cursor, self.number)
        return page if page.rows or self._cursor is None else self.first()

    def turn(self, message: object) -> Page[Any]:
        """Go where "Previous page" or "Next page" leads; stay when there is nothing there."""
        if isinstance(message, NextPage) and self.page.next is not None:
            cursor, number = self._cursor, self.number
            page = self._go(self.page.next, number + 1)
            if page.rows:
                return page
            # What was on it has gone in the meantime.
            self._cursor, self.number = cursor, number
            return self.refresh()
        if isinstance(message, PreviousPage) and self.page.previous is not None:
            page = self._go(self.page.previous, self.number - 1)
            # Rows may have come or gone in the meantime; the start of the list is page 1.
            if page.previous is None or self.number < 1:
                return self.first()
            return page
        return self.page

    def mark(self, table: PagedTable | TokenGrid) -> None:
        """Show on a table which page it is, and where one can go from it."""
        table.page = self.number
        table.has_previous = self.page.previous is not None
        table.has_next = self.page.next is not None

    def _go(self, cursor: Cursor | None, number: int) -> Page[Any]:
        page = self._fetch(cursor)
        self.page, self._cursor, self.number = page, cursor, number
        return page
