"""The indexes that find rows by a part of a text; all that differs by the kind of database.

SQLite has a table of trigrams (FTS5) that triggers keep right, PostgreSQL an index of them where
the extension pg_trgm can be had. Without either, as elsewhere, a search reads row by row.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
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

from tokenwidgets.search import cases, sought

__all__ = [
    "ALL",
    "EVENTS",
    "TOKENS",
    "USERS",
    "TextIndex",
    "create",
    "drop",
    "is_of_the_models",
    "is_short",
    "names_very_many",
    "narrowed",
    "narrows_by_itself",
    "rebuilding",
]

_TRIGRAM = 3
_MOST_TRIGRAMS = 32
_FEW_FOUND = 200
_MOST_FOUND = 50_000  # to sort them takes a tenth of a second


@dataclass(frozen=True, slots=True)
class TextIndex:
    """An index of the texts in some columns of a table whose rows have an ``id``."""

    name: str
    table: str
    columns: tuple[str, ...]

    @property
    def triggers(self) -> dict[str, str]:
        """What keeps SQLite's table right, by name: when and what."""
        columns = ", ".join(self.columns)
        new, old = (", ".join(f"{row}.{each}" for each in self.columns) for row in ("new", "old"))
        enter = f"INSERT INTO {self.name}(rowid, {columns}) VALUES (new.id, {new});"  # noqa: S608
        leave = (
            f"INSERT INTO {self.name}({self.name}, rowid, {columns})"  # noqa: S608
            f" VALUES ('delete', old.id, {old});"
        )
        return {
            f"{self.name}_added": f"AFTER INSERT ON {self.table} BEGIN {enter} END",
            f"{self.name}_edited": (
                f"AFTER UPDATE OF id, {columns} ON {self.table} BEGIN {leave} {enter} END"
            ),
            f"{self.name}_removed": f"AFTER DELETE ON {self.table} BEGIN {leave} END",
        }

    @property
    def on_sqlite(self) -> str:
        """The statement that makes it on SQLite."""
        return self._on_sqlite(self.name, f" content='{self.table}', content_rowid='id',")

    def on_sqlite_beside(self, name: str) -> str:
        """The statement that makes one like it of what is put in, by another name."""
        return self._on_sqlite(name, " content='',")

    def _on_sqlite(self, name: str, content: str) -> str:
        # detail=none is a third of the size; who asks looks at the rows themselves anyway.
        return (
            f"CREATE VIRTUAL TABLE {name} USING fts5({', '.join(self.columns)},{content}"
            " tokenize='trigram', detail=none)"
        )

    @property
    def on_postgresql(self) -> str:
        """The statement that makes it on PostgreSQL."""
        columns = ", ".join(f"{each} gin_trgm_ops" for each in self.columns)
        return f"CREATE INDEX {self.name} ON {self.table} USING gin ({columns})"


USERS = TextIndex("user_search", "users", ("user_id", "name", "email"))
TOKENS = TextIndex("token_search", "tokens", ("name",))
EVENTS = TextIndex("event_search", "audit_events", ("actor", "action", "subject", "user_id"))
ALL = (USERS, TOKENS, EVENTS)


def create(connection: Connection, index: TextIndex) -> None:
    """Make the index of all rows, if this database can have one.

    A migration that makes the table anew on SQLite has to drop the index before and create it
    afterwards: triggers go with their table.
    """
    if connection.dialect.name == "sqlite":
        if _sqlite_has_trigrams(connection):
            connection.execute(text(index.on_sqlite))
            _fill(connection, index)
            _create_triggers(connection, index)
    elif connection.dialect.name == "postgresql" and _postgresql_has_trigrams(connection):
        connection.execute(text(index.on_postgresql))


def drop(connection: Connection, index: TextIndex) -> None:
    """Remove the index, if there is one."""
    if connection.dialect.name == "sqlite":
        _drop_triggers(connection, index)
        connection.execute(text(f"DROP TABLE IF EXISTS {index.name}"))
    elif connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP INDEX IF EXISTS {index.name}"))


def rebuilding(connection: Connection, fill: Callable[[], None]) -> None:
    """Call what adds very many users and tokens, and bring the indexes up to date at the end."""
    there = [index for index in (USERS, TOKENS) if _is_there(connection, index)]
    for index in there:
        if connection.dialect.name == "sqlite":
            _drop_triggers(connection, index)
        else:
            drop(connection, index)
    fill()
    for index in there:
        if connection.dialect.name == "sqlite":
            _fill(connection, index)
            _create_triggers(connection, index)
        else:
            connection.execute(text(index.on_postgresql))


def narrows_by_itself(session: Session) -> bool:
    """Whether the database's planner decides when an index is of use, and ``narrowed`` does not."""
    return session.connection().dialect.name == "postgresql"


def is_short(search: str) -> bool:
    """Whether a search is too short for an index: one or two characters."""
    return len(sought(search)) < _TRIGRAM


def narrowed(
    session: Session, search: str, row_id: SQLColumnExpression[int], index: TextIndex
) -> list[ColumnElement[bool]]:
    """The condition that the index names this row for the search; none where it is of no help.

    It is of no help for one or two characters, nor when it names very many rows: some of them
    are then found sooner along the order in which they are wanted. The rows named are more than
    those with the text in them (``search.containing``), never fewer.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite" or is_short(search):
        # PostgreSQL's planner does all this by itself.
        return []
    if not _is_there(connection, index):
        return []
    named = _named(index)
    trigrams = {"trigrams": _trigrams(sought(search))}
    # Few are read once; their count and their page then need the index no more.
    few = connection.execute(named.few, trigrams).scalars().all()
    if len(few) <= _FEW_FOUND:
        return [row_id.in_(few)]
    if connection.execute(named.many, trigrams).scalar_one() > _MOST_FOUND:
        return []
    return [row_id.in_(named.all.params(trigrams))]


def names_very_many(session: Session, index: TextIndex) -> bool:
    """Whether the index is there, so that ``narrowed`` gave nothing because it names very many."""
    return not narrows_by_itself(session) and _is_there(session.connection(), index)


def is_of_the_models(_object: Any, name: str | None, *_: Any) -> bool:
    """Whether the models know of a table or an index: Alembic's ``include_object``."""
    return not (name or "").startswith(tuple(index.name for index in ALL))


@dataclass(frozen=True, slots=True)
class _Named:
    """The ids of the rows that SQLite's index names for ``trigrams``, and how many, up to many."""

    all: Select[int]
    few: Select[int]
    many: Select[int]


@cache
def _named(index: TextIndex) -> _Named:
    found = table(index.name, column("rowid", Integer), column(index.name))
    named = select(found.c.rowid).where(found.c[index.name].op("MATCH")(bindparam("trigrams")))
    many = select(func.count()).select_from(named.limit(_MOST_FOUND + 1).subquery())
    return _Named(named, named.limit(_FEW_FOUND + 1), many)


def _trigrams(words: str) -> str:
    """All the trigrams of a text as FTS5 asks for them: ``"jan" AND "ane"``."""
    each = (words[at : at + _TRIGRAM] for at in range(len(words) - _TRIGRAM + 1))
    some = itertools.islice(dict.fromkeys(each), _MOST_TRIGRAMS)
    return " AND ".join(map(_quoted if words.isascii() else _in_any_case, some))


def _in_any_case(trigram: str) -> str:
    """A trigram that is not ASCII, with the cases of its letters that are not one for FTS5."""
    different = itertools.product(*map(_different, trigram))
    return f"({' OR '.join(_quoted(''.join(each)) for each in different)})"


def _different(character: str) -> list[str]:
    """A letter in those of its cases that FTS5 may not know to be one.

    It knows those of Unicode 3.2, whatever its version; and leaves to Turkish what is Turkish.
    """
    lower, *others = sorted(cases(character), key=lambda each: each != character.lower()[0])
    old = unicodedata.ucd_3_2_0.category
    return [lower, *(each for each in others if "Cn" in (old(each), old(lower)) or each == "İ")]


def _quoted(trigram: str) -> str:
    return '"' + trigram.replace('"', '""') + '"'


def _fill(connection: Connection, index: TextIndex) -> None:
    connection.execute(text(f"INSERT INTO {index.name}({index.name}) VALUES ('rebuild')"))  # noqa: S608


def _create_triggers(connection: Connection, index: TextIndex) -> None:
    for name, rule in index.triggers.items():
        connection.execute(text(f"CREATE TRIGGER {name} {rule}"))


def _drop_triggers(connection: Connection, index: TextIndex) -> None:
    for name in index.triggers:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


_sqlite_table = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")
_postgresql_index = text("SELECT to_regclass(:name)")


def _is_there(connection: Connection, index: TextIndex) -> bool:
    look = {"sqlite": _sqlite_table, "postgresql": _postgresql_index}.get(connection.dialect.name)
    return look is not None and connection.scalar(look, {"name": index.name}) is not None


def _sqlite_has_trigrams(connection: Connection) -> bool:
    version = connection.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    options = connection.scalars(text("PRAGMA compile_options")).all()
    return version >= (3, 34, 0) and "ENABLE_FTS5" in options


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
