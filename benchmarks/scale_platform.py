"""The platforms of ``scale.py``: their users, tokens, APIs and audit events."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from tokenwidgets import search_index
from tokenwidgets.bootstrap import initialise
from tokenwidgets.database import Database
from tokenwidgets.schema import AuditEvent
from tokenwidgets.seed import seed

__all__ = ["OWNED", "prepare"]

APIS = 500
OWNED = 100_000
TOKENS_OF_A_USER = 5

# An addition and one more event of each token. Nobody made these changes, so they have no seals.
_EVENTS = """
    INSERT INTO audit_events(
        id, at, actor, action, outcome, user_id, token_id, subject, detail, previous_hash, hash
    )
    SELECT 1000 + 2 * tokens.id + n, tokens.created_at + n * 1000000, 'admin' || tokens.id % 50,
        CASE WHEN n = 0 THEN 'add token' WHEN tokens.id % 5 = 0 THEN 'revoke token'
            ELSE 'edit token' END,
        CASE WHEN tokens.id % 200 = 0 THEN 'denied' ELSE 'done' END,
        users.user_id, tokens.id, users.user_id || ': ' || tokens.name, '{}',
        zeroblob(32), zeroblob(32)
    FROM tokens JOIN users ON users.id = owner_id JOIN (SELECT 0 AS n UNION ALL SELECT 1)
    ORDER BY tokens.id, n
"""


def prepare(path: Path, users: int) -> str:
    """Make the platform if it is not there; the User ID of who owns many tokens."""
    database = Database(f"sqlite:///{path}")
    if not path.exists():
        print(f"seeding {users:,} users …", flush=True)
        initialise(database, "admin")
        tokens = max(TOKENS_OF_A_USER * users, 2 * OWNED)
        seed(database, users=users, tokens=tokens, apis=APIS)
        with database.write() as session:
            _add_events(session.connection())
    with database.write() as session:
        owner = session.execute(text("SELECT id, user_id FROM users ORDER BY id DESC")).first()
        assert owner is not None
        session.execute(
            text(
                "UPDATE tokens SET owner_id = :owner, revoked_at = NULL,"
                " expires_at = 4102444800000000 WHERE id <= :many"
            ),
            {"owner": owner.id, "many": OWNED},
        )
    database.close()
    return str(owner.user_id)


def _add_events(connection: Connection) -> None:
    """Two events of each token, and their indexes once at the end."""
    connection.execute(text("PRAGMA cache_size = -1000000"))
    indexes = sorted(AuditEvent.__table__.indexes, key=lambda index: str(index.name))
    search_index.drop(connection, search_index.EVENTS)
    for index in indexes:
        index.drop(connection)
    connection.execute(text(_EVENTS))
    for index in indexes:
        index.create(connection)
    search_index.create(connection, search_index.EVENTS)
    connection.execute(
        text("UPDATE audit_chain SET last_event_id = (SELECT max(id) FROM audit_events)")
    )
