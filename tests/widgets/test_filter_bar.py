"""Filters: what is set is kept, what is not there is ignored, and days have the viewer's zone."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from wire import Wire

from tokenwidgets.widgets.filter_bar import Act, ClearFilters, Filter, FilterBar


@pytest.fixture
def bar() -> FilterBar:
    filters = [
        {"name": "search", "label": "Search", "kind": "search"},
        {"name": "since", "label": "Since", "kind": "date"},
    ]
    return FilterBar(heading="Audit Log", filters=filters)


@pytest.fixture
def heard(bar: FilterBar) -> list[Any]:
    heard: list[Any] = []
    bar.listen(heard.append)
    return heard


def test_what_is_set_is_shown_and_heard_of(bar: FilterBar, heard: list[Any], wire: Wire):
    wire.send(bar, "filter", values={"search": "jdoe", "since": ""}, zone="Asia/Tokyo")
    assert bar.values == {"search": "jdoe"}
    assert bar.zone == ZoneInfo("Asia/Tokyo")
    assert [type(message) for message in heard] == [Filter]


def test_a_filter_that_there_is_not_is_ignored(bar: FilterBar, wire: Wire):
    wire.send(bar, "filter", values={"actor": "admin", "__class__": "x", "search": "a"})
    assert bar.values == {"search": "a"}


def test_what_is_set_and_which_message_it_answers_arrive_together(bar: FilterBar, wire: Wire):
    wire.send(bar, "filter", values={"search": "jdoe"}, turn=7)
    assert wire.last_update(bar) == {"values": {"search": "jdoe"}, "answered": 7}
    wire.send(bar, "filter", values={"search": "jdoe"}, turn=8)
    assert bar.answered == 8
    wire.send(bar, "clear-filters", turn=9)
    assert wire.last_update(bar) == {"values": {}, "answered": 9}


@pytest.mark.parametrize("zone", ["", "Nowhere", "../UTC", "/etc/localtime", "\x00", "x" * 100])
def test_a_zone_that_there_is_not_is_utc(zone: str, bar: FilterBar, wire: Wire):
    wire.send(bar, "filter", values={}, zone=zone)
    assert bar.zone == UTC
    assert bar.dropped == 0


def test_clear_filters_empties_all_of_them(bar: FilterBar, heard: list[Any], wire: Wire):
    wire.send(bar, "filter", values={"search": "jdoe", "since": "2026-01-31"})
    wire.send(bar, "clear-filters")
    assert bar.values == {}
    assert isinstance(heard[-1], ClearFilters)


def test_a_button_says_its_name_and_what_was_chosen(bar: FilterBar, heard: list[Any], wire: Wire):
    wire.send(bar, "act", name="download", item="CSV")
    wire.send(bar, "act", name="revoke")
    assert heard == [Act("download", "CSV"), Act("revoke")]


def test_values_that_are_no_text_are_dropped(bar: FilterBar, heard: list[Any], wire: Wire):
    for values in (
        {"search": 1},
        {"search": None},
        {"search": ["x"]},
        [],
        "x",
        {"s": "x" * 10_001},
    ):
        wire.send(bar, "filter", values=values)
    assert heard == []
    assert bar.dropped == 6
