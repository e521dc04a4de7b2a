"""The demo's database is kept from one run to the next, and rebuilt when that is asked for."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from sqlalchemy import MetaData

from tokenwidgets import errors
from tokenwidgets.bootstrap import is_demo
from tokenwidgets.database import Database, sqlite_path
from tokenwidgets.demo import build
from tokenwidgets.progress import Progress
from tokenwidgets.upgrade import is_empty, make_folder, upgrade

__all__ = ["prepare"]


def prepare(database_url: str, *, reset: bool, progress: Progress) -> None:
    """Make sure that there is a demo platform of this version's schema.

    Args:
        database_url: where; an SQLite file appears only when the platform in it is whole.
        reset: build it anew, if it is there.
        progress: as for ``build``; not called when nothing has to be built.

    Raises:
        ConfigurationError: there is something else, which is left as it is.
        DatabaseError: the database cannot be used.

    """
    database = Database(database_url)
    with contextlib.closing(database):
        path = sqlite_path(database.url)
        there = path.exists() if path else not is_empty(database)
        if there:
            _require_demo(database)
        if there and not reset:
            _upgrade(database)
        elif path is None:
            if there:
                _empty(database)
            build(database, progress=progress)
        else:
            _build_file(path, progress)


def _require_demo(database: Database) -> None:
    if is_empty(database) or not is_demo(database):
        raise errors.ConfigurationError(
            f"The database {database.place} is not one that `tokenwidgets demo` made, so it was"
            " left as it is. Give the demo another by TOKENWIDGETS_DEMO_DATABASE_URL."
        )


def _upgrade(database: Database) -> None:
    try:
        upgrade(database)
    except errors.SchemaTooNew as error:
        raise errors.SchemaTooNew(f"{error} Or build the demo anew with --reset.") from None


def _empty(database: Database) -> None:
    tables = MetaData()
    with database.write() as session:
        tables.reflect(session.connection())
        tables.drop_all(session.connection())


def _build_file(path: Path, progress: Progress) -> None:
    """Build beside the file and put it in place when it is whole, whatever happens meanwhile."""
    make_folder(path.parent)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".demo-") as folder:
        built = Path(folder) / path.name
        database = Database(f"sqlite:///{built}")
        build(database, progress=progress)
        # The last connection to be closed leaves one file, without its write-ahead log.
        database.close()
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        built.replace(path)
