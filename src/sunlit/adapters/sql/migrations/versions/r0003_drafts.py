"""Drafts of the workbench."""

import sqlalchemy as sa
from alembic import op

from sunlit.adapters.sql.metadata import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of drafts."""
    op.create_table(
        "draft",
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed", Moment, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("statement", sa.String(64)),
        sa.Column("envelope", sa.LargeBinary),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_draft"),
    )
    op.create_index("ix_draft_changed", "draft", ["organisation", "changed"])
