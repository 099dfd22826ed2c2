"""The bootstrap: the same draws each time, no rows needed, and the quantiles that rows give."""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias import bootstrap
from sunlit.producers.audit.bias.bootstrap import intervals
from sunlit.producers.audit.bias.bounds import Interval, quantiles
from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.metrics import FIGURES, Rule, compare, rates
from tests.producers.audit.bias.cubes import cube

SHAPE = (2, 3, 2, 3)


def some(people: int, seed: int = 5, *, known: bool = True) -> Cube:
    """Return a cube of so many people, by two attributes, drawn once."""
    draw = np.random.default_rng(seed)
    shares = draw.dirichlet(np.full(36, 3.0)).reshape(SHAPE)
    if known:
        shares[..., 2] = 0
    shares = shares / shares.sum()
    return cube(draw.multinomial(people, shares.ravel()).reshape(SHAPE), "sex", "race")


def by_rows(made: Cube, replicates: int, seed: int) -> list[dict[str, Any]]:
    """Draw rows with replacement, count them, and compute the rates of each sex from these."""
    cells = np.repeat(np.arange(made.counts.size), made.counts.ravel())
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(replicates):
        drawn = cells[draw.integers(0, len(cells), len(cells))]
        counts = np.bincount(drawn, minlength=made.counts.size).reshape(SHAPE).sum(axis=1)
        tn, fn, fp, tp = (counts[:, p, o] for p in (0, 1) for o in (0, 1))
        selection, tpr = (tp + fp) / (tp + fp + tn + fn), tp / (tp + fn)
        found.append({
            "selection": selection, "tpr": tpr, "ratio": selection / selection.max(),
            "gap": tpr.max() - tpr.min(),
        })  # fmt: skip
    return found


def close(made: Cube, replicates: int, within: float) -> None:
    """Compare all bounds with those of rows."""
    ours = intervals(made, replicates, 11, combinations=[("sex",)]).by["sex",]
    rows = by_rows(made, replicates, 12)
    gap = float(compare(rates(made.marginal(["sex"]))).gaps["tpr"].difference)
    for at, group in enumerate(ours.groups):
        pairs = [
            (ours.rate("selection", group), [one["selection"][at] for one in rows]),
            (ours.rate("tpr", group), [one["tpr"][at] for one in rows]),
            (ours.ratio("selection", group), [one["ratio"][at] for one in rows]),
            (ours.gap_differences["tpr"], [2 * gap - one["gap"] for one in rows]),
        ]
        for found, drawn in pairs:
            low, high = np.quantile(drawn, [0.025, 0.975]).clip(0, 1)
            assert float(found.low or 0) == pytest.approx(low, abs=within)
            assert float(found.high or 0) == pytest.approx(high, abs=within)


def test_the_bounds_are_those_of_drawing_rows() -> None:
    """A short run, within 0.005, which is five standard deviations of chance."""
    # At least 6,000 of the 20,000 people are behind a rate, so its standard deviation is at most
    # 0.5 / sqrt(6,000) = 0.0065. A normal variable's 2.5 % quantile in 600 replicates then has
    # one of 0.0065 x sqrt(0.025 x 0.975 / 600) / 0.0584 = 0.0007, and the difference of two 0.001.
    close(some(20_000), 600, 0.005)


@pytest.mark.long
def test_the_bounds_are_those_of_drawing_many_rows() -> None:
    """Within 0.002: 100,000 people, 4,000 replicates, where chance alone is below 0.0003."""
    close(some(100_000), 4_000, 0.002)


def test_the_same_seed_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in other portions; another seed draws otherwise."""
    made = some(500)
    one, other = intervals(made, 50, 3), intervals(made, 50, 4)
    monkeypatch.setattr(bootstrap, "AT_ONCE", 36 * 7)
    again = intervals(made, 50, 3)

    bounds = [held.by["sex", "race"].rates["tpr"].low for held in (one, again, other)]
    assert bounds[0].tolist() == bounds[1].tolist()
    assert bounds[0].tolist() != bounds[2].tolist()
    assert (one.replicates, one.seed, one.level) == (50, 3, 0.95)


def test_the_draws_stay_what_they_are() -> None:
    """MT19937 and NumPy's binomial of that time: kept, so that any change is seen."""
    made = cube([[[40, 20, 0], [10, 30, 0]]])
    drawn = next(bootstrap._replicates(made.counts, bootstrap.Drawing(3, 2018, 0.95)))

    assert drawn.reshape(3, 6).tolist() == DRAWN


DRAWN: Sequence[Sequence[int]] = [
    [31, 26, 0, 7, 36, 0],
    [44, 17, 0, 14, 25, 0],
    [33, 30, 0, 8, 29, 0],
]


def test_every_figure_lies_within_its_own_bounds() -> None:
    """Of a thousand people, for each rule of reference, and for groups that are excluded."""
    made = some(1_000, known=False)
    rules: tuple[Rule, ...] = ("most-selected", "least-selected", "largest", "named")
    for rule in rules:
        reference = {"sex": "a00", "race": "a01"}
        found = intervals(made, 300, 1, rule=rule, reference=reference)
        for names, bounds in found.by.items():
            held = rates(made.marginal(names))
            compared = compare(held, rule, reference)
            for group in held.groups:
                for figure in FIGURES:
                    within(bounds.rate(figure, group.values), group.rates[figure].value)
            for one in compared.groups:
                if rule in {"named", "largest"}:
                    within(bounds.ratio("selection", one.values), one.ratios["selection"])
                    within(bounds.difference("fpr", one.values), one.differences["fpr"])


def within(interval: Interval, value: Any) -> None:  # noqa: ANN401 - a fraction
    assert interval.low is not None
    assert interval.high is not None
    assert float(interval.low) - 1e-6 <= float(value) <= float(interval.high) + 1e-6


def test_what_is_undefined_stays_so() -> None:
    """In all replicates: no bounds. In some: bounds of the others, and how many were left out."""
    made = cube([[[50, 0, 0], [50, 0, 0]], [[50, 1, 0], [50, 0, 0]]])
    found = intervals(made, 200, 7).by["d0",]

    assert found.rate("tpr", ("a00",)) == Interval(None, None, 200)
    rare = found.rate("fnr", ("a01",))
    assert (str(rare.low), str(rare.high)) == ("1.000000", "1.000000")
    assert 40 < rare.undefined < 110  # a share of 1/e is without that one person
    assert "tpr" not in found.gap_differences  # one group alone has it


def test_excluded_groups_have_no_ratio() -> None:
    """People of whom nothing is known have rates and bounds; where all are so, no gap either."""
    made = cube([[[5], [5]], [[4], [6]], [[3], [7]]], "sex", unknown=2)
    found = intervals(made, 20).by["sex",]
    alone = intervals(cube([[[5], [5]]], "sex", unknown=0), 20).by["sex",]

    assert found.ratio("selection", ("(unknown)",)) == Interval(None, None, 20)
    assert found.rate("selection", ("(unknown)",)).low is not None
    assert found.ratio("selection", ("a01",)).high is not None
    assert (dict(alone.ratios), dict(alone.gap_ratios)) == ({}, {})


def test_a_gap_that_is_chance_is_not_bounded_away_from_none() -> None:
    """Nine groups of 100, all of the same rate: quantiles alone would always find more than 0.05.

    Reflected, fewer than 4 of 20 such audits do, and the figure itself is always within.
    """
    draw = np.random.default_rng(9)
    beyond = 0
    for seed in range(20):
        picked = draw.binomial(100, 0.8, 9)
        made = cube(np.stack([100 - picked, picked], axis=1)[..., None])
        gaps = compare(rates(made)).gaps["selection"]
        found = intervals(made, 200, seed).by["d0",]
        within(found.gap_differences["selection"], gaps.difference)
        within(found.gap_ratios["selection"], gaps.ratio)
        beyond += float(found.gap_differences["selection"].low or 0) > 0.05

    assert beyond < 4


def test_no_ratio_of_nothing_is_bounded() -> None:
    """Nobody is selected: the gap is 0 and its ratio is not known."""
    found = intervals(cube([[[9], [0]], [[8], [0]]]), 20).by["d0",]

    assert found.gap_differences["selection"].high == 0
    assert found.gap_ratios["selection"] == Interval(None, None, 20)


@pytest.mark.parametrize(
    "asked", [{"replicates": 0}, {"seed": -1}, {"seed": 2**32}, {"level": 1.0}]
)
def test_what_cannot_be_drawn_is_refused(asked: dict[str, Any]) -> None:
    """Before anything is drawn."""
    with pytest.raises(MalformedError) as caught:
        intervals(some(10), **asked)
    assert caught.value.code == "bias.bootstrap"


def test_too_much_and_nothing_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups times replicates are bounded, and of nobody nothing is drawn."""
    monkeypatch.setattr(bootstrap, "MAX_FIGURES", 100)
    with pytest.raises(MalformedError, match="too many groups"):
        intervals(some(100), 100)
    with pytest.raises(MalformedError) as caught:
        intervals(cube(np.zeros((2, 2, 1))))
    assert caught.value.code == "bias.no-rows"


def test_quantiles_are_linear_between_neighbours() -> None:
    """As NumPy's are by default, and nan is left out."""
    draw = np.random.default_rng(2)
    values = draw.random((5, 101))
    values[1, :50] = np.nan
    values[2] = np.nan
    found = quantiles(values, 0.9)

    expected = np.nanquantile(values[[0, 1, 3, 4]], [0.05, 0.95], axis=1)
    assert found.low[[0, 1, 3, 4]] == pytest.approx(expected[0])
    assert found.high[[0, 1, 3, 4]] == pytest.approx(expected[1])
    assert np.isnan(found.low[2])
    assert found.undefined.tolist() == [0, 50, 101, 0, 0]


def uniform(seed: int) -> Callable[[], float]:
    """Return MT19937's numbers of 53 bits, seeded by `init_genrand` as spec/bias-cube.md says."""
    key = [seed]
    for at in range(1, 624):
        key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + at) & 0xFFFFFFFF)
    made = random.Random()  # noqa: S311 - the same generator, seeded otherwise
    made.setstate((3, (*key, 624), None))
    return made.random


def binomial(draw: Callable[[], float], people: int, share: float) -> int:
    if share > 0.5:
        return people - binomial(draw, people, 1 - share)
    most = min(people, people * share + 10 * math.sqrt(people * share * (1 - share) + 1))
    none = math.exp(people * math.log(1 - share))
    count, chance, number = 0, none, draw()
    while number > chance:
        count += 1
        if count > most:
            count, chance, number = 0, none, draw()
        else:
            number -= chance
            chance *= (people - count + 1) * share / (count * (1 - share))
    return count


def test_a_stranger_draws_the_same_replicates() -> None:
    """By the sentences of the specification, in plain Python, where cells are small."""
    counts = [10, 0, 0, 5, 7, 8]
    made = cube([[counts[:3], counts[3:]]])
    ours = next(bootstrap._replicates(made.counts, bootstrap.Drawing(50, 2018, 0.95)))

    draw, cells = uniform(2018), [one for one in counts if one]
    for replicate in ours.reshape(50, 6).tolist():
        left, shares = sum(counts), 1.0
        theirs = []
        for one in cells[:-1]:
            theirs.append(binomial(draw, left, one / 30 / shares) if left else 0)
            left, shares = left - theirs[-1], shares - one / 30
        assert [replicate[at] for at in (0, 3, 4, 5)] == [*theirs, left]
