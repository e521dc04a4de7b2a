"""What is wrong with the database, by its name in ``tokenwidgets.errors``."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator

from sqlalchemy import exc as sa_exc

from tokenwidgets import errors
from tokenwidgets.instants import Unreadable

__all__ = ["READ_ONLY", "named_errors"]

READ_ONLY = "25006"
"""What PostgreSQL says to who writes where nothing may be written."""


@contextlib.contextmanager
def named_errors(place: str) -> Iterator[None]:
    """Raise what is wrong with the database by its name in ``tokenwidgets.errors``."""
    try:
        yield
    except sa_exc.DBAPIError as error:
        raise _named(error, place) from error
    except sa_exc.TimeoutError as error:
        raise errors.DatabaseBusy(
            f"No connection to {place} was free in time; nothing was changed. Try again."
        ) from error
    except (sa_exc.ResourceClosedError, sqlite3.ProgrammingError) as error:
        raise errors.DatabaseUnavailable(f"The connection to {place} is closed.") from error
    except Unreadable as error:
        raise _unreadable(place, str(error)) from None
    except (UnicodeEncodeError, OverflowError):
        raise errors.InvalidValue("Value", _NOT_STORABLE) from None


_NOT_STORABLE = "has a character or a number that the database cannot hold."
_LOCKED = "is kept locked by another writer; nothing was changed. Try again."
_CONFLICT = "gave up on a conflict with another change; nothing was changed. Try again."
_FULL = "has no room left; nothing was changed. Free some disk space and try again."

_SQLITE_TROUBLE: tuple[tuple[str, type[errors.DatabaseError], str], ...] = (
    ("SQLITE_BUSY", errors.DatabaseBusy, _LOCKED),
    ("SQLITE_LOCKED", errors.DatabaseBusy, _LOCKED),
    (
        "SQLITE_READONLY",
        errors.DatabaseReadOnly,
        "cannot be written to: check the rights of the file and its folder.",
    ),
    ("SQLITE_FULL", errors.DatabaseFull, _FULL),
    ("SQLITE_IOERR_SHMSIZE", errors.DatabaseFull, _FULL),
    (
        "SQLITE_IOERR",
        errors.DatabaseUnavailable,
        "cannot be read or written (input/output error): check the disk.",
    ),
    (
        "SQLITE_NOTADB",
        errors.NotADatabase,
        "is not a database: check the URL. The file was left as it is.",
    ),
    ("SQLITE_CORRUPT", errors.NotADatabase, "is damaged: restore it from a backup."),
    (
        "SQLITE_CANTOPEN",
        errors.DatabaseUnavailable,
        "cannot be opened: check that the folder exists and its rights.",
    ),
)
_POSTGRES_TROUBLE: tuple[tuple[str, type[errors.DatabaseError], str], ...] = (
    ("40001", errors.DatabaseConflict, _CONFLICT),
    ("40P01", errors.DatabaseConflict, _CONFLICT),
    ("55P03", errors.DatabaseBusy, _LOCKED),
    (
        READ_ONLY,
        errors.DatabaseReadOnly,
        "cannot be written to: it is a replica, or the transaction is read-only.",
    ),
    ("42501", errors.DatabaseReadOnly, "refuses this role the right to do that: check its GRANTs."),
    ("53100", errors.DatabaseFull, _FULL),
    ("42P01", errors.NotADatabase, "has no tokenwidgets tables: run `tokenwidgets upgrade-db`."),
)
# What its client says of a URL's query; which option it is stays out, as it may be of a password.
_BAD_OPTION = re.compile(r"bad value for |invalid connection option |invalid \w+ value: ")
# What PostgreSQL says to who may not come in; psycopg gives it no SQLSTATE.
_REFUSED = re.compile(r"FATAL: +([^\n]+)")


def _named(error: sa_exc.DBAPIError, place: str) -> Exception:
    code = getattr(error.orig, "sqlite_errorname", None)
    table = _SQLITE_TROUBLE
    if code is None:
        code, table = getattr(error.orig, "sqlstate", None), _POSTGRES_TROUBLE
    for start, kind, words in table:
        if code and code.startswith(start):
            return kind(f"The database {place} {words}")
    if "no such table" in str(error.orig):
        return errors.NotADatabase(
            f"The database {place} has no tokenwidgets tables: run `tokenwidgets upgrade-db`."
        )
    # Without a statement it is about what was read, and not about what was given.
    read = isinstance(error, sa_exc.DataError) and error.statement is None
    if read or "Could not decode to UTF-8" in str(error.orig):
        return _unreadable(place, "a value that is none")
    if isinstance(error, sa_exc.DataError):
        return errors.InvalidValue("Value", _NOT_STORABLE)
    if isinstance(error, sa_exc.IntegrityError) or (code and code.startswith("42")):
        # The services check first, so this is a bug of ours; it must not pass for trouble.
        return error
    if _BAD_OPTION.search(str(error.orig)):
        return errors.ConfigurationError(
            f"The database {place} cannot be reached: after the ? of its URL there is an option, or"
            " a value of one, that PostgreSQL's client does not know."
        )
    if refused := _REFUSED.search(str(error.orig)):
        return errors.DatabaseUnavailable(
            f"The database {place} refused the connection: {refused[1]}."
        )
    return errors.DatabaseUnavailable(
        f"The database {place} did not answer; nothing was changed. Try again."
    )


def _unreadable(place: str, what: str) -> errors.NotADatabase:
    return errors.NotADatabase(
        f"The database {place} has {what}: `tokenwidgets check` says where. Restore a backup."
    )
