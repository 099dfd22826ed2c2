"""Rows of what is withheld, what was opened, and reads of guarded content."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Index

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.openness import GuardedRead, Opened, Withheld
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

WITHHELD: Final = log_table(
    "openness_withheld", text("ground"), text("approved_by"), text("expires_at")
)
OPENED: Final = log_table("openness_opened", text("closed", blank=True), text("statement"))
READ: Final = log_table(
    "openness_read",
    text("artefact"), text("component", blank=True), text("organisation"), text("role"),
    text("purpose"), text("read_on"),
)  # fmt: skip
Index("openness_withheld_end", WITHHELD.c.expires_at)
Index("openness_opened_closed", OPENED.c.closed)

TABLES: Final = (WITHHELD, OPENED, READ)
CLAIMS: Final = frozenset({Withheld, Opened, GuardedRead})


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    match said.claim:
        case Withheld() as claim:
            ends = format_time(claim.expires_at)
            yield row(WITHHELD, place, claim.ground, claim.approved_by, ends)
        case Opened() as claim:
            closed = bounded(claim.supersedes) if claim.supersedes else None
            yield row(OPENED, place, closed, bounded(claim.statement))
        case GuardedRead() as claim:
            yield row(
                READ, place, claim.artefact, claim.component, claim.organisation, claim.role,
                claim.purpose, format_time(claim.read_on),
            )  # fmt: skip
