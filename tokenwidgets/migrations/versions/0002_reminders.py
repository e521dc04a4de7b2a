"""Reminders of expirations that were sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tokenwidgets import schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "reminders",
        sa.Column("token_id", row_id, nullable=False),
        sa.Column("recipient_id", row_id, nullable=False),
        sa.Column("stage", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_at", schema.Instant(), nullable=False),
        sa.Column("claimed_at", schema.Instant(), nullable=False),
        sa.Column("sent_at", schema.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_id", "recipient_id", "stage", "expires_at"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index("ix_reminders_expires", ["expires_at"], unique=False)


def downgrade() -> None:
    """Go back to the first schema."""
    op.drop_table("reminders")
