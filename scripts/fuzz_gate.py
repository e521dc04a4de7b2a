"""Put a million random and mutated requests to the gate: nothing passes, fails, or is kept.

Hypothesis makes seeds; another process, whose memory is measured, mutates each seed many times
and puts the results to the middleware and to the gate's own application.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.gate import Gate, TokenGate
from tokenwidgets.platform import open_platform
from tokenwidgets.verifier import AsyncVerifier
from tokenwidgets.vocabulary import Access

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from strange_requests import HOSTILE, METHODS, NAMES, Answers, Strange, strange_requests

MUTANTS = 50
"""How many requests are made of one seed."""


def main() -> int:
    """Run, and print how many requests were answered and how the memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requests", nargs="?", type=int, default=1_000_000)
    wanted = parser.parse_args().requests
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/platform.db"
        secrets = _platform(url)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_answer, args=(theirs, url, secrets))
        process.start()
        started = time.monotonic()
        seeds = max(1, wanted // MUTANTS)
        _send_seeds(ours, secrets, seeds)
        ours.send(None)
        count, early, late = ours.recv()
        process.join()
    seconds = time.monotonic() - started
    grown = (late - early) / 1024
    print(f"{seeds * MUTANTS:,} requests, {count:,} answers in {seconds:.0f} s; none let through,")
    print(f"none failed; memory {late / 1024:.1f} MiB, {grown:+.1f} MiB in the last four fifths.")
    return 1 if grown > 8 else 0


def _platform(url: str) -> list[str]:
    database = Database(url)
    initialise(database, "admin")
    platform = open_platform(database, "admin")
    secrets = []
    for api in ("orders", "introspection"):
        platform.apis.add(api)
    for name, grants in (
        ("read", {"orders": Access.READ}),
        ("full", {"orders": Access.FULL}),
        ("introspector", {"introspection": Access.FULL}),
    ):
        secrets.append(platform.tokens.add("admin", name, grants).secret.reveal())
    database.close()
    return secrets


def _send_seeds(connection: Connection, secrets: list[str], seeds: int) -> None:
    sent = 0
    while sent < seeds:
        # A run of hypothesis remembers what it made; many short ones remember nothing.
        some = min(1000, seeds - sent)

        @settings(
            max_examples=some,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strange_requests(secrets))
        def send(request: Strange) -> None:
            nonlocal sent
            if sent < seeds:
                connection.send(tuple(request))
                sent += 1

        send()
        print(f"  {sent * MUTANTS:,} of {seeds * MUTANTS:,}", file=sys.stderr)


def _answer(connection: Connection, url: str, secrets: list[str]) -> None:
    """In the other process: put each seed and its mutants to the gates."""
    logging.disable()

    async def unreachable(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError(f"let through: {scope}")

    answers = Answers(
        [
            TokenGate(unreachable, api="orders", verifier=AsyncVerifier(url)),
            Gate(apis={"/orders": "orders"}).application(url),
        ]
    )
    chance = random.Random(1)
    good = [secret.encode() for secret in secrets]
    peaks = []
    with asyncio.Runner() as runner:
        while (seed := connection.recv()) is not None:
            runner.run(_ask_all(answers, Strange(*seed), chance, good))
            peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    connection.send((answers.count, peaks[len(peaks) // 5], peaks[-1]))


async def _ask_all(
    answers: Answers, seed: Strange, chance: random.Random, good: list[bytes]
) -> None:
    await answers.ask(seed)
    for _ in range(MUTANTS - 1):
        mutant = _mutant(seed, chance, good)
        if not _is_good(mutant, good):
            await answers.ask(mutant)


def _mutant(seed: Strange, chance: random.Random, good: list[bytes]) -> Strange:
    headers = [(name, _changed(value, chance)) for name, value in seed.headers]
    if chance.random() < 0.5:
        secret = _changed(chance.choice(good), chance)
        headers.append((b"authorization", b"Bearer " + secret))
    if chance.random() < 0.2:
        headers.append((chance.choice(NAMES), chance.choice(HOSTILE)))
    return seed._replace(
        method=chance.choice(METHODS) if chance.random() < 0.2 else seed.method,
        query=_changed(seed.query, chance),
        headers=headers,
        body=_changed(seed.body, chance),
    )


def _changed(text: bytes, chance: random.Random) -> bytes:
    """The text with up to three of its bytes replaced, taken out or put in."""
    changed = bytearray(text)
    for _ in range(chance.randint(0, 3)):
        at = chance.randint(0, len(changed))
        changed[at : at + chance.randint(0, 1)] = chance.randbytes(chance.randint(0, 1))
    return bytes(changed)


def _is_good(request: Strange, good: list[bytes]) -> bool:
    """Whether it carries a secret that is still what it was, as one mutant in many does."""
    values = [value for name, value in request.headers if name == b"authorization"]
    return len(values) == 1 and any(secret in values[0] for secret in good)


if __name__ == "__main__":
    raise SystemExit(main())
