"""PagedTable: one page of a long list, searched, sorted and paged by whoever fills it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
import traitlets

from tokenwidgets.language import t
from tokenwidgets.widgets.acting import Act
from tokenwidgets.widgets.component import Component, Message, Turn
from tokenwidgets.widgets.paging import NextPage, PreviousPage

__all__ = [
    "ROWS_PER_PAGE",
    "Act",
    "ActOnRow",
    "AddRow",
    "ClearSearch",
    "NextPage",
    "OpenRow",
    "PagedTable",
    "PreviousPage",
    "RowsPerPage",
    "Search",
    "Select",
    "SortBy",
]

ROWS_PER_PAGE: tuple[int, ...] = (10, 25, 50, 100)
"""How many rows a page may have."""

_Key = Annotated[str, msgspec.Meta(max_length=10_000)]


class Search(Message, tag="search", frozen=True):
    """The search box has a new text; it is sent when nothing was typed for 250 ms, or on Enter."""

    text: Annotated[str, msgspec.Meta(max_length=10_000)]


class ClearSearch(Message, tag="clear-search", frozen=True):
    """The button in the search box was pressed: search and order as at first."""


class SortBy(Message, tag="sort-by", frozen=True):
    """A column's header was clicked; the column that is sorted by already is to be turned round."""

    column: Annotated[str, msgspec.Meta(max_length=100)]


class RowsPerPage(Message, tag="rows-per-page", frozen=True):
    """Another number of rows a page was chosen."""

    count: Literal[10, 25, 50, 100]


class OpenRow(Message, tag="open-row", frozen=True):
    """A row's link was clicked; ``key`` is the row's key."""

    key: _Key


class AddRow(Message, tag="add-row", frozen=True):
    """The button that adds was pressed."""


class ActOnRow(Message, tag="act-on-row", frozen=True):
    """A row's link of an ``action`` column was followed; ``action`` is the column's key."""

    action: Annotated[str, msgspec.Meta(max_length=100)]
    key: _Key


class Select(Message, tag="select", frozen=True):
    """The rows that are ticked now, by key: all of them, not only the one that changed."""

    keys: Annotated[list[_Key], msgspec.Meta(max_length=2000)]
    turn: Turn = 0
    """The sender's number for it, greater each time; ``PagedTable.answered`` gives it back."""


class PagedTable(Component, asset="paged_table"):
    """A table with a search box, sortable columns, pages, and rows that can be opened or ticked.

    It shows what it is given: who listens to its messages fetches the page that was asked for and
    sets ``rows`` and the rest (in one ``hold_sync()``). A row is a dict of JSON values by column
    key, and has its own ``key``. Values by the column's kind:

    - ``text``, ``link``: a string; a link opens the row
    - ``number``: a number
    - ``date``, ``datetime``, ``expiry``: ISO 8601 with zone, or None; ``expiry`` adds "in 5 months"
    - ``badge``: a string, or ``{"text", "kind"}`` with the kind ``good``, ``warn`` or ``bad``
    - ``list``: a list of strings
    - ``yesno``: a bool
    - ``code``: a string, in letters of one width
    - ``more``: a string, or ``{"summary", "items"}`` with pairs of a name and a text to unfold
    - ``action``: the text of a link that does something with the row, or nothing
    """

    messages = (
        Search,
        ClearSearch,
        SortBy,
        PreviousPage,
        NextPage,
        RowsPerPage,
        OpenRow,
        AddRow,
        Select,
        Act,
        ActOnRow,
    )

    heading = traitlets.Unicode("", help="The heading above; empty for none.").tag(sync=True)
    label = traitlets.Unicode("", help="The table's accessible name.").tag(sync=True)
    search_label = traitlets.Unicode("", help="Name of the search box; empty for none.").tag(
        sync=True
    )
    search = traitlets.Unicode("", help="The text that is searched for.").tag(sync=True)
    can_clear = traitlets.Bool(
        False, help="Whether the button in the search box clears the order, too."
    ).tag(sync=True)
    columns = traitlets.List(
        traitlets.Dict(),
        help="Columns: key, label, kind, and whether sortable, and short: of few words; none: what"
        " stands for no value.",
    ).tag(sync=True)
    rows = traitlets.List(traitlets.Dict(), help="The rows of this page.").tag(sync=True)
    sort = traitlets.Unicode("", help="Key of the column that is sorted by; may be empty.").tag(
        sync=True
    )
    descending = traitlets.Bool(False, help="Whether the greatest come first.").tag(sync=True)
    page = traitlets.Int(1, min=1, help="The page's number, from 1.").tag(sync=True)
    rows_per_page = traitlets.Enum(ROWS_PER_PAGE, 25, help="Rows a page has at most.").tag(
        sync=True
    )
    has_previous = traitlets.Bool(False, help="Whether there is a page before.").tag(sync=True)
    has_next = traitlets.Bool(False, help="Whether there is a page after.").tag(sync=True)
    total = traitlets.Unicode("", help='How many there are in all, such as "61 users".').tag(
        sync=True
    )
    empty = traitlets.Unicode(help="Shown when there are no rows.").tag(sync=True)
    problem = traitlets.Unicode("", help="Why the rows could not be fetched; empty if fine.").tag(
        sync=True
    )
    add_label = traitlets.Unicode("", help="Name of the button that adds; empty for none.").tag(
        sync=True
    )
    selectable = traitlets.Bool(False, help="Whether rows have check boxes.").tag(sync=True)
    selected = traitlets.List(
        traitlets.Unicode(), help="Keys of the ticked rows; only rows of this page can be."
    ).tag(sync=True)
    answered = traitlets.Int(
        0, help="Number of the ticks that selected answers: what was ticked since is on its way."
    ).tag(sync=True)
    actions = traitlets.List(
        traitlets.Dict(), help="Buttons for the ticked rows: name, label, kind, items, disabled."
    ).tag(sync=True)
    busy = traitlets.Bool(False, help="Whether an answer is awaited.").tag(sync=True)
    chosen = traitlets.Unicode("", help="Key of the row that was opened last.")

    @traitlets.default("empty")
    def _default_empty(self) -> str:
        return t("Nothing to show.")

    def handle(self, message: Any) -> bool:
        """Keep what was opened and what is ticked; all else is for who fills the table.

        Of a row's links, only one that there is can be followed.
        """
        match message:
            case ActOnRow(action=action, key=key):
                return any(row.get("key") == key and row.get(action) for row in self.rows)
            case OpenRow(key=key):
                self.chosen = key
            case Select(keys=keys, turn=turn):
                asked = set(keys)
                with self.hold_sync():
                    # In the page's order, and nothing that is not on it.
                    self.selected = [row["key"] for row in self.rows if row.get("key") in asked]
                    self.answered = max(self.answered, turn)
        return True

    @contextlib.contextmanager
    def sorting(self, column: str) -> Iterator[None]:
        """Sort by a column, or turn its order round; fill the table in this block.

        If that fails, the order is as it was, and as the rows on show still are.
        """
        before = self.sort, self.descending
        with self.hold_sync():
            self.descending = column == self.sort and not self.descending
            self.sort = column
            try:
                yield
            except Exception:
                self.sort, self.descending = before
                raise

    @traitlets.observe("rows")
    def _forget_rows_that_went(self, _change: Any) -> None:
        present = {row.get("key") for row in self.rows}
        self.selected = [key for key in self.selected if key in present]
