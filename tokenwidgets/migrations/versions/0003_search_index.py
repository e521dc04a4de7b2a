"""The index that finds users by a part of a text."""

from __future__ import annotations

from alembic import op

from tokenwidgets import search_index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    search_index.create(op.get_bind(), search_index.USERS)


def downgrade() -> None:
    """Go back to searches that read row by row."""
    search_index.drop(op.get_bind(), search_index.USERS)
