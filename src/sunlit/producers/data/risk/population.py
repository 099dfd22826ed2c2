"""Which share of people is alone in its class in the population: models, choice, interval.

The choice is that of Dankar, El Emam, Neisa and Roffey (2012, BMC Medical Informatics and
Decision Making 12:66): where at most a tenth of the population is in the file Pitman, and Zayatz
where that fails; else the smaller of Zayatz and the slide negative binomial.
"""

from dataclasses import dataclass
from typing import Final

from sunlit.producers.data.risk.estimate import Estimate, unfit
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.pitman import pitman
from sunlit.producers.data.risk.slide import slide
from sunlit.producers.data.risk.zayatz import zayatz

SMALL: Final = 0.1
BOUND: Final = "bound"


@dataclass(frozen=True, slots=True)
class Uniqueness:
    """What every model says, and what is gone by.

    `chosen.high` is what a profile judges. Where no model can be relied on it is the share of
    rows that are alone in the file, which no share of people can exceed.
    """

    fraction: float | None
    models: tuple[Estimate, ...]
    chosen: Estimate
    why: str


def population_uniqueness(histogram: Histogram, population: int | None, seed: int) -> Uniqueness:
    """Return the estimates for a population of that many people."""
    bound = Estimate(BOUND, None, 0.0, histogram.uniqueness)
    if population is None:
        return Uniqueness(None, (), bound, "no population was given, so the file's share counts")
    fraction = histogram.rows / population
    reason = unfit(histogram, population)
    if reason is not None:
        return Uniqueness(fraction, (), bound, reason)
    if histogram.of_size(1) == 0:
        none = Estimate(BOUND, 0.0, 0.0, 0.0)
        return Uniqueness(fraction, (), none, "no row is unique, so no person in the file is")
    models = (
        pitman(histogram, population),
        zayatz(histogram, population, seed),
        slide(histogram, population, seed),
    )
    return _chosen(fraction, models, bound)


def _chosen(fraction: float, models: tuple[Estimate, ...], bound: Estimate) -> Uniqueness:
    first, second, third = models
    small = fraction <= SMALL
    order = (first, second) if small else sorted((second, third), key=lambda one: one.value or 0)
    for one in order:
        if one.sound:
            size = "at most" if small else "more than"
            return Uniqueness(
                fraction, models, one, f"{size} a tenth of the population is in the file"
            )
    return Uniqueness(fraction, models, bound, "no model could be relied on")
