"""Bring a database to this version's schema, or refuse it with what to do (Alembic)."""

from __future__ import annotations

import functools
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from tokenwidgets import errors
from tokenwidgets.database import Database, sqlite_path

__all__ = [
    "check_schema",
    "is_empty",
    "known_revisions",
    "make_folder",
    "migrate",
    "revision",
    "upgrade",
]

_SMALLEST = 512  # bytes in a page, of which an SQLite file has at least one
_UPGRADE_LOCK = 0x746F6B656E  # any number, always the same


@functools.cache
def known_revisions() -> tuple[str, ...]:
    """The revisions that this version knows, oldest first: the files of ``migrations/versions``."""
    folder = files("tokenwidgets.migrations") / "versions"
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(".py"))
    return tuple(sorted(name.partition("_")[0] for name in names if name[0].isdigit()))


def revision(database: Database) -> str | None:
    """The revision of the database's schema; None when there is nothing in it yet.

    Raises:
        NotADatabase: it is another program's, or damaged.

    """
    path = sqlite_path(database.url)
    if path is not None and not path.exists():
        # Asking it would make the file.
        return None
    if path is not None and path.is_file() and 0 < path.stat().st_size < _SMALLEST:
        # SQLite would take it for empty, and write over it.
        raise errors.NotADatabase(f"The file {path} is not a database: it was left as it is.")
    with database.read() as session:
        present = set(inspect(session.connection()).get_table_names())
        if not present - {"alembic_version"}:
            return None
        # Another program may well keep its own revisions by Alembic.
        if not present >= {"alembic_version", "audit_chain"}:
            raise errors.NotADatabase(
                f"The database {database.place} has tables of something else"
                f" ({', '.join(sorted(present)[:3])}…). Give tokenwidgets a database of its own."
            )
        found = session.scalar(text("SELECT version_num FROM alembic_version"))
        if found is None:
            raise errors.NotADatabase(
                f"The database {database.place} has lost its schema's version: restore a backup."
            )
        return str(found)


def is_empty(database: Database) -> bool:
    """Whether the database has no tables yet."""
    return revision(database) is None


def check_schema(database: Database) -> None:
    """Accept only this version's schema.

    Raises:
        NotADatabase: there is nothing of ours in it.
        SchemaTooOld: ``tokenwidgets upgrade-db`` has to be run first.
        SchemaTooNew: a newer tokenwidgets made it.

    """
    path = sqlite_path(database.url)
    if path is not None and not path.exists():
        raise errors.NotADatabase(
            f"There is no database at {path} yet: run `tokenwidgets init --admin USER_ID`, or say"
            " where it is with TOKENWIDGETS_DATABASE_URL."
        )
    found = revision(database)
    known = known_revisions()
    if found == known[-1]:
        return
    if found is None:
        raise errors.NotADatabase(
            f"The database {database.place} is empty: run `tokenwidgets init --admin USER_ID`."
        )
    if found in known:
        raise errors.SchemaTooOld(
            f"The database {database.place} has schema {found}, this version needs {known[-1]}:"
            " make a backup, then run `tokenwidgets upgrade-db`."
        )
    raise errors.SchemaTooNew(
        f"The database {database.place} has schema {found}, which is newer than this version"
        f" knows ({known[-1]}): upgrade tokenwidgets on this machine."
    )


def upgrade(database: Database) -> tuple[str | None, str]:
    """Apply the migrations that are missing; all of them or, on trouble, none (SQLite too).

    Returns:
        The revision before and the revision after.

    Raises:
        SchemaTooNew: a newer tokenwidgets made it; nothing is changed.

    """
    path = sqlite_path(database.url)
    if path is not None:
        make_folder(path.parent)
    before = revision(database)
    known = known_revisions()
    if before is not None and before not in known:
        check_schema(database)
    if before != known[-1]:
        with database.write() as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                # Of two that come at once, the second finds the work done.
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
            migrate(connection, known[-1])
        # New connections see that the database is ours now (``tune_sqlite``).
        database.close()
    return before, known[-1]


def migrate(connection: Connection, target: str) -> None:
    """Apply the migrations that are missing up to a revision, in the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("tokenwidgets.migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def make_folder(folder: Path) -> None:
    """Make the folder for a database's file, for its owner alone, unless it is there.

    Raises:
        DatabaseUnavailable: it cannot be made.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise errors.DatabaseUnavailable(
            f"The folder {folder} for the database cannot be made: {error.strerror}."
        ) from error
