"""What to change: each way to make a column coarser, ranked; then a plan, step by step.

Options are chosen on a sample, by how much of the risk each takes for how much information is
lost; what is reported was then measured on all rows. Information lost is the share of the
column's entropy that is gone (non-uniform entropy; Gionis & Tassa 2009): 0 unchanged, 1 dropped.
A change is worth what it takes of the risk over -ln(1 - 0.95 lost): the last of a column costs
more than the first, so a column is made coarser before it is dropped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import log
from typing import Final

import numpy as np

from sunlit.producers.data.risk.coding import Coded, Codes, counts, joined, mapped, nats
from sunlit.producers.data.risk.options import DROP, Option, on_values
from sunlit.producers.data.risk.propose import proposals

SLACK: Final = 0.01  # so that a change that loses nothing has a rank too
STEPS: Final = 24
Objective = Callable[[Codes], float]


@dataclass(frozen=True, slots=True)
class Trial:
    """An option for a column, on the sample: its codes, and the share of entropy it loses."""

    column: str
    option: Option
    coded: Coded
    loss: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A trial with what it makes of the objective, and how much that is for what it loses."""

    trial: Trial
    after: float
    score: float


@dataclass(slots=True)
class Greedy:
    """Picks one change after the other. `chosen` is the last choice for each column."""

    columns: Mapping[str, Coded]
    scale: float
    objective: Objective
    chosen: dict[str, Trial] = field(default_factory=dict)
    trials: tuple[Trial, ...] = ()

    def __post_init__(self) -> None:
        self.trials = tuple(
            one for name, held in self.columns.items() for one in trials(name, held, self.scale)
        )

    def ranked(self) -> list[Ranked]:
        """Return what could be done next, the best first."""
        parts = [
            self.chosen[name].coded if name in self.chosen else one
            for name, one in self.columns.items()
        ]
        now = self.objective(_sizes(parts))
        held = {name: cost(one.loss) for name, one in self.chosen.items()}
        found = list[Ranked]()
        for name, rest in zip(self.columns, _rests(parts), strict=True):
            for trial in self.trials:
                more = cost(trial.loss) - held.get(name, 0.0)
                if trial.column == name and more > 0:
                    after = self.objective(np.bincount(joined(rest, trial.coded).codes))
                    found.append(Ranked(trial, after, (now - after) / (more + SLACK)))
        return sorted(found, key=lambda one: (-one.score, one.trial.column, one.trial.option.key))

    def steps(self) -> Iterator[Trial]:
        """Yield changes, each the best after those before, until nothing is left to change.

        Where so many columns tell people apart that no single change helps, the one that tells
        most goes.
        """
        for _ in range(STEPS):
            ranked = self.ranked()
            if not ranked:
                return
            best = ranked[0].trial if ranked[0].score > 0 else self._most_telling(ranked)
            self.chosen[best.column] = best
            yield best

    def _most_telling(self, ranked: Sequence[Ranked]) -> Trial:
        drops = [one.trial for one in ranked if one.trial.option == DROP]
        return min(drops, key=lambda one: (-nats(self.columns[one.column]), one.column))


def cost(loss: float) -> float:
    """Return what losing that share of a column's entropy counts."""
    return -log(1 - 0.95 * min(1.0, max(0.0, loss)))


def trials(name: str, column: Coded, scale: float) -> Iterator[Trial]:
    """Yield what may be done to a column; `scale` is rows of the file for each of the sample."""
    whole = nats(column)
    sizes = [round(int(size) * scale) for size in counts(column)]
    for option in proposals(column, scale):
        if option == DROP:
            yield Trial(name, option, mapped(column, [None] * column.values), 1.0)
            continue
        made = mapped(column, on_values(option, column.dictionary, sizes))
        if 1 < made.values < column.values:
            yield Trial(name, option, made, 1 - nats(made) / whole)


def _growing(columns: Sequence[Coded]) -> list[Coded]:
    """Return the first none, one, two, ... columns joined."""
    nothing = Coded(np.zeros(len(columns[0].codes), dtype=np.int64), 1)
    return list(accumulate(columns, joined, initial=nothing))


def _rests(columns: Sequence[Coded]) -> list[Coded]:
    """Return for each column all others joined: those before it with those behind it."""
    before = _growing(columns)
    behind = _growing(columns[::-1])[::-1]
    return [joined(before[at], behind[at + 1]) for at in range(len(columns))]


def _sizes(columns: Sequence[Coded]) -> Codes:
    return np.bincount(_growing(columns)[-1].codes)


def average(sizes: Codes) -> float:
    """Return classes over rows."""
    return float((sizes > 0).sum() / sizes.sum())


def below(least: int) -> Objective:
    """Return the objective: the share of rows in classes smaller than `least`."""
    return lambda sizes: float(sizes[sizes < least].sum() / sizes.sum())
