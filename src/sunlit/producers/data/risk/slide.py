"""Population uniqueness by the slide negative binomial model (Chen & McNulty 1998).

A class of the population has F people, F - 1 being negative binomial (alpha, beta), and each
person is in the file with chance f. With q = 1 - beta, s = 1 - f and K classes, the file has

    C1 = K f beta^alpha (1 - q s)^-alpha (1 + alpha q s / (1 - q s))                classes of one
    C2 = K f^2/2 alpha q beta^alpha (1 - q s)^-(alpha+2) (2 - (1 - alpha) q s)      classes of two

on average: the first two derivatives of the generating function of F at s. K is estimated after
Shlosser (Haas & Stokes 1998); K beta^alpha people are unique. ARX 3.9.2 has a product where C2
has a quotient, and takes 1 away once for each size where Shlosser does so for each class; its
figures for this model are therefore not ours. docs/data/risk.md says how it was checked.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.optimize import root

from sunlit.producers.data.risk.estimate import Estimate, Numbers, judged, resampled
from sunlit.producers.data.risk.histogram import Histogram

NAME: Final = "snb"
CLOSE: Final = 1e-6
MOST: Final = 60  # evaluations for one start: it converges soon or not at all
STARTS: Final = ((1.0, 0.1), (1.0, 0.5), (0.1, 0.05), (5.0, 0.5), (0.5, 0.01), (0.05, 0.001))


def slide(histogram: Histogram, population: int, seed: int) -> Estimate:
    """Return the estimate, or how it failed."""
    if histogram.k != 1:
        return Estimate(NAME, 0.0, 0.0, 0.0)
    fraction = histogram.rows / population
    with np.errstate(all="ignore"):
        solved = _solved(histogram, fraction, STARTS)
        if solved is None:
            return Estimate(NAME, failure="it did not converge")
        classes, alpha, beta = solved

        def share(counts: Sequence[int]) -> float | None:
            drawn = Histogram.of(zip(histogram.sizes, counts, strict=True))
            again = _solved(drawn, fraction, ((alpha, beta),))
            return None if again is None else again[0] * again[2] ** again[1] / population

        low, high = resampled(histogram, seed, share) or (None, None)
    return judged(Estimate(NAME, classes * beta**alpha / population, low, high), histogram)


def expected(classes: float, fraction: float, alpha: float, beta: float) -> tuple[float, float]:
    """Return C1 and C2: how many classes of one and of two rows the file has on average."""
    q, s = 1 - beta, 1 - fraction
    rest = 1 - q * s
    one = classes * fraction * (beta / rest) ** alpha * (1 + alpha * q * s / rest)
    two = (
        classes * fraction**2 / 2 * alpha * q * (beta / rest) ** alpha / rest**2
        * (2 - (1 - alpha) * q * s)
    )  # fmt: skip
    return one, two


def shlosser(histogram: Histogram, fraction: float) -> float:
    """Return how many classes the population has (Haas & Stokes 1998, third Shlosser)."""
    sizes = np.asarray(histogram.sizes, dtype=np.float64)
    counts = np.asarray(histogram.counts, dtype=np.float64)
    unseen = (1 - fraction) ** sizes
    first = counts @ (sizes * fraction**2 * (1 - fraction**2) ** (sizes - 1))
    second = counts @ (unseen * ((1 + fraction) ** sizes - 1))
    third = counts @ unseen
    fourth = counts @ (sizes * fraction * (1 - fraction) ** (sizes - 1))
    return float(histogram.classes + histogram.of_size(1) * first / second * (third / fourth) ** 2)


def _solved(
    histogram: Histogram, fraction: float, starts: Sequence[tuple[float, float]]
) -> tuple[float, float, float] | None:
    """Return classes, alpha and beta that explain the classes of one and two, or None."""
    one, two = histogram.of_size(1), histogram.of_size(2)
    if not one or not two:
        return None
    classes = shlosser(histogram, fraction)

    def miss(at: Numbers) -> Numbers:
        got = expected(classes, fraction, float(np.exp(at[0])), float(1 / (1 + np.exp(-at[1]))))
        return np.array([got[0] / one - 1, got[1] / two - 1])

    for alpha, beta in starts:
        begin = np.array([np.log(alpha), np.log(beta / (1 - beta))])
        found = root(miss, begin, options={"maxfev": MOST}).x
        if np.abs(miss(found)).max() <= CLOSE:
            return classes, float(np.exp(found[0])), float(1 / (1 + np.exp(-found[1])))
    return None
