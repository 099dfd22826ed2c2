"""Where statements stand: by id, and page by page through a log."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from sunlit.projection.tables import ENTRY

MAX_PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """One entry: its place, its statement, when it was admitted, of what kind, by whom first."""

    origin: str
    index: int
    statement_id: str
    admitted_at: str
    predicate_type: str
    organisation: str


def places(connection: Connection, statement_id: str) -> tuple[EntryRow, ...]:
    """Return every place where a statement is logged, the first one first."""
    asked = select(*_COLUMNS).where(ENTRY.c.statement_id == statement_id)
    found = connection.execute(asked.order_by(ENTRY.c.admitted_at, ENTRY.c.origin, ENTRY.c.idx))
    return tuple(_rows(found.mappings()))


def page(connection: Connection, origin: str, after: int, limit: int) -> tuple[EntryRow, ...]:
    """Return the entries of a log after an index, in order, at most MAX_PAGE."""
    asked = (
        select(*_COLUMNS)
        .where(ENTRY.c.origin == origin, ENTRY.c.idx > after)
        .order_by(ENTRY.c.idx)
        .limit(min(limit, MAX_PAGE))
    )
    return tuple(_rows(connection.execute(asked).mappings()))


_COLUMNS: Final = (
    ENTRY.c.origin, ENTRY.c.idx, ENTRY.c.statement_id, ENTRY.c.admitted_at,
    ENTRY.c.predicate_type, ENTRY.c.organisation,
)  # fmt: skip


def _rows(found: Iterable[RowMapping]) -> Iterator[EntryRow]:
    for row in found:
        yield EntryRow(
            origin=row["origin"], index=row["idx"], statement_id=row["statement_id"],
            admitted_at=row["admitted_at"], predicate_type=row["predicate_type"],
            organisation=row["organisation"],
        )  # fmt: skip
