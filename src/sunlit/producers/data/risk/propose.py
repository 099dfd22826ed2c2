"""Which ways to make a column coarser are worth measuring: a few, after its type and values."""

from collections.abc import Iterator, Sequence
from math import floor, log10
from typing import Any, Final

import numpy as np

from sunlit.producers.data.risk.coding import Coded, counts
from sunlit.producers.data.risk.options import (
    DROP,
    Option,
    clip_at,
    date_to,
    number_of,
    prefix_of,
    round_to,
    suppress_below,
)

FEW: Final = 12  # distinct values: codes of something, whose order may mean nothing
BANDS: Final = 50  # the most bands that are worth trying
FEWEST: Final = 3
MOST: Final = 4  # widths of bands
TOP: Final = 0.95
RARE: Final = (0.01, 0.05)
MANY: Final = 100  # rows, below which one in twenty is a handful of people
LONGEST: Final = 12  # characters of a code such as a postcode
DATES: Final = ("month", "quarter", "year", "decade")


def proposals(column: Coded, scale: float = 1.0) -> tuple[Option, ...]:
    """Return what may be done to a column of the sample, the mildest first.

    `scale` is how many rows of the file there are for each of the sample.
    """
    known = [value for value in column.dictionary if value is not None]
    return (*_by_values(column, known, scale), DROP)


def _by_values(column: Coded, known: Sequence[Any], scale: float) -> Iterator[Option]:
    if known and all(_is_day(value) for value in known):
        yield from map(date_to, DATES)
        return
    numbers = [found for value in known if (found := number_of(value)) is not None]
    if len(numbers) == len(known) > FEW:
        yield from _of_numbers(column, numbers)
        return
    if len(known) > 2:
        yield from _rare(column, scale)
    if len(known) > FEW and all(isinstance(value, str) for value in known):
        yield from _prefixes(known)


def _is_day(value: object) -> bool:
    if isinstance(value, str):
        return len(value) >= 10 and value[4:5] == "-" == value[7:8] and value[:4].isdecimal()
    return hasattr(value, "year") and hasattr(value, "month")


def _of_numbers(column: Coded, numbers: Sequence[float]) -> Iterator[Option]:
    ordered = np.unique(np.asarray(numbers, dtype=np.float64))
    span = float(ordered[-1] - ordered[0])
    least = max(float(np.diff(ordered).min()), 1.0)
    widths = [one for one in _nice(2 * least, span / (FEWEST - 1)) if span / one <= BANDS]
    yield from map(round_to, widths[:: max(1, -(-len(widths) // MOST))])
    high = _top(column) if len(column.codes) >= MANY else None
    if high is not None and ordered[0] < high < ordered[-1]:
        yield clip_at(high)


def _nice(low: float, high: float) -> Iterator[int]:
    """Yield 1, 2 and 5 times powers of ten between the two, ends included."""
    power = max(0, floor(log10(low)))
    while 10**power <= high:
        yield from (one * 10**power for one in (1, 2, 5) if low <= one * 10**power <= high)
        power += 1


def _top(column: Coded) -> int | None:
    """Return the number that one row in twenty is above, to two digits."""
    sizes = counts(column)
    pairs = sorted(
        (found, int(size))
        for value, size in zip(column.dictionary, sizes, strict=True)
        if (found := number_of(value)) is not None
    )
    held, want = 0, TOP * sum(size for _, size in pairs)
    for number, size in pairs:
        held += size
        if held >= want:
            digits = max(0, floor(log10(abs(number))) - 1) if abs(number) >= 1 else 0
            return int(round(number / 10**digits) * 10**digits)
    return None


def _rare(column: Coded, scale: float) -> Iterator[Option]:
    rows = len(column.codes)
    sizes = counts(column)
    for share in RARE:
        least = max(2, round(share * rows))
        if 0 < int((sizes < least).sum()) < column.values - 1:
            yield suppress_below(round(least * scale))


def _prefixes(known: Sequence[str]) -> Iterator[Option]:
    longest = max(map(len, known))
    if longest <= LONGEST:
        yield from map(prefix_of, sorted({longest * 2 // 3, longest // 3} - {0}, reverse=True))
