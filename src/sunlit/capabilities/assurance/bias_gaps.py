"""Gaps between groups, from counts: how large one is, and whether it is beyond doubt.

Estimates are exact fractions of the counts. A gap is taken between the groups that lie farthest
apart, so that nothing hangs on who chose the reference; whether it is beyond doubt is told by
the interval of G. Y. Zou and A. Donner (Stat Med 27:1693, 2008) from Wilson's intervals, which
for a difference is Newcombe's. Its level is shared among all pairs of groups.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import comb, sqrt
from statistics import NormalDist
from typing import Final

from sunlit.base.wording import Text, joined, text
from sunlit.claims.bias import Cell
from sunlit.rubric.finding import Outcome

UNKNOWN: Final = "(unknown)"
LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True)
class Counts:
    """The people of one group, by what would be good for them; the four are None without outcomes.

    `tp` were treated well and should be, `fn` should be and were not.
    """

    rows: int
    selected: int
    tp: int | None = None
    fp: int | None = None
    fn: int | None = None
    tn: int | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A rate: `parts` of `whole`, each a sum of counts; `limit` names the parameter."""

    limit: str
    words: Text
    parts: tuple[str, ...]
    whole: tuple[str, ...]
    is_ratio: bool = False
    default: str = "1"


SELECTED: Final = (("selected",), ("rows",))
FOUR: Final = ("tp", "fp", "fn", "tn")
MEASURES: Final = (
    Measure("max-tpr-gap", text("equal opportunity"), ("tp",), ("tp", "fn"), default="0.05"),
    Measure("max-fpr-gap", text("the false positive rate"), ("fp",), ("fp", "tn")),
    Measure("max-precision-gap", text("precision"), ("tp",), ("tp", "fp")),
    Measure("max-accuracy-gap", text("accuracy"), ("tp", "tn"), FOUR),
    Measure("max-selection-gap", text("selection"), *SELECTED),
    Measure("min-impact-ratio", text("selection"), *SELECTED, is_ratio=True, default="0"),
)


Shares = dict[str, tuple[int, int]]


def measured(
    one: Measure, limit: Decimal, groups: Mapping[str, Counts], least: int, by: str
) -> tuple[Outcome, str] | None:
    """Judge one measure between all groups that are large enough; None for fewer than two."""
    shares: Shares = {
        value: (_sum(counts, one.parts), _sum(counts, one.whole))
        for value, counts in groups.items()
        if value != UNKNOWN and is_enough(one, counts, least)
    }
    if len(shares) < 2:
        return None
    factor = Fraction(limit) if one.is_ratio else Fraction(1)
    offset = Fraction(0) if one.is_ratio else Fraction(limit)
    lower, higher = _apart(shares)
    beyond = _share(shares[higher]) * factor - _share(shares[lower]) > offset
    said = _said(one, shares, (lower, higher), limit, by)
    if not beyond:
        return Outcome.HOLDS, said
    level = 1 - (1 - LEVEL) / comb(len(shares), 2)
    if any(
        _low(shares[high], shares[low], float(factor), level) > float(offset)
        for low, high in permutations(sorted(shares), 2)
    ):
        return Outcome.FAILS, said
    return Outcome.UNKNOWN, joined((said, text("Too few people to tell: it may be chance.")))


def is_enough(one: Measure, counts: Counts, least: int) -> bool:
    """Tell whether a group has enough people for a rate to be judged."""
    return _sum(counts, one.whole) >= max(least, 1)


def is_known(one: Measure, counts: Counts, share: Decimal) -> bool:
    """Tell whether enough outcomes are known of all whom a rate is about.

    With outcomes of selected people only, `tp / (tp + fn)` is 1 for every group: nothing is
    missed where nobody looked.
    """
    seen = set(one.whole)
    selected = not seen & {"tp", "fp"} or _sum(counts, ("tp", "fp")) >= share * counts.selected
    left = counts.rows - counts.selected
    return selected and (not seen & {"fn", "tn"} or _sum(counts, ("fn", "tn")) >= share * left)


def _sum(counts: Counts, names: Iterable[str]) -> int:
    return sum([getattr(counts, name) or 0 for name in names])


def _share(counted: tuple[int, int]) -> Fraction:
    return Fraction(*counted)


def _apart(shares: Shares) -> tuple[str, str]:
    """Return the groups with the lowest and the highest share; of equals the first by name."""
    exact = {name: _share(shares[name]) for name in sorted(shares)}
    return min(exact, key=exact.__getitem__), max(exact, key=exact.__getitem__)


def _said(one: Measure, shares: Shares, ends: tuple[str, str], limit: Decimal, by: str) -> str:
    low, high = (_share(shares[end]) for end in ends)
    if one.is_ratio:
        figure = low / high if high else Fraction(1)
        bound = text("at least %(limit)s", limit=limit)
        name = text("The ratio in %(what)s by %(by)s", what=one.words, by=by)
    else:
        figure, bound = high - low, text("at most %(limit)s", limit=limit)
        name = text("The gap in %(what)s by %(by)s", what=one.words, by=by)
    first, second = (
        text("%(part)s of %(whole)s (%(group)s)", part=str(shares[end][0]),
             whole=str(shares[end][1]), group=end)
        for end in ends
    )  # fmt: skip
    return text("%(name)s is %(figure)s, between %(first)s and %(second)s; the limit is %(bound)s.",
                name=name, figure=Decimal(f"{float(figure):.3f}"), first=first, second=second,
                bound=bound)  # fmt: skip


def _low(high: tuple[int, int], low: tuple[int, int], factor: float, level: float) -> float:
    """Return the lower end of the interval of `factor` x the first share less the second."""
    p, p_low, _ = _wilson(high, level)
    q, _, q_high = _wilson(low, level)
    return factor * p - q - sqrt((factor * (p - p_low)) ** 2 + (q_high - q) ** 2)


def _wilson(counted: tuple[int, int], level: float) -> tuple[float, float, float]:
    count, rows = counted
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = count / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half))


def counts_of(cell: Cell, *, adverse: bool) -> Counts | None:
    """Return what a cell says, turned to what is good for people; None where it cannot be so."""
    rows, selected, four = cell.rows, cell.selected, (cell.tp, cell.fp, cell.fn, cell.tn)
    if rows is None or selected is None or not 0 <= selected <= rows:
        return None
    numbers = [one for one in four if one is not None]
    if not numbers:
        return Counts(rows, rows - selected if adverse else selected)
    if len(numbers) < len(four) or min(numbers) < 0:
        return None
    tp, fp, fn, tn = numbers
    if tp + fp > selected or fn + tn > rows - selected:
        return None
    # An adverse selection turned round: left alone is what is good, and was right where no
    # outcome came. A false positive is then somebody who should have been left alone.
    return Counts(rows, rows - selected, tn, fn, fp, tp) if adverse else (
        Counts(rows, selected, tp, fp, fn, tn)
    )  # fmt: skip
