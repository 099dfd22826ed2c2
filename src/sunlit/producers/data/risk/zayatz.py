"""Population uniqueness after Zayatz (1991): how likely a unique row is to be a unique person.

    P(F = 1 | f = 1) = p_1 P(f = 1 | F = 1) / sum_j p_j P(f = 1 | F = j)

where p_j is the share of classes of size j, taken from the file itself, and f given F is
hypergeometric. The number of unique people is then c_1 P N / n, c_1 classes having one row.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import betaln

from sunlit.producers.data.risk.estimate import Estimate, Numbers, judged, resampled
from sunlit.producers.data.risk.histogram import Histogram

NAME: Final = "zayatz"


def zayatz(histogram: Histogram, population: int, seed: int) -> Estimate:
    """Return the estimate, or how it failed."""
    sizes = np.asarray(histogram.sizes, dtype=np.float64)
    once = _seen_once(sizes, float(population), float(histogram.rows))

    def share(counts: Sequence[int]) -> float | None:
        drawn = np.asarray(counts, dtype=np.float64)
        met = float(drawn @ once)
        # c_1 (p_1 P(1 | 1) / sum p_j P(1 | j)) / n, and the number of classes drops out
        return float(drawn[0] ** 2 * once[0] / met / histogram.rows) if met > 0 else None

    if histogram.k != 1:
        return Estimate(NAME, 0.0, 0.0, 0.0)
    between = resampled(histogram, seed, share)
    low, high = between if between is not None else (None, None)
    return judged(Estimate(NAME, share(histogram.counts), low, high), histogram)


def _seen_once(sizes: Numbers, population: float, rows: float) -> Numbers:
    """Return P(f = 1 | F = size): hypergeometric, by logarithms of beta functions."""
    others = population - sizes
    with np.errstate(all="ignore"):
        log = (
            betaln(sizes + 1, 1) + betaln(others + 1, 1) + betaln(population - rows + 1, rows + 1)
            - betaln(2, sizes) - betaln(rows, others - rows + 2) - betaln(population + 1, 1)
        )  # fmt: skip
        chance = np.where(others - rows + 1 >= 0, np.exp(log), 0.0)
    return np.nan_to_num(np.asarray(chance, dtype=np.float64))
