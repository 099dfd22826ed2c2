"""Shares with Wilson's 95 % score interval (E. B. Wilson, JASA 22:209, 1927)."""

from decimal import Decimal
from math import sqrt
from typing import Final

Z: Final = 1.959963984540054  # the normal distribution's 97.5 % point
PLACES: Final = Decimal("0.000001")


def wilson(hits: float, of: int) -> tuple[float, float]:
    """Return the interval of a share of `hits` in `of`; (0, 1) of nothing.

    It keeps within 0 and 1 and stays useful near them, where the plain interval collapses.
    """
    if of <= 0:
        return 0.0, 1.0
    share, square = hits / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    low = 0.0 if hits <= 0 else max(0.0, middle - half)
    high = 1.0 if hits >= of else min(1.0, middle + half)
    return low, high


def decimal(value: float) -> Decimal:
    """Return a share as it is written in a claim: six places, no exponent."""
    return Decimal(str(round(value, 6))).quantize(PLACES)
