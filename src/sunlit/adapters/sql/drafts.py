"""Drafts in the private store: each row is of one organisation, and every question names it."""

from dataclasses import replace
from typing import Final

from sqlalchemy import (
    Column,
    Engine,
    Index,
    Integer,
    LargeBinary,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from sunlit.adapters.sql.engine import reading, writing
from sunlit.adapters.sql.metadata import METADATA, Moment
from sunlit.base import canonical
from sunlit.node.drafts import MAX_DRAFT, Draft, Kind, State, stale

DRAFT: Final = Table(
    "draft",
    METADATA,
    Column("organisation", String(255), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("about", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed", Moment, nullable=False),
    Column("reason", Text),
    Column("statement", String(64)),
    Column("envelope", LargeBinary),
    Index("ix_draft_changed", "organisation", "changed"),
)


class SqlDrafts:
    """Drafts in SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, organisation: str, draft: str) -> Draft | None:
        """Return a draft of this organisation."""
        asked = select(DRAFT).where(DRAFT.c.organisation == organisation, DRAFT.c.id == draft)
        with reading(self._engine) as connection:
            row = connection.execute(asked).mappings().one_or_none()
        return _draft(row) if row is not None else None

    def of(self, organisation: str) -> tuple[Draft, ...]:
        """Return the organisation's drafts, the latest changed first."""
        asked = (
            select(DRAFT)
            .where(DRAFT.c.organisation == organisation)
            .order_by(DRAFT.c.changed.desc(), DRAFT.c.id)
        )
        with reading(self._engine) as connection:
            return tuple(_draft(row) for row in connection.execute(asked).mappings())

    def add(self, draft: Draft) -> Draft:
        """Keep a new draft as version 1."""
        kept = replace(draft, version=1)
        with writing(self._engine) as connection:
            connection.execute(insert(DRAFT).values(**_row(kept)))
        return kept

    def change(self, draft: Draft) -> Draft:
        """Keep a draft in place of the version that it names.

        Raises:
            VerificationError: `draft.stale`.
        """
        kept = replace(draft, version=draft.version + 1)
        mine = (DRAFT.c.organisation == draft.organisation) & (DRAFT.c.id == draft.id)
        values = update(DRAFT).where(mine, DRAFT.c.version == draft.version).values(**_row(kept))
        with writing(self._engine) as connection:
            if connection.execute(values).rowcount != 1:
                theirs = connection.execute(select(DRAFT.c.version).where(mine)).scalar()
                raise stale(draft.version, theirs or 0)
        return kept

    def drop(self, draft: Draft) -> None:
        """Throw a draft away."""
        mine = (DRAFT.c.organisation == draft.organisation) & (DRAFT.c.id == draft.id)
        with writing(self._engine) as connection:
            connection.execute(delete(DRAFT).where(mine))


def _row(draft: Draft) -> dict[str, object]:
    return {
        "organisation": draft.organisation, "id": draft.id, "kind": draft.kind.value,
        "about": draft.about, "author": draft.author, "state": draft.state.value,
        "content": canonical.encode(dict(draft.content)).decode(), "version": draft.version,
        "changed": draft.changed, "reason": draft.reason, "statement": draft.statement,
        "envelope": draft.envelope,
    }  # fmt: skip


def _draft(value: RowMapping) -> Draft:
    content = canonical.decode_object(
        value["content"].encode(), what="the draft", limit=2 * MAX_DRAFT
    )
    return Draft(
        id=value["id"], organisation=value["organisation"], kind=Kind(value["kind"]),
        about=value["about"], author=value["author"], state=State(value["state"]),
        content=content, version=value["version"], changed=value["changed"],
        reason=value["reason"], statement=value["statement"], envelope=value["envelope"],
    )  # fmt: skip
