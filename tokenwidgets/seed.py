"""Very many users and tokens at once, to try a platform at its full size before it has any."""

from __future__ import annotations

import math
import random
import string
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, String, Table, cast, func, select
from sqlalchemy.orm import Session

from tokenwidgets import audit, errors
from tokenwidgets.database import Database
from tokenwidgets.demo.people import DEPARTMENTS, PEOPLE
from tokenwidgets.progress import Progress, no_progress
from tokenwidgets.schema import API, Grant, Instant, Setting, Token, TokenSecret, User
from tokenwidgets.search_index import rebuilding
from tokenwidgets.secret import ALPHABET, DEFAULT_PREFIX
from tokenwidgets.upgrade import check_schema
from tokenwidgets.vocabulary import add_months, now

__all__ = ["Seeded", "seed"]

_ACTOR = "tokenwidgets seed"
_MARK = "seeded"
_TABLES: tuple[Table, ...] = tuple(
    each.__table__  # type: ignore[misc]
    for each in (User, Token, Grant, TokenSecret)
)
_BATCH = 10_000
_MOMENTS = 20_000
_HISTORY = timedelta(days=500)
_PURPOSES = ("nightly load", "dashboard", "export", "laptop", "pipeline", "monitoring", "reports")


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was added: how many of each, and rows in all."""

    users: int
    tokens: int
    apis: int
    rows: int


@dataclass(frozen=True, slots=True)
class _Moment:
    """An instant in the past and what follows from it, as the driver takes them."""

    at: Any
    used: Any
    expires: dict[int, Any]


def seed(
    database: Database,
    *,
    users: int,
    tokens: int,
    apis: int = 20,
    seed: int = 1,
    progress: Progress = no_progress,
    clock: Callable[[], datetime] = now,
) -> Seeded:
    """Add invented users, APIs and tokens to a platform that is there for that; all or nothing.

    The same seed, instant and numbers give the same rows. Nobody has, or can have, the secrets of
    the tokens: their digests are drawn, and are of no text that anybody knows.

    Args:
        database: a platform with its first administrator alone, or one that was seeded before.
        users: how many users to add.
        tokens: how many tokens; some users have many of them, some none.
        apis: how many APIs there are to be; those that are there count.
        seed: what everything that is drawn at random comes from.
        progress: called with the rows that are written and how many there are.
        clock: gives the present instant, timezone-aware.

    Raises:
        InvalidValue: a number is negative, or there are tokens without users or APIs.
        NameInUse: the platform has users, APIs or tokens that were not seeded.

    """
    if min(users, tokens, apis) < 0 or (tokens and not (users and apis)):
        raise errors.InvalidValue("Number", "must be 0 or more; tokens need users and APIs.")
    check_schema(database)
    with database.write() as session:
        audit.queue(session)
        _require_fresh(session, database.place)
        at = clock()
        work = _Work(session.connection(), at, users, tokens, apis, seed, progress)
        rebuilding(session.connection(), work.write)
        session.merge(Setting(name=_MARK, value=str(seed)))
        detail = {"users": users, "tokens": tokens, "seed": seed}
        audit.append(session, _ACTOR, at, audit.Entry("seed platform", _MARK, detail=detail))
    return Seeded(users, tokens, work.new_apis, work.written)


def _require_fresh(session: Session, place: str) -> None:
    if session.get(Setting, _MARK) is not None:
        return
    for table, most in ((User, 1), (API, 0), (Token, 0)):
        if session.scalars(select(func.count()).select_from(table)).one() > most:
            raise errors.NameInUse(
                "Database",
                f"{place} is in use: it has users, APIs or tokens that were not seeded. It was"
                " left as it is; seed a new platform, made by `tokenwidgets init`.",
            )


class _Work:
    """The rows of one seeding, drawn and written table by table."""

    def __init__(
        self,
        connection: Connection,
        at: datetime,
        users: int,
        tokens: int,
        apis: int,
        seed: int,
        progress: Progress,
    ) -> None:
        self._connection = connection
        self._progress = progress
        self._first_user = self._next_id(User)
        self._first_token = self._next_id(Token)
        self._rng = random.Random(f"{seed}/{self._first_user}/{self._first_token}")  # noqa: S311
        self._api_ids = list(connection.scalars(select(API.id).order_by(API.id)))
        self.new_apis = max(0, apis - len(self._api_ids))
        self._users, self._tokens = users, tokens
        self._total = self.new_apis + users + 4 * tokens
        self.written = 0
        bound = Instant().dialect_impl(connection.dialect).bind_processor(connection.dialect)
        some = min(_MOMENTS, 1 + users + tokens)
        self._moments = [self._moment(at, bound or (lambda value: value)) for _ in range(some)]
        self._drawn = array("H")

    def write(self) -> None:
        """Write all rows; the indexes are made once, at the end, of what is sorted by then."""
        indexes = [index for table in _TABLES for index in sorted(table.indexes, key=_name)]
        for index in indexes:
            index.drop(self._connection)
        self._insert(
            API,
            "id name title description api_group version_label version created_at",
            self._apis(),
        )
        self._insert(
            User, "id user_id name email department version created_at updated_at", self._people()
        )
        self._insert(
            Token,
            "id owner_id name name_key months created_at created_by expires_at revoked_at"
            " last_used_at last_used_api_id version",
            self._names(),
        )
        self._insert(Grant, "token_id api_id access", self._grants())
        self._insert(TokenSecret, "digest token_id prefix last_four minted_at", self._secrets())
        for index in indexes:
            index.create(self._connection)
        if self._connection.dialect.name == "postgresql":
            self._advance_sequences()
        self._progress(self.written, self.written)

    def _advance_sequences(self) -> None:
        """What is added later gets ids after the ones that were given here."""
        for model in (API, User, Token):
            sequence = func.pg_get_serial_sequence(model.__tablename__, "id")
            self._connection.execute(select(func.setval(sequence, self._next_id(model), False)))

    def _next_id(self, model: Any) -> int:
        return (self._connection.scalar(select(func.max(model.id))) or 0) + 1

    def _moment(self, now: datetime, bound: Callable[[datetime], Any]) -> _Moment:
        at = now - _HISTORY * self._rng.random()
        used = at + (now - at) * self._rng.random()
        expires = {months: bound(add_months(at, months)) for months in (3, 6, 12)}
        return _Moment(bound(at), bound(used), expires)

    def _insert(self, model: Any, columns: str, rows: Iterator[tuple[Any, ...]]) -> None:
        names = columns.split()
        into = f"{model.__tablename__} ({', '.join(names)})"
        while some := list(islice(rows, _BATCH)):
            # The driver itself: what SQLAlchemy does for each value takes longer than the writing.
            if self._connection.dialect.driver == "psycopg":
                self._copy(into, some)
            else:
                mark = "?" if self._connection.dialect.paramstyle == "qmark" else "%s"
                marks = ", ".join([mark] * len(names))
                self._connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", some)  # noqa: S608
            self.written += len(some)
            self._progress(self.written, self._total)

    def _copy(self, into: str, rows: list[tuple[Any, ...]]) -> None:
        """What PostgreSQL has for very many rows: two thirds of the time of INSERT."""
        driver: Any = self._connection.connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _apis(self) -> Iterator[tuple[Any, ...]]:
        first = self._next_id(API)
        taken = set(self._connection.scalars(select(func.lower(API.name))))
        for number in range(first, first + self.new_apis):
            self._api_ids.append(number)
            name = f"service-{number:03}"
            while name in taken:
                name += f"-{number:03}"
            group = DEPARTMENTS[number % len(DEPARTMENTS)]
            yield number, name, name.title(), "", group, "v1", 1, self._moments[0].at

    def _people(self) -> Iterator[tuple[Any, ...]]:
        rng, moments = self._rng, self._moments
        names = [person.name.split(" (")[0].split() for person in PEOPLE if not person.is_service]
        first_names = [name[0] for name in names]
        last_names = [" ".join(name[1:]) or name[0] for name in names]
        taken = self._user_ids_of_others()
        for number in range(self._first_user, self._first_user + self._users):
            first, last = rng.choice(first_names), rng.choice(last_names)
            user_id = f"{_ascii(first)[:1]}{_ascii(last)}{number}"
            while user_id in taken:
                user_id += f".{number}"
            made = rng.choice(moments).at
            department = DEPARTMENTS[int(rng.random() * len(DEPARTMENTS))]
            email = f"{user_id}@example.org"
            yield number, user_id, f"{first} {last}", email, department, 1, made, made

    def _user_ids_of_others(self) -> frozenset[str]:
        """The User IDs of those who were not seeded: such an id ends with the row's own."""
        seeded = func.rtrim(User.user_id, string.digits).concat(cast(User.id, String))
        ids = select(func.lower(User.user_id)).where(User.user_id != seeded)
        return frozenset(self._connection.scalars(ids))

    def _names(self) -> Iterator[tuple[Any, ...]]:
        draw, moments, drawn = self._rng.random, self._moments, self._drawn
        purposes, apis = len(_PURPOSES), len(self._api_ids)
        for number in range(self._first_token, self._first_token + self._tokens):
            some = int(draw() * len(moments))
            drawn.append(some)
            moment = moments[some]
            months = (3, 6, 6, 12)[int(draw() * 4)]
            name = f"{_PURPOSES[int(draw() * purposes)]} {number}"
            used = draw() < 0.75
            yield (
                number,
                # A few own much of what there is, as everywhere.
                self._first_user + int(self._users * draw() * draw()),
                name,
                name,
                months,
                moment.at,
                _ACTOR,
                moment.expires[months],
                moment.used if draw() < 0.1 else None,
                moment.used if used else None,
                self._api_ids[int(draw() * apis)] if used else None,
                1,
            )

    def _grants(self) -> Iterator[tuple[Any, ...]]:
        draw, apis = self._rng.random, self._api_ids
        for number in range(self._first_token, self._first_token + self._tokens):
            one, other = int(draw() * len(apis)), int(draw() * len(apis))
            for api in sorted({one, other}):
                yield number, apis[api], 1 if draw() < 0.6 else 2

    def _secrets(self) -> Iterator[tuple[Any, ...]]:
        """A digest for each token, in the order of the digests, which is not that of the tokens."""
        rng, count = self._rng, self._tokens
        step = _coprime(count)
        for place in range(count):
            token = place * step % count
            digest = ((place << 64) // count).to_bytes(8, "big") + rng.randbytes(24)
            last_four = "".join(ALPHABET[byte % 62] for byte in digest[-4:])
            made = self._moments[self._drawn[token]].at
            yield digest, self._first_token + token, DEFAULT_PREFIX, last_four, made


def _coprime(count: int) -> int:
    """A step by which every number below ``count`` is visited once."""
    step = max(1, int(count * 0.618))
    while math.gcd(step, count) != 1:
        step += 1
    return step


def _ascii(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalpha())


def _name(index: Any) -> str:
    return str(index.name)
