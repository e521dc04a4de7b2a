"""What somebody else changed comes to an open screen by itself (PostgreSQL)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from person import Person
from wire import Wire

from tokenwidgets.app import ApplicationUsers
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.vocabulary import Access


@pytest.fixture
def other(postgresql_database: Database, clock: Any) -> Platform:
    """Another administrator: one with a process of their own, so with other connections."""
    platform = open_platform(Database(postgresql_database.url), "admin", clock=clock)
    platform.apis.add("orders")
    platform.users.add("jdoe", "Jane Doe")
    yield platform
    platform.database.close()


@pytest.fixture
def at_the_screen(
    other: Platform, postgresql_database: Database, clock: Any, wire: Wire
) -> Callable[[Callable[[Person], Coroutine[Any, Any, None]]], None]:
    """Run a story of a person at the application, in a kernel's event loop."""

    def run(story: Callable[[Person], Coroutine[Any, Any, None]]) -> None:
        async def in_a_kernel() -> None:
            platform = open_platform(postgresql_database, "admin", clock=clock)
            person = Person(ApplicationUsers(platform), wire)
            await comes(lambda: number_of_listeners(postgresql_database) == 1)
            await story(person)
            person.app.close()
            await comes(lambda: number_of_listeners(postgresql_database) == 0)

        asyncio.run(in_a_kernel())

    return run


def number_of_listeners(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'tokenwidgets-listener'"
        ).scalar_one()


async def comes(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def names(person: Person) -> list[str]:
    return [row["name"] for row in person.picker.rows]


def test_a_list_shows_what_another_administrator_changed(at_the_screen: Any, other: Platform):
    async def story(admin: Person) -> None:
        other.users.edit("jdoe", name="Jane Smith")
        await comes(lambda: "Jane Smith" in names(admin))
        admin.opens("jdoe", "API Tokens")
        made = other.tokens.add("jdoe", "nightly", Access.READ)
        await comes(lambda: [row["name"] for row in admin.tokens.grid.rows] == ["nightly"])
        other.tokens.revoke(made.token.id)
        await comes(lambda: admin.tokens.grid.rows == [])

    at_the_screen(story)


def test_a_form_and_what_is_under_a_question_are_left_alone(at_the_screen: Any, other: Platform):
    token = other.tokens.add("jdoe", "nightly", Access.READ).token

    async def story(admin: Person) -> None:
        grid = admin.tokens.grid
        admin.opens("jdoe", "API Tokens")
        admin.does(grid, "revoke-token", id=token.id)
        other.tokens.edit(token.id, name="weekly")
        other.users.edit("jdoe", name="Jane Smith")
        # The list of users, of a second visit, shows that it was heard of.
        second = Person(ApplicationUsers(admin.app.shell.platform), admin.wire)
        other.users.edit("jdoe", name="Jane Miller")
        await comes(lambda: "Jane Miller" in names(second))
        second.app.close()
        assert [row["name"] for row in grid.rows] == ["nightly"]
        admin.does(admin.dialog, "dismiss", nonce=admin.dialog.nonce)
        assert [row["name"] for row in grid.rows] == ["weekly"]
        admin.does(grid, "edit-token", id=token.id)
        form = admin.shown[-1]
        other.tokens.revoke(token.id)
        before = form.get_state()
        await asyncio.sleep(0.5)
        assert admin.shown[-1] is form
        assert form.get_state() == before

    at_the_screen(story)


def test_a_refresh_that_fails_says_nothing_on_screen(at_the_screen: Any, other: Platform):
    async def story(admin: Person) -> None:
        other.users.add("second", "Second Admin")
        other.memberships.set("second", "Administrators", True)
        await comes(lambda: "Second Admin" in names(admin))
        admin.app.shell.say("Saved.")
        second = open_platform(other.database, "second", clock=other.users.now)
        second.memberships.set("admin", "Administrators", False)
        second.users.edit("jdoe", name="Jane Smith")
        await asyncio.sleep(0.5)
        assert admin.said == ("status", "Saved.")
        assert "Jane Smith" not in names(admin)

    at_the_screen(story)
