"""How many equivalence classes there are of each size: all that most figures need.

An equivalence class is the set of rows that agree in every quasi-identifier; a null agrees with
a null. Every figure here comes from whole numbers and is divided once, so it is the same bit for
bit whichever engine counted. Formulas: El Emam, Guide to the De-Identification of Personal
Health Information (2013), chapters 16 to 20; docs/data/risk.md repeats them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import fsum
from typing import Self


@dataclass(frozen=True, slots=True)
class Histogram:
    """Sizes of classes, ascending, and how many classes have each."""

    sizes: tuple[int, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Self:
        """Build from (size, classes) in any order; a size may come twice."""
        summed: dict[int, int] = {}
        for size, count in pairs:
            summed[size] = summed.get(size, 0) + count
        sizes = tuple(sorted(size for size, count in summed.items() if size > 0 and count > 0))
        return cls(sizes, tuple(summed[size] for size in sizes))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(size * count for size, count in self.pairs())

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return sum(self.counts)

    @property
    def k(self) -> int:
        """The size of the smallest class; 0 without rows."""
        return self.sizes[0] if self.sizes else 0

    @property
    def largest(self) -> int:
        """The size of the largest class; 0 without rows."""
        return self.sizes[-1] if self.sizes else 0

    def pairs(self) -> Iterable[tuple[int, int]]:
        """Return (size, classes), sizes ascending."""
        return zip(self.sizes, self.counts, strict=True)

    def of_size(self, size: int) -> int:
        """Return how many classes have this size."""
        return dict(self.pairs()).get(size, 0)

    def rows_below(self, size: int) -> int:
        """Return how many rows stand in classes smaller than `size`."""
        return sum(one * count for one, count in self.pairs() if one < size)

    @property
    def uniqueness(self) -> float:
        """Share of rows that are alone in their class."""
        return self.of_size(1) / self.rows

    @property
    def highest(self) -> float:
        """Prosecutor Rb: the greatest risk of any row, one in the smallest class."""
        return 1 / self.k

    @property
    def average(self) -> float:
        """Prosecutor Rc: the mean risk of a row, classes over rows."""
        return self.classes / self.rows

    @property
    def lowest(self) -> float:
        """The least risk of any row, one in the largest class."""
        return 1 / self.largest

    @property
    def separation(self) -> float:
        """Share of pairs of rows that the quasi-identifiers tell apart; 1 for a single row."""
        rows = self.rows
        together = sum(size * (size - 1) * count for size, count in self.pairs())
        return 1 - together / (rows * (rows - 1)) if rows > 1 else 1.0

    def at_risk(self, tau: Fraction) -> float:
        """Prosecutor Ra: the share of rows whose risk is above `tau`."""
        rows = sum(size * count for size, count in self.pairs() if size * tau < 1)
        return rows / self.rows


@dataclass(frozen=True, slots=True)
class Against:
    """Journalist and marketer risk, where the sizes of the classes in the population are known."""

    at_risk: float
    highest: float
    average: float
    marketer: float


def against(triples: Iterable[tuple[int, int, int]], tau: Fraction) -> Against:
    """Return the risks from (size in the file, size in the population, classes).

    Journalist Rc is the greater of classes over people and of the mean of f/F; marketer risk is
    that mean.
    """
    held = tuple(triples)
    rows = sum(size * count for size, _, count in held)
    people = sum(whole * count for _, whole, count in held)
    classes = sum(count for _, _, count in held)
    mean = fsum(size * count / whole for size, whole, count in held) / rows
    above = sum(size * count for size, whole, count in held if whole * tau < 1)
    return Against(
        above / rows, 1 / min(whole for _, whole, _ in held), max(classes / people, mean), mean
    )
