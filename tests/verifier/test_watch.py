"""On PostgreSQL a verifier hears of changes: what it remembers is seldom as stale as it may be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from forked import outcome

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.impatient import arguments_of
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Access, Decision, Reason

LONG = 10**6
LISTENERS = (
    "FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'tokenwidgets-listener'"
)


@pytest.fixture
def there(postgresql_database: Database) -> Platform:
    """A platform on PostgreSQL with the APIs "orders" and "billing", and the user jdoe."""
    platform = open_platform(postgresql_database, "admin")
    platform.apis.add("orders")
    platform.apis.add("billing")
    platform.users.add("jdoe", "Jane Doe")
    return platform


def number_of_listeners(database: Database) -> int:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) {LISTENERS}").scalar_one()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


class Remembering:
    """Verifiers of both kinds that may remember for very long, and listen."""

    def __init__(self, platform: Platform) -> None:
        self._database = platform.database
        settings: dict[str, Any] = {"max_stale_seconds": LONG, "record_usage": False}
        self.sync = Verifier(platform.database.url, **settings)
        self.asynchronous = AsyncVerifier(platform.database.url, **settings)
        self._runner = asyncio.Runner()

    def check(self, secret: str, method: str = "GET") -> list[Decision]:
        return [
            self.sync.check(secret, "orders", method),
            self._runner.run(self.asynchronous.check(secret, "orders", method)),
        ]

    def listen(self, secret: str) -> None:
        """Have both begun to listen, and remember what they say of a secret."""
        self.check(secret)
        until(lambda: number_of_listeners(self._database) == 2)
        hits = self.hits()
        until(lambda: bool(self.check(secret)) and self.hits() > [hit + 2 for hit in hits])

    def hits(self) -> list[int]:
        return [each.tally().hits for each in (self.sync, self.asynchronous)]

    def come_to_say(self, secret: str, reason: Reason, method: str = "GET") -> None:
        until(lambda: all(each.reason is reason for each in self.check(secret, method)))

    def close(self) -> None:
        self.sync.close()
        self._runner.run(self.asynchronous.close())
        self._runner.close()


@pytest.fixture
def remembering(there: Platform) -> Any:
    both = Remembering(there)
    yield both
    both.close()
    until(lambda: number_of_listeners(there.database) == 0)


def test_every_kind_of_change_is_heard_of_although_decisions_are_remembered(
    remembering: Remembering, there: Platform
) -> None:
    made = there.tokens.add("jdoe", "job", {"orders": Access.READ})
    secret = made.secret.reveal()
    remembering.listen(secret)
    assert [each.allowed for each in remembering.check(secret, "POST")] == [False, False]
    there.tokens.edit(made.token.id, grants={"orders": Access.FULL})
    remembering.come_to_say(secret, Reason.ALLOWED, "POST")
    there.apis.edit("orders", is_active=False)
    remembering.come_to_say(secret, Reason.API_INACTIVE)
    there.apis.edit("orders", is_active=True)
    remembering.come_to_say(secret, Reason.ALLOWED)
    there.users.edit("jdoe", is_active=False)
    remembering.come_to_say(secret, Reason.USER_INACTIVE)
    there.users.edit("jdoe", is_active=True)
    remembering.come_to_say(secret, Reason.ALLOWED)
    there.tokens.revoke(made.token.id)
    remembering.come_to_say(secret, Reason.REVOKED)


def test_a_revocation_while_nobody_could_hear_of_it_counts_when_listening_goes_on(
    remembering: Remembering, there: Platform
) -> None:
    made = there.tokens.add("jdoe", "job", {"orders": Access.READ})
    secret = made.secret.reveal()
    remembering.listen(secret)
    with there.database.engine.begin() as connection:
        # As when the server is restarted.
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid, 5000) {LISTENERS}")
        assert number_of_listeners(there.database) == 0
    there.tokens.revoke(made.token.id)
    remembering.come_to_say(secret, Reason.REVOKED)


def test_a_notice_comes_with_each_committed_change_and_says_nothing_of_it(there: Platform) -> None:
    arguments = arguments_of(there.database.url)
    with psycopg.connect(**arguments, autocommit=True) as connection:
        connection.execute("LISTEN tokenwidgets")
        with pytest.raises(errors.NameInUse):
            there.users.add("jdoe", "Jane Doe")
        there.users.edit("jdoe", name="Jane Doe")  # as it is already
        with pytest.raises(RuntimeError), there.database.write() as session:
            session.connection().exec_driver_sql("SELECT pg_notify('tokenwidgets', 'undone')")
            raise RuntimeError
        made = there.tokens.add("jdoe", "job", {"orders": Access.READ})
        there.tokens.revoke(made.token.id)
        connection.execute("SELECT pg_notify('tokenwidgets', 'no more')")
        heard = [notice.payload for notice in connection.notifies(timeout=20, stop_after=3)]
    assert heard == ["", "", "no more"]


def test_what_is_not_remembered_needs_no_listening(there: Platform) -> None:
    secret = there.tokens.add("jdoe", "job", {"orders": Access.READ}).secret.reveal()
    with Verifier(there.database.url, record_usage=False) as verifier:
        for _ in range(5):
            assert verifier.check(secret, "orders", "GET").allowed
        assert (verifier.tally().reads, verifier.tally().hits) == (5, 0)
        assert number_of_listeners(there.database) == 0


def test_a_forked_child_listens_for_itself(there: Platform) -> None:
    made = there.tokens.add("jdoe", "job", {"orders": Access.READ})
    secret = made.secret.reveal()
    settings: dict[str, Any] = {"max_stale_seconds": LONG, "record_usage": False}
    with Verifier(there.database.url, **settings) as verifier:
        assert verifier.check(secret, "orders", "GET").allowed
        until(lambda: number_of_listeners(there.database) == 1)
        there.database.close()

        def child() -> None:
            assert verifier.check(secret, "orders", "GET").allowed
            platform = open_platform(Database(there.database.url), "admin")
            until(lambda: number_of_listeners(platform.database) == 2)
            platform.tokens.revoke(made.token.id)
            until(lambda: not verifier.check(secret, "orders", "GET").allowed)
            verifier.close()

        assert outcome(child) == ""
        # The parent's goes on.
        until(lambda: not verifier.check(secret, "orders", "GET").allowed)
        assert number_of_listeners(there.database) == 1
