"""Indexes for millions of tokens and events: searches, orders and counts."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from tokenwidgets import search_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    epoch = "'1970-01-01 00:00:00+00'::timestamp with time zone"
    if op.get_bind().dialect.name == "sqlite":
        epoch = "0"
    for name, table in _CHANGED.items():
        op.drop_index(name, table)
    op.create_index("ix_tokens_expires", "tokens", ["expires_at", "id", "revoked_at"])
    op.create_index("ix_tokens_name", "tokens", ["name_key", "id"])
    last_used = text(f"coalesce(last_used_at, {epoch})")
    op.create_index("ix_tokens_last_used", "tokens", [last_used, "id"])
    op.create_index("ix_grants_api", "grants", ["api_id", "access", "token_id"])
    op.create_index("ix_audit_events_outcome", "audit_events", ["outcome", "id"])
    for index in (search_index.TOKENS, search_index.EVENTS):
        search_index.create(op.get_bind(), index)


def downgrade() -> None:
    """Go back to what is slow with very many."""
    for index in (search_index.TOKENS, search_index.EVENTS):
        search_index.drop(op.get_bind(), index)
    op.drop_index("ix_audit_events_outcome", "audit_events")
    op.drop_index("ix_tokens_name", "tokens")
    for name, table in _CHANGED.items():
        op.drop_index(name, table)
    op.create_index("ix_tokens_expires", "tokens", ["expires_at", "id"])
    op.create_index("ix_tokens_last_used", "tokens", ["last_used_at", "id"])
    op.create_index("ix_grants_api", "grants", ["api_id", "token_id"])


_CHANGED = {
    "ix_tokens_expires": "tokens",
    "ix_tokens_last_used": "tokens",
    "ix_grants_api": "grants",
}
