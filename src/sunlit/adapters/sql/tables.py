"""The tables of the queue and the outbox."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from sunlit.adapters.sql.metadata import METADATA, NUMBER, Moment

SUBMISSION: Final = Table(
    "submission",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),  # the order of coming
    Column("id", String(64), nullable=False, unique=True),
    Column("organisation", String(255), nullable=False),
    Column("statement", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("put_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("origin", Text),
    Column("error", Text),
    Column("size", Integer, nullable=False, server_default="0"),  # bytes of what was put
    Index("ix_submission_waiting", "state", "organisation", "number", "size"),
    Index("ix_submission_statement", "statement"),
)
# The envelopes while they wait; entry and receipt once they are in the log.
SUBMITTED: Final = Table(
    "submitted",
    METADATA,
    Column(
        "submission", String(64), ForeignKey(SUBMISSION.c.id, ondelete="CASCADE"), primary_key=True
    ),
    Column("place", Integer, primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
    Column("index", NUMBER),
    Column("entry", LargeBinary),
    Column("receipt", LargeBinary),
)
LEASE: Final = Table(
    "lease",
    METADATA,
    Column("name", String(255), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Moment, nullable=False),
)
JOB: Final = Table(
    "job",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),  # what is due once has one id
    Column("kind", String(64), nullable=False),
    Column("payload", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("due", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("holder", String(64)),
    Column("leased_until", Moment),
    Column("error", String(64)),
    Index("ix_job_due", "state", "due"),
)
