"""Last use, and dead secrets still presented: seen in the grid, never in a check's way."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.schema import Token, TokenSecret, User
from tokenwidgets.verifier import Verifier
from tokenwidgets.verifier.usage import Usage
from tokenwidgets.vocabulary import Access


def test_the_last_use_is_recorded_with_its_api(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ, "billing": Access.READ})
    assert verifier.check(made.secret.reveal(), "orders").allowed
    clock.advance(timedelta(hours=1))
    assert verifier.check(made.secret.reveal(), "billing").allowed
    verifier.flush()
    row = populated.tokens.get(made.token.id)
    assert (row.last_used_at, row.last_used_api) == (clock.now, "billing")


def test_a_denied_request_is_no_use(verifier: Any, populated: Platform) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier.check(made.secret.reveal(), "orders", "POST")
    verifier.check(made.secret.reveal(), "billing")
    verifier.flush()
    assert populated.tokens.get(made.token.id).last_used_at is None


def test_recording_changes_no_version(verifier: Any, populated: Platform) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier.check(made.secret.reveal())
    verifier.flush()
    assert populated.tokens.get(made.token.id).version == made.token.version


def test_during_an_overlap_each_secrets_use_is_told_apart(
    verifier: Any, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    new = populated.tokens.regenerate(made.token.id, overlap=timedelta(days=7))
    assert verifier.check(new.secret.reveal()).allowed
    new_used = clock.now
    clock.advance(timedelta(minutes=5))
    assert verifier.check(made.secret.reveal()).allowed
    verifier.flush()
    row = populated.tokens.get(made.token.id)
    assert row.secret_last_used_at == new_used
    assert row.old_secret is not None
    assert row.old_secret.last_used_at == clock.now == row.last_used_at


def test_what_is_recorded_never_goes_back(verifier: Any, populated: Platform, clock: Any) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ, "billing": Access.READ})
    clock.advance(timedelta(hours=1))
    later = clock.now
    assert verifier.check(made.secret.reveal(), "orders").allowed
    verifier.flush()
    # As another verifier would, whose flush comes late.
    clock.advance(-timedelta(minutes=30))
    assert verifier.check(made.secret.reveal(), "billing").allowed
    verifier.flush()
    row = populated.tokens.get(made.token.id)
    assert (row.last_used_at, row.last_used_api) == (later, "orders")


@pytest.mark.parametrize("end", ["revoke", "regenerate", "expire"])
def test_a_dead_secret_that_is_still_presented_shows(
    verifier: Any, populated: Platform, clock: Any, end: str
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    if end == "expire":
        clock.now = made.token.expires_at
    else:
        getattr(populated.tokens, end)(made.token.id)
    clock.advance(timedelta(minutes=1))
    for _ in range(3):
        assert not verifier.check(made.secret.reveal()).allowed
    verifier.flush()
    assert populated.tokens.get(made.token.id).still_presented_at == clock.now


def test_a_live_secret_that_lacks_access_is_not_called_dead(
    verifier: Any, populated: Platform
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier.check(made.secret.reveal(), "billing")
    verifier.flush()
    assert populated.tokens.get(made.token.id).still_presented_at is None


@pytest.mark.parametrize("end", ["revoke", "regenerate"])
def test_a_dead_secret_is_worth_one_line_without_the_secret(
    sqlite_database: Database,
    sqlite_platform: Platform,
    clock: Any,
    caplog: pytest.LogCaptureFixture,
    end: str,
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    secret = made.secret.reveal()
    getattr(sqlite_platform.tokens, end)(made.token.id)
    with (
        caplog.at_level(logging.DEBUG),
        Verifier(sqlite_database.url, clock=clock) as verifier,
    ):
        for _ in range(50):
            verifier.check(secret, "orders", "GET")
    (line,) = [r.getMessage() for r in caplog.records if "still presented" in r.getMessage()]
    assert f"twk_…{secret[-4:]}" in line
    assert "jdoe" in line
    assert "orders" in line
    assert secret[4:-4] not in caplog.text


def test_it_is_recorded_without_being_asked_to(
    database_url: str, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    with Verifier(database_url, clock=clock, flush_seconds=0.05) as verifier:
        verifier.check(made.secret.reveal(), "orders", "GET")
        deadline = time.monotonic() + 20
        while populated.tokens.get(made.token.id).last_used_at is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_closing_records_what_is_left(
    verifier_of: Callable[..., Any], database_url: str, populated: Platform, clock: Any
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier = verifier_of(database_url, flush_seconds=3600)
    verifier.check(made.secret.reveal())
    verifier.close()
    assert populated.tokens.get(made.token.id).last_used_at == clock.now


_SCRIPT = """
import sys
from tokenwidgets.schema import Token, TokenSecret, User
from tokenwidgets.verifier import Verifier
from tokenwidgets.verifier.usage import Usage
verifier = Verifier(sys.argv[1], flush_seconds=3600)
assert verifier.check(sys.stdin.read(), "orders", "GET").allowed
"""


def test_a_script_that_just_ends_records_it_too(
    sqlite_database: Database, sqlite_platform: Platform
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ}, months=12)
    subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(sqlite_database.url)],
        input=made.secret.reveal(),
        text=True,
        check=True,
    )
    assert sqlite_platform.tokens.get(made.token.id).last_used_at is not None


def test_what_cannot_be_written_now_is_written_later_and_fails_no_check(
    sqlite_database: Database, sqlite_platform: Platform, clock: Any, tmp_path: Path
) -> None:
    made = sqlite_platform.tokens.add("jdoe", "job", {"orders": Access.READ})
    place = tmp_path / "not mounted yet"
    with Verifier(
        sqlite_database.url,
        usage_database=f"sqlite:///{place / 'platform.db'}",
        clock=clock,
        flush_seconds=3600,
    ) as verifier:
        assert verifier.check(made.secret.reveal(), "orders", "GET").allowed
        verifier.flush()
        assert verifier.check(made.secret.reveal(), "orders", "GET").allowed
        assert sqlite_platform.tokens.get(made.token.id).last_used_at is None
        place.symlink_to(tmp_path)
        verifier.flush()
        assert sqlite_platform.tokens.get(made.token.id).last_used_at == clock.now


def test_what_is_used_while_postgresql_can_only_be_read_is_recorded_later(
    postgresql_database: Database, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    platform = open_platform(postgresql_database, "admin", clock=clock)
    platform.apis.add("orders")
    platform.users.add("jdoe", "Jane Doe")
    made = platform.tokens.add("jdoe", "job", {"orders": Access.READ})

    def be_read_only(state: str) -> None:
        name = postgresql_database.url.database
        with postgresql_database.engine.begin() as connection:
            connection.execute(
                text(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")
            )

    be_read_only("on")
    with Verifier(postgresql_database.url, clock=clock, flush_seconds=3600) as verifier:
        for _ in range(2):
            assert verifier.check(made.secret.reveal(), "orders", "GET").allowed
            verifier.flush()
        assert platform.tokens.get(made.token.id).last_used_at is None
        used = clock.now
        be_read_only("off")
        clock.advance(timedelta(hours=1))
        verifier.flush()
        assert platform.tokens.get(made.token.id).last_used_at == used
    assert caplog.text.count("waits to be recorded") == 1


def test_what_waits_to_be_recorded_is_bounded_and_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tokenwidgets.verifier.usage._MOST_WAITING", 3)
    usage = Usage(Database(f"sqlite:///{tmp_path / 'nowhere' / 'platform.db'}").engine, 3600)
    for at in range(10):
        usage.used[bytes([at])] = float(at), at, 1
        # Seen over and over, so the newest of all.
        usage.used[b"often"] = at + 0.5, 100, 1
        usage.flush()
    assert usage.used == {bytes([8]): (8.0, 8, 1), bytes([9]): (9.0, 9, 1), b"often": (9.5, 100, 1)}


def test_thousands_of_tokens_in_use_are_recorded_at_once(
    database: Database, populated: Platform, clock: Any
) -> None:
    minted = insert_tokens(database, 12_000, clock.now)
    usage = Usage(database.engine, 3600)
    for number, digest in enumerate(minted):
        usage.used[digest] = clock.now.timestamp() + number, number + 1, 1
    usage.flush()
    with database.read() as session:
        rows = session.execute(
            select(Token.id, Token.last_used_at, TokenSecret.last_used_at).join(
                TokenSecret, TokenSecret.token_id == Token.id
            )
        ).all()
    expected = {number + 1: clock.now + timedelta(seconds=number) for number in range(12_000)}
    assert {row[0]: row[1] for row in rows} == expected
    assert {row[0]: row[2] for row in rows} == expected


def insert_tokens(database: Database, count: int, at: datetime) -> list[bytes]:
    """Put tokens with the ids from 1 on straight into the tables, and give their digests."""
    digests = [bytes(28) + number.to_bytes(4, "big") for number in range(count)]
    with database.write() as session:
        owner = session.scalar(select(User.id).where(User.user_id == "jdoe"))
        same = {"months": 6, "created_at": at, "created_by": "admin", "expires_at": at}
        session.execute(
            insert(Token),
            [
                {"id": number + 1, "owner_id": owner, "name": str(number), **same}
                | {"name_key": str(number)}
                for number in range(count)
            ],
        )
        session.execute(
            insert(TokenSecret),
            [
                {"digest": digest, "token_id": number + 1, "prefix": "twk", "last_four": "0000"}
                | {"minted_at": at}
                for number, digest in enumerate(digests)
            ],
        )
    return digests


def test_recording_can_be_switched_off(
    database_url: str, verifier_of: Callable[..., Any], populated: Platform
) -> None:
    made = populated.tokens.add("jdoe", "job", {"orders": Access.READ})
    verifier = verifier_of(database_url, record_usage=False)
    assert verifier.check(made.secret.reveal()).allowed
    verifier.close()
    assert populated.tokens.get(made.token.id).last_used_at is None
