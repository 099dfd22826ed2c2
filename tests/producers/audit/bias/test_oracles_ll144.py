"""The scoring example of New York City's rule on automated employment decisions, to the digit.

6 RCNY 5-301(c): rates of being above the full sample's median score, and each rate by that of
the category that is above it most often. The table prints rates to a tenth of a percent, neither
cut off nor rounded throughout (18 of 28 is 64.29 % and stands as 64.2 %, 10 of 24 is 41.67 % and
stands as 41.7 %), so rates are held to a tenth and impact ratios to the digit.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sunlit.producers.audit.bias.columns import Columns
from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.metrics import compare, rates
from tests.producers.audit.bias.cubes import counted

# category: people, above the median, and what the rule's table prints
SEX = {"Male": (92, 50, "54.3", "1.00"), "Female": (76, 34, "44.7", "0.82")}
RACE = {
    "Hispanic": (28, 18, "64.2", "1.00"),
    "White": (40, 15, "37.5", "0.58"),
    "Black": (32, 16, "50.0", "0.78"),
    "NHPI": (8, 5, "62.5", "0.97"),
    "Asian": (24, 10, "41.7", "0.65"),
}
REST = (36, 20)  # the other categories together, so that half of 168 people are above the median


@pytest.fixture
def example(tmp_path: Path) -> Cube:
    """Return the 168 applicants, each with a score, cut at the median."""
    above = {"sex": list[str](), "race": list[str]()}
    below = {"sex": list[str](), "race": list[str]()}
    races = {**{name: one[:2] for name, one in RACE.items()}, "": REST}
    for column, table in (("sex", {name: one[:2] for name, one in SEX.items()}), ("race", races)):
        for name, (people, high) in table.items():
            above[column] += [name] * high
            below[column] += [name] * (people - high)
    rows: dict[str, list[Any]] = {
        "sex": above["sex"] + below["sex"], "race": above["race"] + below["race"],
        "score": [100.5 + at for at in range(84)] + [0.5 + at for at in range(84)],
    }  # fmt: skip
    asked = Columns(attributes=("sex", "race"), score="score", threshold="median")
    return counted(rows, asked, tmp_path)


@pytest.mark.parametrize(("name", "table"), [("sex", SEX), ("race", RACE)])
def test_the_rules_example_comes_out(
    example: Cube, name: str, table: dict[str, tuple[int, int, str, str]]
) -> None:
    """Counts and scoring rates of all categories, and every impact ratio as it is printed."""
    held = rates(example.marginal([name]))
    ratios = {one.values[0]: one.ratios["selection"] for one in compare(held).groups}

    assert example.meaning.threshold == "92"
    assert ratios.keys() == table.keys()
    for value, (people, high, rate, ratio) in table.items():
        group = held.group((value,))
        assert group is not None
        assert (group.rows, group.rates["selection"].count) == (people, high)
        shown = Decimal(100 * high) / Decimal(people)
        assert abs(shown - Decimal(rate)) < Decimal("0.1")
        assert f"{float(ratios[value] or 0):.2f}" == ratio


def test_both_attributes_together_are_compared_as_categories(example: Cube) -> None:
    """Sex with race; those of whom one is not known are named, and stand outside the ratios."""
    found = compare(rates(example))

    assert example.unknown("race") == 36
    assert {one.reason for one in found.excluded} == {"race not known"}
    assert max(one.ratios["selection"] or 0 for one in found.groups) == 1
