"""Rows of decision logs and their anchors."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import BigInteger, Column, Index

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.decision import Anchor, LogRegistration
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

# `decision_log` is the origin of the decision log, `origin` that of the log that says so.
LOG: Final = log_table(
    "decision_log",
    text("decision_log"), text("vkey"), text("deployer"), text("use", blank=True),
    text("registered_on"),
)  # fmt: skip
ANCHOR: Final = log_table(
    "decision_anchor",
    text("decision_log"), text("deployer"), text("anchored_on"), Column("size", BigInteger),
    text("commitment", blank=True),
)  # fmt: skip
Index("decision_log_name", LOG.c.decision_log)
Index("decision_anchor_log", ANCHOR.c.decision_log, ANCHOR.c.anchored_on)

TABLES: Final = (LOG, ANCHOR)
CLAIMS: Final = frozenset({LogRegistration, Anchor})
_MOST: Final = 2**63 - 1  # what a column holds; a statement may claim more


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    match said.claim:
        case LogRegistration() as claim:
            yield row(
                LOG, place, bounded(claim.origin), claim.vkey, claim.deployer, claim.use,
                format_time(claim.registered_on),
            )  # fmt: skip
        case Anchor() as claim:
            size = None if claim.size is None else max(-_MOST, min(_MOST, claim.size))
            yield row(
                ANCHOR, place, bounded(claim.origin), claim.deployer,
                format_time(claim.anchored_on), size, claim.commitment,
            )  # fmt: skip
