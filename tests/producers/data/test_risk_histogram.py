"""Class sizes and the figures that they give."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.producers.data.risk.histogram import Histogram, against

PAIRS = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 20)), min_size=1, max_size=12)
FIFTH = Fraction(1, 5)


def test_sizes_are_summed_and_put_in_order() -> None:
    """An engine may hand them over in any order."""
    assert Histogram.of([(3, 1), (1, 2), (3, 4), (0, 9), (7, 0)]) == Histogram((1, 3), (2, 5))


def test_the_formulas_by_hand() -> None:
    """Two unique rows, a pair, and a class of six: ten rows in four classes."""
    held = Histogram.of([(1, 2), (2, 1), (6, 1)])

    assert (held.rows, held.classes, held.k, held.largest) == (10, 4, 1, 6)
    assert (held.highest, held.average, held.lowest) == (1.0, 0.4, 1 / 6)
    assert (held.uniqueness, held.at_risk(FIFTH), held.rows_below(3)) == (0.2, 0.4, 4)
    assert held.separation == 1 - (2 * 1 + 6 * 5) / (10 * 9)


def test_a_row_exactly_at_tau_is_not_at_risk() -> None:
    """Ra counts risks above the threshold, and one in five is 0.2 exactly."""
    assert Histogram.of([(5, 1), (4, 1)]).at_risk(FIFTH) == 4 / 9


def test_an_empty_table_and_a_single_row_have_sizes() -> None:
    """Nothing is divided by nought before somebody asks for a share."""
    assert (Histogram.of([]).k, Histogram.of([]).largest) == (0, 0)
    assert Histogram.of([(1, 1)]).separation == 1.0


@given(PAIRS)
def test_the_risks_are_in_order(pairs: list[tuple[int, int]]) -> None:
    """Lowest, average and highest; and what is at risk is a share."""
    held = Histogram.of(pairs)

    assert 0 < held.lowest <= held.average <= held.highest <= 1
    assert 0 <= held.uniqueness <= held.at_risk(FIFTH) <= 1
    assert 0 <= held.separation <= 1


@given(PAIRS, st.integers(1, 9))
def test_prosecutor_is_at_least_journalist_is_at_least_marketer(
    pairs: list[tuple[int, int]], times: int
) -> None:
    """The order that El Emam shows, for a population `times` as large."""
    held = Histogram.of(pairs)

    found = against(((size, size * times, count) for size, count in held.pairs()), FIFTH)

    assert held.average >= found.average - 1e-12
    assert found.average >= found.marketer > 0
    assert held.highest >= found.highest
    assert held.at_risk(FIFTH) >= found.at_risk


def test_a_population_equal_to_the_file_gives_the_prosecutors_figures() -> None:
    """As ARX has it where no larger table is given."""
    held = Histogram.of([(1, 2), (2, 1), (6, 1)])

    found = against(((size, size, count) for size, count in held.pairs()), FIFTH)

    assert (found.highest, found.at_risk) == (held.highest, held.at_risk(FIFTH))
    assert found.average == found.marketer == pytest.approx(held.average, abs=1e-15)


def test_journalist_risk_by_hand() -> None:
    """Two rows of a group of four, one of a group of one hundred."""
    found = against([(2, 4, 1), (1, 100, 1)], FIFTH)

    assert found.highest == 0.25
    assert found.at_risk == 2 / 3
    assert found.marketer == pytest.approx((2 / 4 + 1 / 100) / 3)
    assert found.average == max(2 / 104, found.marketer)
