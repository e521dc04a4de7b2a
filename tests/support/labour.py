"""What worker processes do to a database; started by ``workers`` (see there)."""

from __future__ import annotations

import functools
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.upgrade import check_schema
from tokenwidgets.vocabulary import EXPIRATION_MONTHS, OVERLAPS, Access

APIS = ("orders", "billing", "reports")


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
    """Make any change of tokens of two users at random, as several administrators would."""
    chance = random.Random(seed)
    done, refused, trouble = 0, 0, []
    say(done)
    while time.time() < until:
        try:
            done += _any_change(platform, chance)
        except (errors.NameInUse, errors.StaleVersion, errors.TokenEnded):
            refused += 1
        except Exception as error:
            trouble.append(repr(error))
    return {"done": done, "refused": refused, "trouble": trouble}


def _any_change(platform: Platform, chance: random.Random) -> int:
    """Make one change, and say how many events it should have, apart from a revocation's."""
    owner = chance.choice(["jdoe", "asmith"])
    tokens = platform.tokens
    live = tokens.page(owner).rows
    name = chance.choice("abcdefgh")
    grants = {api: chance.choice([Access.NONE, Access.READ]) for api in APIS}
    grants["orders"] = Access.FULL
    months = chance.choice(EXPIRATION_MONTHS)
    token = chance.choice(live) if live else None
    kind = chance.random()
    if token is None or kind < 0.3:
        tokens.add(owner, name, grants, months=months)
    elif kind < 0.35:
        return len(tokens.add_separately(owner, name, grants))
    elif kind < 0.6:
        changed = tokens.edit(token.id, name=name, grants=grants, version=token.version)
        return int(changed.version != token.version)
    elif kind < 0.8:
        overlap = chance.choice(list(OVERLAPS.values()))
        tokens.regenerate(token.id, months=months, overlap=overlap, version=token.version)
    elif kind < 0.97:
        tokens.revoke(token.id)
        return 0
    else:
        return int(tokens.revoke_all(owner) > 0)
    return 1


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
    print(os.getpid(), done, flush=True)


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


def _work(task: dict[str, Any], platform: Platform) -> None:
    check_schema(platform.database)
    done = globals()[task["labour"]](platform, task["seed"], task["until"])
    report = Path(task["report"])
    report.with_suffix(".part").write_text(json.dumps(done))
    report.with_suffix(".part").rename(report)


def main() -> None:
    """Fork a worker for each line of standard input. It prints its process id and its progress."""
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
                print("failed", flush=True)
            os._exit(0)


if __name__ == "__main__":
    main()
