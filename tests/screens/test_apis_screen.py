"""The screen APIs: the list, the form, and what an OpenAPI document fills in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from house import goes_to, saves
from person import Person

from tokenwidgets.app import ApplicationUsers
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Access, Control
from tokenwidgets.widgets.file_picker import MOST_BYTES

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Orders of today", "version": "2.0", "description": "All\norders."},
    "paths": {"/orders": {"get": {}}, "/orders/{id}": {"get": {}, "delete": {}}},
}


@pytest.fixture
def screen(admin: Person) -> Any:
    """The screen, at its list of three APIs."""
    return goes_to(admin, Control.APIS)


def opens(person: Person, screen: Any, name: str) -> None:
    person.does(screen.list.table, "open-row", key=name)


def picks(person: Person, screen: Any, content: Any, name: str = "orders.json") -> None:
    """Pick a file with this content, as bytes or as JSON."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    person.wire.send_file(screen.form.picker, {"type": "pick-file", "name": name}, data)


def test_the_list_has_every_api_the_inactive_too(admin: Person, screen: Any, populated: Platform):
    populated.apis.edit("orders", is_active=False)
    goes_to(admin, Control.APIS)
    rows = {row["key"]: row for row in screen.list.table.rows}
    assert list(rows) == ["billing", "reports", "orders"], "by group"
    assert rows["orders"] == {
        "key": "orders",
        "title": "Orders",
        "group": "Sales",
        "version": "",
        "offers": "Full & Read",
        "active": False,
    }
    assert rows["reports"]["offers"] == "Read"


def test_an_api_is_added(admin: Person, screen: Any, populated: Platform):
    admin.does(screen.list.table, "add-row")
    form = screen.form.form
    saves(admin, form, name="stock", title="Stock", group="Sales", version="v1", read_only=True)
    api = populated.apis.get("stock")
    assert (api.title, api.api_group, api.version_label) == ("Stock", "Sales", "v1")
    assert (api.read_only, api.is_active) == (True, True)
    assert screen.strip.subheading == "stock"
    assert admin.said == ("status", "The API stock was added.")


def test_what_is_wrong_with_a_value_is_told_beside_its_field(
    admin: Person, screen: Any, populated: Platform
):
    admin.does(screen.list.table, "add-row")
    saves(admin, screen.form.form, name="two words")
    assert list(screen.form.form.errors) == ["API name"]
    saves(admin, screen.form.form, name="ORDERS")
    assert "already" in screen.form.form.errors["API name"]
    assert len(populated.apis.list(inactive=True)) == 3


def test_an_api_is_edited_and_keeps_its_name_whatever_the_browser_sends(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "orders")
    saves(admin, screen.form.form, name="renamed", title="Orders, all of them")
    assert populated.apis.get("orders").title == "Orders, all of them"
    assert {api.name for api in populated.apis.list(inactive=True)} == {
        "orders",
        "billing",
        "reports",
    }


def test_what_somebody_else_changed_is_shown_and_not_overwritten(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "orders")
    populated.apis.edit("orders", title="By somebody else")
    saves(admin, screen.form.form, title="By me")
    assert populated.apis.get("orders").title == "By somebody else"
    assert screen.form.form.values["title"] == "By somebody else"
    assert "Somebody else changed" in screen.form.form.notice


def test_the_question_before_a_deactivation_says_what_stops_working(
    admin: Person, screen: Any, populated: Platform
):
    populated.tokens.add("jdoe", "one", {"orders": Access.READ})
    populated.tokens.add("jdoe", "two", {"orders": Access.FULL, "billing": Access.READ})
    ended = populated.tokens.add("jdoe", "three", {"orders": Access.READ})
    populated.tokens.revoke(ended.token.id)
    opens(admin, screen, "orders")
    saves(admin, screen.form.form, active=False)
    assert populated.apis.get("orders").is_active, "it was not confirmed yet"
    assert admin.dialog.lines[0].startswith("2 live tokens open orders")
    assert "not known to have been used" in admin.dialog.lines[0]
    admin.confirms()
    assert not populated.apis.get("orders").is_active
    assert screen.strip.badges == [{"text": "Not active", "kind": "warn"}]


def test_a_document_proposes_and_saves_nothing_by_itself(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "orders")
    before = populated.apis.get("orders")
    picks(admin, screen, DOCUMENT)
    form = screen.form.form
    assert populated.apis.get("orders") == before
    assert form.values["title"] == "Orders"
    assert form.entered == {
        "name": "orders",
        "title": "Orders of today",
        "version": "2.0",
        "description": "All orders.",
        "read_only": True,
    }
    assert form.keep
    assert "Nothing is saved yet" in form.notice
    assert form.points == [
        "Title: Orders → Orders of today",
        "Version: nothing → 2.0",
        "Description: nothing → All orders.",
        "Read only: no → yes",
        "It also has DELETE, which no token opens.",
    ]
    saves(admin, form)
    after = populated.apis.get("orders")
    assert (after.title, after.read_only, after.api_group) == ("Orders of today", True, "Sales")


def test_a_document_of_what_is_stored_already_says_so(
    admin: Person, screen: Any, populated: Platform
):
    opens(admin, screen, "orders")
    picks(admin, screen, DOCUMENT)
    saves(admin, screen.form.form)
    picks(admin, screen, DOCUMENT)
    assert screen.form.form.notice == "orders.json says what is stored already."


def test_a_new_api_gets_its_name_from_the_document(admin: Person, screen: Any, populated: Platform):
    admin.does(screen.list.table, "add-row")
    picks(admin, screen, DOCUMENT)
    saves(admin, screen.form.form)
    assert populated.apis.get("orders-of-today").title == "Orders of today"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe not text",
        b"{",
        b"just words",
        b"[]",
        b"",
        json.dumps({"openapi": "3.0.0"}).encode(),
        json.dumps({**DOCUMENT, "paths": {}}).encode(),
        json.dumps({**DOCUMENT, "paths": {"/x": {"$ref": "http://elsewhere.example/"}}}).encode(),
        b"[" * 100_000,
    ],
    ids=range(9),
)
def test_a_file_that_is_no_document_is_refused_in_words_and_changes_nothing(
    content: bytes, admin: Person, screen: Any
):
    opens(admin, screen, "orders")
    before = screen.form.form.get_state()
    picks(admin, screen, content)
    assert screen.form.picker.problem
    assert "\n" not in screen.form.picker.problem
    assert screen.form.form.get_state() == before
    picks(admin, screen, DOCUMENT)
    assert screen.form.picker.problem == ""


def test_a_file_that_is_too_large_is_refused_whatever_the_browser_let_through(
    admin: Person, screen: Any
):
    opens(admin, screen, "orders")
    before = screen.form.form.get_state()
    picks(admin, screen, b" " * (MOST_BYTES + 1), "huge.json")
    assert screen.form.picker.problem == "huge.json is larger than 2 MB."
    assert screen.form.form.get_state() == before


def test_changes_tell_an_api_s_history(admin: Person, screen: Any, populated: Platform):
    populated.apis.edit("orders", is_active=False)
    populated.apis.edit("billing", title="Not about it")
    opens(admin, screen, "orders")
    admin.does(screen.strip, "select-tab", name="Changes")
    assert [row["action"] for row in screen.changes.events.rows] == ["deactivate API", "add API"]


def test_without_the_control_a_save_is_refused_and_recorded(
    with_controls: Any, populated: Platform
):
    helper = with_controls(Control.APIS)
    screen = goes_to(helper, Control.APIS)
    opens(helper, screen, "orders")
    populated.groups.set_controls("Helpers", [])
    saves(helper, screen.form.form, title="Taken over")
    assert helper.said[0] == "alert"
    assert populated.apis.get("orders").title == "Orders"
    denied = populated.history.page(actor="helper", outcome="denied").rows
    assert "edit API" in {event.action for event in denied}


def test_no_apis_yet_says_what_to_do_first(platform_of: Any, wire: Any, platform: Platform):
    person = Person(ApplicationUsers(platform_of("admin")), wire)
    screen = goes_to(person, Control.APIS)
    assert "Add the first one" in screen.list.table.empty
