"""What ``scale.py`` compares with: the same rows and their count, by the driver alone."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

__all__ = ["audit_page", "revoke", "token_page", "user", "user_page", "user_search"]

Rows = list[tuple[Any, ...]]

_USER = "id, user_id, name, email, department, is_active, version"
_EVENT = "id, at, actor, action, outcome, user_id, token_id, subject, detail"
_NAMED = """
    id IN (SELECT rowid FROM user_search WHERE user_search MATCH :trigrams)
    AND (user_id LIKE :like OR name LIKE :like OR email LIKE :like)
"""


def user_page(
    connection: sqlite3.Connection, where: str = "", place: str = "1", **values: Any
) -> Rows:
    """A page of users with their groups and live tokens, and how many there are."""
    rows = connection.execute(
        f"SELECT {_USER} FROM users WHERE {where or 1} AND {place} ORDER BY user_id LIMIT 26",
        values,
    ).fetchall()
    ids = [row[0] for row in rows]
    connection.execute(
        "SELECT memberships.user_id, name FROM memberships JOIN user_groups ON id = group_id"
        f" WHERE memberships.user_id IN ({_marks(ids)}) ORDER BY name",
        ids,
    ).fetchall()
    connection.execute(
        "SELECT owner_id, count(*), min(expires_at) FROM tokens WHERE revoked_at IS NULL"
        f" AND expires_at > ? AND owner_id IN ({_marks(ids)}) GROUP BY owner_id",
        [_now(), *ids],
    ).fetchall()
    _count(connection, "users", where, values)
    return rows


def user_search(connection: sqlite3.Connection, words: str) -> Rows:
    """The users with these words, by the index."""
    return user_page(connection, _NAMED, trigrams=_trigrams(words), like=f"%{words}%")


def user(connection: sqlite3.Connection, user_id: str) -> None:
    """A user with groups and live tokens, and the first of the tokens."""
    rows = user_page(connection, "user_id = :user_id", user_id=user_id)
    tokens = "owner_id = :owner AND revoked_at IS NULL AND expires_at > :now"
    token_page(connection, tokens, "name_key", owner=rows[0][0], now=_now())


def token_page(
    connection: sqlite3.Connection, where: str = "", order: str = "expires_at", **values: Any
) -> Rows:
    """A page of tokens with their owners, secrets and grants, and how many there are."""
    found = connection.execute(
        f"SELECT id FROM tokens WHERE {where or 1} ORDER BY {order}, id LIMIT 26", values
    )
    ids = [row[0] for row in found.fetchall()]
    for statement in (
        "SELECT tokens.*, user_id, apis.name FROM tokens JOIN users ON users.id = owner_id"
        " LEFT JOIN apis ON apis.id = last_used_api_id WHERE tokens.id IN",
        "SELECT * FROM token_secrets WHERE token_id IN",
        "SELECT token_id, name, access FROM grants JOIN apis ON apis.id = api_id WHERE token_id IN",
    ):
        rows = connection.execute(f"{statement} ({_marks(ids)})", ids).fetchall()
    _count(connection, "tokens", where, values)
    return rows


def token_search(connection: sqlite3.Connection, words: str) -> Rows:
    """The tokens with these words in their names, or their owners', by the indexes."""
    return token_page(
        connection,
        "id IN (SELECT rowid FROM token_search WHERE token_search MATCH :trigrams UNION"
        " SELECT id FROM tokens WHERE owner_id IN"
        " (SELECT rowid FROM user_search WHERE user_search MATCH :trigrams))"
        " AND (name LIKE :like OR owner_id IN (SELECT id FROM users WHERE id IN"
        " (SELECT rowid FROM user_search WHERE user_search MATCH :trigrams)"
        " AND (user_id LIKE :like OR name LIKE :like)))",
        trigrams=_trigrams(words),
        like=f"%{words}%",
    )


def audit_page(connection: sqlite3.Connection, where: str = "", **values: Any) -> Rows:
    """A page of events, the newest first, and how many there are."""
    rows = connection.execute(
        f"SELECT {_EVENT} FROM audit_events WHERE {where or 1} ORDER BY id DESC LIMIT 26", values
    ).fetchall()
    _count(connection, "audit_events", where, values)
    return rows


def audit_search(connection: sqlite3.Connection, words: str) -> Rows:
    """The events with these words, by the index."""
    return audit_page(
        connection,
        "id IN (SELECT rowid FROM event_search WHERE event_search MATCH :trigrams) AND (actor LIKE"
        " :like OR action LIKE :like OR subject LIKE :like OR user_id LIKE :like)",
        trigrams=_trigrams(words),
        like=f"%{words}%",
    )


def revoke(connection: sqlite3.Connection, owner: str) -> None:
    """Revoke all of a user's tokens by one statement, without any event."""
    connection.execute(
        "UPDATE tokens SET revoked_at = ?, version = version + 1 WHERE revoked_at IS NULL"
        " AND owner_id = (SELECT id FROM users WHERE user_id = ?) RETURNING id",
        [_now(), owner],
    ).fetchall()
    connection.commit()


def _count(connection: sqlite3.Connection, table: str, where: str, values: Any) -> None:
    """All rows of a table, which SQLite knows; else those that match, up to 10,000."""
    rows = f"(SELECT 1 FROM {table} WHERE {where} LIMIT 10001)" if where else table
    connection.execute(f"SELECT count(*) FROM {rows}", values).fetchone()


def _trigrams(words: str) -> str:
    return " AND ".join(f'"{words[at : at + 3]}"' for at in range(len(words) - 2))


def _marks(ids: list[Any]) -> str:
    return ", ".join("?" * len(ids))


def _now() -> int:
    return time.time_ns() // 1000
