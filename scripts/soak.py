"""Let administrators change the same tokens for minutes while processes, disk and server fail.

    python scripts/soak.py                            # 16 processes, two minutes on each database
    python scripts/soak.py --seconds 20 --sqlite
    python scripts/soak.py --folder /mnt/small       # a small file system of its own, to be filled

Processes are killed (SIGKILL) and started again all the time; the disk is full for a while in the
middle, for real with ``--folder``, and else no file may grow; PostgreSQL crashes and is started
again. Afterwards: no change that anybody was told of is lost and none was made unsaid, no token
works that was said to be revoked, every secret that was shown works until it is replaced, the
audit trail is whole and tells the tokens as they are, and ``tokenwidgets check`` finds nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from ballast import Ballast
from postgres import PostgreSQL, postgresql_server
from soaking import Soak

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database

MOST_SHOWN = 20


def main() -> int:
    """Return 0 when nothing was lost on either database."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=120, help="on each (%(default)s)")
    parser.add_argument("--administrators", type=int, default=16, help="processes (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of who is killed when (%(default)s)")
    parser.add_argument(
        "--folder", type=Path, help="on a small file system of its own, to be filled"
    )
    parser.add_argument("--sqlite", action="store_true", help="on SQLite alone")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL alone")
    options = parser.parse_args()
    # Secrets that are dead are tried on purpose.
    logging.getLogger("tokenwidgets.verifier").setLevel(logging.ERROR)
    both = options.sqlite == options.postgresql
    problems = 0
    if both or options.sqlite:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            database = Database(f"sqlite:///{folder}/platform.db")
            problems += soak("SQLite", database, None, options)
    if both or options.postgresql:
        with postgresql_server(options.folder) as server:
            database = Database(server.create())
            problems += soak("PostgreSQL", database, server, options)
    print("Nothing was lost." if problems == 0 else f"{problems} problems.")
    return 0 if problems == 0 else 1


def soak(
    title: str, database: Database, server: PostgreSQL | None, options: argparse.Namespace
) -> int:
    """Print how it went on one database, and give how many problems there were."""
    initialise(database, "admin")
    with at_work(database, server, options) as crew:
        crew.prepare()
        crew.run(options.seconds)
    print(f"{title}: {options.administrators} processes, {crew.kills.total()} killed")
    print("\n".join(crew.figures().lines()))
    problems = crew.reckon().problems()
    database.close()
    for problem in problems[:MOST_SHOWN]:
        print(f"  PROBLEM: {problem}")
    return len(problems)


@contextlib.contextmanager
def at_work(
    database: Database, server: PostgreSQL | None, options: argparse.Namespace
) -> Iterator[Soak]:
    """The administrators, whose processes end with the block."""
    # What they report of themselves is not on the disk that is full.
    with tempfile.TemporaryDirectory() as folder:
        crew = Soak(
            Path(folder),
            database,
            administrators=options.administrators,
            server=server,
            ballast=Ballast(options.folder) if options.folder is not None else None,
            seed=options.seed,
        )
        try:
            yield crew
        finally:
            crew.close()


if __name__ == "__main__":
    raise SystemExit(main())
