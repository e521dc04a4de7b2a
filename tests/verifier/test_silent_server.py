"""A PostgreSQL server that takes what is said and answers nothing: denied in time, all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from replicas import Node
from sqlalchemy import select

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.schema import Token
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Access, Reason

TIMEOUT = 0.5
HANGS = 30.0


@pytest.fixture
def backend() -> str:
    """On PostgreSQL alone."""
    return "postgresql"


@pytest.fixture
def server(postgresql: Any, database: Database) -> Iterator[Node]:
    node = Node(postgresql.server.pgdata, database.url)
    yield node
    node.close()


class Asking:
    """Verifiers of both kinds on a URL and on a ``Database``, each in a thread of its own."""

    def __init__(self, database: Database, clock: Any) -> None:
        settings: Any = {"timeout_seconds": TIMEOUT, "clock": clock}
        # The least that psycopg takes; of an engine it is the engine's.
        opened = Database(database.url.update_query_dict({"connect_timeout": "2"}))
        places = (database.url, opened)
        self.waiting = [Verifier(place, **settings) for place in places]
        self.loops = [AsyncVerifier(place, **settings) for place in places]
        self._runner = asyncio.Runner()
        self._threads = [ThreadPoolExecutor(1) for _ in range(3)]

    def reasons(self, secret: str) -> list[Reason]:
        """What each says of the secret, asked all at once; none may hang."""

        async def both() -> list[Any]:
            return await asyncio.gather(*(one.check(secret, "orders", "GET") for one in self.loops))

        calls: list[Callable[[], Any]] = [
            lambda one=one: one.check(secret, "orders", "GET") for one in self.waiting
        ]
        decisions = self.at_once(*calls, lambda: self._runner.run(both()))
        return [each.reason for each in (*decisions[:2], *decisions[2])]

    def at_once(self, *calls: Callable[[], Any]) -> list[Any]:
        asked = [thread.submit(call) for thread, call in zip(self._threads, calls, strict=False)]
        return [each.result(HANGS) for each in asked]

    def close(self) -> None:
        async def both() -> None:
            for one in self.loops:
                await one.close()

        self.at_once(*(one.close for one in self.waiting), lambda: self._runner.run(both()))
        for thread in self._threads:
            thread.shutdown()
        self._runner.close()


@pytest.fixture
def asking(database: Database, clock: Any) -> Iterator[Asking]:
    made = Asking(database, clock)
    yield made
    made.close()


def test_a_server_that_falls_silent_denies_within_the_time_that_was_set(
    asking: Asking, server: Node, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    assert asking.reasons(secret) == [Reason.ALLOWED] * 4
    with server.silent():
        # Once over the connections that are open, and once in vain to connect.
        assert asking.reasons(secret) == [Reason.UNAVAILABLE] * 4
        assert asking.reasons(secret) == [Reason.UNAVAILABLE] * 4
    assert asking.reasons(secret) == [Reason.ALLOWED] * 4


def test_neither_introspection_nor_the_record_of_use_waits_for_a_silent_server_for_ever(
    asking: Asking, database: Database, server: Node, secret_with: Any, clock: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tokenwidgets.verifier.source.BUSY_TIMEOUT", 0)
    place = database.url.update_query_dict({"connect_timeout": "2"})
    verifier = Verifier(place, timeout_seconds=TIMEOUT, flush_seconds=3600, clock=clock)
    secret = secret_with(orders=Access.READ)
    for _ in range(2):
        # Their connections are there, and idle, when it falls silent.
        assert verifier.check(secret, "orders", "GET").allowed
        verifier.flush()
        assert verifier.opened_by(secret) is not None
        clock.advance(timedelta(seconds=1))

    def introspect() -> None:
        with pytest.raises(errors.DatabaseUnavailable):
            verifier.opened_by(secret)

    assert verifier.check(secret, "orders", "GET").allowed
    with server.silent():
        asking.at_once(introspect, verifier.flush)
    verifier.close()
    # What could not be recorded was, when it was there again.
    with database.read() as session:
        assert session.scalar(select(Token.last_used_at)) == clock.now
