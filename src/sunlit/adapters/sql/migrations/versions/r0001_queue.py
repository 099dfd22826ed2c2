"""The queue, the outbox and their leases."""

import sqlalchemy as sa
from alembic import op

from sunlit.adapters.sql.metadata import NUMBER, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _queue()
    _later()


def _queue() -> None:
    op.create_table(
        "submission",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("statement", sa.String(64), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("put_at", Moment, nullable=False),
        sa.Column("settled_at", Moment),
        sa.Column("origin", sa.Text),
        sa.Column("error", sa.Text),
        sa.PrimaryKeyConstraint("number", name="pk_submission"),
        sa.UniqueConstraint("id", name="uq_submission_id"),
    )
    op.create_index("ix_submission_waiting", "submission", ["state", "organisation", "number"])
    op.create_index("ix_submission_statement", "submission", ["statement"])
    op.create_table(
        "submitted",
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("index", NUMBER),
        sa.Column("entry", sa.LargeBinary),
        sa.Column("receipt", sa.LargeBinary),
        sa.PrimaryKeyConstraint("submission", "place", name="pk_submitted"),
        sa.ForeignKeyConstraint(
            ["submission"], ["submission.id"], ondelete="CASCADE",
            name="fk_submitted_submission_submission",
        ),
    )  # fmt: skip


def _later() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "job",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("due", Moment, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.String(64)),
        sa.Column("leased_until", Moment),
        sa.Column("error", sa.String(64)),
        sa.PrimaryKeyConstraint("number", name="pk_job"),
        sa.UniqueConstraint("id", name="uq_job_id"),
    )
    op.create_index("ix_job_due", "job", ["state", "due"])
