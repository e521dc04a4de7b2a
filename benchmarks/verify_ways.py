"""The ways to check a token that ``verify.py`` compares, each in a process of its own.

    python verify_ways.py WAY URL SAMPLE

It checks tokens for a second and says how many a second, by the clock and of the processor.
Way, sample and answers are the same for all: read access of live tokens, drawn at random.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tokenwidgets.verifier import AsyncVerifier, Verifier

Check = Callable[[str, str, str], Any]

SECONDS = 1.0
RAW = """
SELECT users.user_id, tokens.id, tokens.expires_at
FROM token_secrets
JOIN tokens ON tokens.id = token_secrets.token_id
JOIN users ON users.id = tokens.owner_id
JOIN apis ON apis.name = {0}
JOIN grants ON grants.token_id = tokens.id AND grants.api_id = apis.id
WHERE token_secrets.digest = {0}
  AND tokens.revoked_at IS NULL AND tokens.expires_at > {0}
  AND (token_secrets.ends_at IS NULL OR token_secrets.ends_at > {0})
  AND users.is_active AND apis.is_active
  AND grants.access >= {0} AND ({0} = 1 OR NOT apis.read_only)
"""
NEEDED = {"GET": 1, "HEAD": 1, "POST": 2}


def sqlite_limit(url: str) -> Check:
    """SHA-256 and one prepared read that answers the whole decision, on one tuned connection."""
    connection = sqlite3.connect(f"file:{_path(url)}?mode=ro", uri=True, isolation_level=None)
    connection.execute("PRAGMA cache_size = -65536")
    execute = connection.cursor().execute
    statement, sha256, clock = RAW.format("?"), hashlib.sha256, time.time

    def check(secret: str, api: str, method: str) -> Any:
        at = int(clock() * 1_000_000)
        needed = NEEDED[method]
        digest = sha256(secret.encode()).digest()
        return execute(statement, (api, digest, at, at, needed, needed)).fetchone()

    return check


def postgresql_limit(url: str) -> Check:
    """The same on PostgreSQL, by psycopg."""
    import psycopg

    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    cursor = connection.cursor()
    statement, sha256 = RAW.format("%s"), hashlib.sha256

    def check(secret: str, api: str, method: str) -> Any:
        at = datetime.now(UTC)
        needed = NEEDED[method]
        digest = sha256(secret.encode()).digest()
        values = (api, digest, at, at, needed, needed)
        return cursor.execute(statement, values, prepare=True).fetchone()

    return check


def core(url: str) -> Check:
    """The verifier's statement by SQLAlchemy Core on a held connection."""
    from tokenwidgets.database import Database
    from tokenwidgets.verifier.statement import STATEMENT

    ids = _api_ids(url)
    connection = Database(url).engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def check(secret: str, api: str, method: str) -> Any:
        digest = hashlib.sha256(secret.encode()).digest()
        values = {"latest": datetime.now(UTC), "api_id": ids[api], "digest": digest}
        return connection.execute(STATEMENT, values).fetchone()

    return check


def aiosqlite(url: str) -> Callable[[str, str, str], Awaitable[Any]]:
    """The same by SQLAlchemy's asyncio extension, with aiosqlite."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from tokenwidgets.verifier.statement import STATEMENT

    engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"))
    ids = _api_ids(url)
    held: list[Any] = []

    async def check(secret: str, api: str, method: str) -> Any:
        if not held:
            held.append(await engine.connect())
        digest = hashlib.sha256(secret.encode()).digest()
        values = {"latest": datetime.now(UTC), "api_id": ids[api], "digest": digest}
        return (await held[0].execute(STATEMENT, values)).fetchone()

    return check


WAYS: dict[str, Callable[[str], Any]] = {
    "sqlite-limit": sqlite_limit,
    "postgresql-limit": postgresql_limit,
    "core": core,
    "aiosqlite": aiosqlite,
}
VERIFIERS: dict[str, Callable[[str], Verifier | AsyncVerifier]] = {
    "no-cache": lambda url: Verifier(url, cache_size=0),
    "exact": Verifier,
    "stale": lambda url: Verifier(url, max_stale_seconds=30),
    "async-no-cache": lambda url: AsyncVerifier(url, cache_size=0),
    "async-exact": AsyncVerifier,
}


def main() -> None:
    """Measure one way."""
    way, url, sample_file = sys.argv[1:]
    # An application names its API in one string, not in a new one for each request.
    sample = [
        (secret, sys.intern(api)) for secret, api in json.loads(Path(sample_file).read_text())
    ]
    verifier = VERIFIERS[way](url) if way in VERIFIERS else None
    check = WAYS[way](url) if verifier is None else verifier.check
    with asyncio.Runner() as runner:
        for seconds in (SECONDS / 2, SECONDS):
            if way == "aiosqlite" or way.startswith("async"):
                count, taken, cpu = runner.run(_rate_of_coroutines(check, sample, seconds))
            else:
                count, taken, cpu = _rate(check, sample, seconds)
    print(count / taken, count / cpu)
    if verifier is not None:
        # Else this way would write down what it saw while the next is measured.
        verifier.flush()


def _rate(check: Check, sample: list[Any], seconds: float) -> tuple[int, float, float]:
    _right(check(*sample[0], "GET"))
    count, started, cpu = 0, time.perf_counter(), time.process_time()
    while (taken := time.perf_counter() - started) < seconds:
        for secret, api in sample:
            check(secret, api, "GET")
        count += len(sample)
    return count, taken, time.process_time() - cpu


async def _rate_of_coroutines(
    check: Callable[[str, str, str], Awaitable[Any]], sample: list[Any], seconds: float
) -> tuple[int, float, float]:
    _right(await check(*sample[0], "GET"))
    count, started, cpu = 0, time.perf_counter(), time.process_time()
    while (taken := time.perf_counter() - started) < seconds:
        for secret, api in sample:
            await check(secret, api, "GET")
        count += len(sample)
    return count, taken, time.process_time() - cpu


def _right(answer: Any) -> None:
    if not answer or not getattr(answer, "allowed", True):
        raise AssertionError(f"a live token was denied: {answer}")


def _api_ids(url: str) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(_path(url))) as connection:
        return dict(connection.execute("SELECT name, id FROM apis").fetchall())


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


if __name__ == "__main__":
    main()
