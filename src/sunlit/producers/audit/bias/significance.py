"""Whether two groups' rates differ by more than chance: Fisher's test for few, chi-square for many.

Fisher's exact test where either group has fewer than 30 people, or a cell of the table has an
expected count below 5; otherwise chi-square without correction, which is the square of the
two-proportion z (with which the Uniform Guidelines' two standard deviations are counted).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Final, Literal

from sunlit.producers.audit.bias.metrics import SELECTION, Comparison, Rate, Rates

FEW: Final = 30
EXPECTED: Final = 5
Method = Literal["fisher-exact", "chi-square"]


@dataclass(frozen=True, slots=True)
class Tested:
    """A two-sided test. `deviations` is how many standard deviations apart (chi-square only)."""

    method: Method
    p: Decimal
    deviations: Decimal | None = None


def two_rates(one: Rate, other: Rate) -> Tested | None:
    """Test whether two rates are the same; None where one is of nobody."""
    if not one.of or not other.of:
        return None
    table = [[one.count, one.of - one.count], [other.count, other.of - other.count]]
    if min(one.of, other.of) < FEW or _least_expected(one, other) < EXPECTED:
        return Tested("fisher-exact", _decimal(_fisher(table)))
    found = _stats().chi2_contingency(table, correction=False)
    return Tested("chi-square", _decimal(found.pvalue), _decimal(found.statistic**0.5))


def _stats() -> Any:  # noqa: ANN401 - SciPy has no types
    from scipy import stats  # noqa: PLC0415 - slow to import

    return stats


def _least_expected(one: Rate, other: Rate) -> float:
    held, people = one.count + other.count, one.of + other.of
    return min(one.of, other.of) * min(held, people - held) / people


def _fisher(table: list[list[int]]) -> float:
    found = float(_stats().fisher_exact(table).pvalue)
    return found if isfinite(found) else 1.0


def _decimal(value: float) -> Decimal:
    return Decimal(f"{float(value):.6g}")


def against_reference(
    held: Rates, comparison: Comparison, figure: str = SELECTION
) -> Mapping[tuple[str, ...], Tested | None]:
    """Test each compared group's rate against the reference group's."""
    base = None if comparison.reference is None else held.group(comparison.reference)
    if base is None or figure not in base.rates:
        return {}
    inside = {one.values for one in comparison.groups} - {base.values}
    return {
        one.values: two_rates(one.rates[figure], base.rates[figure])
        for one in held.groups
        if one.values in inside
    }
