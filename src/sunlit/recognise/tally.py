"""Counts, for a column of a table, how many rows hold which kind: made for millions of rows.

How: rows that repeat are looked at once. Of the rest, kinds that a sample shows to be rare are
looked for in one pass, and every row that it points at is looked at in full, so their counts are
exact. For kinds whose pattern matches many rows, those rows are counted exactly by Arrow (RE2),
and a bounded sample of them, chosen by a hash of the row's number, is looked at in full: then
`matched` is exact, and `held` of `checked` says which share of it is real.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sunlit.recognise.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTally:
    """How often one kind was found in a column.

    `matched` rows have its pattern (exact). `checked` of them were looked at in full, and `held`
    of those hold it: so matched * held / checked rows hold it, exactly if checked == matched.
    `confidence` is the mean over finds, `shapes` at most three masked examples (`shape.py`).
    """

    kind: str
    category: str
    matched: int
    checked: int
    held: int
    confidence: float
    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a column holds: its rows, those that are null or empty, and the kinds that were held."""

    rows: int
    empty: int
    kinds: Mapping[str, KindTally]


class ColumnTally:
    """Takes a column in batches, as they come, and says at the end what it holds."""

    def __init__(self, engine: Engine, column: str | None) -> None:
        """Begin with no rows; the column's name counts as context."""
        self._engine, self._column = engine, column

    def add(self, values: Any) -> None:  # noqa: ANN401 - a pyarrow array of strings
        """Take the next rows: a pyarrow Array or ChunkedArray of strings."""
        raise NotImplementedError

    def result(self) -> Tally:
        """Return the counts of all rows so far."""
        raise NotImplementedError
