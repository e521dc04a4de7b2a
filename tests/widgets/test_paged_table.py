"""A table keeps what is ticked, and says which ticks it has heard of."""

from __future__ import annotations

import pytest
from wire import Wire

from tokenwidgets.widgets.paged_table import PagedTable


@pytest.fixture
def table() -> PagedTable:
    return PagedTable(selectable=True, rows=[{"key": "a"}, {"key": "b"}, {"key": "c"}])


def test_ticks_are_in_the_order_of_the_page_and_only_of_rows_on_it(table: PagedTable, wire: Wire):
    wire.send(table, "select", keys=["c", "a", "elsewhere"], turn=1)
    assert table.selected == ["a", "c"]


def test_what_is_ticked_and_which_ticks_it_answers_arrive_together(table: PagedTable, wire: Wire):
    wire.send(table, "select", keys=["a"], turn=7)
    assert wire.last_update(table) == {"selected": ["a"], "answered": 7}


def test_ticks_that_change_nothing_are_answered_too(table: PagedTable, wire: Wire):
    wire.send(table, "select", keys=["elsewhere"], turn=1)
    assert table.answered == 1


def test_rows_that_went_are_no_longer_ticked(table: PagedTable, wire: Wire):
    wire.send(table, "select", keys=["a", "b"], turn=1)
    table.rows = [{"key": "b"}, {"key": "d"}]
    assert table.selected == ["b"]
