"""Finds quasi-identifiers: the fewest columns that tell people apart nearly as all of them do.

1. On a sample, every subset of at most three columns is counted: distinct ratio, uniqueness,
   separation (Motwani & Xu 2007). The subset that singles out most rows is the start.
2. Columns are added, each time the one by which most rows more are singled out, until the set
   makes at least 95 % of the classes, and of the unique rows, that all columns make together.

So nothing rests on a fixed idea of what an attacker knows: who knew every column could tell
hardly more people apart than who knows these. `measure` confirms step 2 on all rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from sunlit.producers.data.risk.coding import Apart, Coded, apart, joined

MOST: Final = 3  # columns of a subset
WIDE: Final = 12  # columns of which all subsets are counted: 298 of them
ENOUGH: Final = 0.95
SHOWN: Final = 20
PAIRED: Final = 200_000_000  # rows x columns x columns: each column is tried behind each other


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found: the set, every column in the order of use, and the best subsets.

    `steps` has one entry for each column of `order`: how far the columns up to it tell apart.
    """

    chosen: tuple[str, ...]
    order: tuple[str, ...]
    steps: tuple[Apart, ...]
    subsets: tuple[Apart, ...]
    counted: int
    everything: Apart | None


def search(columns: Mapping[str, Coded]) -> Found:
    """Search among coded columns of a sample (constants and identifiers left out)."""
    if not columns:
        return Found((), (), (), (), 0, None)
    columns = _fewer_rows(columns)
    subsets = _subsets(columns)
    order, steps = _grown(columns, subsets[0].columns)
    chosen = order[: _enough(steps)]
    return Found(chosen, order, steps, tuple(subsets[:SHOWN]), len(subsets), steps[-1])


def _fewer_rows(columns: Mapping[str, Coded]) -> Mapping[str, Coded]:
    """Return the columns with fewer rows, evenly taken, where there are very many columns."""
    rows = len(next(iter(columns.values())).codes)
    step = -(-rows * len(columns) ** 2 // PAIRED)
    if step <= 1:
        return columns
    return {name: Coded(one.codes[::step], one.values) for name, one in columns.items()}


def _subsets(columns: Mapping[str, Coded]) -> list[Apart]:
    alone = {name: apart((name,), held) for name, held in columns.items()}
    wide = sorted(columns, key=lambda name: (-alone[name].separation, name))[:WIDE]
    found = list(alone.values())
    pairs = {pair: joined(columns[pair[0]], columns[pair[1]]) for pair in combinations(wide, 2)}
    found += [apart(pair, held) for pair, held in pairs.items()]
    for names in combinations(wide, MOST):
        found.append(apart(names, joined(pairs[names[:2]], columns[names[2]])))
    return sorted(found, key=_rank)


def _rank(one: Apart) -> tuple[float, float, int, tuple[str, ...]]:
    return -one.uniqueness, -one.distinct, len(one.columns), one.columns


def _grown(
    columns: Mapping[str, Coded], start: Sequence[str]
) -> tuple[tuple[str, ...], tuple[Apart, ...]]:
    """Return all columns in the order in which they are added, and what each step tells apart."""
    order, steps = list[str](), list[Apart]()
    held: Coded | None = None
    while len(order) < len(columns):
        rest = [name for name in columns if name not in order]
        if steps and steps[-1].uniqueness == 1:  # every further column is as good as any other
            rest.sort()
            order += rest
            steps += [replace(steps[-1], columns=tuple(order[: -at or None]))
                      for at in reversed(range(len(rest)))]  # fmt: skip
            break
        among = [name for name in rest if name in start] or rest
        tried = {
            name: columns[name] if held is None else joined(held, columns[name]) for name in among
        }
        told = {name: apart((*order, name), one) for name, one in tried.items()}
        best = min(told, key=lambda name: (-told[name].uniqueness, -told[name].classes, name))
        held = tried[best]
        order.append(best)
        steps.append(told[best])
    return tuple(order), tuple(steps)


def _enough(steps: Sequence[Apart]) -> int:
    """Return how many columns suffice."""
    last = steps[-1]
    for number, one in enumerate(steps, 1):
        if enough(one.classes, last.classes) and enough(one.uniqueness, last.uniqueness):
            return number
    return len(steps)  # pragma: no cover - the last step always suffices


def enough(part: float, whole: float) -> bool:
    """Whether a count is nearly what all columns give."""
    return part >= ENOUGH * whole
