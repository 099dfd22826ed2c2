"""Rows of imported records: what other registers say, which nobody signed."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Index, Integer

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.projection.facts import about_record, fact
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text

RECORD: Final = log_table(
    "interop_record",
    text("key"), text("register"), text("record"), text("title"), text("publisher"),
    text("licence"), text("retrieved_on"), text("published_on", blank=True),
    Column("blanks", Integer, nullable=False),
)  # fmt: skip
Index("interop_record_key", RECORD.c.key)

TABLES: Final = (RECORD,)
CLAIMS: Final = frozenset({ImportedRecord})
MOST_SEARCHED: Final = 1500  # characters of the fields' texts


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    claim = said.claim
    if not isinstance(claim, ImportedRecord):
        return
    key = about_record(claim.register, claim.record)
    yield row(
        RECORD, place, key, claim.register, claim.record, claim.title, claim.publisher,
        claim.licence, format_time(claim.retrieved_on), claim.published_on, len(claim.blanks),
    )  # fmt: skip
    texts = [str(one) for _, one in sorted(claim.fields.items())]
    value = {
        "register": claim.register, "record": claim.record, "name": claim.title,
        "owner": claim.publisher, "summary": max(texts, key=len, default=""),
        "words": " ".join(texts)[:MOST_SEARCHED], "blanks": len(claim.blanks),
    }  # fmt: skip
    yield fact(place, key, "record", value)
