"""Back up an SQLite platform while it is in use, and restore it; each file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from tokenwidgets import errors
from tokenwidgets.database import BUSY_TIMEOUT, Database, sqlite_path
from tokenwidgets.progress import Progress, no_progress
from tokenwidgets.trouble import named_errors
from tokenwidgets.upgrade import check_schema, revision
from tokenwidgets.upkeep.checking import check

__all__ = ["back_up", "restore"]

_PAGES = 4096  # copied at a time: 16 MB


def back_up(database: Database, target: Path, *, progress: Progress = no_progress) -> None:
    """Copy the platform, as it is at one instant, into a new file, while others work on.

    The file can be read by its owner alone, and is a platform like any other. One of an older
    schema is copied as it is: a backup comes before ``tokenwidgets upgrade-db``.

    Args:
        database: an SQLite database of this version's schema or an older one.
        target: where; there must be nothing yet.
        progress: called with the pages that are copied and how many there are.

    Raises:
        ConfigurationError: it is not in a file of SQLite, or there is something at the target.
        SchemaTooNew: a newer tokenwidgets made it.
        DatabaseError: the database cannot be read, or the copy not be written.

    """
    source = _file_of(database, "dumped by `pg_dump`")
    with contextlib.suppress(errors.SchemaTooOld):
        check_schema(database)
    _copy(source, target, progress)


def restore(backup: Path, database: Database, *, progress: Progress = no_progress) -> str:
    """Make the database from a backup, where there is none yet; the revision of its schema.

    A backup of an older schema is restored as it is, and needs ``tokenwidgets upgrade-db`` then.

    Raises:
        ConfigurationError: the database is not to be a file of SQLite, or is there already.
        NotADatabase: the backup is not there, not one of a platform, or damaged.
        SchemaTooNew: a newer tokenwidgets made it.

    """
    target = _file_of(database, "restored by `pg_restore`")
    if not backup.is_file():
        raise errors.NotADatabase(f"There is no backup at {backup}.")
    with contextlib.closing(_read_only(backup)) as saved:
        found = revision(saved)
        if found is None:
            raise errors.NotADatabase(f"The file {backup} is empty: it is no backup.")
        for trouble in check(saved, older=True):
            raise errors.NotADatabase(
                f"The backup {backup} is damaged ({trouble.place}: {trouble.problem}); nothing"
                " was restored."
            )
    with contextlib.suppress(FileExistsError):
        target.parent.mkdir(parents=True, mode=0o700)
    _copy(backup, target, progress)
    return found


def _read_only(backup: Path) -> Database:
    # It may be on a medium that cannot be written to, and stays as it is in any case.
    name = f"file:{quote(str(backup.resolve()))}"
    return Database(URL.create("sqlite", database=name, query={"mode": "ro", "uri": "true"}))


def _file_of(database: Database, otherwise: str) -> Path:
    path = sqlite_path(database.url)
    if path is None:
        raise errors.ConfigurationError(
            f"The database {database.place} is not a file of SQLite: a PostgreSQL database is"
            f" {otherwise}, which comes with it."
        )
    return path


def _copy(source: Path, target: Path, progress: Progress) -> None:
    """Copy by SQLite's own backup, which waits for writers and takes their finished work along."""
    _require_nothing(target)
    with (
        named_errors(str(target)),
        _beside(target) as part,
        contextlib.closing(_connect(source)) as read,
        contextlib.closing(sqlite3.connect(part)) as written,
    ):
        # A copy that is begun anew whenever somebody writes might never end.
        read.execute("BEGIN")
        read.execute("SELECT 1 FROM sqlite_master").fetchone()
        try:
            read.backup(
                written,
                pages=_PAGES,
                progress=lambda _, left, total: progress(total - left, total),
            )
            # One file, without a write-ahead log beside it.
            written.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error as error:
            raise errors.DatabaseUnavailable(
                f"The copy {target} could not be made: {error}; nothing was left of it."
            ) from error


def _connect(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(source, timeout=BUSY_TIMEOUT, isolation_level=None)


def _require_nothing(target: Path) -> None:
    # What is left of a log would be taken for the new file's.
    for each in (target, *(Path(f"{target}{suffix}") for suffix in ("-wal", "-shm", "-journal"))):
        if os.path.lexists(each):
            raise errors.ConfigurationError(
                f"There is {each} already: it was left as it is. Give another file, or move it"
                " away first."
            )


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A new file that takes its place at the target at the end, unless somebody was quicker."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise errors.DatabaseUnavailable(
            f"The file {target} cannot be made: {error.strerror}."
        ) from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _place(part, target)
    finally:
        part.unlink(missing_ok=True)


def _place(part: Path, target: Path) -> None:
    try:
        _to_disk(part)
        try:
            # A link, unlike a move, replaces nothing.
            os.link(part, target)
        except FileExistsError:
            raise
        except OSError:
            # The file system has no links, as that of many a memory stick.
            _move(part, target)
    except FileExistsError:
        _require_nothing(target)
        raise
    except OSError as error:
        raise errors.DatabaseUnavailable(
            f"The file {target} cannot be made: {error.strerror}."
        ) from error
    # Some network folders cannot say when they have it.
    with contextlib.suppress(OSError):
        _to_disk(target.parent)


def _move(part: Path, target: Path) -> None:
    """Move it over an empty file that is ours, as there was none."""
    target.touch(mode=0o600, exist_ok=False)
    try:
        part.replace(target)
    except BaseException:
        target.unlink()
        raise


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
