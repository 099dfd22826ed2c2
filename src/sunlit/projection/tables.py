"""The tables of the projections: what all rooms share. Rooms add theirs to the same METADATA.

Times are texts as logs write them (`YYYY-MM-DDTHH:MM:SSZ`), so that they sort. Every row that
comes from an entry begins with (origin, idx); nothing here is a finding.
"""

from typing import Final

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text
from sqlalchemy.sql.schema import SchemaItem

# Another number: the tables are made anew from the logs, at the next start.
VERSION: Final = 4
METADATA: Final = MetaData()
# Texts sort by their bytes on both databases.
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")


def log_table(name: str, *columns: SchemaItem, more: tuple[str, ...] = ()) -> Table:
    """Return a table whose rows belong to entries; `more` are key columns after (origin, idx)."""
    origin = Column("origin", TEXT, primary_key=True)
    idx = Column("idx", Integer, primary_key=True, autoincrement=False)
    for column in columns:
        if isinstance(column, Column) and column.name in more:
            column.primary_key = True
    return Table(name, METADATA, origin, idx, *columns, sqlite_with_rowid=False)


def text(name: str, *, blank: bool = False) -> Column[str]:
    """Return a column of texts; `blank` lets it be NULL."""
    return Column(name, TEXT, nullable=blank)


# `version` of the tables; CHANGED: how often cards changed; MADE: another text whenever cards were
# made anew or taken away, so that who keeps them in memory reads all again.
CHANGED: Final = "changed"
MADE: Final = "made"
META: Final = Table(
    "meta", METADATA,
    Column("name", TEXT, primary_key=True), Column("value", TEXT, nullable=False),
)  # fmt: skip

# How far each log was folded, by which trust file (SHA-256), to which root (hex).
POSITION: Final = Table(
    "position", METADATA,
    Column("origin", TEXT, primary_key=True), Column("size", Integer, nullable=False),
    Column("root", TEXT, nullable=False), Column("trust", TEXT, nullable=False),
)  # fmt: skip

# `signers` are the keys whose signature verified and who had not said it before; `signed` all
# whose signature verified, `speakers` those of them in force at the entry: both NULL where they
# are the same as `signers`. `organisation` is that of the first speaker. `acts` tells whether the
# entry changed who may sign what. `family` is empty for what is opaque.
ENTRY: Final = log_table(
    "entry",
    text("statement_id"), text("admitted_at"), text("predicate_type"), text("family"),
    text("signers"), text("organisation"), text("signed", blank=True),
    text("speakers", blank=True), Column("acts", Integer, nullable=False),
)  # fmt: skip
Index("entry_statement", ENTRY.c.statement_id)
Index(
    "entry_acts", ENTRY.c.origin, ENTRY.c.idx,
    sqlite_where=ENTRY.c.acts == 1, postgresql_where=ENTRY.c.acts == 1,
)  # fmt: skip

# By what an entry is reached; see `sunlit.projection.threads`.
THREAD: Final = Table(
    "thread", METADATA,
    Column("kind", TEXT, primary_key=True), Column("key", TEXT, primary_key=True),
    Column("origin", TEXT, primary_key=True), Column("idx", Integer, primary_key=True),
    sqlite_with_rowid=False,
)  # fmt: skip

# What an entry says about a thing in the catalogue; see `sunlit.projection.facts`.
FACT: Final = Table(
    "fact", METADATA,
    Column("key", TEXT, primary_key=True), Column("origin", TEXT, primary_key=True),
    Column("idx", Integer, primary_key=True), Column("field", TEXT, primary_key=True),
    text("alias"), text("admitted_at"), text("statement_id"), text("organisations"),
    text("value"), sqlite_with_rowid=False,
)  # fmt: skip
Index("fact_statement", FACT.c.statement_id)
Index(
    "fact_alias", FACT.c.alias, sqlite_where=FACT.c.alias != "", postgresql_where=FACT.c.alias != ""
)

# Things whose card no longer fits their facts; empty when the work is done.
STALE: Final = Table(
    "stale", METADATA, Column("key", TEXT, primary_key=True), sqlite_with_rowid=False
)

# One thing in the catalogue, made of its facts. `sort_name` is folded for sorting, `until` the end
# of the token, `search` what text is looked for in.
CARD: Final = Table(
    "card", METADATA,
    Column("id", Integer, primary_key=True), Column("key", TEXT, nullable=False, unique=True),
    text("component"), text("name"), text("sort_name"), text("version", blank=True),
    text("summary", blank=True), text("kind", blank=True), text("owner", blank=True),
    text("source"), text("register", blank=True), text("used_by"), text("areas"),
    text("status"), text("token_kind", blank=True), text("until"), text("tier"),
    text("code", blank=True), text("next_review"),
    Column("open_problems", Integer, nullable=False), Column("blanks", Integer, nullable=False),
    text("updated"), text("permitted"), text("prohibited"), text("search"),
    Column("changed", Integer, nullable=False),
)  # fmt: skip
Index("card_sort_name", CARD.c.sort_name, CARD.c.id)
Index("card_source", CARD.c.source, CARD.c.sort_name, CARD.c.id)
Index("card_changed", CARD.c.changed)
_valid: Final = CARD.c.status == "valid"
Index("card_until", CARD.c.until, sqlite_where=_valid, postgresql_where=_valid)
Index("card_updated", CARD.c.updated, CARD.c.id)
Index("card_next_review", CARD.c.next_review, CARD.c.sort_name, CARD.c.id)
Index("card_status", CARD.c.status, CARD.c.sort_name, CARD.c.id)

# The facets of which a thing may have several values: `area`, `used_by`; and its owner.
CARD_FACET: Final = Table(
    "card_facet", METADATA,
    Column("facet", TEXT, primary_key=True), Column("value", TEXT, primary_key=True),
    Column("id", Integer, primary_key=True), sqlite_with_rowid=False,
)  # fmt: skip
Index("card_facet_id", CARD_FACET.c.id)
