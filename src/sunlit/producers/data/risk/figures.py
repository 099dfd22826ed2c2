"""The figures of a measurement, each held against its profile, and the one that governs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from sunlit.claims.privacy import Figure
from sunlit.producers.data.risk.classes import Diversity
from sunlit.producers.data.risk.estimate import Estimate
from sunlit.producers.data.risk.histogram import Against, Histogram, against
from sunlit.producers.data.risk.population import Uniqueness
from sunlit.producers.data.risk.profiles import Limit, Profile

PLACES: Final = Decimal("1e-12")
ONE: Final = Decimal(1)
IDENTIFIERS: Final = "identifying-columns"
NESTED: Final = "unmeasured-columns"
UNREAD: Final = "unread-files"
PSEUDONYMS: Final = "pseudonyms"
WHOLE: Final = "at most: as if the file were the whole population"
SCALED: Final = f"{WHOLE}; at least: as if every group in it were as many times larger as it is"


@dataclass(frozen=True, slots=True)
class Governing:
    """The figure by which the profile judges: its upper end, and the most it may be."""

    figure: str
    risk: Decimal
    threshold: Decimal

    @property
    def met(self) -> bool:
        """Whether it is within its threshold."""
        return self.risk <= self.threshold


def decimal(value: float | None, rounding: str = ROUND_HALF_EVEN) -> Decimal | None:
    """Return a figure with at most twelve places."""
    if value is None:
        return None
    # by its shortest text, so that one in five is 0.2 and not a little more
    return _trim(Decimal(repr(value)).quantize(PLACES, rounding))


def _trim(value: Decimal) -> Decimal:
    return value.quantize(ONE) if value == value.to_integral_value() else value.normalize()


def file_figures(
    histogram: Histogram, population: int | None, profile: Profile
) -> Iterator[Figure]:
    """Yield the figures that class sizes give."""
    yield _plain("k", histogram.k)
    yield _plain("separation", histogram.separation)
    yield _plain("sample-uniqueness", histogram.uniqueness)
    yield _plain("prosecutor-highest", histogram.highest)
    yield _plain("prosecutor-average", histogram.average)
    yield _plain("records-at-risk", histogram.at_risk(profile.at_risk))
    whole = against(((size, size, count) for size, count in histogram.pairs()), profile.at_risk)
    least = _scaled(histogram, population, profile)
    for name, attribute in (
        ("journalist-highest", "highest"), ("journalist-average", "average"),
        ("journalist-at-risk", "at_risk"), ("marketer", "marketer"),
    ):  # fmt: skip
        low = decimal(getattr(least, attribute), ROUND_FLOOR) if least else None
        value = decimal(getattr(whole, attribute))
        yield Figure(name=name, value=value, low=low, note=WHOLE if least is None else SCALED)


def _scaled(histogram: Histogram, population: int | None, profile: Profile) -> Against | None:
    if population is None or population <= histogram.rows:
        return None
    rows = histogram.rows
    # whole people: of a group of f rows, f N / n rounded down, but never fewer than f
    return against(
        ((size, max(size, size * population // rows), count) for size, count in histogram.pairs()),
        profile.at_risk,
    )


def _plain(name: str, value: float) -> Figure:
    return Figure(name=name, value=decimal(value))


def population_figures(found: Uniqueness) -> Iterator[Figure]:
    """Yield what is gone by, then what every model says."""
    known = found.chosen.value is not None
    note = f"by {found.chosen.model}: {found.why}" if known else f"no estimate: {found.why}"
    yield _estimate("population-uniqueness", found.chosen, note)
    for one in found.models:
        yield _estimate(one.model, one, one.failure)


def _estimate(name: str, one: Estimate, note: str | None) -> Figure:
    ends = one.low, one.high
    return Figure(
        name=name, value=decimal(one.value), low=decimal(ends[0], ROUND_FLOOR),
        high=decimal(ends[1], ROUND_CEILING), note=note,
    )  # fmt: skip


def diversity_figures(one: Diversity) -> Iterator[Figure]:
    """Yield l-diversity and t-closeness of one attribute."""
    values: Mapping[str, float | None] = {
        "distinct-l": one.distinct, "entropy-l": one.entropy, "t-equal": one.equal,
        "t-ordered": one.ordered,
    }  # fmt: skip
    for name, value in values.items():
        if value is not None or (one.note and name != "t-ordered"):
            yield Figure(name=name, attribute=one.attribute, value=decimal(value), note=one.note)


def unknowable(name: str, what: Sequence[str], note: str) -> Figure:
    """Return a figure for what rules a good result out: 1 where there is any of it, else 0."""
    there = Decimal(1 if what else 0)
    return Figure(
        name=name, value=there, low=there, high=there, threshold=Decimal(0), met=not what,
        note=f"{note}: {', '.join(what[:10])}" if what else None,
    )  # fmt: skip


def listed(name: str, what: Sequence[str], note: str) -> Iterator[Figure]:
    """Yield a figure that counts columns and judges nothing, where there are any."""
    if what:
        yield Figure(name=name, value=Decimal(len(what)), note=f"{note}: {', '.join(what[:10])}")


def held(figures: Sequence[Figure], profile: Profile) -> tuple[Figure, ...]:
    """Return the figures, those that the profile limits with limit, source and verdict."""
    return tuple(_held(one, profile.limit(one.name)) for one in figures)


def _held(one: Figure, limit: Limit | None) -> Figure:
    if limit is None or one.attribute is not None:
        return one
    high = upper(one)
    return Figure(
        name=one.name, value=one.value, low=one.low, high=one.high, attribute=one.attribute,
        threshold=limit.at_most, source=limit.source, met=high <= limit.at_most, note=one.note,
    )  # fmt: skip


def upper(figure: Figure | None) -> Decimal:
    """Return the end of a figure that counts; one that could not be had counts as 1."""
    end = None if figure is None else figure.high if figure.high is not None else figure.value
    return ONE if end is None else min(ONE, max(Decimal(0), end))


def governing(figures: Sequence[Figure], profile: Profile) -> Governing:
    """Return by what the profile judges.

    The profile's own figure, unless that one is within its limit and another is not: then the
    one that is furthest over. So a risk at or under its threshold means that all limits hold.
    """
    by_name = {one.name: one for one in figures if one.attribute is None}
    main = Governing(profile.governs, upper(by_name.get(profile.governs)), profile.main.at_most)
    others = [
        Governing(one.figure, upper(by_name.get(one.figure)), one.at_most) for one in profile.limits
    ]
    others += [
        Governing(name, upper(by_name.get(name)), Decimal(0))
        for name in (IDENTIFIERS, NESTED, UNREAD)
    ]
    over = [one for one in others if not one.met]
    if not main.met or not over:
        return main
    return max(over, key=lambda one: (one.risk - one.threshold, one.figure))
