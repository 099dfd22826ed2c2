"""Population uniqueness: ARX's figures, models on data of their own making, and failures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import polygamma

from sunlit.producers.data.risk.estimate import Estimate, judged, resampled
from sunlit.producers.data.risk.histogram import Histogram
from sunlit.producers.data.risk.pitman import pitman, trigamma
from sunlit.producers.data.risk.population import population_uniqueness
from sunlit.producers.data.risk.slide import expected, shlosser, slide
from sunlit.producers.data.risk.zayatz import zayatz

FIXTURES = Path(__file__).parents[2] / "fixtures" / "risk"
ARX = json.loads((FIXTURES / "arx.json").read_text())
SEED = 2018


@pytest.fixture(scope="module")
def adult() -> Histogram:
    with (FIXTURES / "arx-adult-histogram.csv").open() as file:
        return Histogram.of((int(a), int(b)) for a, b in list(csv.reader(file))[1:])


def test_a_solver_far_outside_the_domain_is_answered_at_once() -> None:
    """SciPy's own polygamma needs a quarter of a minute for the last of these."""
    near = np.array([-5.3, -0.2, 0.4, 3.0, 1e5])

    assert trigamma(near) == pytest.approx(polygamma(1, near), rel=1e-12)
    assert np.isfinite(trigamma(-1.5e9 - 0.25))


@pytest.mark.parametrize("people", ["300000", "3000000", "60000000"])
def test_pitman_and_zayatz_equal_arx(adult: Histogram, people: str) -> None:
    """To 1e-6, on ARX's own copy of Adult."""
    first, second = pitman(adult, int(people)), zayatz(adult, int(people), SEED)

    assert first.value == pytest.approx(ARX["pitman"][people], abs=1e-6)
    assert second.value == pytest.approx(ARX["zayatz"][people], abs=1e-6)


@pytest.mark.parametrize("people", [300_000, 3_000_000, 60_000_000])
def test_an_interval_holds_its_value_and_is_not_wide(adult: Histogram, people: int) -> None:
    """The upper end is what a profile judges."""
    for one in population_uniqueness(adult, people, SEED).models:
        assert one.sound
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high < 1.4 * one.value


def test_the_same_seed_gives_the_same_interval(adult: Histogram) -> None:
    """And another seed nearly the same."""
    first, again = zayatz(adult, 3_000_000, 1), zayatz(adult, 3_000_000, 1)
    other = zayatz(adult, 3_000_000, 2)

    assert first == again
    assert first.high != other.high
    assert first.high == pytest.approx(other.high, rel=0.05)


def test_the_choice_is_dankars(adult: Histogram) -> None:
    """Pitman at small fractions; the smaller of Zayatz and SNB at greater ones."""
    assert population_uniqueness(adult, 3_000_000, SEED).chosen.model == "pitman"
    assert population_uniqueness(adult, 300_000, SEED).chosen.model == "snb"


def _drawn(alpha: float, beta: float, classes: int, fraction: float) -> tuple[Histogram, float]:
    """Return a file drawn from a slide negative binomial population, and the truth."""
    rng = np.random.default_rng(5)
    people = 1 + rng.negative_binomial(alpha, beta, classes)
    rows = rng.binomial(people, fraction)
    sizes, counts = np.unique(rows[rows > 0], return_counts=True)
    file = Histogram.of(zip(sizes.tolist(), counts.tolist(), strict=True))
    return file, float((people == 1).sum() / people.sum())


@pytest.mark.parametrize(("alpha", "beta", "fraction"), [(1.0, 0.5, 0.5), (2.0, 0.4, 0.3)])
def test_the_slide_model_finds_what_it_describes(
    alpha: float, beta: float, fraction: float
) -> None:
    """On data of its own law it comes near the truth, where ARX's form of C2 would not."""
    classes = 200_000
    file, truth = _drawn(alpha, beta, classes, fraction)
    people = round(file.rows / fraction)

    one, two = expected(classes, fraction, alpha, beta)
    found = slide(file, people, SEED)

    assert file.of_size(1) == pytest.approx(one, rel=0.02)
    assert file.of_size(2) == pytest.approx(two, rel=0.02)
    assert shlosser(file, fraction) == pytest.approx(classes, rel=0.15)
    assert found.value == pytest.approx(truth, rel=0.5)


def test_models_that_say_more_than_all_are_not_relied_on() -> None:
    """Nine rows in ten are unique in a thousandth of the people: the file's share stands."""
    held = Histogram.of([(1, 9_200), (2, 390), (4, 5)])

    found = population_uniqueness(held, 10_000_000, SEED)

    assert not found.models[0].sound or found.chosen.model == "pitman"
    assert found.chosen.high is not None
    assert found.chosen.high <= held.uniqueness


def test_a_model_without_pairs_does_not_converge() -> None:
    """The slide model needs classes of two."""
    assert slide(Histogram.of([(1, 10), (5, 4)]), 10_000, SEED).failure == "it did not converge"


@pytest.mark.parametrize(
    ("people", "word"),
    [(None, "no population"), (50, "smaller than the file"), (105, "nearly the whole")],
)
def test_no_model_is_asked_where_none_can_know(people: int | None, word: str) -> None:
    """Then the file's own share of unique rows is the upper end."""
    held = Histogram.of([(1, 10), (9, 10)])

    found = population_uniqueness(held, people, SEED)

    assert word in found.why
    assert found.models == ()
    assert found.chosen.high == 0.1


def test_without_a_unique_row_nobody_in_the_file_is_unique() -> None:
    """A certainty, not an estimate."""
    held = Histogram.of([(2, 10), (9, 10)])

    assert population_uniqueness(held, 10_000, SEED).chosen.high == 0.0
    assert zayatz(held, 10_000, SEED).value == slide(held, 10_000, SEED).value == 0.0


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (float("nan"), "did not converge"), (None, "did not converge"), (-0.1, "did not converge"),
        (3.35, "more than all people"), (0.3, "above the share of rows"),
    ],
)  # fmt: skip
def test_impossible_estimates_are_named(value: float | None, words: str) -> None:
    """Each failure in words."""
    found = judged(Estimate("one", value, 0.0, 1.0), Histogram.of([(1, 20), (8, 10)]))

    assert not found.sound
    assert words in (found.failure or "")


def test_an_upper_end_stays_possible() -> None:
    """Who is unique in the population is unique in the file."""
    held = Histogram.of([(1, 20), (8, 10)])

    assert judged(Estimate("one", 0.1, -0.1, 0.9), held).high == 0.2
    assert judged(Estimate("one", 0.1, -0.1, 0.9), held).low == 0.0
    assert judged(Estimate("one", 0.1, None, float("inf")), held).high == 0.2


def test_too_few_replicates_make_no_interval() -> None:
    """A model that answers one time in three says nothing about its spread."""
    held, calls = Histogram.of([(1, 5), (2, 5)]), iter(range(10_000))

    assert resampled(held, 1, lambda _counts: None if next(calls) % 3 else 0.1) is None


def test_nearly_unique_rows_tell_models_nothing() -> None:
    """Pitman once said 3.35 of all people there; now no model is asked."""
    held = Histogram.of([(1, 9_900), (2, 50)])

    found = population_uniqueness(held, 1_000_000, SEED)

    assert (found.models, found.chosen.model, found.chosen.value) == ((), "bound", None)
    assert found.chosen.high == held.uniqueness
    assert "nearly every row" in found.why
