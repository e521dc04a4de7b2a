"""What the dashboard asks for most, at 10,000 to 1,000,000 users, beside the bare SQL of the same.

    python benchmarks/scale.py                       # everything, anew, in a temporary folder
    python benchmarks/scale.py --keep FOLDER         # platforms are kept, and used the next time

On SQLite, with 500 APIs, as many tokens as users (at least 200,000), and one user with 100,000 of
them. Ours is the service that the screen calls: the actor's authority, the count and the page
with its groups and live tokens. The bare SQL is those rows and their count, by the driver, with
the same indexes; it knows of no actor. The two run in turns; medians are told, in milliseconds:
by the clock, and of the processor alone. The ratio is of the latter, which is less at the mercy of
what else the machine does.
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

from sqlalchemy import text

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.paging import Cursor
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.seed import seed

SIZES = (10_000, 100_000, 1_000_000)
APIS = 500
OWNED = 100_000
COLUMNS = "id, user_id, name, email, department, is_active, version"
FOUND = """
    id IN (SELECT rowid FROM user_search WHERE user_search MATCH :trigrams)
    AND (user_id LIKE :like OR name LIKE :like OR email LIKE :like)
"""


@dataclass(frozen=True)
class Duel:
    """The same asked of the platform and by SQL."""

    what: str
    ours: Callable[[], Any]
    bare: Callable[[], Any]
    runs: int = 15


def prepare(path: Path, users: int) -> str:
    """Make the platform if it is not there; the User ID of who owns many tokens."""
    database = Database(f"sqlite:///{path}")
    if not path.exists():
        print(f"seeding {users:,} users …", flush=True)
        initialise(database, "admin")
        seed(database, users=users, tokens=max(users, 2 * OWNED), apis=APIS)
    with database.write() as session:
        owner = session.execute(text("SELECT id, user_id FROM users ORDER BY id DESC")).first()
        session.execute(
            text(
                "UPDATE tokens SET owner_id = :owner, revoked_at = NULL,"
                " expires_at = 4102444800000000 WHERE id <= :many"
            ),
            {"owner": owner.id, "many": OWNED},
        )
    database.close()
    return str(owner.user_id)


def bare_page(
    connection: sqlite3.Connection, where: str = "1", **values: Any
) -> list[tuple[Any, ...]]:
    """A page of users with their groups and live tokens, and the count up to 10,000."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM users WHERE {where} ORDER BY user_id LIMIT 26", values
    ).fetchall()
    marks = ", ".join("?" * len(rows))
    ids = [row[0] for row in rows]
    connection.execute(
        "SELECT memberships.user_id, name FROM memberships JOIN user_groups ON id = group_id"
        f" WHERE memberships.user_id IN ({marks})",
        ids,
    ).fetchall()
    connection.execute(
        "SELECT owner_id, count(*), min(expires_at) FROM tokens WHERE revoked_at IS NULL"
        f" AND expires_at > ? AND owner_id IN ({marks}) GROUP BY owner_id",
        [time.time_ns() // 1000, *ids],
    ).fetchall()
    wanted = where.replace("user_id > :place", "1")
    connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM users WHERE {wanted} LIMIT 10001)", values
    ).fetchone()
    return rows


def bare_user(connection: sqlite3.Connection, user_id: str) -> None:
    """A user, and the tokens of the user with their secrets and grants."""
    (user,) = connection.execute(f"SELECT {COLUMNS} FROM users WHERE user_id = ?", [user_id])
    tokens = connection.execute(
        "SELECT * FROM tokens JOIN token_secrets ON token_id = tokens.id AND ends_at IS NULL"
        " WHERE owner_id = ? ORDER BY name_key LIMIT 26",
        [user[0]],
    ).fetchall()
    for each in tokens:
        connection.execute(
            "SELECT name, access FROM grants JOIN apis ON apis.id = api_id WHERE token_id = ?",
            [each[0]],
        ).fetchall()


def bare_search(connection: sqlite3.Connection, words: str) -> list[tuple[Any, ...]]:
    """The users with these words, by the index."""
    trigrams = " AND ".join(f'"{words[at : at + 3]}"' for at in range(len(words) - 2))
    return bare_page(connection, FOUND, trigrams=trigrams, like=f"%{words}%")


def bare_revoke(connection: sqlite3.Connection, owner: str) -> None:
    """Revoke by one statement, without any event."""
    connection.execute(
        "UPDATE tokens SET revoked_at = ?, version = version + 1 WHERE revoked_at IS NULL"
        " AND owner_id = (SELECT id FROM users WHERE user_id = ?) RETURNING id",
        [time.time_ns() // 1000, owner],
    ).fetchall()
    connection.commit()


def duels(platform: Platform, connection: sqlite3.Connection) -> list[Duel]:
    """What is asked."""
    users = platform.users
    (count,) = connection.execute("SELECT max(id) FROM users").fetchone()
    some, middle = (
        connection.execute("SELECT user_id FROM users WHERE id = ?", [at]).fetchone()[0]
        for at in (count // 3, count // 2)
    )
    prefix, part = some[:-1], some[1:]
    (owner,) = connection.execute(
        "SELECT user_id FROM users WHERE id = (SELECT owner_id FROM tokens WHERE id = ?)",
        [OWNED + 1],
    ).fetchone()
    return [
        Duel("first page", users.page, lambda: bare_page(connection)),
        Duel(
            "search by prefix",
            lambda: users.page(search=prefix),
            lambda: bare_search(connection, prefix),
        ),
        Duel(
            "search by substring",
            lambda: users.page(search=part),
            lambda: bare_search(connection, part),
        ),
        Duel(
            "deep page",
            lambda: users.page(cursor=Cursor((middle,))),
            lambda: bare_page(connection, "user_id > :place", place=middle),
        ),
        Duel(
            "open a user",
            lambda: (users.get(owner), platform.tokens.page(owner)),
            lambda: bare_user(connection, owner),
        ),
        Duel(
            "form with 500 APIs",
            platform.apis.list,
            lambda: connection.execute("SELECT * FROM apis WHERE is_active").fetchall(),
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
        bare = timed(lambda: bare_revoke(connection, owner))
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
