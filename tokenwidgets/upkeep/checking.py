"""Whether what is in a database holds together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, inspect, select, text
from sqlalchemy.orm import Session

from tokenwidgets import audit
from tokenwidgets.database import Database
from tokenwidgets.schema import Base, Token, TokenSecret
from tokenwidgets.search_index import is_of_the_models
from tokenwidgets.upgrade import check_schema

__all__ = ["Trouble", "check"]

_DIGEST_LENGTH = 32  # bytes of SHA-256


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be: where, and what."""

    place: str
    problem: str


def check(database: Database) -> Iterator[Trouble]:
    """Yield all that is wrong in the database, in one snapshot; nothing is changed.

    Looked at are the file (SQLite), the tables and indexes, the foreign keys, that every live
    token has one present secret with its digest, and the chain of the audit trail.

    Raises:
        NotADatabase: it is not ours, or too damaged to be read.
        SchemaTooOld: ``tokenwidgets upgrade-db`` has to be run first.
        SchemaTooNew: a newer tokenwidgets made it.

    """
    check_schema(database)
    with database.read() as session:
        yield from _file(session)
        missing = list(_schema(session))
        yield from missing
        if any(each.place.startswith("table") for each in missing):
            return  # what is not there cannot be asked
        for look in (_foreign_keys, _secrets, _trail):
            yield from look(session)


def _file(session: Session) -> Iterator[Trouble]:
    if session.get_bind().dialect.name != "sqlite":
        return
    for found in session.scalars(text("PRAGMA integrity_check")):
        if found != "ok":
            yield Trouble("file", found)


def _schema(session: Session) -> Iterator[Trouble]:
    """The tables, columns and unique indexes without which a promise would not be kept."""
    present = inspect(session.connection())
    tables = set(present.get_table_names())
    for table in Base.metadata.sorted_tables:
        if table.name not in tables:
            yield Trouble(f"table {table.name}", "it is missing")
            continue
        columns = {column["name"] for column in present.get_columns(table.name)}
        for name in sorted({column.name for column in table.columns} - columns):
            yield Trouble(f"table {table.name}", f"its column {name} is missing")
    indexes = _indexes(session)
    for table in Base.metadata.sorted_tables:
        for index in sorted(str(each.name) for each in table.indexes):
            if index not in indexes and is_of_the_models(None, index):
                yield Trouble(f"index {index}", "it is missing")


def _indexes(session: Session) -> set[str]:
    # The inspector leaves out those of expressions on SQLite.
    if session.get_bind().dialect.name == "sqlite":
        return set(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'index'")))
    return set(session.scalars(text("SELECT indexname FROM pg_indexes")))


def _foreign_keys(session: Session) -> Iterator[Trouble]:
    """Asked of each key by a statement that every database knows."""
    for table in Base.metadata.sorted_tables:
        for key in sorted(table.foreign_key_constraints, key=lambda each: str(each.column_keys)):
            for element in key.elements:
                child, parent = element.parent, element.column
                other = parent.table.alias()
                missing = ~exists().where(other.c[parent.name] == child)
                statement = select(child).where(child.is_not(None), missing).distinct().limit(100)
                for value in session.scalars(statement):
                    yield Trouble(
                        f"table {table.name}",
                        f"{child.name} {value} names no row of {parent.table.name}",
                    )


def _secrets(session: Session) -> Iterator[Trouble]:
    live = Token.revoked_at.is_(None)
    present: ColumnElement[bool] = and_(
        TokenSecret.token_id == Token.id, TokenSecret.ends_at.is_(None)
    )
    without = select(Token.id).where(live, ~exists().where(present)).order_by(Token.id)
    for token in session.scalars(without.execution_options(yield_per=1000)):
        yield Trouble(f"token {token}", "it has no present secret")
    one, other = TokenSecret.__table__.alias(), TokenSecret.__table__.alias()
    several = (
        select(one.c.token_id)
        .where(
            one.c.ends_at.is_(None),
            exists().where(
                other.c.token_id == one.c.token_id,
                other.c.ends_at.is_(None),
                other.c.digest != one.c.digest,
            ),
        )
        .distinct()
    )
    for token in session.scalars(several):
        yield Trouble(f"token {token}", "it has several present secrets")
    digests = select(TokenSecret.token_id, TokenSecret.digest)
    for token, digest in session.execute(digests.execution_options(yield_per=10_000)):
        if len(digest) != _DIGEST_LENGTH:
            yield Trouble(f"token {token}", "the digest of a secret of it is none")


def _trail(session: Session) -> Iterator[Trouble]:
    for fault in audit.verify(session):
        yield Trouble(f"event {fault.event_id}", fault.problem)
