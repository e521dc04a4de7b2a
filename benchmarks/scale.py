"""What the dashboard asks for most, at 10,000 to 1,000,000 users, beside the bare SQL of the same.

    python benchmarks/scale.py                       # everything, anew, in a temporary folder
    python benchmarks/scale.py --keep FOLDER         # platforms are kept, and used the next time

On SQLite, with 500 APIs, five tokens for each user (at least 200,000; one user has 100,000 of them)
and two audit events for each token. Ours is the service that the screen calls: the actor's
authority, the count and the page with all that it shows. The bare SQL is those rows and their
count, by the driver, with the same indexes; it knows of no actor. The two run in turns; medians are
told, in milliseconds: by the clock, and of the processor alone. The ratio is of the latter, which
is less at the mercy of what else the machine does. The largest platform takes 7 GB of the disk.
"""

from __future__ import annotations

import argparse
import contextlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scale_bare as sql
from scale_platform import OWNED, prepare

from tokenwidgets.database import Database
from tokenwidgets.paging import Cursor
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.tokens import TokenFilter

SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True)
class Duel:
    """The same asked of the platform and by SQL."""

    what: str
    ours: Callable[[], Any]
    bare: Callable[[], Any]
    runs: int = 15


def duels(platform: Platform, connection: sqlite3.Connection) -> list[Duel]:
    """What is asked."""
    users, inventory, history = platform.users, platform.inventory, platform.history
    (count,) = connection.execute("SELECT max(id) FROM users").fetchone()
    some, middle = (
        connection.execute("SELECT user_id FROM users WHERE id = ?", [at]).fetchone()[0]
        for at in (count // 3, count // 2)
    )
    prefix, part = some[:-1], some[1:]
    owner, token = connection.execute(
        "SELECT user_id, tokens.name FROM tokens JOIN users ON users.id = owner_id"
        " WHERE tokens.id = ?",
        [OWNED + 1],
    ).fetchone()
    api, api_id = connection.execute("SELECT name, id FROM apis WHERE id = 7").fetchone()
    return [
        Duel("users", users.page, lambda: sql.user_page(connection)),
        Duel(
            "users, by prefix",
            lambda: users.page(search=prefix),
            lambda: sql.user_search(connection, prefix),
        ),
        Duel(
            "users, by a part",
            lambda: users.page(search=part),
            lambda: sql.user_search(connection, part),
        ),
        Duel(
            "users, a deep page",
            lambda: users.page(cursor=Cursor((middle,))),
            lambda: sql.user_page(connection, place="user_id > :middle", middle=middle),
        ),
        Duel(
            "a user and tokens",
            lambda: (users.get(owner), platform.tokens.page(owner)),
            lambda: sql.user(connection, owner),
        ),
        Duel(
            "form with 500 APIs",
            platform.apis.list,
            lambda: connection.execute("SELECT * FROM apis WHERE is_active").fetchall(),
        ),
        Duel("inventory", inventory.page, lambda: sql.token_page(connection)),
        Duel(
            "inventory, of one API",
            lambda: inventory.page(TokenFilter(api=api)),
            lambda: sql.token_page(
                connection, "id IN (SELECT token_id FROM grants WHERE api_id = :api)", api=api_id
            ),
        ),
        Duel(
            "inventory, by a part",
            lambda: inventory.page(TokenFilter(search=token)),
            lambda: sql.token_search(connection, token),
        ),
        Duel("audit log", history.page, lambda: sql.audit_page(connection)),
        Duel(
            "audit log, one action",
            lambda: history.page(action="revoke token"),
            lambda: sql.audit_page(connection, "action = :action", action="revoke token"),
        ),
        Duel(
            "audit log, by a part",
            lambda: history.page(search=token),
            lambda: sql.audit_search(connection, token),
        ),
    ]


@dataclass(frozen=True)
class Took:
    """How long something took by the clock and of the processor, in milliseconds."""

    wall: float
    cpu: float


def timed(call: Callable[[], Any]) -> Took:
    """How long a call takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return Took((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)


def median(each: Iterable[Took]) -> Took:
    """The medians of both."""
    some = list(each)
    return Took(
        statistics.median(took.wall for took in some), statistics.median(took.cpu for took in some)
    )


def fight(duel: Duel) -> tuple[Took, Took]:
    """The medians of ours and of the bare SQL, run in turns after one of each."""
    duel.ours(), duel.bare()
    pairs = [(timed(duel.ours), timed(duel.bare)) for _ in range(duel.runs)]
    return median(ours for ours, _ in pairs), median(bare for _, bare in pairs)


def revoking(path: Path, users: int, platform: Platform, owner: str) -> tuple[Took, Took]:
    """Revoke all of a user with 100,000 tokens, once each; what was revoked is live again after."""
    ours = timed(lambda: platform.tokens.revoke_all(owner))
    prepare(path, users)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        bare = timed(lambda: sql.revoke(connection, owner))
    prepare(path, users)
    return ours, bare


def run(folder: Path, sizes: list[int]) -> None:
    """Print the table."""
    heads = f"{'ours':>9}{'SQL':>9}{'ours CPU':>10}{'SQL CPU':>9}{'ratio':>7}"
    print(f"{'users':>10}  {'what':24}{heads}")
    for users in sizes:
        path = folder / f"{users}.db"
        owner = prepare(path, users)
        database = Database(f"sqlite:///{path}")
        platform = open_platform(database, "admin")
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA cache_size = -65536")
            found = {duel.what: fight(duel) for duel in duels(platform, connection)}
        found["revoke all of 100,000"] = revoking(path, users, platform, owner)
        for what, (ours, bare) in found.items():
            times = f"{ours.wall:>9.1f}{bare.wall:>9.1f}{ours.cpu:>10.1f}{bare.cpu:>9.1f}"
            print(f"{users:>10,}  {what:24}{times}{ours.cpu / bare.cpu:>7.1f}", flush=True)
        database.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="a folder for the platforms")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        run(options.keep, options.sizes)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), options.sizes)


if __name__ == "__main__":
    main()
