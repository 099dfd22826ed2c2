"""Rates of each group, and how they compare: every figure is a fraction of two counts of the cube.

A figure whose lower count is nought (nobody was positive, nobody was selected) is None: it is
not known, neither 0 nor 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import UNKNOWN, Counts, Cube

Rule = Literal["most-selected", "least-selected", "largest", "named"]
SELECTION: Final = "selection"
FIGURES: Final = (SELECTION, "tpr", "fpr", "fnr", "precision", "accuracy", "base_rate")
"""The rates, in order; without outcomes only the first.

`selection`: selected of all people (a scoring rate, where a score was cut). Of those whose
outcome is known: `tpr` selected of the positive, `fpr` selected of the others, `fnr` not
selected of the positive, `precision` positive of the selected (the outcome test), `accuracy`
selected and positive or neither of all, `base_rate` positive of all.
"""
PLACES: Final = 6


def fractions(counts: Counts) -> Mapping[str, tuple[Counts, Counts]]:
    """Return upper and lower count of each rate; `counts` has any axes, then (2, 3) or (2, 1)."""
    picked = counts[..., 1, :].sum(axis=-1)
    found = {SELECTION: (picked, picked + counts[..., 0, :].sum(axis=-1))}
    if counts.shape[-1] == 1:
        return found
    tn, fn = counts[..., 0, 0], counts[..., 0, 1]
    fp, tp = counts[..., 1, 0], counts[..., 1, 1]
    positive, negative = tp + fn, fp + tn
    known = positive + negative
    return {
        **found, "tpr": (tp, positive), "fpr": (fp, negative), "fnr": (fn, positive),
        "precision": (tp, tp + fp), "accuracy": (tp + tn, known), "base_rate": (positive, known),
    }  # fmt: skip


def rounded(value: Fraction | None) -> Decimal | None:
    """Return a figure to six places, halves to even."""
    return None if value is None else Decimal(round(value * 10**PLACES)).scaleb(-PLACES)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `of` people."""

    count: int
    of: int

    @property
    def value(self) -> Fraction | None:
        """The rate, exactly; None of nobody."""
        return Fraction(self.count, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Group:
    """One group: a value of each attribute, how many people, and its rates by name."""

    values: tuple[str, ...]
    rows: int
    rates: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Rates:
    """All groups by some attributes that have people, in the order of their values."""

    names: tuple[str, ...]
    rows: int
    groups: tuple[Group, ...]

    def group(self, values: tuple[str, ...]) -> Group | None:
        """Return a group by its values."""
        return next((one for one in self.groups if one.values == values), None)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A group that is in no ratio or difference, and why."""

    values: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A group against the reference: ratio and difference of each rate, by name."""

    values: tuple[str, ...]
    ratios: Mapping[str, Fraction | None]
    differences: Mapping[str, Fraction | None]


@dataclass(frozen=True, slots=True)
class Gap:
    """How far apart the groups are: the highest rate less the lowest, the lowest by the highest."""

    lowest: tuple[str, ...]
    highest: tuple[str, ...]
    difference: Fraction
    ratio: Fraction | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups against a reference. `reference` is None where no group could be one.

    `gaps` are over the groups compared, by name of the rate; a rate that fewer than two groups
    have is not in it.
    """

    names: tuple[str, ...]
    rule: Rule
    reference: tuple[str, ...] | None
    groups: tuple[Compared, ...]
    excluded: tuple[Excluded, ...]
    gaps: Mapping[str, Gap] = field(default_factory=dict)


def rates(cube: Cube) -> Rates:
    """Return the rates of each group of a cube; take the marginal by some attributes first."""
    parts = fractions(cube.counts)
    rows = cube.rows
    groups = tuple(
        Group(
            values,
            int(rows[at]),
            {name: Rate(int(top[at]), int(low[at])) for name, (top, low) in parts.items()},
        )
        for at, values in cube.groups()
    )
    return Rates(cube.names, cube.total, groups)


def compare(
    held: Rates,
    rule: Rule = "most-selected",
    reference: Mapping[str, str] | None = None,
    min_share: float | Decimal = 0,
) -> Comparison:
    """Compare every group with the reference group that the rule picks.

    `most-selected` (LL144) and `least-selected` go by the selection rate, `largest` by people;
    `named` takes the value that `reference` gives for each attribute. Groups of whom an
    attribute is not known, and those with less than `min_share` of all people, are excluded.

    Raises:
        MalformedError: `bias.reference`.
    """
    excluded = excluded_groups(held, min_share)
    out = {one.values for one in excluded}
    inside = [one for one in held.groups if one.values not in out]
    against = _reference(held, inside, rule, reference or {})
    return Comparison(
        names=held.names,
        rule=rule,
        reference=None if against is None else against.values,
        groups=() if against is None else tuple(_compared(one, against) for one in inside),
        excluded=excluded,
        gaps=_gaps(inside),
    )


def excluded_groups(held: Rates, min_share: float | Decimal) -> tuple[Excluded, ...]:
    """Return the groups outside the comparison, each with its reason."""
    share = Fraction(str(min_share))
    found = list[Excluded]()
    for one in held.groups:
        if UNKNOWN in one.values:
            unknown = [n for n, v in zip(held.names, one.values, strict=True) if v == UNKNOWN]
            found.append(Excluded(one.values, f"{' and '.join(unknown)} not known"))
        elif one.rows < share * held.rows:
            percent = f"{float(share * 100):g} %"
            found.append(Excluded(one.values, f"less than {percent} of all people"))
    return tuple(found)


def _reference(
    held: Rates, inside: list[Group], rule: Rule, named: Mapping[str, str]
) -> Group | None:
    if rule == "named":
        return _named(held, inside, named)
    # Of equals the one with more people, then the first by its values.
    if rule == "largest":
        return max(inside, key=lambda one: one.rows, default=None)
    sign = 1 if rule == "most-selected" else -1
    return max(
        inside,
        key=lambda one: (sign * (one.rates[SELECTION].value or Fraction(0)), one.rows),
        default=None,
    )


def _named(held: Rates, inside: list[Group], named: Mapping[str, str]) -> Group:
    wanted = tuple(named.get(name, "") for name in held.names)
    found = next((one for one in inside if one.values == wanted), None)
    if found is None:
        raise MalformedError(
            "bias.reference", f"no group by {', '.join(held.names)} is the reference that is named",
            expected="for each attribute a value that it has, of enough people",
            mend="name another value, or take the most selected group",
        )  # fmt: skip
    return found


def _compared(one: Group, against: Group) -> Compared:
    ratios = dict[str, Fraction | None]()
    differences = dict[str, Fraction | None]()
    for name, rate in one.rates.items():
        value, base = rate.value, against.rates[name].value
        if value is None or base is None:
            ratios[name] = differences[name] = None
        else:
            ratios[name] = value / base if base else None
            differences[name] = value - base
    return Compared(one.values, ratios, differences)


def _gaps(inside: list[Group]) -> dict[str, Gap]:
    found = dict[str, Gap]()
    for name in FIGURES:
        have = [
            (value, one.values)
            for one in inside
            if name in one.rates and (value := one.rates[name].value) is not None
        ]
        if len(have) < 2:
            continue
        low, high = min(have, key=lambda one: one[0]), max(have, key=lambda one: one[0])
        ratio = low[0] / high[0] if high[0] else None
        found[name] = Gap(low[1], high[1], high[0] - low[0], ratio)
    return found


def marginal_rates(cube: Cube, max_order: int | None = None) -> Mapping[tuple[str, ...], Rates]:
    """Return the rates by every set of at most `max_order` attributes."""
    return {names: rates(cube.marginal(names)) for names in cube.combinations(max_order)}
