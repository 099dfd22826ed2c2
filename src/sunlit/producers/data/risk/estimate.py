"""What an estimator of population uniqueness says: a share with its interval, or why it cannot."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sunlit.producers.data.risk.histogram import Histogram

Numbers = npt.NDArray[np.float64]
Z: Final = 1.959963984540054  # 97.5 % point of the normal distribution: a 95 % interval
NEARLY_ALL: Final = 0.95
NEARLY_WHOLE: Final = 0.9
REPLICATES: Final = 200


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of the population's people that are alone in their class, by one model.

    `failure` says in words why the estimate cannot be relied on; then the numbers are what the
    model gave, if it gave any, and nothing rests on them.
    """

    model: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    failure: str | None = None

    @property
    def sound(self) -> bool:
        """Whether anything may rest on it."""
        return self.failure is None and self.value is not None


def unfit(histogram: Histogram, population: int) -> str | None:
    """Return why no model is asked: the file shows too little, or it is the population."""
    if population < histogram.rows:
        return "the population is smaller than the file"
    if histogram.rows > NEARLY_WHOLE * population:
        return "the file is nearly the whole population, so its own uniqueness is the answer"
    if histogram.uniqueness >= NEARLY_ALL:
        return "nearly every row is unique, which tells models nothing"
    return None


def judged(estimate: Estimate, histogram: Histogram) -> Estimate:
    """Return the estimate with its failure, where it fails, and its upper end kept possible.

    Who is alone in the population is alone in the file, so the share of rows that are alone in
    the file bounds it whatever the model.
    """
    value, bound = estimate.value, histogram.uniqueness
    if estimate.failure is not None:
        return estimate
    if value is None or not np.isfinite(value) or value < 0:
        return replace(estimate, value=None, low=None, high=None, failure="it did not converge")
    if value > 1:
        return replace(estimate, failure="it says that more than all people are unique")
    if value > bound:
        return replace(estimate, failure="it is above the share of rows that are unique")
    low, high = estimate.low, estimate.high
    if low is None or high is None or not np.isfinite(high):
        return replace(estimate, low=0.0, high=bound)
    return replace(estimate, low=max(0.0, low), high=min(bound, high))


def resampled(
    histogram: Histogram, seed: int, model: Callable[[Sequence[int]], float | None]
) -> tuple[float, float] | None:
    """Return a 95 % interval: each count drawn again from Poisson(count), the model asked again.

    `model` takes the counts in the order of `histogram.sizes`. None where too few replicates
    give a number.
    """
    rng = np.random.default_rng(seed)
    means = np.asarray(histogram.counts, dtype=np.float64)
    drawn = rng.poisson(means, (REPLICATES, len(means)))
    found = [value for row in drawn if (value := model(row.tolist())) is not None]
    if len(found) < REPLICATES // 2:
        return None
    low, high = np.quantile(np.asarray(found), (0.025, 0.975))
    return float(low), float(high)
