"""The figures of drift against SciPy's, and against the plainest computation of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp

from sunlit.producers.audit.drift import statistics
from sunlit.producers.audit.drift.statistics import (
    Numbers,
    compare_categories,
    compare_numbers,
    ks_p_value,
    psi,
    psi_noise,
)

SAMPLE = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=60)
COUNTS = st.lists(st.integers(0, 500), min_size=2, max_size=8)


def held(values: list[float]) -> Numbers:
    return np.sort(np.asarray(values, np.float64))


@given(SAMPLE, SAMPLE)
def test_ks_is_scipys_to_the_bit(first: list[float], second: list[float]) -> None:
    """The statistic of the two-sample test, ties and all."""
    a, b = held(first), held(second)

    found = compare_numbers([(a, b)], len(a), len(b))

    assert found.ks == pytest.approx(float(ks_2samp(a, b, method="asymp").statistic), abs=1e-12)
    assert found.p == pytest.approx(float(ks_2samp(a, b, method="asymp").pvalue), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.5])
def test_ks_is_exact_where_only_a_grid_is_looked_at(shift: float) -> None:
    """So many rows that most values lie between the places of the grid."""
    rng = np.random.default_rng(7)
    a, b = np.sort(rng.normal(0, 1, 20_000)), np.sort(rng.normal(shift, 1, 17_000))

    found = compare_numbers([(a, b)], len(a), len(b))

    assert found.ks == pytest.approx(float(ks_2samp(a, b, method="asymp").statistic), abs=1e-12)


@given(SAMPLE, SAMPLE, st.lists(st.integers(-50, 50).map(float), max_size=4))
def test_pieces_give_what_the_whole_gives(
    first: list[float], second: list[float], cuts: list[float]
) -> None:
    """A sample that does not fit in memory has the same figures."""
    a, b = held(first), held(second)
    ends = sorted(set(cuts))
    parts = [
        tuple(x[(x > low) & (x <= high)] for x in (a, b))
        for low, high in zip([-np.inf, *ends], [*ends, np.inf], strict=True)
    ]

    found = compare_numbers([(one[0], one[1]) for one in parts], len(a), len(b))

    assert found == compare_numbers([(a, b)], len(a), len(b))


def plain_psi(reference: Numbers, current: Numbers) -> float:
    """Return the index as docs/assurance/drift.md says it, without any cleverness."""
    ranked = np.sort(reference)
    edges = sorted({float(ranked[-(-i * len(ranked) // 10) - 1]) for i in range(1, 10)})
    total = 0.0
    for low, high in zip([-np.inf, *edges], [*edges, np.inf], strict=True):
        p = max(float(((reference > low) & (reference <= high)).mean()), 0.0001)
        q = max(float(((current > low) & (current <= high)).mean()), 0.0001)
        total += (q - p) * float(np.log(q / p))
    return total


@given(SAMPLE, SAMPLE)
def test_psi_is_that_of_the_plain_computation(first: list[float], second: list[float]) -> None:
    """Ten bins by the reference's deciles; empty ones count as 0.0001."""
    a, b = held(first), held(second)

    found = compare_numbers([(a, b)], len(a), len(b))

    assert found.psi == pytest.approx(plain_psi(a, b), abs=1e-9)
    assert sum(found.reference) == len(a)
    assert sum(found.current) == len(b)


def test_the_deciles_are_numpys() -> None:
    """The smallest value with at least i tenths of the reference at or below it."""
    a = np.sort(np.random.default_rng(1).normal(size=997))

    found = compare_numbers([(a, a)], len(a), len(a))

    wanted = np.quantile(a, np.arange(1, 10) / 10, method="inverted_cdf")
    assert found.edges == tuple(wanted)
    assert found.psi == 0


@given(COUNTS, st.data())
def test_categories_are_scipys(first: list[int], data: st.DataObject) -> None:
    """Jensen-Shannon to the base of 2, and Pearson's chi-square."""
    second = data.draw(st.lists(st.integers(0, 500), min_size=len(first), max_size=len(first)))
    a, b = np.array(first, np.int64), np.array(second, np.int64)

    found = compare_categories(a, b, 0)

    if not a.sum() or not b.sum():
        assert (found.psi, found.js, found.chi2) == (0, 0, None)
        return
    assert found.js == pytest.approx(float(jensenshannon(a, b, base=2)), abs=1e-7)
    table = np.stack([a, b])[:, (a + b) > 0]
    if table.shape[1] > 1:
        wanted = chi2_contingency(table, correction=False)
        assert found.chi2 == pytest.approx(float(wanted.statistic))
        assert found.p == pytest.approx(float(wanted.pvalue), abs=1e-12)


def test_new_categories_are_one_bin() -> None:
    """However many there are, the reference holds none of them."""
    found = compare_categories(np.array([50, 50], np.int64), np.array([40, 40], np.int64), 20)

    assert found.unseen == 20
    assert found.categories == 3
    wanted = psi(np.array([50, 50, 0], np.int64), np.array([40, 40, 20], np.int64))
    assert found.psi == pytest.approx(wanted)


def _drawn(rng: np.random.Generator) -> Numbers:
    return np.sort(rng.normal(size=300))


def test_chance_stays_below_the_noise_in_19_of_20_cases() -> None:
    """So a PSI below it shows nothing: samples of one distribution, drawn 400 times."""
    rng = np.random.default_rng(3)
    limit = psi_noise(10, 300, 300)

    over = sum(
        compare_numbers([(_drawn(rng), _drawn(rng))], 300, 300).psi > limit for _ in range(400)
    )

    assert 0.02 < over / 400 < 0.09


@pytest.mark.parametrize(("bins", "n", "m"), [(1, 5, 5), (10, 0, 5), (10, 5, 0)])
def test_of_nothing_there_is_no_noise(bins: int, n: int, m: int) -> None:
    """One bin, or no rows."""
    assert psi_noise(bins, n, m) == 0


def test_an_empty_sample_has_no_p_value() -> None:
    """Nothing was compared."""
    found = compare_numbers([(held([1.0]), held([]))], 1, 0)

    assert (found.ks, found.p, found.psi) == (0, None, 0)


def test_many_rows_take_the_limit_of_the_distribution() -> None:
    """It differs from the exact one in the third digit, and takes no half second."""
    size = statistics.EXACT_P * 2
    rng = np.random.default_rng(5)
    a, b = np.sort(rng.normal(size=size)), np.sort(rng.normal(0.02, 1, size=size))

    found = compare_numbers([(a, b)], size, size)

    wanted = float(ks_2samp(a, b, method="asymp").pvalue)
    assert found.p == ks_p_value(found.ks, size, size)
    assert found.p == pytest.approx(wanted, rel=0.05)
