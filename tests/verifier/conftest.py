"""Verifiers over the tests' platforms, both kinds of them asked at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.verifier import AsyncVerifier, Tally, Verifier
from tokenwidgets.vocabulary import Access, Decision


class Both:
    """A verifier and its asynchronous twin, which have to give the same answers."""

    def __init__(self, runner: asyncio.Runner, place: Any, **settings: Any) -> None:
        self.sync = Verifier(place, **settings)
        self.asynchronous = AsyncVerifier(place, **settings)
        self._runner = runner

    def check(self, secret: Any, api: Any = "orders", method: Any = "GET") -> Decision:
        decision = self.sync.check(secret, api, method)
        assert self._runner.run(self.asynchronous.check(secret, api, method)) == decision
        return decision

    def tally(self) -> Tally:
        tally = self.sync.tally()
        assert self.asynchronous.tally() == tally
        return tally

    def flush(self) -> None:
        self.sync.flush()
        self.asynchronous.flush()

    def close(self) -> None:
        self.sync.close()
        self._runner.run(self.asynchronous.close())


@pytest.fixture
def verifier_of(clock: Any) -> Iterator[Callable[..., Both]]:
    """Make verifiers of both kinds, on the test's clock: ``verifier_of(place, **settings)``."""
    made: list[Both] = []
    with asyncio.Runner() as runner:

        def make(place: Any, **settings: Any) -> Both:
            made.append(Both(runner, place, **{"clock": clock, **settings}))
            return made[-1]

        yield make
        for one in made:
            one.close()


@pytest.fixture
def database_url(database: Database) -> str:
    """What another process opens the database by."""
    return database.url.render_as_string(hide_password=False)


@pytest.fixture
def verifier(verifier_of: Callable[..., Both], database_url: str) -> Both:
    """A verifier as an API server has it: a database URL, and else the defaults."""
    return verifier_of(database_url)


@pytest.fixture
def secret_with(populated: Platform) -> Callable[..., str]:
    """Make a token of jdoe's and give its secret: ``secret_with(orders=Access.READ)``."""
    count = iter(range(1_000_000))

    def make(**grants: Access) -> str:
        return populated.tokens.add("jdoe", f"token {next(count)}", grants).secret.reveal()

    return make


@pytest.fixture
def sqlite_platform(sqlite_database: Database, clock: Any) -> Platform:
    """A platform on SQLite with the APIs "orders" and "billing", and the user jdoe."""
    platform = open_platform(sqlite_database, "admin", clock=clock)
    platform.apis.add("orders")
    platform.apis.add("billing")
    platform.users.add("jdoe", "Jane Doe")
    return platform


@pytest.fixture
def sqlite_secret(sqlite_platform: Platform) -> str:
    """A secret with Read Access to "orders", on SQLite."""
    return sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ}).secret.reveal()
