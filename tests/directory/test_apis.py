"""The APIs that tokens can open."""

from __future__ import annotations

import pytest
from state import events, rows

from tokenwidgets.errors import InvalidValue, NameInUse, StaleVersion, UnknownAPI
from tokenwidgets.vocabulary import Access


def names(platform, **how):
    return [api.name for api in platform.apis.list(**how)]


def test_an_api_that_is_added_is_listed_and_recorded(platform, database):
    added = platform.apis.add(
        "orders", description="All orders.", api_group="Sales", version_label="v2", read_only=True
    )
    assert platform.apis.list() == (added,)
    assert (added.title, added.levels) == ("orders", (Access.NONE, Access.READ))
    event = events(database)[-1]
    assert (event.action, event.subject) == ("add API", "orders")
    assert event.detail == {
        "title": "orders",
        "description": "All orders.",
        "api_group": "Sales",
        "version_label": "v2",
        "read_only": True,
    }


def test_apis_are_listed_by_group_and_name(populated):
    populated.apis.add("archive", api_group="Sales")
    assert names(populated) == ["billing", "reports", "archive", "orders"]


def test_an_api_that_is_not_active_is_listed_only_if_asked_for(populated, database):
    populated.apis.edit("orders", is_active=False)
    assert names(populated) == ["billing", "reports"]
    assert names(populated, inactive=True) == ["billing", "reports", "orders"]
    populated.apis.edit("orders", is_active=True)
    assert names(populated) == ["billing", "reports", "orders"]
    assert [event.action for event in events(database)[-2:]] == ["deactivate API", "activate API"]


@pytest.mark.parametrize("name", ["orders", "ORDERS"])
def test_a_name_in_use_is_refused_whatever_its_case(populated, database, name):
    before = rows(database)
    with pytest.raises(NameInUse, match="there is an API"):
        populated.apis.add(name)
    assert rows(database) == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "API name"),
        ({"name": "a b"}, "API name"),
        ({"name": "a/b"}, "API name"),
        ({"name": "x" * 10_000}, "API name"),
        ({"name": None}, "API name"),
        ({"name": "new", "title": "a\u202eb"}, "Title"),
        ({"name": "new", "title": "x" * 201}, "Title"),
        ({"name": "new", "description": "a\0b"}, "Description"),
        ({"name": "new", "description": "x" * 10_000}, "Description"),
        ({"name": "new", "api_group": "a\ud800"}, "Group"),
        ({"name": "new", "version_label": "x" * 101}, "Version"),
    ],
)
def test_a_bad_value_is_refused_and_changes_nothing(platform, database, values, field):
    before = rows(database)
    with pytest.raises(InvalidValue) as refusal:
        platform.apis.add(**values)
    assert refusal.value.field == field
    assert rows(database) == before


@pytest.mark.parametrize("name", ["nothing", "", "ORDERS", "a\0", "\ud800", None, 5])
def test_an_unknown_api_is_told(populated, name):
    with pytest.raises((UnknownAPI, InvalidValue)):
        populated.apis.edit(name, title="Other")


def test_an_edit_is_recorded_as_before_and_after(populated, database):
    edited = populated.apis.edit("orders", version=1, title="All orders", read_only=True)
    assert edited in populated.apis.list()
    assert edited.version == 2
    assert events(database)[-1].detail == {
        "before": {"title": "Orders", "read_only": False},
        "after": {"title": "All orders", "read_only": True},
    }


def test_an_edit_that_changes_nothing_is_no_event(populated, database):
    before = rows(database)
    assert populated.apis.edit("orders", title="Orders").version == 1
    assert rows(database) == before


def test_a_stale_edit_is_refused_with_the_newer_state(populated, database):
    newer = populated.apis.edit("orders", title="Newer")
    before = rows(database)
    with pytest.raises(StaleVersion) as refusal:
        populated.apis.edit("orders", version=1, title="Stale")
    assert refusal.value.current == newer
    assert rows(database) == before
