"""Intervals of a proportion: the exact one, which claims state, and Wilson's, which is quick.

Exact is C. J. Clopper and E. S. Pearson's (Biometrika 26:404, 1934). Pure Python: rules recompute
an interval from counts where no SciPy is installed. The regularised incomplete beta function is
Lentz's continued fraction (DLMF 8.17.22); the bound is found by halving, so no starting point
matters.
"""

from decimal import Decimal
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from typing import Final

LEVEL: Final = 0.95
METHOD: Final = "Clopper-Pearson, exact, 95 %"
PLACES: Final = Decimal("0.000001")
_Z: Final = 1.959963984540054  # the normal distribution's 97.5 % point
_STEPS: Final = 60  # halvings: 2^-60, far below the sixth place
_TINY: Final = 1e-300
_NEAR: Final = 1e-15


def as_decimal(value: float) -> Decimal:
    """Return a figure as it is written in a claim: six places, half to even, no exponent."""
    return Decimal(repr(float(value))).quantize(PLACES)


@lru_cache(maxsize=4096)
def clopper_pearson(count: int, rows: int, level: float = LEVEL) -> tuple[Decimal, Decimal]:
    """Return the exact two-sided interval of `count` of `rows`; (0, 1) of nothing.

    Raises:
        ValueError: `count` is no count of `rows`, or `level` no share between 0 and 1.
    """
    if not 0 <= count <= rows or not 0 < level < 1:
        raise ValueError(f"no proportion: {count} of {rows} at {level}")
    if rows == 0:
        return as_decimal(0), as_decimal(1)
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else _quantile(tail, count, rows - count + 1)
    high = 1.0 if count == rows else 1 - _quantile(tail, rows - count, count + 1)
    return as_decimal(low), as_decimal(high)


def wilson(hits: float, of: int) -> tuple[float, float]:
    """Return the 95 % score interval (E. B. Wilson, JASA 22:209, 1927); (0, 1) of nothing.

    It keeps within 0 and 1 and stays useful near them, where the plain interval collapses.
    """
    if of <= 0:
        return 0.0, 1.0
    share, square = hits / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    low = 0.0 if hits <= 0 else max(0.0, middle - half)
    high = 1.0 if hits >= of else min(1.0, middle + half)
    return low, high


def _quantile(share: float, a: int, b: int) -> float:
    """Return x such that the beta distribution (a, b) lies below x with probability `share`."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _beta(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, a: int, b: int) -> float:
    """Return the regularised incomplete beta function, 0 < x < 1."""
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: int, b: int) -> float:
    c, d = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, a + b + 200):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _off_zero(1 + step * d)
            c = _off_zero(1 + step / c)
            result *= d * c
        if abs(d * c - 1) < _NEAR:
            break
    return result


def _off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
