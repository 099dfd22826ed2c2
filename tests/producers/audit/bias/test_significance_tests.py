"""Fisher for few, chi-square for many, each as its textbook has it."""

from decimal import Decimal

import pytest

from sunlit.producers.audit.bias.metrics import Rate, compare, rates
from sunlit.producers.audit.bias.significance import against_reference, two_rates
from tests.producers.audit.bias.cubes import cube


def test_few_people_get_fishers_exact_test() -> None:
    """Fisher's tea tasting (The Design of Experiments, 1935): 3 of 4 and 1 of 4, p = 34/70."""
    found = two_rates(Rate(3, 4), Rate(1, 4))

    assert found is not None
    assert (found.method, found.deviations) == ("fisher-exact", None)
    assert found.p == Decimal("0.485714")


def test_many_people_get_chi_square_without_correction() -> None:
    """60 of 100 and 45 of 100: z = 0.15 / sqrt(0.525 x 0.475 x 2 / 100) = 2.1240."""
    found = two_rates(Rate(60, 100), Rate(45, 100))

    assert found is not None
    assert found.method == "chi-square"
    assert found.deviations == pytest.approx(Decimal("2.124"), abs=Decimal("0.0001"))
    assert found.p == pytest.approx(Decimal("0.03367"), abs=Decimal("0.00001"))


@pytest.mark.parametrize(
    ("one", "other", "method"),
    [
        ((20, 40), (15, 29), "fisher-exact"),  # fewer than 30
        ((15, 30), (15, 30), "chi-square"),
        ((4, 100), (5, 100), "fisher-exact"),  # 4.5 expected
        ((5, 100), (5, 100), "chi-square"),
        ((96, 100), (95, 100), "fisher-exact"),  # 4.5 expected not to be
        ((0, 100), (0, 100), "fisher-exact"),
    ],
)
def test_which_test_is_due(one: tuple[int, int], other: tuple[int, int], method: str) -> None:
    """By 30 people in either group, and 5 expected in every cell."""
    found = two_rates(Rate(*one), Rate(*other))

    assert found is not None
    assert found.method == method
    assert 0 <= found.p <= 1


def test_of_nobody_nothing_is_tested() -> None:
    """Neither the one nor the other may be empty; nobody selected at all is no difference."""
    assert two_rates(Rate(0, 0), Rate(1, 2)) is None
    assert two_rates(Rate(1, 2), Rate(0, 0)) is None
    same = two_rates(Rate(0, 5), Rate(0, 6))
    assert same is not None
    assert same.p == 1


def test_every_compared_group_is_tested_against_the_reference() -> None:
    """Not the reference itself, not who is excluded; nothing where there is no reference."""
    made = cube([[[50, 9, 0], [5, 35, 0]], [[30, 9, 0], [9, 9, 0]], [[9, 9, 0], [1, 1, 0]]],
                "sex", unknown=2)  # fmt: skip
    held = rates(made)
    found = against_reference(held, compare(held), "precision")

    assert list(found) == [("a01",)]
    assert against_reference(held, compare(held), "mood") == {}
    alone = rates(cube([[[3], [1]]], "sex", unknown=0))
    assert against_reference(alone, compare(alone)) == {}
