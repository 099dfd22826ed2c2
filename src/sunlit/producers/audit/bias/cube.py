"""The counts cube: people by every attribute, what was predicted, and what was then so.

`counts` has one axis for each attribute, then the prediction (0 not selected, 1 selected), then
the outcome: 0, 1, and 2 where the outcome is not known (often it is known of the selected only);
without an outcome column that last axis has length 1. Every rate, ratio, difference, test and
interval follows from it, and the document `sunlit-cube/1` (spec/bias-cube.md) holds all of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from sunlit.base.errors import MalformedError

UNKNOWN: Final = "(unknown)"  # the value of people of whom an attribute is not known
MAX_GROUPS: Final = 200_000  # products of the attributes' numbers of values
MAX_VALUES: Final = 1_000  # of one attribute
MAX_BINS: Final = 100
MAX_ATTRIBUTES: Final = 12
OUTCOMES: Final = 3  # 0, 1, not known

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dimension:
    """One attribute: its name, and its values in the order of their code points."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What the cells count: when a person counts as selected, and as positive.

    `rule` is `value` (the prediction is one of `selected`), or how the score stands to
    `threshold` (decimal text): `at-least`, `above`, `at-most`, `below`; `median` says that the
    threshold is the median of all scores. `left_out` counts rows without a prediction.
    """

    prediction: str | None = None
    rule: str = "value"
    selected: tuple[str, ...] = ()
    threshold: str | None = None
    median: bool = False
    outcome: str | None = None
    positive: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Binned:
    """People by every attribute, bin of the score, and outcome: what calibration follows from.

    `edges` are decimal texts, one more than bins: bin i holds scores from edge i to below edge
    i+1, the first also what is lower, the last also what is as high as its upper edge or higher.
    `counts` has the shape (*sizes, bins, 3).
    """

    edges: tuple[str, ...]
    counts: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """The full cube. `counts` has the shape (*sizes, 2, 3), or (*sizes, 2, 1) without outcomes."""

    dimensions: tuple[Dimension, ...]
    counts: Counts
    with_outcome: bool
    meaning: Meaning = field(default_factory=Meaning)
    scores: Binned | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes' names, in the order of the axes."""
        return tuple(one.name for one in self.dimensions)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each attribute has."""
        return tuple(len(one.values) for one in self.dimensions)

    @property
    def total(self) -> int:
        """How many people were counted."""
        return int(self.counts.sum())

    @property
    def rows(self) -> Counts:
        """How many people each group has, of shape `shape`."""
        return np.asarray(self.counts.sum(axis=(-2, -1)))

    @property
    def selected(self) -> Counts:
        """How many people of each group were selected, of shape `shape`."""
        return np.asarray(self.counts[..., 1, :].sum(axis=-1))

    def confusion(self) -> Mapping[str, Counts]:
        """Return `tp`, `fp`, `fn`, `tn`, each of shape `shape`; nothing without outcomes."""
        if not self.with_outcome:
            return {}
        cells = {"tn": (0, 0), "fn": (0, 1), "fp": (1, 0), "tp": (1, 1)}
        return {name: self.counts[..., p, o] for name, (p, o) in cells.items()}

    def unknown(self, name: str) -> int:
        """Return of how many people an attribute is not known."""
        one = self.marginal([name])
        values = one.dimensions[0].values
        return int(one.rows[values.index(UNKNOWN)]) if UNKNOWN in values else 0

    def marginal(self, names: Sequence[str]) -> "Cube":
        """Return the cube by some of the attributes, in the order of this cube's axes.

        Raises:
            MalformedError: `bias.no-attribute`.
        """
        missing = sorted(set(names) - set(self.names))
        if missing:
            raise MalformedError(
                "bias.no-attribute", f"the cube has no attribute {missing[0]!r}",
                expected="one of " + ", ".join(map(repr, self.names)),
            )  # fmt: skip
        gone = tuple(at for at, name in enumerate(self.names) if name not in names)
        kept = tuple(one for one in self.dimensions if one.name in names)
        scores = self.scores
        if scores is not None:
            scores = replace(scores, counts=scores.counts.sum(axis=gone))
        counts = np.asarray(self.counts.sum(axis=gone))
        return replace(self, dimensions=kept, counts=counts, scores=scores)

    def combinations(self, max_order: int | None = None) -> list[tuple[str, ...]]:
        """Return all sets of at most `max_order` attributes, single ones first."""
        most = len(self.names) if max_order is None else min(max_order, len(self.names))
        return [one for size in range(1, most + 1) for one in combinations(self.names, size)]

    def groups(self) -> Iterator[tuple[tuple[int, ...], tuple[str, ...]]]:
        """Yield index and values of each group that has people, in the order of the axes."""
        for index in np.argwhere(self.rows > 0):
            at = tuple(int(one) for one in index)
            yield at, tuple(one.values[i] for one, i in zip(self.dimensions, at, strict=True))


def check_size(named: Iterable[tuple[str, int]]) -> None:
    """Refuse attributes that have, each or together, more values than a cube may hold.

    Raises:
        MalformedError: `bias.too-many-groups`.
    """
    sizes = dict(named)
    worst = max(sizes, key=lambda name: sizes[name], default="")
    if sizes and sizes[worst] > MAX_VALUES:
        raise MalformedError(
            "bias.too-many-groups", f"{worst!r} has too many values to be an attribute",
            expected=f"at most {MAX_VALUES}", got=str(sizes[worst]),
            mend="leave it out, or put its values into bands first",
        )  # fmt: skip
    if len(sizes) > MAX_ATTRIBUTES or prod(sizes.values()) > MAX_GROUPS:
        raise MalformedError(
            "bias.too-many-groups", "the attributes make too many groups together",
            expected=f"at most {MAX_ATTRIBUTES} attributes and {MAX_GROUPS} groups",
            got=" x ".join(f"{size} ({name})" for name, size in sizes.items()),
            mend="audit fewer attributes at once, or put their values into bands first",
        )  # fmt: skip
