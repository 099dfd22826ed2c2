"""Population uniqueness by Pitman's sampling formula, maximum likelihood (Hoshino 2001).

The likelihood of a partition of n rows into u classes, f_j of them of size j, is up to a constant

    L = sum_{i=1}^{u-1} ln(theta + i alpha) - sum_{i=1}^{n-1} ln(theta + i)
        + sum_j f_j sum_{i=1}^{j-1} ln(i - alpha),          0 < alpha < 1, theta > -alpha

and a population of N people then has about Gamma(theta+1)/Gamma(theta+alpha) N^alpha unique ones.
The interval is the delta method's, from the curvature of L at its maximum.
"""

from typing import Final

import numpy as np
from scipy.optimize import minimize, root
from scipy.special import digamma, gammaln, polygamma

from sunlit.producers.data.risk.estimate import Estimate, Numbers, Z, judged
from sunlit.producers.data.risk.histogram import Histogram

NAME: Final = "pitman"
STARTS: Final = ((0.3, 0.2), (10.0, 0.5), (1e3, 0.8), (1e5, 0.5))
FLAT: Final = 1e-6  # how near to nought the slope must come, for each row


class _Likelihood:
    """Slope and curvature of L for one histogram."""

    def __init__(self, histogram: Histogram) -> None:
        self.sizes = np.asarray(histogram.sizes, dtype=np.float64)
        self.counts = np.asarray(histogram.counts, dtype=np.float64)
        self.rows, self.classes = float(histogram.rows), float(histogram.classes)

    def value(self, at: Numbers) -> float:
        """Return L, without its constant."""
        theta, alpha = at
        ratio = theta / alpha
        return float(
            (self.classes - 1) * np.log(alpha) + gammaln(ratio + self.classes) - gammaln(ratio + 1)
            - gammaln(theta + self.rows) + gammaln(theta + 1)
            + self.counts @ (gammaln(self.sizes - alpha) - gammaln(1 - alpha))
        )  # fmt: skip

    def slope(self, at: Numbers) -> Numbers:
        """Return dL/dtheta and dL/dalpha."""
        theta, alpha = at
        ratio = theta / alpha
        first = (digamma(ratio + self.classes) - digamma(ratio + 1)) / alpha
        second = digamma(self.rows + theta) - digamma(theta + 1)
        third = self.counts @ (digamma(self.sizes - alpha) - digamma(1 - alpha))
        across = (self.classes - 1) / alpha - first * ratio
        return np.array([first - second, across - third])

    def curvature(self, at: Numbers) -> Numbers:
        """Return the 2 x 2 matrix of second derivatives."""
        theta, alpha = at
        ratio, last = theta / alpha, self.classes - 1
        gap = digamma(ratio + self.classes) - digamma(ratio + 1)
        bend = trigamma(ratio + self.classes) - trigamma(ratio + 1)
        tail = trigamma(self.rows + theta) - trigamma(theta + 1)
        inner = self.counts @ (trigamma(1 - alpha) - trigamma(self.sizes - alpha))
        both = -(gap + ratio * bend) / alpha**2
        along = -last / alpha**2 + (2 * ratio * gap + ratio**2 * bend) / alpha**2
        return np.array([[bend / alpha**2 - tail, both], [both, along - inner]])


def trigamma(at: Numbers | float) -> Numbers:
    """Return the second derivative of ln gamma.

    SciPy climbs from a negative number to a positive one by ones. A solver that steps far outside
    the domain asks for -1e9, and would wait for minutes; the reflection formula answers at once.
    """
    there = np.asarray(at, dtype=np.float64)
    below = there < 0
    known = polygamma(1, np.where(below, 1 - there, there))
    bend = (np.pi / np.sin(np.pi * there)) ** 2
    return np.asarray(np.where(below, bend - known, known), dtype=np.float64)


def pitman(histogram: Histogram, population: int) -> Estimate:
    """Return the estimate, or how it failed."""
    likelihood = _Likelihood(histogram)
    with np.errstate(all="ignore"):
        found = _maximum(likelihood, histogram)
        if found is None:
            return Estimate(NAME, failure="it did not converge")
        value, low, high = _uniques(likelihood, found, population)
    return judged(Estimate(NAME, value, low, high), histogram)


def _maximum(likelihood: _Likelihood, histogram: Histogram) -> Numbers | None:
    for start in (_moments(histogram), *STARTS):
        if _inside(start):
            solved = root(likelihood.slope, start, jac=likelihood.curvature, method="hybr")
            if _reached(likelihood, solved.x):
                return np.asarray(solved.x, dtype=np.float64)
    return _climbed(likelihood)


def _moments(histogram: Histogram) -> tuple[float, float]:
    """Return where Hoshino's own moments would start from."""
    one, two = float(histogram.of_size(1)), float(histogram.of_size(2) or 1)
    rows, classes = float(histogram.rows), float(histogram.classes)
    c = one * (one - 1) / two
    below = 2 * one * classes + one * c - rows * c
    theta = (rows * classes * c - one * (rows - 1) * (2 * classes + c)) / below if below else np.inf
    return theta, (theta * (one - rows) + (rows - 1) * one) / (rows * classes)


def _inside(at: tuple[float, float] | Numbers) -> bool:
    theta, alpha = at
    return bool(np.isfinite(theta) and 0 < alpha < 1 and theta > -alpha)


def _reached(likelihood: _Likelihood, at: Numbers) -> bool:
    if not _inside(at):
        return False
    slope = likelihood.slope(at) * np.array([max(1.0, abs(at[0])), 1.0])
    return bool(np.all(np.isfinite(slope)) and np.abs(slope).max() <= FLAT * likelihood.rows)


def _climbed(likelihood: _Likelihood) -> Numbers | None:
    """Return the maximum as a climb finds it, in ln(theta) and logit(alpha)."""

    def there(at: Numbers) -> Numbers:
        return np.array([np.exp(at[0]), 1 / (1 + np.exp(-at[1]))])

    def depth(at: Numbers) -> float:
        return -likelihood.value(there(at))

    for theta, alpha in STARTS:
        start = np.array([np.log(theta), np.log(alpha / (1 - alpha))])
        climbed = minimize(depth, start, method="Nelder-Mead")
        if _reached(likelihood, there(climbed.x)):
            return there(climbed.x)
    return None


def _uniques(likelihood: _Likelihood, at: Numbers, population: int) -> tuple[float, float, float]:
    """Return the share of people that are unique, and its interval."""
    theta, alpha = at
    log = gammaln(theta + 1) - gammaln(theta + alpha) + alpha * np.log(population)
    turn = np.array([
        digamma(theta + 1) - digamma(theta + alpha),
        np.log(population) - digamma(theta + alpha),
    ])  # fmt: skip
    try:
        spread = float(turn @ np.linalg.solve(-likelihood.curvature(at), turn))
    except np.linalg.LinAlgError:
        spread = np.nan
    share = float(np.exp(log - np.log(population)))
    # The number of unique people varies about its mean as well, as a count does.
    width = Z * np.sqrt(spread + np.exp(-log)) if spread >= 0 else np.inf
    return share, float(share * np.exp(-width)), float(share * np.exp(width))
