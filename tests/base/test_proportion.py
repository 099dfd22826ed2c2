"""Exact intervals: SciPy's figures, and those that assurance people quote."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaincinv
from scipy.stats import binomtest

from sunlit.base.proportion import as_decimal, clopper_pearson, wilson

SIXTH = Decimal("0.000001")


@settings(max_examples=40)
@given(st.integers(0, 3000), st.integers(0, 3000), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_exact_interval_is_scipy_s(count: int, others: int, level: float) -> None:
    """Both bounds agree with the beta distribution's quantiles to the sixth place."""
    rows = count + others
    low, high = clopper_pearson(count, rows, level)

    tail = (1 - level) / 2
    expected_low = betaincinv(count, others + 1, tail) if count else 0.0
    expected_high = betaincinv(count + 1, others, 1 - tail) if others else 1.0
    assert abs(low - as_decimal(expected_low)) <= SIXTH
    assert abs(high - as_decimal(expected_high)) <= SIXTH


@pytest.mark.parametrize(("count", "rows"), [(3, 1_000_000), (400_000, 1_000_000), (10**6, 10**6)])
def test_a_million_rows_are_no_trouble(count: int, rows: int) -> None:
    """The continued fraction converges for large counts as it does for small ones."""
    low, high = clopper_pearson(count, rows)

    assert abs(low - as_decimal(betaincinv(count, rows - count + 1, 0.025))) <= SIXTH
    if count < rows:
        assert abs(high - as_decimal(betaincinv(count + 1, rows - count, 0.975))) <= SIXTH


def test_zero_of_a_few_says_little() -> None:
    """0 of 32 leaves 10.9 % open, 0 of 127 2.9 %; Wilson's score says 10.7 % and 2.9 %."""
    assert clopper_pearson(0, 32)[1] == Decimal("0.108881")
    assert round(clopper_pearson(0, 127)[1], 3) == Decimal("0.029")
    assert round(wilson(0, 32)[1], 3) == 0.107
    assert round(wilson(0, 127)[1], 3) == 0.029
    assert round(wilson(0, 50)[1], 3) == 0.071


def test_two_in_a_hundred_needs_many_clean_attempts() -> None:
    """Fewer than 2 in 100 takes 149 clean attempts one-sided, 189 by Wilson's score."""
    assert clopper_pearson(0, 149, 0.90)[1] < Decimal("0.02") < clopper_pearson(0, 148, 0.90)[1]
    assert wilson(0, 189)[1] < 0.02 < wilson(0, 188)[1]


def test_nothing_says_nothing() -> None:
    """Of no observations everything is possible."""
    assert clopper_pearson(0, 0) == (Decimal(0), Decimal(1))
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_wilsons(pair: tuple[int, int]) -> None:
    """The same as SciPy's, which is written by others, and always around the share."""
    hits, of = pair
    theirs = binomtest(hits, of).proportion_ci(0.95, method="wilson")

    low, high = wilson(hits, of)

    assert low == pytest.approx(theirs.low, abs=1e-9)
    assert high == pytest.approx(theirs.high, abs=1e-9)
    assert 0 <= low <= hits / of <= high <= 1


@settings(max_examples=15)
@given(st.integers(1, 60))
def test_an_interval_holds_its_share_and_moves_with_it(rows: int) -> None:
    """Bounds rise with the count, and the share lies between them."""
    bounds = [clopper_pearson(count, rows) for count in range(rows + 1)]

    assert all(low <= as_decimal(count / rows) <= high for count, (low, high) in enumerate(bounds))
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(bounds))


@pytest.mark.parametrize(("count", "rows", "level"), [(-1, 3, 0.95), (4, 3, 0.95), (1, 3, 1.0)])
def test_what_is_no_proportion_is_refused(count: int, rows: int, level: float) -> None:
    """Counts that cannot be are the caller's mistake."""
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(count, rows, level)


def test_a_figure_has_six_places() -> None:
    """No exponent, no seventh place, half to even."""
    assert str(as_decimal(1e-9)) == "0.000000"
    assert str(as_decimal(1 / 3)) == "0.333333"
    assert str(as_decimal(2)) == "2.000000"
