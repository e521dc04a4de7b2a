"""While the database fails: denied, unless the operator set a grace for what it vouched for."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform
from tokenwidgets.secret import mint
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Access, Decision, Reason


@pytest.fixture
def break_it(
    database: Database, clock: Any, request: pytest.FixtureRequest
) -> Callable[[], Callable[[], None]]:
    """Take the database away from under its users; what it gives brings it back."""

    def move_the_file() -> Callable[[], None]:
        path = Path(str(database.url.database))
        away = path.with_suffix(".away")
        path.rename(away)
        # A held connection to a file that is gone is noticed within a second.
        clock.advance(timedelta(seconds=1))
        return lambda: None if path.exists() else away.rename(path)

    def close_the_door() -> Callable[[], None]:
        database.close()
        server = request.getfixturevalue("postgresql")
        name = database.url.database
        server._run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server._run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        return lambda: server._run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    return move_the_file if database.is_sqlite else close_the_door


def test_a_database_that_fails_denies_everything_until_it_is_back(
    verifier: Any, break_it: Any, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    assert verifier.check(secret).allowed
    bring_back = break_it()
    for _ in range(3):
        assert verifier.check(secret).reason is Reason.UNAVAILABLE
    # What was seen before cannot be written now, and makes no file in the place of the other.
    verifier.flush()
    bring_back()
    assert verifier.check(secret).allowed


def test_within_the_grace_what_was_allowed_stays_allowed(
    verifier_of: Any, database_url: str, clock: Any, break_it: Any, secret_with: Any
) -> None:
    used, unused = secret_with(orders=Access.READ), secret_with(orders=Access.READ)
    verifier = verifier_of(database_url, grace_seconds=60)
    for _ in range(3):
        assert verifier.check(used).allowed
        assert not verifier.check(used, "orders", "POST").allowed
    vouched_at = clock.now
    bring_back = break_it()
    clock.now = vouched_at + timedelta(seconds=60)
    assert verifier.check(used).allowed
    # Only what the database vouched for: this method, and this token.
    assert verifier.check(used, "orders", "POST").reason is Reason.UNAVAILABLE
    assert verifier.check(unused).reason is Reason.UNAVAILABLE
    clock.advance(timedelta(seconds=1))
    assert verifier.check(used).reason is Reason.UNAVAILABLE
    bring_back()


def test_the_grace_does_not_revive_what_was_revoked_before(
    verifier_of: Any, database_url: str, populated: Platform, break_it: Any, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    verifier = verifier_of(database_url, grace_seconds=60)
    decision = verifier.check(secret)
    populated.tokens.revoke(decision.token_id)
    assert verifier.check(secret).reason is Reason.REVOKED
    bring_back = break_it()
    assert verifier.check(secret).reason is Reason.UNAVAILABLE
    bring_back()


def test_no_grace_reaches_past_the_expiration(
    verifier_of: Any, database_url: str, clock: Any, break_it: Any, secret_with: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    expires_at = verifier_of(database_url).check(secret).expires_at
    clock.now = expires_at - timedelta(seconds=10)
    verifier = verifier_of(database_url, grace_seconds=60)
    assert verifier.check(secret).allowed
    bring_back = break_it()
    clock.now = expires_at - timedelta(seconds=1)
    assert verifier.check(secret).allowed
    clock.now = expires_at
    assert not verifier.check(secret).allowed
    bring_back()


def test_the_operator_is_told_once_not_for_every_request(
    verifier: Any, break_it: Any, secret_with: Any, caplog: pytest.LogCaptureFixture
) -> None:
    secret = secret_with(orders=Access.READ)
    assert verifier.check(secret).allowed
    bring_back = break_it()
    with caplog.at_level(logging.WARNING, "tokenwidgets"):
        for _ in range(20):
            verifier.check(secret)
    bring_back()
    told = [record.getMessage() for record in caplog.records if "cannot be read" in record.message]
    # One line from each of the two verifiers.
    assert len(told) == 2
    assert not any(secret in line for line in told)


def test_a_damaged_file_denies_and_raises_nothing(
    sqlite_database: Database, verifier_of: Any, tmp_path: Path
) -> None:
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 1000)
    for place in (tmp_path / "broken.db", tmp_path):
        verifier = verifier_of(f"sqlite:///{place}")
        assert not verifier.check("twk_" + "0" * 36).allowed
        assert verifier.check(mint().reveal()).reason is Reason.UNAVAILABLE


@pytest.fixture
def locked(sqlite_database: Database, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can keep readers out of the file, as another program's might."""
    sqlite_database.close()
    connection = sqlite3.connect(
        tmp_path / "platform.db", isolation_level=None, check_same_thread=False
    )
    assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    yield connection
    connection.close()


def test_a_locked_file_is_waited_for(
    sqlite_database: Database, locked: sqlite3.Connection, clock: Any
) -> None:
    with Verifier(sqlite_database.url, record_usage=False, clock=clock) as verifier:
        locked.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, locked.rollback).start()
        assert verifier.check(mint().reveal(), "orders", "GET").reason is Reason.UNKNOWN


def test_the_event_loop_goes_on_while_a_locked_file_is_waited_for(
    sqlite_database: Database, locked: sqlite3.Connection, clock: Any
) -> None:
    async def story() -> Decision:
        place = sqlite_database.url
        async with AsyncVerifier(place, record_usage=False, clock=clock) as verifier:
            locked.execute("BEGIN EXCLUSIVE")
            asked = asyncio.create_task(verifier.check(mint().reveal(), "orders", "GET"))
            await asyncio.sleep(0.1)
            # If the loop stood still, nobody would ever come here to let it in.
            locked.rollback()
            return await asked

    assert asyncio.run(story()).reason is Reason.UNKNOWN
