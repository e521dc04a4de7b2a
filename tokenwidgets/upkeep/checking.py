"""Whether what is in a database holds together."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    ColumnElement,
    and_,
    column,
    exists,
    func,
    inspect,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from tokenwidgets import audit, errors
from tokenwidgets.database import Database
from tokenwidgets.instants import EARLIEST, LATEST, Instant
from tokenwidgets.schema import AuditEvent, Base, GroupControl, Token, TokenSecret
from tokenwidgets.upgrade import check_schema, revision
from tokenwidgets.upkeep.tables import layout, search_indexes
from tokenwidgets.upkeep.trouble import Trouble
from tokenwidgets.vocabulary import Control

__all__ = ["Trouble", "check"]

_DIGEST_LENGTH = 32  # bytes of SHA-256
_SHOWN = 100  # of one kind, for each table


def check(database: Database, *, older: bool = False) -> Iterator[Trouble]:
    """Yield all that is wrong in the database, in one snapshot; nothing is changed.

    Looked at are the file (SQLite), that the tables, indexes and triggers are those that the
    migrations make, the foreign keys, the search indexes (SQLite), that every live token has one
    present secret with its digest, that instants are instants and controls are controls, and the
    chain of the audit trail.

    Args:
        database: the database.
        older: whether to take an older schema, too; its tokens, instants and controls, and the
            texts of its search indexes, are then not looked at.

    Raises:
        NotADatabase: it is not ours, or too damaged to be read.
        SchemaTooOld: ``tokenwidgets upgrade-db`` has to be run first.
        SchemaTooNew: a newer tokenwidgets made it.

    """
    of_this_version = [_secrets, _instants, _controls]
    try:
        check_schema(database)
    except errors.SchemaTooOld:
        if not older:
            raise
        of_this_version = []
    found = str(revision(database))
    with database.read() as session:
        yield from _file(session)
        wrong = list(layout(session, found))
        yield from wrong
        if any(each.place.startswith("table") and "is missing" in each.problem for each in wrong):
            return  # what is not there cannot be asked
        yield from search_indexes(session, found, texts=not older)
        for look in (_foreign_keys, *of_this_version, _trail):
            yield from look(session)


def _file(session: Session) -> Iterator[Trouble]:
    if session.get_bind().dialect.name != "sqlite":
        return
    for found in session.scalars(text("PRAGMA integrity_check")):
        if found != "ok":
            yield Trouble("file", found)


def _foreign_keys(session: Session) -> Iterator[Trouble]:
    """Asked of each key that there is by a statement that every database knows."""
    present = inspect(session.connection())
    for name in sorted(present.get_table_names()):
        keys = present.get_foreign_keys(name)
        for key in sorted(keys, key=lambda each: each["constrained_columns"]):
            other = table(key["referred_table"], *map(column, key["referred_columns"])).alias()
            for child, parent in zip(key["constrained_columns"], other.c, strict=True):
                value = table(name, column(child)).c[child]
                missing = ~exists().where(parent == value)
                statement = select(value).where(value.is_not(None), missing)
                for each in session.scalars(statement.distinct().limit(_SHOWN)):
                    yield Trouble(
                        f"table {name}", f"{child} {each} names no row of {key['referred_table']}"
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
    cut = func.length(TokenSecret.digest) != _DIGEST_LENGTH
    for token in session.scalars(select(TokenSecret.token_id).where(cut)):
        yield Trouble(
            f"token {token}", f"the digest of one of its secrets is not {_DIGEST_LENGTH} bytes"
        )


def _instants(session: Session) -> Iterator[Trouble]:
    """To SQLite a text is later than any instant, so one question finds both."""
    for of in Base.metadata.sorted_tables:
        here = [each for each in of.columns if isinstance(each.type, Instant)]
        if not here or of.name == AuditEvent.__tablename__:
            continue  # the trail says it itself
        key = of.c["id"] if "id" in of.c else of.c["token_id"]
        for each in here:
            none = or_(each < EARLIEST, each > LATEST)
            for row in session.scalars(select(key).where(none).limit(_SHOWN)):
                yield Trouble(
                    f"table {of.name}", f"{each.name} is no instant where {key.name} is {row}"
                )


def _controls(session: Session) -> Iterator[Trouble]:
    known = [control.value for control in Control]
    unknown = select(GroupControl.group_id, GroupControl.control).where(
        GroupControl.control.not_in(known)
    )
    for group, control in session.execute(unknown):
        yield Trouble("table group_controls", f"{control!r} of group {group} is no control")


def _trail(session: Session) -> Iterator[Trouble]:
    for fault in audit.verify(session):
        yield Trouble(f"event {fault.event_id}", fault.problem)
