"""The indexes that find tokens and audit events by a part of a text."""

from __future__ import annotations

from alembic import op

from tokenwidgets import search_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    for index in (search_index.TOKENS, search_index.EVENTS):
        search_index.create(op.get_bind(), index)


def downgrade() -> None:
    """Go back to searches that read row by row."""
    for index in (search_index.TOKENS, search_index.EVENTS):
        search_index.drop(op.get_bind(), index)
