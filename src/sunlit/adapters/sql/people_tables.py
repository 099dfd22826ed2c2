"""The tables of people, sessions, passkeys, prepared acts and the audit of guarded reads."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from sunlit.adapters.sql.metadata import METADATA, NUMBER, Moment

PERSON: Final = Table(
    "person",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("organisation", String(255), nullable=False),
    Column("roles", String(255), nullable=False),  # with spaces between
    Column("label", String(255), nullable=False),
    Column("since", Moment, nullable=False),
    Column("ended", Moment),
    Index("ix_person_organisation", "organisation"),
)
INVITATION: Final = Table(
    "invitation",
    METADATA,
    Column("code", String(64), primary_key=True),  # its digest
    Column("organisation", String(255), nullable=False),
    Column("roles", String(255), nullable=False),
    Column("label", String(255), nullable=False),
    Column("made_by", String(32), nullable=False),
    Column("expires", Moment, nullable=False),
    Column("used_by", String(32)),
)
PASSKEY: Final = Table(
    "passkey",
    METADATA,
    Column("credential", String(1400), primary_key=True),
    Column("person", String(32), nullable=False),
    Column("key", Text, nullable=False),
    Column("label", String(255), nullable=False),
    Column("since", Moment, nullable=False),
    Column("state", String(8), nullable=False),
    Column("registration", LargeBinary, nullable=False),
    Index("ix_passkey_person", "person"),
)
SESSION: Final = Table(
    "session",
    METADATA,
    Column("id", String(64), primary_key=True),  # the digest of the cookie
    Column("person", String(32), nullable=False),
    Column("since", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("confirmed", Moment),
    Index("ix_session_person", "person"),
)
PENDING: Final = Table(
    "pending",
    METADATA,
    Column("state", String(64), primary_key=True),  # the digest of what was sent along
    Column("kept", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
TYPED: Final = Table(
    "typed",
    METADATA,
    Column("person", String(32), primary_key=True),
    Column("path", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
TRIED: Final = Table(
    "tried",
    METADATA,
    Column("who", String(64), primary_key=True),  # a digest
    Column("window", NUMBER, primary_key=True, autoincrement=False),
    Column("times", Integer, nullable=False),
)
ACT: Final = Table(
    "act",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("person", String(32), nullable=False),
    Column("organisation", String(255), nullable=False),
    Column("statement", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("told", Text, nullable=False),  # JSON: title, consequence, back, then, context
    Column("made", Moment, nullable=False),
    Column("envelope", LargeBinary),
    Column("ticket", Text),
    Index("ix_act_person", "person"),
)
AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("what", String(64), nullable=False),
    Column("person", String(32), nullable=False),
    Column("organisation", String(255), nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Index("ix_audit_organisation", "organisation", "number"),
)
