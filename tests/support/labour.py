"""What worker processes do to a database; started by ``workers`` (see there)."""

from __future__ import annotations

import functools
import json
import logging
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from changes import Administrator, Told

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.vocabulary import Access

FAILED = -1
TROUBLE = frozenset(
    {"DatabaseBusy", "DatabaseConflict", "DatabaseFull", "DatabaseUnavailable", "OutcomeUnknown"}
)
"""After which an administrator waits for a moment."""


def add_regenerate_revoke(platform: Platform, seed: int, until: float) -> dict[str, Any]:
    """Change tokens of jdoe at random, until then (or until killed)."""
    chance = random.Random(seed)
    done = 0
    say(done)
    while time.time() < until:
        live = platform.tokens.page("jdoe").rows
        if len(live) < 3:
            platform.tokens.add("jdoe", f"token {seed} {done}", Access.READ)
        elif chance.random() < 0.7:
            platform.tokens.regenerate(chance.choice(live).id, months=chance.choice([3, 6, 12]))
        else:
            platform.tokens.revoke(chance.choice(live).id)
        done += 1
        say(done)
    return {"done": done}


def everything(platform: Platform, seed: int, until: float) -> dict[str, Any]:
    """Make any change of tokens at random, until then (or until killed); tell of each."""
    administrator = Administrator(platform, random.Random(seed))
    while time.time() < until:
        told = administrator.change()
        tell(told)
        if told.refused in TROUBLE:
            time.sleep(0.02)
    return {}


def add_one(platform: Platform, seed: int, until: float) -> dict[str, Any]:
    """Add a token of the same name as the others do, when all are let go."""
    say(0)
    _wait_for_go(until)
    return _won(lambda: platform.tokens.add("jdoe", "the same", Access.READ))


def edit_one(platform: Platform, seed: int, until: float) -> dict[str, Any]:
    """See jdoe's token, and change what was seen as the others do, when all are let go."""
    (token,) = platform.tokens.page("jdoe").rows
    say(0)
    _wait_for_go(until)
    return _won(lambda: platform.tokens.edit(token.id, name=f"by {seed}", version=token.version))


def say(done: int) -> None:
    """Tell the tests how many changes this worker has made."""
    _write(str(done))


def tell(told: Told) -> None:
    """Tell the tests what came of a change: by a pipe, which is there when the disk is full."""
    _write(msgspec.json.encode(told).decode())


def _write(said: str) -> None:
    line = f"{os.getpid()} {said}\n".encode()
    assert len(line) < select.PIPE_BUF, "a line of several processes has to be written at once"
    os.write(sys.stdout.fileno(), line)


def _wait_for_go(until: float) -> None:
    """Wait for the file ``go`` in the working directory, made by ``Workers.go``."""
    while not Path("go").exists():
        assert time.time() < until, "nobody said go"
        time.sleep(0.001)


def _won(attempt: Callable[[], object]) -> dict[str, Any]:
    try:
        attempt()
    except errors.TokenWidgetsError as error:
        return {"won": False, "error": type(error).__name__}
    return {"won": True}


@functools.cache
def _opened(url: str) -> Platform:
    """The platform, after some changes: statements are compiled once, and not in each worker."""
    platform = open_platform(Database(url), "admin")
    token = platform.tokens.add("asmith", "to begin with", Access.READ).token
    platform.tokens.regenerate(token.id)
    platform.tokens.edit(token.id, name="and to end with")
    platform.tokens.revoke(token.id)
    return platform


def _opened_in_time(database: Database, actor: str, until: float) -> Platform:
    """The platform as another user, when the server is there again."""
    while True:
        try:
            return open_platform(database, actor)
        except errors.DatabaseUnavailable:
            if time.time() > until:
                raise
        time.sleep(0.02)


def _work(task: dict[str, Any], platform: Platform) -> None:
    labour = globals()[task["labour"]]
    if labour is everything:
        # Whoever waits for this word may have to start the server first.
        say(0)
    acting = _opened_in_time(platform.database, task["actor"], task["until"])
    done = labour(acting, task["seed"], task["until"])
    report = Path(task["report"])
    report.with_suffix(".part").write_text(json.dumps(done))
    report.with_suffix(".part").rename(report)


def main() -> None:
    """Fork a worker for each line of standard input. It prints its process id and its progress."""
    # Secrets that are dead are tried on purpose.
    logging.getLogger("tokenwidgets.verifier").setLevel(logging.ERROR)
    # It warns of every statement that the server had no room for.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        task = json.loads(line)
        platform = _opened(task["url"])
        # A connection has one process.
        platform.database.close()
        if os.fork() == 0:
            try:
                _work(task, platform)
            except BaseException:
                traceback.print_exc()
                say(FAILED)
            os._exit(0)


if __name__ == "__main__":
    main()
