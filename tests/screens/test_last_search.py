"""The last search of a screen: there again at the actor's next visit, until it is cleared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from house import goes_to
from person import Person

from tokenwidgets import preferences
from tokenwidgets.errors import DatabaseReadOnly
from tokenwidgets.platform import Platform
from tokenwidgets.screens.last_search import LastSearch
from tokenwidgets.secret import mint
from tokenwidgets.vocabulary import Access, Control

Visits = Callable[..., Person]


def keys(person: Person) -> list[str]:
    return [row["key"] for row in person.picker.rows]


def test_search_and_order_of_users_are_there_again(person_of: Visits):
    first = person_of("admin")
    first.does(first.picker, "search", text="example.org")
    first.does(first.picker, "sort-by", column="name")
    first.does(first.picker, "sort-by", column="name")
    first.does(first.picker, "rows-per-page", count=10)
    again = person_of("admin").picker
    assert (again.search, again.sort, again.descending) == ("example.org", "name", True)
    assert again.rows_per_page == 10
    assert [row["key"] for row in again.rows] == ["jdoe", "asmith"]


def test_it_is_the_actors_own(person_of: Visits, populated: Platform):
    populated.memberships.set("jdoe", "Administrators", True)
    admin = person_of("admin")
    admin.does(admin.picker, "search", text="smith")
    assert keys(person_of("jdoe")) == ["admin", "asmith", "jdoe"]


def test_what_is_cleared_does_not_come_back(person_of: Visits):
    first = person_of("admin")
    assert not first.picker.can_clear
    first.does(first.picker, "search", text="smith")
    first.does(first.picker, "sort-by", column="name")
    assert first.picker.can_clear
    first.does(first.picker, "clear-search")
    for person in (first, person_of("admin")):
        assert keys(person) == ["admin", "asmith", "jdoe"]
        assert (person.picker.search, person.picker.sort) == ("", "key")
        assert not person.picker.can_clear


def test_an_order_alone_can_be_cleared(admin: Person):
    admin.does(admin.picker, "sort-by", column="key")
    assert keys(admin) == ["jdoe", "asmith", "admin"]
    assert admin.picker.can_clear
    admin.does(admin.picker, "clear-search")
    assert keys(admin) == ["admin", "asmith", "jdoe"]


def test_a_link_to_a_user_wins_and_the_search_is_behind_it(person_of: Visits):
    first = person_of("admin")
    first.does(first.picker, "search", text="smith")
    linked = person_of("admin", user="jdoe")
    assert linked.strip.subheading == "jdoe"
    linked.does(linked.strip, "close")
    assert keys(linked) == ["asmith"]
    assert linked.picker.can_clear


def test_filters_and_order_of_the_inventory_are_there_again(person_of: Visits, populated: Platform):
    populated.tokens.add("jdoe", "nightly", {"orders": Access.READ})
    populated.tokens.add("asmith", "weekly", {"billing": Access.READ})
    first = person_of("admin")
    screen: Any = goes_to(first, Control.TOKEN_INVENTORY)
    first.does(screen.bar, "filter", values={"api": "orders"}, zone="")
    first.does(screen.table, "sort-by", column="owner")
    second = person_of("admin")
    screen = goes_to(second, Control.TOKEN_INVENTORY)
    assert screen.bar.values == {"api": "orders"}
    assert (screen.table.sort, screen.table.descending) == ("owner", False)
    assert [row["name"] for row in screen.table.rows] == ["nightly"]
    second.does(screen.bar, "clear-filters")
    third = person_of("admin")
    screen = goes_to(third, Control.TOKEN_INVENTORY)
    assert len(screen.table.rows) == 2
    assert screen.bar.values == {}


def test_a_filter_that_is_no_choice_any_more_filters_nothing_and_is_told(
    person_of: Visits, populated: Platform
):
    populated.tokens.add("jdoe", "nightly", {"orders": Access.READ})
    populated.preferences.set(
        "last search: Token Inventory",
        {"values": {"status": "lost", "api": 5}, "sort": "name", "descending": False},
    )
    person = person_of("admin")
    screen: Any = goes_to(person, Control.TOKEN_INVENTORY)
    assert screen.bar.problems == {"status": "choose one of the list."}
    assert [row["name"] for row in screen.table.rows] == ["nightly"]


def test_filters_of_the_audit_log_are_there_again_with_the_days_of_the_same_zone(
    person_of: Visits, clock: Any
):
    clock.now = datetime(2026, 2, 1, 23, 30, tzinfo=UTC)
    first = person_of("admin")
    screen: Any = goes_to(first, Control.AUDIT_LOG)
    first.does(screen.bar, "filter", values={"since": "2026-02-02"}, zone="Europe/Stockholm")
    assert screen.events.total == "0 events"
    first.app.shell.platform.users.add("late", "Late Person")
    second = person_of("admin")
    screen = goes_to(second, Control.AUDIT_LOG)
    assert screen.bar.values == {"since": "2026-02-02"}
    assert [row["subject"] for row in screen.events.rows] == ["late"]


@pytest.mark.parametrize(
    "stored", [None, [], "x", 5, {"search": 5}, {"search": "a", "sort": "password"}, {"x": {}}]
)
def test_what_another_version_kept_is_no_trouble(
    person_of: Visits, populated: Platform, stored: Any
):
    for screen in (Control.APPLICATION_USERS, Control.TOKEN_INVENTORY, Control.AUDIT_LOG):
        populated.preferences.set(f"last search: {screen.value}", stored)
    person = person_of("admin")
    assert keys(person) == ["admin", "asmith", "jdoe"]
    for screen in (Control.TOKEN_INVENTORY, Control.AUDIT_LOG):
        goes_to(person, screen)
        assert person.said == ("status", "")


def test_a_secret_that_somebody_looks_for_is_never_kept(person_of: Visits, populated: Platform):
    secret = mint().reveal()
    person = person_of("admin")
    person.does(person.picker, "search", text=f"  {secret}")
    screen: Any = goes_to(person, Control.TOKEN_INVENTORY)
    person.does(screen.bar, "filter", values={"search": secret}, zone="")
    for name in (Control.APPLICATION_USERS, Control.TOKEN_INVENTORY):
        kept = populated.preferences.get(f"last search: {name.value}")
        assert secret not in repr(kept)


def test_a_secret_is_not_kept_in_a_list_either(admin: Person, populated: Platform):
    secret = mint().reveal()
    last = LastSearch(admin.app.shell, "Lists")
    for kept, refused in (
        ({"apis": ["orders", "billing"]}, {"apis": ["orders", secret]}),
        ({"ranges": [{"from": 1}]}, {"ranges": [{"from": [f"x {secret}"]}]}),
    ):
        last.keep(kept)
        last.keep(refused)
        assert populated.preferences.get("last search: Lists") == kept


def test_a_search_goes_on_when_it_cannot_be_kept(
    admin: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def refuse(*_: Any, **__: Any) -> None:
        raise DatabaseReadOnly("The database is a read-only replica.")

    monkeypatch.setattr(preferences.PreferenceService, "set", refuse)
    admin.does(admin.picker, "search", text="smith")
    assert keys(admin) == ["asmith"]
    assert admin.said == ("status", "")
    assert "read-only replica" in caplog.text


def test_what_is_searched_for_again_is_written_once(
    admin: Person, populated: Platform, monkeypatch: pytest.MonkeyPatch
):
    written = []
    monkeypatch.setattr(
        preferences.PreferenceService, "set", lambda self, name, value: written.append(value)
    )
    for _ in range(3):
        admin.does(admin.picker, "search", text="smith")
    admin.does(admin.picker, "next-page")
    assert len(written) == 1
