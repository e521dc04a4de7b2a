"""A change counts from the very next call on, although decisions are remembered."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from forked import outcome

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform
from tokenwidgets.secret import mint
from tokenwidgets.verifier import AsyncVerifier, Verifier
from tokenwidgets.vocabulary import Access, Reason

_ADMIN = """
import datetime, sys
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
at = datetime.datetime.fromisoformat(sys.argv[2])
tokens = open_platform(Database(sys.argv[1]), "admin", clock=lambda: at).tokens
print("ready", flush=True)
for line in sys.stdin:
    tokens.revoke(int(line))
    print("revoked", flush=True)
"""


@pytest.fixture
def another_process(database_url: str, clock: Any) -> Iterator[Callable[[int], None]]:
    """An administrator in another process: call it with a token's id to have that revoked."""
    command = [sys.executable, "-c", _ADMIN, database_url, clock.now.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        assert it.stdin is not None
        assert it.stdout is not None
        assert it.stdout.readline() == "ready\n"

        def revoke(token_id: int) -> None:
            it.stdin.write(f"{token_id}\n")
            it.stdin.flush()
            assert it.stdout.readline() == "revoked\n"

        yield revoke
        it.stdin.close()


def test_a_revocation_in_another_process_counts_at_the_very_next_call(
    verifier: Any, another_process: Any, secret_with: Any
) -> None:
    for _ in range(20):
        secret = secret_with(orders=Access.READ)
        for _ in range(3):
            decision = verifier.check(secret)
            assert decision.allowed
        another_process(decision.token_id)
        assert verifier.check(secret).reason is Reason.REVOKED


def test_every_kind_of_change_counts_at_the_very_next_call(
    verifier: Any, populated: Platform
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    secret = made.secret.reveal()

    def allowed() -> list[bool]:
        return [verifier.check(secret, "orders", method).allowed for method in ("GET", "POST")]

    assert allowed() == allowed() == [True, False]
    populated.tokens.edit(made.token.id, grants={"orders": Access.FULL})
    assert allowed() == allowed() == [True, True]
    populated.tokens.edit(made.token.id, grants={"billing": Access.FULL})
    assert allowed() == allowed() == [False, False]
    populated.tokens.edit(made.token.id, grants={"orders": Access.FULL})
    populated.apis.edit("orders", is_active=False)
    assert allowed() == allowed() == [False, False]
    populated.apis.edit("orders", is_active=True)
    assert allowed() == allowed() == [True, True]
    populated.tokens.regenerate(made.token.id)
    assert allowed() == allowed() == [False, False]


def test_a_revocation_counts_although_a_thread_read_the_token_before_it(
    sqlite_database: Database, sqlite_platform: Platform, clock: Any
) -> None:
    made, other = (
        sqlite_platform.tokens.add("jdoe", name, {"orders": Access.READ})
        for name in ("job", "other")
    )

    async def story() -> list[Reason]:
        thread = ThreadPoolExecutor(1)
        asyncio.get_running_loop().set_default_executor(thread)
        async with AsyncVerifier(sqlite_database.url, clock=clock, record_usage=False) as verifier:
            # The first read opens the connection, for which a thread waits.
            slow = asyncio.create_task(verifier.check(made.secret.reveal(), "orders", "GET"))
            await asyncio.sleep(0)
            thread.submit(int).result()
            # It has been read, but the loop comes to that last.
            await verifier.check(other.secret.reveal(), "orders", "GET")
            sqlite_platform.tokens.revoke(made.token.id)
            await verifier.check(other.secret.reveal(), "orders", "GET")
            assert not slow.done()
            after = await slow, await verifier.check(made.secret.reveal(), "orders", "GET")
            return [decision.reason for decision in after]

    assert asyncio.run(story()) == [Reason.ALLOWED, Reason.REVOKED]


def test_on_sqlite_an_unchanged_database_is_not_read_again(
    verifier_of: Any, sqlite_database: Database, sqlite_secret: str
) -> None:
    verifier = verifier_of(sqlite_database.url, record_usage=False)
    for _ in range(10):
        assert verifier.check(sqlite_secret).allowed
        assert not verifier.check(sqlite_secret, "orders", "POST").allowed
    tally = verifier.tally()
    # The first answer of a connection cannot be known to be the newest at the second call.
    assert tally.reads <= 4
    assert tally.hits == 20 - tally.reads


def test_without_a_cache_every_call_reads(
    verifier_of: Any, sqlite_database: Database, sqlite_secret: str
) -> None:
    verifier = verifier_of(sqlite_database.url, cache_size=0, max_stale_seconds=60)
    for _ in range(5):
        assert verifier.check(sqlite_secret).allowed
    assert (verifier.tally().reads, verifier.tally().hits) == (5, 0)


def test_a_remembered_decision_ends_when_its_token_expires(
    verifier_of: Any, sqlite_database: Database, sqlite_secret: str, clock: Any
) -> None:
    verifier = verifier_of(sqlite_database.url)
    expires_at = verifier.check(sqlite_secret).expires_at
    for _ in range(3):
        assert verifier.check(sqlite_secret).allowed
    clock.now = expires_at
    assert verifier.check(sqlite_secret).reason is Reason.EXPIRED


def test_a_database_file_that_was_replaced_is_noticed_within_a_second(
    verifier_of: Any, sqlite_database: Database, sqlite_secret: str, tmp_path: Path, clock: Any
) -> None:
    verifier = verifier_of(sqlite_database.url, record_usage=False)
    assert verifier.check(sqlite_secret).allowed
    backup = tmp_path / "backup.db"
    with (
        contextlib.closing(sqlite3.connect(tmp_path / "platform.db")) as live,
        contextlib.closing(sqlite3.connect(backup)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("UPDATE tokens SET revoked_at = 1")
        copy.commit()
    sqlite_database.close()
    # As an operator restores a backup under a running server.
    for beside in ("platform.db-wal", "platform.db-shm"):
        (tmp_path / beside).unlink()
    backup.replace(tmp_path / "platform.db")
    clock.advance(timedelta(seconds=1))
    assert verifier.check(sqlite_secret).reason is Reason.REVOKED


def test_a_verifier_never_holds_back_the_databases_housekeeping(
    verifier_of: Any, sqlite_database: Database, sqlite_secret: str, tmp_path: Path
) -> None:
    verifier = verifier_of(sqlite_database.url, record_usage=False)
    for _ in range(3):
        assert verifier.check(sqlite_secret).allowed
    with contextlib.closing(sqlite3.connect(tmp_path / "platform.db")) as connection:
        connection.execute("UPDATE users SET name = 'Jane'")
        connection.commit()
        # Only when nobody holds an old snapshot can the log be emptied.
        busy, left, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, left) == (0, 0)


def test_a_verifier_cannot_write_where_it_reads(
    sqlite_database: Database, sqlite_secret: str
) -> None:
    with Verifier(sqlite_database.url) as verifier:
        connection = verifier._source.connect()
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("UPDATE tokens SET revoked_at = NULL")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path, verifier_of: Any) -> None:
    verifier = verifier_of(f"sqlite:///{tmp_path / 'none.db'}")
    assert verifier.check(mint().reveal()).reason is Reason.UNAVAILABLE
    assert not (tmp_path / "none.db").exists()


def test_a_verifier_works_from_a_read_only_url(
    verifier_of: Any, sqlite_database: Database, sqlite_secret: str
) -> None:
    path = sqlite_database.url.database
    verifier = verifier_of(f"sqlite:///file:{path}?mode=ro&uri=true")
    for _ in range(3):
        assert verifier.check(sqlite_secret).allowed


def test_threads_share_a_verifier(
    sqlite_database: Database, sqlite_secret: str, clock: Any
) -> None:
    with (
        Verifier(sqlite_database.url, clock=clock) as verifier,
        ThreadPoolExecutor(8) as threads,
    ):
        asked = threads.map(lambda _: verifier.check(sqlite_secret, "orders", "GET"), range(2000))
        assert all(decision.allowed for decision in asked)


@pytest.mark.parametrize("settings", [{}, {"max_stale_seconds": 60}])
def test_a_forked_child_has_connections_of_its_own(
    database: Database, database_url: str, secret_with: Any, clock: Any, settings: Any
) -> None:
    secret = secret_with(orders=Access.READ)
    with Verifier(database_url, clock=clock, **settings) as verifier:
        decision = verifier.check(secret, "orders", "GET")

        def child() -> None:
            before = verifier.tally().reads
            assert verifier.check(secret, "orders", "GET") == decision
            assert verifier.tally().reads == before + 1
            verifier.close()

        assert outcome(child) == ""
        # The parent's connection still works after the child has ended with its own.
        assert verifier.check(secret, "orders", "POST").reason is Reason.METHOD_NOT_ALLOWED
