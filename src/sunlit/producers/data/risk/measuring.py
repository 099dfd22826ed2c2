"""Measures one dataset: from its classes to the claim and the report's detail."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sunlit import __version__
from sunlit.base.errors import MalformedError
from sunlit.claims.privacy import Figure, Reidentification
from sunlit.producers.data.risk.choose import (
    Asked,
    Chosen,
    choose,
    identifiers,
    pseudonyms,
    sensitive_of,
)
from sunlit.producers.data.risk.classes import Diversity, class_sizes, diversity, single
from sunlit.producers.data.risk.figures import (
    IDENTIFIERS,
    NESTED,
    PSEUDONYMS,
    UNREAD,
    Governing,
    diversity_figures,
    file_figures,
    governing,
    held,
    listed,
    population_figures,
    unknowable,
)
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.improve import Effect, Improvement, Improver, without_identifiers
from sunlit.producers.data.risk.population import Uniqueness, population_uniqueness
from sunlit.producers.data.risk.profiles import Profile
from sunlit.producers.data.risk.table import Classes, Measurable, is_plain

TOOL: Final = f"sunlit {__version__}"
Progress = Callable[[int, int], None]
STEPS: Final = {"duckdb": 24, "pyspark": 4}  # Spark takes seconds for each question
STAGES: Final = 6
UNASKED_ORDERED: Final = 100_000  # rows up to which nobody need ask for the ordered distance


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything that one measurement found out."""

    profile: Profile
    rows: int
    chosen: Chosen
    histogram: Histogram
    without: dict[str, Histogram]
    diversities: tuple[Diversity, ...]
    uniqueness: Uniqueness
    figures: tuple[Figure, ...]
    governing: Governing
    improvement: Improvement
    population: int | None
    seed: int
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a measurement."""

    profile: Profile
    asked: Asked
    population: int | None
    seed: int


def look_closely(source: Measurable, wanted: Wanted, progress: Progress | None) -> Found:
    """Count and estimate everything.

    Raises:
        MalformedError: `data-risk.no-rows`, `data-risk.population`, `data.*`.
        UnavailableError: `data.*`.
    """
    if wanted.population is not None and wanted.population < 1:
        raise MalformedError("data-risk.population", "a population is a number of people above 0")
    table = source.table()
    wanted.asked.expect(table.columns, source.name)
    stage = _stages(progress)
    with source.reading():
        rows = single(table).rows
        if rows == 0:
            raise MalformedError(
                "data-risk.no-rows", f"{source.name!r} has no row, so there is nothing to measure"
            )
        next(stage)
        chosen = choose(
            table, rows, wanted.asked, wanted.seed, apart=wanted.profile.pseudonyms_apart
        )
        _plain(table, chosen.keys)
        next(stage)
        classes = Classes(class_sizes(table, chosen.keys) if chosen.keys else table, chosen.keys)
        try:
            found = _measured(source, wanted, Held(table, rows, chosen, classes), stage)
        finally:
            classes.close()
    source.check()
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """What the engine holds while a dataset is measured."""

    table: Any
    rows: int
    chosen: Chosen
    classes: Classes


def _measured(source: Measurable, wanted: Wanted, of: Held, stage: Iterator[int]) -> Found:
    chosen, profile = of.chosen, wanted.profile
    histogram = of.classes.histogram() if chosen.keys else single(of.table)
    without = {name: _without(of.classes, name) for name in chosen.keys}
    next(stage)
    spread = tuple(
        _diversities(
            of.table, chosen, sensitive_of(chosen, wanted.asked), wanted.asked.sensitive, of.rows
        )
    )
    next(stage)
    uniqueness = population_uniqueness(histogram, wanted.population, wanted.seed)
    figures = held((
        *file_figures(histogram, wanted.population, profile),
        *population_figures(uniqueness),
        *(figure for one in spread for figure in diversity_figures(one)),
        *_unknowable(source, chosen),
    ), profile)  # fmt: skip
    next(stage)
    engine = of.table.get_backend().name
    improvement = _improved(of, wanted, histogram, engine)
    next(stage)
    return Found(
        profile=profile, rows=of.rows, chosen=chosen, histogram=histogram, without=without,
        diversities=spread, uniqueness=uniqueness, figures=figures,
        governing=governing(figures, profile), improvement=improvement,
        population=wanted.population, seed=wanted.seed, engine=engine,
    )  # fmt: skip


def _improved(of: Held, wanted: Wanted, histogram: Histogram, engine: str) -> Improvement:
    """Return what to change.

    Where the quasi-identifiers were searched for, they will be again after the changes; so the
    plan is made for all columns that can tell people apart, and holds whatever is found then.
    """
    most = STEPS.get(engine, 4)
    keys, narrow = of.chosen.keys, _improver(of, wanted, of.classes)
    ranked = narrow.ranked(histogram, most=most)
    searched = of.chosen.how == "searched" and of.chosen.everything is not None
    wide = of.chosen.found.order if searched else keys
    if not keys or set(wide) == set(keys):
        return _planned(of, narrow, ranked, keys, histogram, most)
    classes = Classes(class_sizes(of.table, wide), wide)
    try:
        improver = _improver(of, wanted, classes)
        return _planned(of, improver, ranked, wide, classes.histogram(), most)
    finally:
        classes.close()


def _planned(
    of: Held, improver: Improver, ranked: tuple[Effect, ...], columns: tuple[str, ...],
    start: Histogram, most: int,
) -> Improvement:  # fmt: skip
    steps, last = improver.planned(start, most=most)
    found = Improvement(improver.objective, ranked, columns, steps, improver.met(last))
    return without_identifiers(found, identifiers(of.chosen), improver.value(start))


def _improver(of: Held, wanted: Wanted, classes: Classes) -> Improver:
    keys = classes.keys
    columns = {one.name: one.coded for one in of.chosen.looked if one.name in keys and one.coded}

    def unique(histogram: Histogram) -> float:
        chosen = population_uniqueness(histogram, wanted.population, wanted.seed).chosen
        return 1.0 if chosen.high is None else chosen.high

    return Improver(classes, columns, wanted.profile, unique)


def claim_of(found: Found, at: datetime) -> Reidentification:
    """Return what is claimed: figures, and names of columns."""
    return Reidentification(
        tool=TOOL, profile=found.profile.name, rows=found.rows, classes=found.histogram.classes,
        quasi_identifiers=found.chosen.keys, chosen=found.chosen.how,
        left_out=found.chosen.left_out,
        sensitive_attributes=tuple(one.attribute for one in found.diversities),
        population=found.population, figures=found.figures, risk=found.governing.risk,
        threshold=found.governing.threshold, seed=found.seed, measured_on=at,
    )  # fmt: skip


def _without(classes: Classes, name: str) -> Histogram:
    return classes.by([one for one in classes.keys if one != name])


def _plain(table: Any, keys: Sequence[str]) -> None:  # noqa: ANN401 - Ibis
    for name in keys:
        if not is_plain(table[name].type()):
            raise MalformedError(
                "data-risk.nested", f"column {name!r} is nested, so no class can be made by it",
                expected="text, numbers, dates, true or false",
                mend="flatten it into columns of its own, or drop it",
            )  # fmt: skip


def _diversities(
    table: Any, chosen: Chosen, sensitive: Sequence[str], asked: Sequence[str], rows: int  # noqa: ANN401
) -> Iterator[Diversity]:  # fmt: skip
    _plain(table, sensitive)
    for name in sensitive:
        kind = table[name].type()
        # it lays out each class by each value, so on many rows it is for those who ask for it
        worth = rows <= UNASKED_ORDERED or name in asked
        ordered = worth and kind.is_numeric() and not kind.is_boolean()
        yield diversity(table, chosen.keys, name, rows, ordered=ordered)


def _unknowable(source: Measurable, chosen: Chosen) -> Iterator[Figure]:
    yield unknowable(
        IDENTIFIERS, identifiers(chosen), "nearly every row has a value of its own; drop or mask"
    )
    yield from listed(
        PSEUDONYMS, pseudonyms(chosen),
        "whoever holds the key can undo them, so drop what is not needed",
    )  # fmt: skip
    nested = chosen.nested if chosen.how == "searched" else ()
    yield unknowable(NESTED, nested, "cannot be grouped; flatten, drop, or declare the rest")
    yield unknowable(UNREAD, source.unread, "not read, so not measured")


def _stages(progress: Progress | None) -> Iterator[int]:
    for done in range(1, STAGES + 1):
        if progress is not None:
            progress(done, STAGES)
        yield done
