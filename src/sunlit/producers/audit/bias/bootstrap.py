"""Intervals by the bootstrap, exactly, from the cube alone.

Drawing people with replacement and counting them is drawing the cells of the full cube from a
multinomial distribution, so no row is ever drawn. In each replicate everything is computed anew,
also which group is the reference; groups that are excluded stay so. Rates, ratios and differences
are bounded by quantiles; gaps, which chance alone widens, by reflected ones (`bounds.reflected`).

The generator is MT19937 as NumPy's `RandomState` has it, whose stream is frozen: one seed gives
the same replicates in every version (spec/bias-cube.md says how a cell is drawn).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.bounds import (
    Bounded,
    Bounds,
    Floats,
    Interval,
    Intervals,
    quantiles,
    reflected,
)
from sunlit.producers.audit.bias.cube import Counts, Cube
from sunlit.producers.audit.bias.metrics import (
    SELECTION,
    Gap,
    Rates,
    Rule,
    compare,
    fractions,
    rates,
)

SEED: Final = 2018
REPLICATES: Final = 1_000
LEVEL: Final = 0.95
MAX_FIGURES: Final = 10_000_000  # groups x replicates
AT_ONCE: Final = 4_000_000  # cells drawn at a time


@dataclass(frozen=True, slots=True)
class Drawing:
    """How many replicates are drawn, from which seed, and which quantiles bound them."""

    replicates: int
    seed: int
    level: float


def intervals(
    cube: Cube,
    replicates: int = REPLICATES,
    seed: int = SEED,
    level: float = LEVEL,
    *,
    combinations: Sequence[tuple[str, ...]] | None = None,
    rule: Rule = "most-selected",
    reference: Mapping[str, str] | None = None,
    min_share: float | Decimal = 0,
) -> Intervals:
    """Bound every rate, ratio, difference and gap, by all sets of attributes or those asked for.

    `rule`, `reference` and `min_share` are those of `metrics.compare`.

    Raises:
        MalformedError: `bias.bootstrap`, `bias.reference`, `bias.no-attribute`, `bias.no-rows`.
    """
    drawing = Drawing(replicates, seed, level)
    _check(drawing, cube)
    asked = cube.combinations() if combinations is None else list(combinations)
    plans = [_plan(cube, names, rule, reference, min_share) for names in asked]
    people = sum(len(one.groups) for one in plans)
    if people * replicates > MAX_FIGURES:
        raise MalformedError(
            "bias.bootstrap", "too many groups for so many replicates",
            expected=f"at most {MAX_FIGURES} groups x replicates", got=f"{people} x {replicates}",
            mend="combine fewer attributes, or draw fewer replicates",
        )  # fmt: skip
    drawn = _drawn(cube, drawing, plans)
    by = {
        plan.names: _bounded(plan, counts, level) for plan, counts in zip(plans, drawn, strict=True)
    }
    return Intervals(replicates, seed, level, by)


def _check(drawing: Drawing, cube: Cube) -> None:
    fine = drawing.replicates >= 1 and 0 <= drawing.seed < 2**32 and 0 < drawing.level < 1
    if not fine:
        raise MalformedError(
            "bias.bootstrap", "the bootstrap cannot be drawn like that",
            expected="at least one replicate, a seed from 0 to 2^32-1, a level between 0 and 1",
        )  # fmt: skip
    if not cube.total:
        raise MalformedError(
            "bias.no-rows", "no row has a prediction, so there is nothing to audit"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What is computed by some attributes: which axes go, which groups stay, what is compared."""

    names: tuple[str, ...]
    gone: tuple[int, ...]
    groups: tuple[tuple[str, ...], ...]
    places: Counts
    compared: npt.NDArray[np.bool_]
    gaps: Mapping[str, Gap]
    rule: Rule
    fixed: int | None  # the place of a named reference


def _plan(
    cube: Cube,
    names: tuple[str, ...],
    rule: Rule,
    reference: Mapping[str, str] | None,
    min_share: float | Decimal,
) -> Plan:
    part = cube.marginal(names)
    held: Rates = rates(part)
    groups = tuple(one.values for one in held.groups)
    found = compare(held, rule, reference, min_share)
    excluded = {one.values for one in found.excluded}
    fixed = groups.index(found.reference or ()) if rule == "named" else None
    return Plan(
        names=part.names,
        gone=tuple(at for at, name in enumerate(cube.names) if name not in names),
        groups=groups,
        places=np.flatnonzero(part.rows),
        compared=np.asarray([one not in excluded for one in groups], dtype=bool),
        gaps=found.gaps,
        rule=rule,
        fixed=fixed,
    )


def _drawn(cube: Cube, drawing: Drawing, plans: Sequence[Plan]) -> Sequence[Counts]:
    """Return the marginal counts of each plan, of shape (replicates, groups, 2, outcomes)."""
    tail = cube.counts.shape[-2:]
    kind: Any = np.int32 if cube.total < 2**31 else np.int64
    held: list[Counts] = [
        np.empty((drawing.replicates, len(one.groups), *tail), dtype=kind) for one in plans
    ]
    at = 0
    for dense in _replicates(cube.counts, drawing):
        upto = at + len(dense)
        for plan, kept in zip(plans, held, strict=True):
            part = dense.sum(axis=tuple(one + 1 for one in plan.gone))
            kept[at:upto] = part.reshape(len(dense), -1, *tail)[:, plan.places]
        at = upto
    return held


def _replicates(counts: Counts, drawing: Drawing) -> Iterator[Counts]:
    """Yield replicates of the cube, some at a time; only cells that have people are drawn."""
    flat = counts.ravel()
    cells = np.flatnonzero(flat)
    people = int(flat.sum())
    shares = flat[cells] / people
    # Frozen on purpose: NumPy's newer generators may change their streams (NEP 19).
    generator = np.random.RandomState(drawing.seed)
    some = max(1, AT_ONCE // max(1, flat.size))
    for start in range(0, drawing.replicates, some):
        many = min(some, drawing.replicates - start)
        dense = np.zeros((many, flat.size), dtype=np.int64)
        dense[:, cells] = generator.multinomial(people, shares, size=many)
        yield dense.reshape(many, *counts.shape)


def _bounded(plan: Plan, counts: Counts, level: float) -> Bounded:
    values = _values(counts)
    at_reference = _references(plan, counts, values[SELECTION])
    bounds, ratios, differences = dict[str, Bounds](), dict[str, Bounds](), dict[str, Bounds]()
    gaps, gap_ratios = dict[str, Interval](), dict[str, Interval]()
    for name, one in values.items():
        bounds[name] = quantiles(one, level)
        if at_reference is None:
            continue
        inside = np.where(plan.compared[:, None], one, np.nan)
        base = np.take_along_axis(inside, at_reference[None, :], axis=0)
        ratios[name] = quantiles(_divided(inside, base), level)
        differences[name] = quantiles(inside - base, level)
        if name in plan.gaps:
            pair = _gap(inside[plan.compared], plan.gaps[name], level)
            gaps[name], gap_ratios[name] = pair
    return Bounded(plan.names, plan.groups, bounds, ratios, differences, gaps, gap_ratios)


def _values(counts: Counts) -> Mapping[str, Floats]:
    """Return each rate of shape (groups, replicates), nan where it is undefined."""
    found = dict[str, Floats]()
    for name, (top, low) in fractions(counts).items():
        found[name] = _divided(
            np.ascontiguousarray(top.T, dtype=np.float64),
            np.ascontiguousarray(low.T, dtype=np.float64),
        )
    return found


def _divided(top: Floats, low: Floats) -> Floats:
    found: Floats = np.full(np.broadcast_shapes(top.shape, low.shape), np.nan)
    np.divide(top, low, out=found, where=low > 0)
    return found


def _references(plan: Plan, counts: Counts, selection: Floats) -> Counts | None:
    """Return the place of the reference group in each replicate; None where none can be one."""
    if not plan.compared.any():
        return None
    if plan.fixed is not None:
        return np.full(selection.shape[1], plan.fixed)
    if plan.rule == "largest":
        key: Any = counts.sum(axis=(-2, -1)).T.astype(np.float64)
    else:
        key = selection if plan.rule == "most-selected" else -selection
    usable = plan.compared[:, None] & ~np.isnan(selection)
    return np.asarray(np.where(usable, key, -np.inf).argmax(axis=0))


def _gap(inside: Floats, gap: Gap, level: float) -> tuple[Interval, Interval]:
    low = np.where(np.isnan(inside), np.inf, inside).min(axis=0)
    high = np.where(np.isnan(inside), -np.inf, inside).max(axis=0)
    two = (~np.isnan(inside)).sum(axis=0) >= 2
    low, high = np.where(two, low, np.nan)[None, :], np.where(two, high, np.nan)[None, :]
    difference = reflected(quantiles(high - low, level), gap.difference)
    return difference, reflected(quantiles(_divided(low, high), level), gap.ratio)
