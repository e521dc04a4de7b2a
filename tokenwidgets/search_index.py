"""The index that finds users by a part of a text; all that differs by the kind of database.

SQLite has a table of trigrams (FTS5) that triggers keep right, PostgreSQL an index of them where
the extension pg_trgm can be had. Without either, as elsewhere, a search reads row by row.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    SQLColumnExpression,
    bindparam,
    column,
    func,
    select,
    table,
    text,
)
from sqlalchemy import exc as sa_exc
from sqlalchemy.orm import Session

__all__ = ["create", "drop", "is_of_the_models", "narrowed", "rebuilding"]

_NAME = "user_search"
_TRIGRAM = 3
_MOST_TRIGRAMS = 32
_FEW_FOUND = 200
_MOST_FOUND = 50_000  # to sort them takes a tenth of a second

_found = table(_NAME, column("rowid", Integer), column(_NAME))
_named = select(_found.c.rowid).where(_found.c[_NAME].op("MATCH")(bindparam("trigrams")))
_few = _named.limit(_FEW_FOUND + 1)
_many = select(func.count()).select_from(_named.limit(_MOST_FOUND + 1).subquery())
_sqlite_there = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'user_search'")

# detail=none is a third of the size; who asks looks at the rows themselves anyway.
_SQLITE_TABLE = """
    CREATE VIRTUAL TABLE user_search USING fts5(
        user_id, name, email, content='users', content_rowid='id', tokenize='trigram', detail=none
    )
"""
_SQLITE_FILL = "INSERT INTO user_search(user_search) VALUES ('rebuild')"
_ENTER = """
    INSERT INTO user_search(rowid, user_id, name, email)
    VALUES (new.id, new.user_id, new.name, new.email);
"""
_LEAVE = """
    INSERT INTO user_search(user_search, rowid, user_id, name, email)
    VALUES ('delete', old.id, old.user_id, old.name, old.email);
"""
_SQLITE_TRIGGERS = {
    "user_search_added": f"AFTER INSERT ON users BEGIN {_ENTER} END",
    "user_search_edited": (
        f"AFTER UPDATE OF id, user_id, name, email ON users BEGIN {_LEAVE} {_ENTER} END"
    ),
    "user_search_removed": f"AFTER DELETE ON users BEGIN {_LEAVE} END",
}
_POSTGRESQL_INDEX = """
    CREATE INDEX user_search ON users
    USING gin (user_id gin_trgm_ops, name gin_trgm_ops, email gin_trgm_ops)
"""


def create(connection: Connection) -> None:
    """Make the index of all users, if this database can have one.

    A migration that makes the table ``users`` anew on SQLite has to drop the index before and
    create it afterwards: triggers go with their table.
    """
    if connection.dialect.name == "sqlite":
        if _sqlite_has_trigrams(connection):
            connection.execute(text(_SQLITE_TABLE))
            connection.execute(text(_SQLITE_FILL))
            _create_triggers(connection)
    elif connection.dialect.name == "postgresql" and _postgresql_has_trigrams(connection):
        connection.execute(text(_POSTGRESQL_INDEX))


def drop(connection: Connection) -> None:
    """Remove the index, if there is one."""
    if connection.dialect.name == "sqlite":
        _drop_triggers(connection)
        connection.execute(text("DROP TABLE IF EXISTS user_search"))
    elif connection.dialect.name == "postgresql":
        connection.execute(text("DROP INDEX IF EXISTS user_search"))


def rebuilding(connection: Connection, fill: Callable[[], None]) -> None:
    """Call what adds very many users, and bring the index up to date once, at the end."""
    if connection.dialect.name == "postgresql" and _postgresql_has_index(connection):
        drop(connection)
        fill()
        connection.execute(text(_POSTGRESQL_INDEX))
        return
    if connection.dialect.name != "sqlite" or not _sqlite_has_index(connection):
        fill()
        return
    _drop_triggers(connection)
    fill()
    connection.execute(text(_SQLITE_FILL))
    _create_triggers(connection)


def narrowed(
    session: Session, search: str, user_id: SQLColumnExpression[int]
) -> list[ColumnElement[bool]]:
    """The condition that the index names this user for the search; none where it is of no help.

    Of no help is it for one or two characters, and when it names very many users: some of them
    are then found sooner along the order in which they are wanted. The users named are more than
    those with the text in them (``search.containing``), never fewer.
    """
    words = search.strip()
    connection = session.connection()
    if connection.dialect.name != "sqlite" or len(words) < _TRIGRAM or "\0" in words:
        # PostgreSQL's planner does all this by itself.
        return []
    if not _sqlite_has_index(connection):
        return []
    trigrams = {"trigrams": _trigrams(words)}
    # Few are read once; their count and their page then need the index no more.
    few = connection.execute(_few, trigrams).scalars().all()
    if len(few) <= _FEW_FOUND:
        return [user_id.in_(few)]
    if connection.execute(_many, trigrams).scalar_one() > _MOST_FOUND:
        return []
    return [user_id.in_(_named.params(trigrams))]


def is_of_the_models(_object: Any, name: str | None, *_: Any) -> bool:
    """Whether the models know of a table or an index: Alembic's ``include_object``."""
    return not (name or "").startswith(_NAME)


def _trigrams(words: str) -> str:
    """All the trigrams of a text as FTS5 asks for them: ``"jan" AND "ane"``."""
    each = (words[at : at + _TRIGRAM] for at in range(len(words) - _TRIGRAM + 1))
    some = itertools.islice(dict.fromkeys(each), _MOST_TRIGRAMS)
    return " AND ".join('"' + trigram.replace('"', '""') + '"' for trigram in some)


def _create_triggers(connection: Connection) -> None:
    for name, rule in _SQLITE_TRIGGERS.items():
        connection.execute(text(f"CREATE TRIGGER {name} {rule}"))


def _drop_triggers(connection: Connection) -> None:
    for name in _SQLITE_TRIGGERS:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


def _sqlite_has_index(connection: Connection) -> bool:
    return connection.scalar(_sqlite_there) is not None


def _sqlite_has_trigrams(connection: Connection) -> bool:
    version = connection.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    options = connection.scalars(text("PRAGMA compile_options")).all()
    return version >= (3, 34, 0) and "ENABLE_FTS5" in options


def _postgresql_has_index(connection: Connection) -> bool:
    return connection.scalar(text("SELECT to_regclass('user_search')")) is not None


def _postgresql_has_trigrams(connection: Connection) -> bool:
    known = text("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
    if connection.scalar(known) is None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa_exc.DBAPIError:
        # Who may not create extensions can ask somebody who may, and is served without.
        return False
    return True
