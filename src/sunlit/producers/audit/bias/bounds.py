"""Bounds of figures, as quantiles of their replicates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from sunlit.producers.audit.bias.cube import Counts

METHOD: Final = (
    "percentile intervals (of gaps: basic ones) of a multinomial bootstrap over the full cube"
)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Between `low` and `high`; both None where the figure is undefined in every replicate.

    `undefined` counts replicates in which it is, and which the bounds leave out.
    """

    low: Decimal | None
    high: Decimal | None
    undefined: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """The lower and upper bound of one kind of figure: one for each group, nan where undefined."""

    low: Floats
    high: Floats
    undefined: Counts

    def at(self, place: int) -> Interval:
        """Return the interval of the group at a place."""
        low, high = float(self.low[place]), float(self.high[place])
        missing = int(self.undefined[place])
        if np.isnan(low):
            return Interval(None, None, missing)
        return Interval(_decimal(low), _decimal(high), missing)


def _decimal(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.000001")) + 0


Named = Mapping[str, Bounds]


@dataclass(frozen=True, slots=True)
class Bounded:
    """The intervals by some attributes; each mapping is by name of the rate (`metrics.FIGURES`).

    `groups` are all that have people; those that are excluded have no ratio and no difference.
    `gap_differences` and `gap_ratios` bound `metrics.Gap`, for the same rates.
    """

    names: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    rates: Named
    ratios: Named
    differences: Named
    gap_differences: Mapping[str, Interval] = field(default_factory=dict)
    gap_ratios: Mapping[str, Interval] = field(default_factory=dict)

    def rate(self, figure: str, values: tuple[str, ...]) -> Interval:
        """Return the interval of a group's rate."""
        return self.rates[figure].at(self.groups.index(values))

    def ratio(self, figure: str, values: tuple[str, ...]) -> Interval:
        """Return the interval of a group's ratio to the reference."""
        return self.ratios[figure].at(self.groups.index(values))

    def difference(self, figure: str, values: tuple[str, ...]) -> Interval:
        """Return the interval of a group's difference from the reference."""
        return self.differences[figure].at(self.groups.index(values))


@dataclass(frozen=True, slots=True)
class Intervals:
    """All intervals, by the attributes, and what it takes to compute them again."""

    replicates: int
    seed: int
    level: float
    by: Mapping[tuple[str, ...], Bounded]
    method: str = METHOD


def quantiles(values: Floats, level: float) -> Bounds:
    """Return the bounds of each row: quantiles of what is defined, between neighbours linear."""
    ordered = np.sort(values, axis=1)  # nan last
    undefined = np.isnan(values).sum(axis=1)
    defined = values.shape[1] - undefined
    tail = (1 - level) / 2
    low, high = (_quantile(ordered, defined, share) for share in (tail, 1 - tail))
    return Bounds(low, high, undefined)


def _quantile(ordered: Floats, defined: Counts, share: float) -> Floats:
    place = share * np.maximum(defined - 1, 0)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(defined - 1, 0))
    rows = np.arange(len(ordered))
    lower, upper = ordered[rows, below], ordered[rows, above]
    return np.asarray(lower + (place - below) * (upper - lower))


def reflected(drawn: Bounds, value: Fraction | None) -> Interval:
    """Return the basic interval of a gap or its ratio, between 0 and 1 and never without `value`.

    Among many groups some rate is high and some low by chance: a gap is too wide, and wider in
    each replicate, so quantiles alone would find a gap where there is none. Reflected at the
    figure itself, they take that away (Davison and Hinkley 1997, section 5.2).
    """
    low, high = float(drawn.low[0]), float(drawn.high[0])
    missing = int(drawn.undefined[0])
    if value is None or np.isnan(low):
        return Interval(None, None, missing)
    at = float(value)
    lower, upper = min(at, max(0.0, 2 * at - high)), max(at, min(1.0, 2 * at - low))
    return Interval(_decimal(lower), _decimal(upper), missing)
