"""What to change, measured on all rows: single changes, ranked, and a plan that goes on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np

from sunlit.producers.data.risk.changes import Greedy, Objective, Ranked, Trial, average, below
from sunlit.producers.data.risk.coding import Coded, Codes
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.options import DROP, Option
from sunlit.producers.data.risk.profiles import Profile
from sunlit.producers.data.risk.table import Classes

TRIED: Final = 30_000  # rows of the sample on which options are compared
SINGLE: Final = 12  # single changes that are measured
IDENTIFIER: Final = replace(DROP, words="drop or mask it, as nearly every row has its own")
ALIKE: Final = 2  # of them for one column
POPULATION: Final = "population-uniqueness"
FEW_ROWS: Final = 0.05  # rows that may be left out rather than made coarser


@dataclass(frozen=True, slots=True)
class Effect:
    """A change with what it does on all rows: the objective, the average, information lost.

    `column` is None where rows are left out: those in classes smaller than `smaller_than`.
    """

    column: str | None
    option: Option | None
    before: float
    after: float
    average: float
    lost: float
    smaller_than: int | None = None


@dataclass(frozen=True, slots=True)
class Improvement:
    """Single changes, the best first, and the steps of a plan over `columns`.

    `met` says whether every limit on classes by `columns` holds when all steps are done.
    """

    objective: str
    ranked: tuple[Effect, ...]
    columns: tuple[str, ...]
    steps: tuple[Effect, ...]
    met: bool


class Improver:
    """Looks for what to change until `profile` is met."""

    def __init__(
        self, classes: Classes, columns: Mapping[str, Coded], profile: Profile,
        unique: Callable[[Histogram], float],
    ) -> None:  # fmt: skip
        self._classes = classes
        self._unique = unique
        self._profile = profile
        self._least = ceil(1 / profile.at_risk)  # the smallest class that is not at risk
        first = len(next(iter(columns.values())).codes) if columns else 0
        kept = np.arange(first)[:: max(1, -(-first // TRIED))]
        self._columns = {name: _part(one, kept) for name, one in columns.items()}
        self._kept = len(kept)

    @property
    def by_average(self) -> bool:
        """Whether the profile judges by an average, and not by the smallest class."""
        return self._profile.governs.endswith(("-average", "marketer"))

    @property
    def objective(self) -> str:
        """The figure that changes are ranked by."""
        return "prosecutor-average" if self.by_average else "records-at-risk"

    def ranked(self, start: Histogram, *, most: int) -> tuple[Effect, ...]:
        """Return single changes, the best first; none where the profile is met."""
        if not self._columns or self.met(start):
            return ()
        return tuple(
            self._effect(start, {one.column: one}, one, None)
            for one in _varied(self._greedy(start).ranked())[: min(SINGLE, most)]
        )

    def planned(self, start: Histogram, *, most: int) -> tuple[tuple[Effect, ...], Histogram]:
        """Return changes, each on top of those before, and the sizes of classes after them."""
        steps, now = list[Effect](), start
        if not self._columns or self.met(start):
            return (), start
        greedy = self._greedy(start)
        # where only few rows are in small groups, nothing is made coarser for all the others
        for trial in () if self._near(start) else greedy.steps():
            after = self._classes.after(_options(greedy.chosen))
            steps.append(self._effect(now, greedy.chosen, trial, after))
            now = after
            if self._near(now) or len(steps) == most:
                break
        steps = self._last(start, greedy, steps)
        if not self.met(now) and self._near(now):
            left = Histogram.of((s, c) for s, c in now.pairs() if s >= self._least)
            lost = 1 - left.rows / now.rows
            values = self.value(now), self.value(left)
            steps.append(Effect(None, None, *values, left.average, lost, self._least))
            now = left
        return tuple(steps), now

    def _last(self, start: Histogram, greedy: Greedy, steps: list[Effect]) -> list[Effect]:
        """Return one step for each column, the last that was taken, measured anew in that order.

        A column that is rounded to 2, then to 5, is only ever rounded to 5.
        """
        order = list(dict.fromkeys(one.column for one in reversed(steps) if one.column))[::-1]
        if len(order) == len(steps):
            return steps
        found, now, choices = list[Effect](), start, dict[str, Trial]()
        for name in order:
            choices[name] = greedy.chosen[name]
            after = self._classes.after(_options(choices))
            found.append(self._effect(now, choices, choices[name], after))
            now = after
        return found

    def _greedy(self, start: Histogram) -> Greedy:
        objective: Objective = average if self.by_average else below(self._least)
        return Greedy(self._columns, start.rows / self._kept, objective)

    def met(self, histogram: Histogram) -> bool:
        """Whether every limit holds for classes of these sizes."""
        if not histogram.rows:
            return False
        known = {
            "prosecutor-highest": histogram.highest, "prosecutor-average": histogram.average,
            "records-at-risk": histogram.at_risk(self._profile.at_risk),
            "journalist-highest": histogram.highest, "journalist-average": histogram.average,
            "journalist-at-risk": histogram.at_risk(self._profile.at_risk),
            "marketer": histogram.average, "sample-uniqueness": histogram.uniqueness,
        }  # fmt: skip
        counted = (one for one in self._profile.limits if one.figure != POPULATION)
        if any(known[one.figure] > one.at_most for one in counted):
            return False
        # the models take longest, so they are asked only where all that was counted holds
        limit = self._profile.limit(POPULATION)
        return limit is None or self._unique(histogram) <= limit.at_most

    def _near(self, histogram: Histogram) -> bool:
        """Whether it is met, or would be if few rows were left out."""
        rows = histogram.rows_below(self._least)
        few = not self.by_average and 0 < rows <= FEW_ROWS * histogram.rows
        return self.met(histogram) or few

    def value(self, histogram: Histogram) -> float:
        """Return the objective for classes of these sizes."""
        if self.by_average:
            return histogram.average
        return histogram.at_risk(self._profile.at_risk) if histogram.rows else 0.0

    def _effect(
        self, before: Histogram, choices: Mapping[str, Trial], trial: Trial,
        after: Histogram | None,
    ) -> Effect:  # fmt: skip
        found = after if after is not None else self._classes.after(_options(choices))
        return Effect(
            trial.column, trial.option, self.value(before), self.value(found), found.average,
            trial.loss,
        )  # fmt: skip


def without_identifiers(found: Improvement, names: Sequence[str], start: float) -> Improvement:
    """Return the improvement with columns dropped first that tell nearly every row apart.

    No class is made by them, so no other step lowers their risk, which is 1; `start` is the
    objective without them.
    """
    ends = [1.0] * (len(names) - 1) + [start]
    drops = tuple(
        Effect(name, IDENTIFIER, 1.0, after, after, 1.0)
        for name, after in zip(names, ends, strict=False)
    )
    return replace(found, steps=(*drops, *found.steps))


def _varied(ranked: Sequence[Ranked]) -> list[Trial]:
    """Return what helps, the best first, few for each column."""
    kept: dict[str, list[Trial]] = {}
    found = list[Trial]()
    for one in ranked:
        alike = kept.setdefault(one.trial.column, [])
        if one.score > 0 and len(alike) < ALIKE:
            alike.append(one.trial)
            found.append(one.trial)
    return found


def _options(choices: Mapping[str, Trial]) -> dict[str, Option | None]:
    return {name: one.option for name, one in choices.items()}


def _part(column: Coded, rows: Codes) -> Coded:
    seen, codes = np.unique(column.codes[rows], return_inverse=True)
    return Coded(codes.astype(np.int64), len(seen), tuple(column.dictionary[one] for one in seen))
