"""A list that fits into memory, such as all groups: searched, sorted and paged here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.shell import Shell
from tokenwidgets.search import sought
from tokenwidgets.widgets.paged_table import (
    AddRow,
    NextPage,
    OpenRow,
    PagedTable,
    PreviousPage,
    RowsPerPage,
    Search,
    SortBy,
)

__all__ = ["Listing"]

Row = dict[str, Any]


class Listing:
    """Fills a ``PagedTable``; its search, sort and page are kept while a row is open.

    Args:
        shell: where to show it.
        table: what to fill; the rows are searched by the values of its columns.
        read: gives all rows.
        open_row: opens a row by its key; a new one when that is None.
        count: says how many rows there are, such as "3 groups".
        none: says that no row matches the search.
        first: what to do when there are no rows at all.

    """

    def __init__(
        self,
        shell: Shell,
        table: PagedTable,
        read: Callable[[], Sequence[Row]],
        open_row: Callable[[str | None], None],
        count: Callable[[int], str],
        *,
        none: str,
        first: str,
    ) -> None:
        self._shell = shell
        self._read = read
        self._open_row = open_row
        self._count = count
        self._none = none
        self._first = first
        self._pager = Pager(self._fetch)
        self.table = table
        shell.listen(table, self._do)
        shell.keep_fresh(table, self._refresh)

    def show(self) -> None:
        """Bring the list up to date and to the front."""
        self._refresh()
        self._shell.show(self.table)

    def _refresh(self) -> None:
        self._fill(self._pager.refresh())

    def _do(self, message: Any) -> None:
        table = self.table
        match message:
            case Search(text=text):
                table.search = text
            case SortBy(column=column) if column in self._sortable():
                with table.sorting(column):
                    self._fill(self._pager.first())
                return
            case RowsPerPage(count=count):
                table.rows_per_page = count
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))
                return
            case OpenRow(key=key):
                self._open_row(key)
                return
            case AddRow() if table.add_label:
                self._open_row(None)
                return
            case _:
                return
        self._fill(self._pager.first())

    def _sortable(self) -> set[str]:
        return {column["key"] for column in self.table.columns if column["sortable"]}

    def _fetch(self, cursor: Cursor | None) -> Page[Row]:
        wanted = sought(self.table.search).casefold()
        rows = [row for row in self._read() if _has(row, wanted)]
        if self.table.sort:
            rows.sort(key=lambda row: _order(row[self.table.sort]), reverse=self.table.descending)
        start = int(cursor.values[0]) if cursor else 0
        end = start + self.table.rows_per_page
        return Page(
            tuple(rows[start:end]),
            len(rows),
            Cursor((max(start - self.table.rows_per_page, 0),), backward=True) if start else None,
            Cursor((end,)) if end < len(rows) else None,
        )

    def _fill(self, page: Page[Row]) -> None:
        with self.table.hold_sync():
            self.table.rows = list(page.rows)
            self._pager.mark(self.table)
            self.table.total = self._count(page.total)
            self.table.empty = self._none if self.table.search.strip() else self._first


def _has(row: Row, wanted: str) -> bool:
    """Whether a value of the row that can be read on screen has the text in it, in any case."""
    return not wanted or any(wanted in text.casefold() for text in _texts(row))


def _texts(row: Row) -> list[str]:
    texts: list[str] = []
    for value in row.values():
        match value:
            case str():
                texts.append(value)
            case {"text": str(text)}:
                texts.append(text)
            case list():
                texts += value
    return texts


def _order(value: Any) -> Any:
    match value:
        case str():
            return value.casefold()
        case {"text": str(text)}:
            return text.casefold()
        case list():
            return [text.casefold() for text in value]
        case _:
            return value
