"""How often the prediction was right, before and now, over all rows and by group."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from sunlit.base.proportion import clopper_pearson
from sunlit.producers.audit.drift.compare import FLOOR, Asked
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_engine import literal, quoted

TWO_SIDES: Final = 1.959964  # of the normal distribution, at 95 %


@dataclass(frozen=True, slots=True)
class Right:
    """Of `rows` whose outcome is known, `right` were predicted right."""

    rows: int
    right: int

    @property
    def accuracy(self) -> float:
        """The share that was right."""
        return self.right / self.rows if self.rows else 0.0

    def to_json(self) -> dict[str, object]:
        """Return the counts with their exact interval."""
        low, high = clopper_pearson(self.right, self.rows)
        return {"rows": self.rows, "right": self.right, "low": str(low), "high": str(high)}


@dataclass(frozen=True, slots=True)
class Performance:
    """Accuracy of one group ('' for all rows) in both samples."""

    group: str
    reference: Right
    current: Right

    @property
    def drop(self) -> float:
        """The accuracy in the reference less that of now."""
        return self.reference.accuracy - self.current.accuracy

    @property
    def noise(self) -> float:
        """What the drop of an unchanged model stays below in 39 of 40 cases (pooled, normal)."""
        n, m = self.reference.rows, self.current.rows
        share = (self.reference.right + self.current.right) / (n + m)
        return TWO_SIDES * sqrt(share * (1 - share) * (1 / n + 1 / m))

    def to_json(self, group: str) -> dict[str, object]:
        """Return it as the report shows it."""
        return {
            "group": group, "reference": self.reference.to_json(),
            "current": self.current.to_json(),
        }  # fmt: skip


def performance(
    reference: Source, current: Source, asked: Asked, outcome: str, groups: Sequence[str],
    cut: float | None = None,
) -> list[Performance]:  # fmt: skip
    """Compare predictions with outcomes; groups with too few known outcomes are left out.

    With `cut` the prediction is a score: from `cut` on it says 1.
    """
    first, second = (_right(one, asked, outcome, groups, cut) for one in (reference, current))
    floor = max(asked.floor, FLOOR)
    return [
        Performance(group, first[group], second[group])
        for group in ("", *groups)
        if group in first and group in second
        and min(first[group].rows, second[group].rows) >= floor
    ]  # fmt: skip


def _right(
    source: Source, asked: Asked, outcome: str, groups: Sequence[str], cut: float | None
) -> dict[str, Right]:
    said = quoted(asked.prediction or "")
    if cut is not None:
        said = f"CAST(TRY_CAST({said} AS DOUBLE) >= {cut!r} AS INTEGER)"
    was = quoted(outcome)
    # As numbers where both are (1 and 1.0 are one outcome), else as they are written.
    same = (
        f"coalesce(TRY_CAST({said} AS DOUBLE) = TRY_CAST({was} AS DOUBLE), "
        f"CAST({said} AS VARCHAR) = CAST({was} AS VARCHAR))"
    )
    ask = f"count({same}), count(*) FILTER (WHERE {same}) FROM dataset"
    known = f"WHERE {said} IS NOT NULL AND {was} IS NOT NULL"
    found = source.ask(f"SELECT '', {ask} {known}")
    if groups:
        by = f"CAST({quoted(asked.by or '')} AS VARCHAR)"
        listed = ", ".join(map(literal, groups))
        found += source.ask(f"SELECT {by}, {ask} {known} AND {by} IN ({listed}) GROUP BY 1")
    return {str(group): Right(int(rows), int(right)) for group, rows, right in found}
