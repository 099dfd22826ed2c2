"""Reports of problems."""

import sqlalchemy as sa
from alembic import op

from sunlit.adapters.sql.metadata import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of reports."""
    op.create_table(
        "report",
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("component", sa.Text, nullable=False),
        sa.Column("release", sa.String(64)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("received_on", Moment, nullable=False),
        sa.Column("answer_by", Moment, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("named", sa.Text, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("statement", sa.String(64)),
        sa.PrimaryKeyConstraint("number", name="pk_report"),
    )
    op.create_index("ix_report_organisation", "report", ["organisation", "received_on"])
