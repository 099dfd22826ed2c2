"""What the public cube supports: rates, comparisons, tests and intervals of each public table.

Everything here is a function of published counts, and of a seed that is published too. The
intervals are therefore drawn from the public table, not from the full cube: those of the full cube
would tell something of cells that are not shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from sunlit.producers.audit.bias.bootstrap import intervals
from sunlit.producers.audit.bias.bounds import Bounded, Interval
from sunlit.producers.audit.bias.cube import Cube, Dimension
from sunlit.producers.audit.bias.metrics import (
    SELECTION,
    Comparison,
    Group,
    Rates,
    Rule,
    compare,
    rates,
    rounded,
)
from sunlit.producers.audit.bias.publish import Public, Table
from sunlit.producers.audit.bias.significance import Tested, against_reference

TESTED: Final = (SELECTION, "tpr", "precision")
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How figures are computed: the reference group, who is in no ratio, and the replicates.

    `named` gives the reference of attributes by name; the others take `rule`.
    """

    rule: Rule = "most-selected"
    named: Mapping[str, str] = field(default_factory=dict)
    min_share: Decimal = Decimal(0)
    replicates: int = 1000
    seed: int = 2018
    level: Decimal = Decimal("0.95")

    def of(self, names: Values) -> tuple[Rule, Mapping[str, str] | None]:
        """Return the rule and the named reference for a table."""
        if names and all(name in self.named for name in names):
            return "named", {name: self.named[name] for name in names}
        return self.rule, None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one table."""

    rates: Rates
    comparison: Comparison
    bounds: Bounded
    tests: Mapping[str, Mapping[Values, Tested | None]]


def table_cube(public: Public, table: Table) -> Cube:
    """Return a table as a cube; groups that are not shown have nobody in it."""
    outcomes = 3 if public.with_outcome else 1
    dimensions = tuple(
        Dimension(name, tuple(sorted({group[at] for group in table.shown})))
        for at, name in enumerate(table.names)
    )
    counts = np.zeros((*(len(one.values) for one in dimensions), 2, outcomes), dtype=np.int64)
    for group, row in table.shown.items():
        at = tuple(one.values.index(v) for one, v in zip(dimensions, group, strict=True))
        counts[at] = np.reshape(row, (2, outcomes))
    return Cube(dimensions=dimensions, counts=counts, with_outcome=public.with_outcome)


def figures(public: Public, table: Table, how: How) -> Figures:
    """Return the figures of a table.

    Raises:
        MalformedError: `bias.reference`, `bias.bootstrap`.
    """
    cube = table_cube(public, table)
    rule, named = how.of(table.names)
    held = rates(cube)
    comparison = compare(held, rule, named, how.min_share)
    drawn = intervals(
        cube, how.replicates, how.seed, float(how.level), combinations=[table.names], rule=rule,
        reference=named, min_share=how.min_share,
    )  # fmt: skip
    tests = {name: against_reference(held, comparison, name) for name in TESTED}
    return Figures(held, comparison, drawn.by[table.names], tests)


def described(found: Figures) -> dict[str, object]:
    """Return the figures of a table as they stand in the report."""
    reference = found.comparison.reference
    return {
        "names": list(found.rates.names),
        "reference": None if reference is None else list(reference),
        "reference_rule": found.comparison.rule,
        "excluded": [
            {"values": list(one.values), "reason": one.reason} for one in found.comparison.excluded
        ],
        "gaps": gaps(found),
        "groups": [_group(found, one) for one in found.rates.groups],
    }


def gaps(found: Figures) -> dict[str, dict[str, object]]:
    """Return, for each rate, how far the groups lie apart, with its bounds."""
    said = dict[str, dict[str, object]]()
    for name, gap in found.comparison.gaps.items():
        said[name] = {
            "lowest": list(gap.lowest),
            "highest": list(gap.highest),
            "difference": _text(gap.difference),
            **_ends(found.bounds.gap_differences.get(name)),
            "ratio": _text(gap.ratio),
            **_ends(found.bounds.gap_ratios.get(name), "ratio_"),
        }
    return said


def _group(found: Figures, one: Group) -> dict[str, object]:
    against = next((it for it in found.comparison.groups if it.values == one.values), None)
    said: dict[str, object] = {"values": list(one.values), "rows": one.rows}
    for name, rate in one.rates.items():
        part: dict[str, object] = {"count": rate.count, "of": rate.of, "value": _text(rate.value)}
        part |= _ends(found.bounds.rate(name, one.values))
        if against is not None and one.values != found.comparison.reference:
            part["ratio"] = _text(against.ratios[name])
            part |= _ends(found.bounds.ratio(name, one.values), "ratio_")
            part["difference"] = _text(against.differences[name])
            part |= _ends(found.bounds.difference(name, one.values), "difference_")
            part |= _test(found.tests.get(name, {}).get(one.values))
        said[name] = part
    return said


def _test(tested: Tested | None) -> dict[str, object]:
    return {} if tested is None else {"test": tested.method, "p": f"{tested.p:f}"}


def _ends(interval: Interval | None, start: str = "") -> dict[str, object]:
    if interval is None or interval.low is None:
        return {}
    return {f"{start}low": f"{interval.low:f}", f"{start}high": f"{interval.high:f}"}


def _text(value: Fraction | None) -> str | None:
    found = rounded(value)
    return None if found is None else f"{found:f}"
