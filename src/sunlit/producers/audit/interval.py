"""Intervals of a proportion, as every audit states them: exact, at 95 %, six places.

The arithmetic stands in `base`, because rules recompute the bounds from counts.
"""

from decimal import Decimal
from math import sqrt
from statistics import NormalDist
from typing import Final

from sunlit.base.proportion import LEVEL, as_decimal, clopper_pearson

METHOD: Final = "Clopper-Pearson, exact, 95 %"

__all__ = ["LEVEL", "METHOD", "as_decimal", "clopper_pearson", "wilson"]


def wilson(count: int, rows: int, level: float = LEVEL) -> tuple[Decimal, Decimal]:
    """Return the score interval (E. B. Wilson, JASA 22:209, 1927); (0, 1) of nothing.

    Shorter than the exact one and not conservative: for comparison with figures of others.
    """
    if rows <= 0:
        return as_decimal(0), as_decimal(1)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, square = count / rows, z * z
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = z / (1 + square / rows) * sqrt(share * (1 - share) / rows + square / (4 * rows * rows))
    low = 0.0 if count <= 0 else max(0.0, middle - half)
    high = 1.0 if count >= rows else min(1.0, middle + half)
    return as_decimal(low), as_decimal(high)
