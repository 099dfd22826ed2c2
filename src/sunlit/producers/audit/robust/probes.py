"""Monotonicity, values out of range, and categories never seen: asked column by column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.robust.answers import Answers, Array, Columns, Model, answered, rows_of
from sunlit.producers.audit.robust.tabular import Feature

GRID: Final = 11  # values of a column at which monotonicity is looked at
MOST_ROWS: Final = 1000
FAR: Final = 10  # ranges beyond the range
SLACK: Final = 1e-9  # a score that falls by less has not fallen
UNSEEN: Final = "\N{REPLACEMENT CHARACTER}unseen"


@dataclass(frozen=True, slots=True)
class Monotone:
    """Of `rows`, `violations` had a score that moved against the declared direction."""

    column: str
    direction: str
    rows: int
    violations: int


@dataclass(frozen=True, slots=True)
class Beyond:
    """What the model does with values of a column that the data never holds.

    `behaviour`: `refuses`; `clamps` (answers as at the nearest known value); `answers` (within
    the scores that it gave to the data, or labels alone); `extrapolates` (scores beyond these).
    """

    column: str
    side: str
    rows: int
    behaviour: str
    flips: int


def directions(given: Sequence[str], features: Sequence[Feature]) -> dict[str, str]:
    """Read `COLUMN=up` and `COLUMN=down`.

    Raises:
        MalformedError: `robust.direction`.
    """
    numbers = {one.name for one in features if not one.is_text}
    found = {}
    for text in given:
        name, _, way = text.rpartition("=")
        if name not in numbers or way not in {"up", "down"}:
            raise MalformedError(
                "robust.direction", "a direction is malformed",
                expected="COLUMN=up or COLUMN=down, of a column of numbers that the model takes",
            )  # fmt: skip
        found[name] = way
    return found


def monotone(
    model: Model, batch: Columns, features: Sequence[Feature], ways: Mapping[str, str]
) -> list[Monotone]:
    """Move one column over a grid of its values and see whether each row's score follows.

    Raises:
        MalformedError: `robust.no-scores`, `robust.bad-answer`.
    """
    found = []
    for feature in features:
        way = ways.get(feature.name)
        if way is None:
            continue
        known = np.array([v for v in feature.values if isinstance(v, int | float)], np.float64)
        grid = np.linspace(feature.low, feature.high, GRID) if feature.is_number else known
        scores = [_scores(model, {**batch, feature.name: _full(batch, value)}) for value in grid]
        moved = np.diff(np.stack(scores), axis=0) * (1 if way == "up" else -1)
        wrong = int((moved < -SLACK).any(axis=0).sum())
        found.append(Monotone(feature.name, way, rows_of(batch), wrong))
    return found


def _full(batch: Columns, value: float) -> Array:
    return np.full(rows_of(batch), value)


def _scores(model: Model, batch: Columns) -> Array:
    given = answered(model, batch)
    if given is None or given.scores is None:
        raise MalformedError(
            "robust.no-scores", "monotonicity is a matter of scores, and the model gives none",
            expected="one number a row", mend="leave out --monotone, or let the function score",
        )  # fmt: skip
    return given.scores


def beyond(
    model: Model, batch: Columns, base: Answers, features: Sequence[Feature]
) -> list[Beyond]:
    """Put values into each column that the data never holds, far out of its range or new."""
    found = []
    for feature in features:
        for side, value, edge in _values(feature, batch[feature.name]):
            given = answered(model, {**batch, feature.name: value})
            at_edge = answered(model, {**batch, feature.name: edge}) if edge is not None else None
            found.append(_told(feature.name, side, base, given, at_edge))
    return found


def _values(feature: Feature, now: Array) -> list[tuple[str, Array, Array | None]]:
    rows = len(now)
    if feature.is_text:
        return [("unseen category", np.full(rows, UNSEEN, dtype=object), None)]
    low, high = feature.low, feature.high
    far = FAR * (high - low or 1.0)
    if not feature.is_number:
        return [("unseen category", np.full(rows, np.floor(high) + 1), None)]
    return [
        ("below the range", np.full(rows, low - far), np.full(rows, low)),
        ("above the range", np.full(rows, high + far), np.full(rows, high)),
    ]


def _told(
    column: str, side: str, base: Answers, given: Answers | None, at_edge: Answers | None
) -> Beyond:
    rows = len(base.labels)
    if given is None:
        return Beyond(column, side, rows, "refuses", 0)
    flips = int((given.labels != base.labels).sum())
    return Beyond(column, side, rows, _behaviour(base, given, at_edge), flips)


def _behaviour(base: Answers, given: Answers, at_edge: Answers | None) -> str:
    if given.scores is None or base.scores is None:
        return "answers"
    edge = None if at_edge is None else at_edge.scores
    if edge is not None and np.allclose(given.scores, edge, rtol=0, atol=SLACK, equal_nan=True):
        return "clamps"
    outside = (given.scores < base.scores.min() - SLACK) | (
        given.scores > base.scores.max() + SLACK
    )
    return (
        "extrapolates" if bool(outside.any()) or bool(np.isnan(given.scores).any()) else "answers"
    )
