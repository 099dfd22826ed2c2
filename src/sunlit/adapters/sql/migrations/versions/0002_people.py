"""People, sessions, passkeys, prepared acts, the audit of guarded reads."""

import sqlalchemy as sa
from alembic import op

from sunlit.adapters.sql.metadata import NUMBER, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _people()
    _sessions()
    _acts()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("roles", sa.String(255), nullable=False),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("ended", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_organisation", "person", ["organisation"])
    op.create_table(
        "invitation",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("roles", sa.String(255), nullable=False),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("made_by", sa.String(32), nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("used_by", sa.String(32)),
        sa.PrimaryKeyConstraint("code", name="pk_invitation"),
    )
    op.create_table(
        "passkey",
        sa.Column("credential", sa.String(1400), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("label", sa.String(255), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("registration", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("credential", name="pk_passkey"),
    )
    op.create_index("ix_passkey_person", "passkey", ["person"])


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("confirmed", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    op.create_index("ix_session_person", "session", ["person"])
    op.create_table(
        "pending",
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("kept", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_pending"),
    )
    op.create_table(
        "typed",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_typed"),
    )
    op.create_table(
        "tried",
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("window", NUMBER, nullable=False, autoincrement=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("who", "window", name="pk_tried"),
    )


def _acts() -> None:
    op.create_table(
        "act",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("statement", sa.String(64), nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("made", Moment, nullable=False),
        sa.Column("envelope", sa.LargeBinary),
        sa.Column("ticket", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_act"),
    )
    op.create_index("ix_act_person", "act", ["person"])
    op.create_table(
        "audit",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("organisation", sa.String(255), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_organisation", "audit", ["organisation", "number"])
