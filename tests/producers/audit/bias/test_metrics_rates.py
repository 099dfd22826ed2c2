"""Rates and comparisons: fractions of counts, exact, and None where there is nothing below."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import UNKNOWN, Cube
from sunlit.producers.audit.bias.metrics import (
    FIGURES,
    Rule,
    compare,
    marginal_rates,
    rates,
    rounded,
)
from tests.producers.audit.bias.cubes import cube

# by group: not selected (0, 1, not known), selected (0, 1, not known)
COUNTS = [
    [[50, 10, 0], [5, 35, 0]],  # 100 people, 40 selected
    [[30, 10, 5], [10, 5, 10]],  # 70 people, 25 selected
    [[3, 0, 0], [2, 0, 0]],  # 5 people, nobody positive
]


def values(made: Cube) -> list[dict[str, Fraction | None]]:
    return [{name: one.value for name, one in group.rates.items()} for group in rates(made).groups]


def test_every_rate_is_the_fraction_of_its_counts() -> None:
    """Worked by hand; people whose outcome is not known count in selection only."""
    first, second, third = values(cube(COUNTS))

    assert first == {
        "selection": Fraction(40, 100), "tpr": Fraction(35, 45), "fpr": Fraction(5, 55),
        "fnr": Fraction(10, 45), "precision": Fraction(35, 40), "accuracy": Fraction(85, 100),
        "base_rate": Fraction(45, 100),
    }  # fmt: skip
    assert second["selection"] == Fraction(25, 70)
    assert (second["precision"], second["accuracy"]) == (Fraction(5, 15), Fraction(35, 55))
    assert (third["tpr"], third["fnr"]) == (None, None)
    assert third["precision"] == 0


def test_without_outcomes_only_selection_is_known() -> None:
    """And a group without people is no group."""
    made = rates(cube([[[3], [1]], [[0], [0]]]))

    assert [set(one.rates) for one in made.groups] == [{"selection"}]
    assert made.group(("a01",)) is None


@pytest.mark.parametrize(
    ("rule", "reference"),
    [("most-selected", "a00"), ("least-selected", "a01"), ("largest", "a00"), ("named", "a02")],
)
def test_the_reference_is_picked_by_its_rule(rule: Rule, reference: str) -> None:
    """Among the groups that are compared; its own ratio is 1 and its difference 0."""
    held = rates(cube(COUNTS))
    found = compare(held, rule, {"d0": "a02"})

    assert found.reference == (reference,)
    own = next(one for one in found.groups if one.values == (reference,))
    known = [name for name, one in own.differences.items() if one is not None]
    assert {own.differences[name] for name in known} == {0}
    assert {one for one in own.ratios.values() if one is not None} == {1}


def test_a_ratio_to_nothing_is_none() -> None:
    """To a rate of 0, and to or from an undefined one; the difference to 0 is known."""
    held = rates(cube([[[4, 0, 0], [6, 0, 0]], [[1, 3, 0], [2, 4, 0]]]))
    found = compare(held, "named", {"d0": "a00"}).groups[1]

    assert found.ratios["precision"] is None
    assert found.differences["precision"] == Fraction(4, 6)
    assert found.ratios["tpr"] is None
    assert found.differences["tpr"] is None


def test_small_groups_and_unknown_ones_are_excluded_with_the_reason() -> None:
    """Under two in a hundred, exactly; they keep their rates and are no reference."""
    counts = np.zeros((4, 2, 1), dtype=int)
    counts[:, 1, 0] = [10, 40, 19, 20]
    counts[:, 0, 0] = [10, 901, 0, 0]
    held = rates(cube(counts, "sex", unknown=0))
    found = compare(held, min_share=0.02)

    assert [(one.values, one.reason) for one in found.excluded] == [
        ((UNKNOWN,), "sex not known"),
        (("a02",), "less than 2 % of all people"),
    ]
    assert found.reference == ("a03",)  # 20 of 1,000 are not less than 2 %
    assert len(held.groups) == 4


def test_where_no_group_can_be_compared_there_is_no_reference() -> None:
    """Everybody is unknown: no ratio, no gap, no error."""
    found = compare(rates(cube([[[3], [1]]], "sex", unknown=0)))

    assert found.reference is None
    assert (found.groups, dict(found.gaps)) == ((), {})


def test_a_reference_that_is_not_there_is_refused() -> None:
    """Also one that is excluded."""
    held = rates(cube(COUNTS, "sex", unknown=2))
    for value in ("a07", UNKNOWN):
        with pytest.raises(MalformedError) as caught:
            compare(held, "named", {"sex": value})
        assert caught.value.code == "bias.reference"


def test_gaps_name_the_two_groups() -> None:
    """The highest less the lowest of those that have the rate; none where fewer than two have."""
    found = compare(rates(cube(COUNTS))).gaps

    assert (found["tpr"].lowest, found["tpr"].highest) == (("a01",), ("a00",))
    assert found["tpr"].difference == Fraction(35, 45) - Fraction(5, 15)
    assert found["precision"].ratio == 0
    alone = compare(rates(cube([COUNTS[0], COUNTS[2]]))).gaps
    assert "tpr" not in alone
    nought = compare(rates(cube([[[1], [0]], [[2], [0]]]))).gaps["selection"]
    assert nought.difference == 0
    assert nought.ratio is None


@settings(max_examples=60)
@given(arrays.arrays(np.int64, (3, 2, 2, 3), elements=st.integers(0, 50)))
def test_rates_follow_from_marginals_alone(counts: Any) -> None:  # noqa: ANN401 - an array
    """By every set of attributes: shares between 0 and 1, and parts that sum to all people."""
    made = cube(counts, "sex", "race")
    for names, held in marginal_rates(made).items():
        assert held.names == names
        assert sum(one.rows for one in held.groups) == made.total
        for one in held.groups:
            assert tuple(one.rates) == FIGURES
            assert all(r.value is None or 0 <= r.value <= 1 for r in one.rates.values())
            assert one.rates["tpr"].count + one.rates["fnr"].count == one.rates["tpr"].of
        gaps = compare(held).gaps
        assert all(0 <= one.difference <= 1 for one in gaps.values())


def test_figures_are_rounded_half_to_even() -> None:
    """To six places, from the exact fraction."""
    assert str(rounded(Fraction(1, 3))) == "0.333333"
    assert str(rounded(Fraction(25, 10**7))) == "0.000002"
    assert str(rounded(Fraction(1))) == "1.000000"
    assert rounded(None) is None
