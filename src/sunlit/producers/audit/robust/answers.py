"""What a model answers: labels that can be compared, scores where it gives them, or an error."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, cast

import numpy as np
import numpy.typing as npt

from sunlit.base.errors import MalformedError

Array = npt.NDArray[Any]
Columns = Mapping[str, Array]
"""Rows by column: numbers (NaN where missing) or texts (None where missing)."""
Batch = Any
"""Inputs of one kind: `Columns`, a list of texts, or a list of images (height, width, 3)."""

CUT: Final = 0.5
# What code of one's own says when it does not take an input. KeyboardInterrupt and the like are
# no answer of a model.
REFUSALS: Final = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer a row: `labels` as texts; `scores` where the model gives numbers."""

    labels: Array
    scores: npt.NDArray[np.float64] | None = None


class Model(Protocol):
    """What is tested. `errors` are those by which it refuses an input."""

    @property
    def name(self) -> str:
        """How reports name it."""
        ...

    @property
    def digest(self) -> str | None:
        """SHA-256 of the file, None where nobody knows which bytes answer."""
        ...

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that it takes, in order; empty where it does not say."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """By which exceptions it refuses an input."""
        ...

    def __call__(self, batch: Batch) -> object:
        """Return what it answers: labels, scores, or one row of scores each."""
        ...


def answered(model: Model, batch: Batch, cut: float = CUT) -> Answers | None:
    """Ask the model; None where it refuses the inputs.

    Raises:
        MalformedError: `robust.bad-answer`.
    """
    try:
        given = model(batch)
    except model.errors:
        return None
    return read_answers(given, rows_of(batch), cut)


def rows_of(batch: Batch) -> int:
    """Return how many inputs a batch holds."""
    if isinstance(batch, Mapping):
        columns = cast("Columns", batch)
        return len(next(iter(columns.values()), ()))
    return len(batch)


def read_answers(given: object, rows: int, cut: float = CUT) -> Answers:
    """Read what a model gave: a label or a score a row, or a row of scores each.

    A single score says 1 from `cut` on; of several the largest is the answer, by its place.

    Raises:
        MalformedError: `robust.bad-answer`.
    """
    if isinstance(given, Answers):
        return given
    values = np.asarray(given)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim not in {1, 2} or len(values) != rows:
        raise MalformedError(
            "robust.bad-answer", "the model gave something else than one answer a row",
            expected=f"{rows} labels or scores", got=f"an array of shape {values.shape}",
        )  # fmt: skip
    if values.ndim == 2:
        scores = np.asarray(values, np.float64)
        return Answers(as_labels(scores.argmax(axis=1)), scores[:, -1])
    if values.dtype.kind == "f":
        scores = np.asarray(values, np.float64)
        return Answers(as_labels(np.where(np.isnan(scores), -1, scores >= cut)), scores)
    return Answers(as_labels(values))


def as_labels(values: Sequence[object] | Array) -> Array:
    """Return labels as texts, so that 1, 1.0, True and '1' are one; missing ones are ''."""
    given = np.asarray(values, dtype=object)
    plain = {one: _plain(one) for one in set(given.tolist())}
    return np.array([plain[one] for one in given.tolist()], dtype=object)


def _plain(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change of the inputs. `severity` is `low`, `medium` or `high`.

    `apply` returns changed inputs, never changing those it was given; `level` says how much.
    """

    check: str
    level: str
    severity: str
    apply: Callable[[Batch, np.random.Generator], Batch]


def severities(levels: Sequence[float], low: float, medium: float) -> list[tuple[float, str]]:
    """Return each level with its severity."""
    return [(one, "low" if one <= low else "medium" if one <= medium else "high") for one in levels]
