"""The ways to check a token that ``verify.py`` compares, each in a process of its own.

    python verify_ways.py WAY URL

It says ``ready``, then for each line on its input checks tokens for a second and says how many.
Way, sample and answers are the same for all: read access of live tokens, drawn at random.
"""

from __future__ import annotations

import asyncio
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

    connection = Database(url).engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def check(secret: str, api: str, method: str) -> Any:
        digest = hashlib.sha256(secret.encode()).digest()
        return connection.execute(STATEMENT, {"api": api, "digest": digest}).fetchone()

    return check


def aiosqlite(url: str) -> Callable[[str, str, str], Awaitable[Any]]:
    """The same by SQLAlchemy's asyncio extension, with aiosqlite."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from tokenwidgets.verifier.statement import STATEMENT

    engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:"))
    held: list[Any] = []

    async def check(secret: str, api: str, method: str) -> Any:
        if not held:
            held.append(await engine.connect())
        digest = hashlib.sha256(secret.encode()).digest()
        return (await held[0].execute(STATEMENT, {"api": api, "digest": digest})).fetchone()

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
    """Serve one way on standard input and output."""
    way, url, sample_file = sys.argv[1:]
    sample = [tuple(pair) for pair in json.loads(Path(sample_file).read_text())]
    verifier = VERIFIERS[way](url) if way in VERIFIERS else None
    check = WAYS[way](url) if verifier is None else verifier.check
    with asyncio.Runner() as runner:

        def measure() -> float:
            if way == "aiosqlite" or way.startswith("async"):
                count, seconds = runner.run(_rate_of_coroutines(check, sample, SECONDS))
            else:
                count, seconds = _rate(check, sample, SECONDS)
            if verifier is not None:
                # Else this way would write down what it saw while the next is measured.
                verifier.flush()
            return count / seconds

        measure()
        print("ready", flush=True)
        for _ in sys.stdin:
            print(measure(), flush=True)


def _rate(check: Check, sample: list[Any], seconds: float) -> tuple[int, float]:
    _right(check(*sample[0], "GET"))
    count, started = 0, time.perf_counter()
    while (taken := time.perf_counter() - started) < seconds:
        for secret, api in sample:
            check(secret, api, "GET")
        count += len(sample)
    return count, taken


async def _rate_of_coroutines(
    check: Callable[[str, str, str], Awaitable[Any]], sample: list[Any], seconds: float
) -> tuple[int, float]:
    _right(await check(*sample[0], "GET"))
    count, started = 0, time.perf_counter()
    while (taken := time.perf_counter() - started) < seconds:
        for secret, api in sample:
            await check(secret, api, "GET")
        count += len(sample)
    return count, taken


def _right(answer: Any) -> None:
    if not answer or not getattr(answer, "allowed", True):
        raise AssertionError(f"a live token was denied: {answer}")


def _path(url: str) -> str:
    return url.removeprefix("sqlite:///")


if __name__ == "__main__":
    main()
