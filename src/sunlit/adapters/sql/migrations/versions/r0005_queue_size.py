"""How large what waits is, so that the queue is bounded by bytes too."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Measure what waits; the index by which it is found holds it."""
    op.add_column("submission", sa.Column("size", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE submission SET size = (SELECT coalesce(sum(length(envelope)), 0) FROM submitted"
        " WHERE submission = id) WHERE state = 'waiting'"
    )
    op.drop_index("ix_submission_waiting", "submission")
    columns = ["state", "organisation", "number", "size"]
    op.create_index("ix_submission_waiting", "submission", columns)
