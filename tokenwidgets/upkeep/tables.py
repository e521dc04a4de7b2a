"""Whether the tables, indexes and triggers are those that the migrations make.

What is there besides is nobody's trouble: an index of the operator's own, the statistics.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CheckConstraint, Connection, column, create_engine, func, select, table, text
from sqlalchemy.orm import Session

from tokenwidgets.schema import Base
from tokenwidgets.search_index import ALL, TextIndex, is_of_the_models
from tokenwidgets.upgrade import migrate
from tokenwidgets.upkeep.trouble import Trouble

__all__ = ["layout", "search_indexes"]

_MISSING = "it is missing"
_CHANGED = "it is not as it was made"
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class _Layout:
    """What an SQLite database consists of: the kind and name of each thing, with its statement."""

    statements: dict[tuple[str, str], str]
    columns: frozenset[tuple[str, str]]

    def of_the_models(self) -> list[tuple[str, str]]:
        """The tables, then their indexes, by name; without what the searches have."""
        things = (thing for thing in self.statements if is_of_the_models(None, thing[1]))
        return sorted(things, key=lambda thing: (thing[0] != "table", thing))

    def of(self, index: TextIndex) -> list[tuple[str, str]]:
        """The tables and triggers of an index of texts."""
        return sorted(thing for thing in self.statements if thing[1].startswith(index.name))


def layout(session: Session, revision: str) -> Iterator[Trouble]:
    """What is missing or other than a revision has it; on PostgreSQL, than the newest has it."""
    if session.get_bind().dialect.name == "postgresql":
        found = _on_postgresql(session.connection())
        yield from sorted(found, key=lambda each: (each.place[:5] != "table", str(each)))
        return
    made, there = _made(revision), _layout(session.connection())
    for kind, name in made.of_the_models():
        place = f"{kind} {name}"
        if (kind, name) not in there.statements:
            yield Trouble(place, _MISSING)
            continue
        columns = [each for each in made.columns - there.columns if each[0] == name]
        for _, missing in sorted(columns):
            yield Trouble(place, f"its column {missing} is missing")
        if not columns and made.statements[kind, name] != there.statements[kind, name]:
            yield Trouble(place, _CHANGED)


def search_indexes(session: Session, revision: str, *, texts: bool) -> Iterator[Trouble]:
    """What is wrong with the indexes of texts on SQLite: their parts, and the rows in them.

    An index that is not there at all is no trouble: where the database was made there are no
    trigrams, and searches read row by row.

    Args:
        session: the snapshot.
        revision: its schema's.
        texts: whether they are compared with the texts, too; new indexes are made for that.

    """
    if session.get_bind().dialect.name != "sqlite":
        return
    made, there = _made(revision), _layout(session.connection())
    for index in ALL:
        if not there.of(index):
            continue
        wrong = [thing for thing in made.of(index) if thing not in there.statements]
        for kind, name in wrong:
            yield Trouble(f"index {index.name}", f"its {kind} {name} is missing")
        for thing in made.of(index):
            if thing not in wrong and made.statements[thing] != there.statements[thing]:
                yield Trouble(f"index {index.name}", f"its {' '.join(thing)} is not as it was made")
        if made.of(index) and not wrong:
            found = list(_rows(session, index))
            yield from found or (_texts(session, index) if texts else ())


def _rows(session: Session, index: TextIndex) -> Iterator[Trouble]:
    """FTS5's own check against the rows is a statement that writes, which would stop all others."""
    rows, entries = (table(name, column("id")) for name in (index.table, f"{index.name}_docsize"))
    for one, other, problem in (
        (rows, entries, f"it lacks {{}} row(s) of {index.table}"),
        (entries, rows, f"it has {{}} row(s) that {index.table} has not"),
    ):
        missing = ~select(other.c.id).where(other.c.id == one.c.id).exists()
        count = session.scalar(select(func.count()).select_from(one).where(missing))
        if count:
            yield Trouble(f"index {index.name}", problem.format(count))


def _texts(session: Session, index: TextIndex) -> Iterator[Trouble]:
    """Compared is how many rows each trigram is in, with an index beside the database's.

    What is made for that goes with the transaction, and is emptied again and again.
    """
    columns = ", ".join(("id", *index.columns))
    for statement in (
        f"CREATE VIRTUAL TABLE temp.there USING fts5vocab(main, {index.name}, row)",
        index.on_sqlite_beside("temp.anew"),
        "CREATE VIRTUAL TABLE temp.made USING fts5vocab(temp, anew, row)",
    ):
        session.execute(text(statement))
    made: Counter[bytes] = Counter()
    next_rows = text(
        f"INSERT INTO temp.anew (rowid, {columns.removeprefix('id, ')})"  # noqa: S608
        f" SELECT {columns} FROM main.{index.table} WHERE id > :after ORDER BY id LIMIT {_AT_ONCE}"
    )
    last = text("SELECT max(rowid) FROM temp.anew_docsize")
    after = 0
    while True:
        session.execute(next_rows, {"after": after})
        newest = session.scalar(last)
        if newest is None:
            break
        after = newest
        made.update(_counts(session, "made"))
        session.execute(text("INSERT INTO temp.anew(anew) VALUES ('delete-all')"))
    if _counts(session, "there") != made:
        yield Trouble(f"index {index.name}", f"it is not of the texts that {index.table} has")
    for name in ("there", "made", "anew"):
        session.execute(text(f"DROP TABLE temp.{name}"))


def _counts(session: Session, name: str) -> dict[bytes, int]:
    """As bytes: of a text that is none, neither is a trigram one."""
    counted = text(f"SELECT CAST(term AS BLOB), doc FROM temp.{name} WHERE doc > 0")  # noqa: S608
    return dict(session.execute(counted).all())


@functools.cache
def _made(revision: str) -> _Layout:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection, revision)
        made = _layout(connection)
    engine.dispose()
    return made


def _layout(connection: Connection) -> _Layout:
    """Alembic's own table may be as any version of it has made it."""
    things = text(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    )
    columns = text(
        "SELECT made.name, its.name FROM sqlite_master AS made, pragma_table_info(made.name) AS its"
        " WHERE made.type = 'table' AND made.sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    return _Layout(
        {(kind, name): _plain(sql) for kind, name, sql in connection.execute(things)},
        frozenset((each[0], each[1]) for each in connection.execute(columns)),
    )


def _plain(statement: str) -> str:
    """Without what says nothing: spaces, quotes about names, and case."""
    return re.sub(r"[\s\"`]+", "", statement).lower()


def _on_postgresql(connection: Connection) -> Iterator[Trouble]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    # Servers that are PostgreSQL to the wire alone have other types of the same use.
    how = {"include_object": is_of_the_models, "compare_type": False}
    context = MigrationContext.configure(connection, opts=how)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "autogenerate skipping")
        found = compare_metadata(context, Base.metadata)
    # What is other is named twice: to be removed, and to be added.
    there = {
        str(each[1].name) for each in found if each[0] in ("remove_index", "remove_constraint")
    }
    for each in found:
        yield from _to_do(each, there)
    rules = set(connection.scalars(text("SELECT conname FROM pg_constraint WHERE contype = 'c'")))
    for of in Base.metadata.sorted_tables:
        for rule in of.constraints:
            if isinstance(rule, CheckConstraint) and rule.name and rule.name not in rules:
                yield Trouble(f"table {of.name}", f"it lacks the rule {rule.name}")


def _to_do(change: Any, there: set[str]) -> Iterator[Trouble]:
    """A step of those with which Alembic would make the models' schema of what is there."""
    match change:
        case ("add_table", what):
            yield Trouble(f"table {what.name}", _MISSING)
        case ("add_column", _, name, what):
            yield Trouble(f"table {name}", f"its column {what.name} is missing")
        case ("add_index", what):
            yield Trouble(f"index {what.name}", _CHANGED if what.name in there else _MISSING)
        case ("add_constraint" | "add_fk", what):
            columns = ", ".join(each.name for each in what.columns)
            yield Trouble(f"table {what.table.name}", f"it lacks the rule for {columns}")
        case [(_, _, name, of, *_), *_]:
            yield Trouble(f"table {name}", f"its column {of} is not as it was made")
