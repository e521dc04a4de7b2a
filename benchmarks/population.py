"""A platform with as many users and tokens as a benchmark wants, written straight to the tables."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.schema import API, Grant, Token, TokenSecret, User
from tokenwidgets.secret import mint

__all__ = ["AT", "populate"]

AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
"""The present instant of the platforms here."""

DEPARTMENTS = ("Finance", "Sales", "Logistics", "Research", "Support")
APIS = 20


def populate(
    database: Database, *, users: int, tokens: int, secrets: bool = True, seed: int = 1
) -> None:
    """Fill an empty database; "admin" has every control.

    Args:
        database: where.
        users: how many users; they share the tokens evenly.
        tokens: how many tokens, each with two grants; one in ten is revoked.
        secrets: a secret for each token, too.
        seed: what is drawn at random comes from it, but for the secrets.

    """
    initialise(database, "admin", clock=lambda: AT - timedelta(days=500))
    rng = random.Random(seed)
    _write(database, API, (_api(number) for number in range(1, APIS + 1)))
    _write(database, User, (_user(number) for number in range(2, users + 2)))
    _write(database, Token, (_token(number, users, rng) for number in range(1, tokens + 1)))
    _write(database, Grant, _grants(tokens, rng))
    if secrets:
        _write(database, TokenSecret, (_secret(number) for number in range(1, tokens + 1)))
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")


def _write(database: Database, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    while some := list(islice(rows, 50_000)):
        with database.write() as session:
            session.connection().execute(insert(table.__table__), some)


def _api(number: int) -> dict[str, Any]:
    name = f"api-{number:02}"
    return {
        "id": number,
        "name": name,
        "title": name,
        "description": "",
        "api_group": "All",
        "version_label": "",
        "version": 1,
        "created_at": AT - timedelta(days=500),
    }


def _user(number: int) -> dict[str, Any]:
    made = AT - timedelta(days=450)
    return {
        "id": number,
        "user_id": f"user{number:07}",
        "name": f"Person Number {number}",
        "email": f"user{number:07}@example.org",
        "department": DEPARTMENTS[number % len(DEPARTMENTS)],
        "version": 1,
        "created_at": made,
        "updated_at": made,
    }


def _token(number: int, users: int, rng: random.Random) -> dict[str, Any]:
    months = rng.choice((3, 6, 12))
    created = AT - timedelta(seconds=rng.randrange(400 * 86_400), microseconds=rng.randrange(10**6))
    used = created + (AT - created) * rng.random()
    return {
        "id": number,
        "owner_id": number % users + 2,
        "name": f"token {number}",
        "name_key": f"token {number}",
        "months": months,
        "created_at": created,
        "created_by": f"admin{number % 50}",
        "expires_at": created + timedelta(days=30 * months),
        "revoked_at": used if rng.random() < 0.1 else None,
        "last_used_at": used if number % 4 else None,
        "last_used_api_id": number % APIS + 1 if number % 4 else None,
        "version": 1,
    }


def _grants(tokens: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(1, tokens + 1):
        first = rng.randrange(APIS)
        for api in sorted({first + 1, (first + 7) % APIS + 1}):
            yield {"token_id": number, "api_id": api, "access": rng.choice((1, 2))}


def _secret(number: int) -> dict[str, Any]:
    secret = mint()
    return {
        "digest": secret.digest,
        "token_id": number,
        "prefix": secret.prefix,
        "last_four": secret.last_four,
        "minted_at": AT,
        "ends_at": None,
    }
