"""Which columns of a dataset hold what an audit needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import MAX_BINS, Meaning

Rule = Literal["at-least", "above", "at-most", "below"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns hold what.

    Either `prediction` names what was decided, or `score` a number that `threshold` cuts by
    `rule`: a decimal, or `"median"` for the median of all scores (LL144: `above` it). Values of
    the prediction that count as selected are `favourable`, of the outcome as 1 `positive`; a
    column of true and false, or 1 and 0, needs neither. `unknown` lists values that mean that
    an attribute, outcome, prediction or score is not known, beside null and blank. `bands` cuts
    numbers into bands: attribute -> rising bounds. A `score` is also counted in `bins`: a number
    of bins of one width, or their edges.
    """

    prediction: str | None = None
    outcome: str | None = None
    attributes: tuple[str, ...] = ()
    score: str | None = None
    threshold: Decimal | Literal["median"] | None = None
    rule: Rule | None = None
    favourable: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    bands: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    bins: int | tuple[Decimal, ...] = 10

    @property
    def edges(self) -> tuple[Decimal, ...]:
        """The edges of the bins, where they are known."""
        return self.bins if self.score is not None and isinstance(self.bins, tuple) else ()


def check_columns(columns: Columns, held: tuple[str, ...]) -> None:
    """Refuse what names no column of the dataset, or leaves open what was predicted.

    Raises:
        MalformedError: `bias.columns`, `bias.bands`, `data.no-column`.
    """
    asked = [columns.prediction, columns.outcome, columns.score, *columns.attributes]
    missing = [one for one in asked if one is not None and one not in held]
    if missing:
        raise MalformedError(
            "data.no-column", f"the dataset has no column {missing[0]!r}",
            expected="one of " + ", ".join(map(repr, held[:20])),
        )  # fmt: skip
    cut = columns.threshold is not None
    if (columns.prediction is not None) == cut or (cut and columns.score is None):
        raise MalformedError(
            "bias.columns", "it is not clear what was predicted",
            expected="a column of predictions, or a column of scores and a threshold",
            mend="name a prediction, or a score with a threshold (a number, or median)",
        )  # fmt: skip
    if not columns.attributes or len(set(columns.attributes)) != len(columns.attributes):
        raise MalformedError(
            "bias.columns", "no attribute is named, or one twice",
            expected="columns by which people are told apart, each once",
        )  # fmt: skip
    _check_numbers(columns)


def _check_numbers(columns: Columns) -> None:
    for name, bounds in columns.bands.items():
        if name not in columns.attributes or not bounds or not _rising(bounds):
            raise MalformedError(
                "bias.bands", f"the bands of {name!r} are no bounds of an attribute",
                expected="an attribute of the audit, and numbers in rising order",
            )  # fmt: skip
    bins = columns.bins
    many = bins if isinstance(bins, int) else len(bins) - 1
    if not 1 <= many <= MAX_BINS or not (isinstance(bins, int) or _rising(bins)):
        raise MalformedError(
            "bias.bands", "the bins of the score make no bins",
            expected=f"1 to {MAX_BINS} bins, or their edges in rising order",
        )  # fmt: skip


def _rising(numbers: tuple[Decimal, ...]) -> bool:
    finite = all(one.is_finite() for one in numbers)
    return finite and all(one < other for one, other in pairwise(numbers))


def meaning_of(columns: Columns, left_out: int) -> Meaning:
    """Return what the cells count, as the cube says it; thresholds are settled."""
    threshold = columns.threshold
    cut = isinstance(threshold, Decimal)
    return Meaning(
        prediction=columns.prediction or columns.score,
        rule=(columns.rule or "at-least") if cut else "value",
        selected=columns.favourable,
        threshold=f"{threshold:f}" if isinstance(threshold, Decimal) else None,
        median=False,
        outcome=columns.outcome,
        positive=columns.positive,
        left_out=left_out,
    )
