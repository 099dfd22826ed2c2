"""An attack on purpose: HopSkipJump, which sees labels only, by adversarial-robustness-toolbox.

J. Chen, M. Jordan, M. Wainwright, HopSkipJumpAttack (IEEE S&P 2020). The toolbox is an extra of its
own (`adversarial`); it asks no network for anything. Numbers are moved in units of each column's
standard deviation; codes, texts and missing cells stay as they are, so what is found is an input
that could exist.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from sunlit.base.errors import UnavailableError
from sunlit.producers.audit.robust.answers import CUT, Answers, Array, Columns, Model, answered
from sunlit.producers.audit.robust.tabular import Feature

NEAR: Final = 0.5  # standard deviations, all columns together: what counts as a small change
STEPS: Final = 10
QUERIES: Final = 500
MAX_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Attacked:
    """Of `rows` attacked, `flipped` got another answer anywhere, `near` within `NEAR`.

    `distance` is the median over those that flipped, in standard deviations; None if none did.
    """

    rows: int
    flipped: int
    near: int
    distance: float | None
    tool: str


def attack(
    model: Model, batch: Columns, base: Answers, features: Sequence[Feature],
    *, rows: int, seed: int, cut: float = CUT,
) -> Attacked:  # fmt: skip
    """Look for the nearest other answer to each of the first rows that hold every number.

    Raises:
        UnavailableError: `robust.needs`.
    """
    toolbox = _toolbox()
    numbers = [one for one in features if one.is_number and one.sd > 0]
    whole = np.all([~np.isnan(batch[one.name]) for one in numbers], axis=0)
    picked = np.flatnonzero(whole)[: min(rows, MAX_ROWS)] if numbers else np.array([], np.int64)
    state = np.random.get_state()  # noqa: NPY002 - the toolbox draws from the global generator
    np.random.seed(seed % 2**32)  # noqa: NPY002 - see above
    try:
        moved = [
            _distance(_Around(model, batch, int(at), numbers, cut), str(base.labels[at]))
            for at in picked
        ]
    finally:
        np.random.set_state(state)  # noqa: NPY002 - as it was
    found = [one for one in moved if one is not None]
    return Attacked(
        rows=len(picked), flipped=len(found), near=sum(one <= NEAR for one in found),
        distance=float(np.median(found)) if found else None,
        tool=f"adversarial-robustness-toolbox {toolbox.__version__}, HopSkipJump",
    )  # fmt: skip


def _toolbox() -> Any:  # noqa: ANN401 - untyped, and an extra
    if find_spec("art") is None:
        raise UnavailableError(
            "robust.needs", "an attack needs adversarial-robustness-toolbox",
            mend="pip install 'sunlit[adversarial]'",
        )  # fmt: skip
    return import_module("art")


class _Around:
    """The model around one row: its numbers move, in standard deviations from where they are."""

    def __init__(
        self, model: Model, batch: Columns, at: int, numbers: Sequence[Feature], cut: float
    ) -> None:
        self._model, self._cut, self._numbers = model, cut, numbers
        self._row = {name: values[at] for name, values in batch.items()}
        self._types = {name: values.dtype for name, values in batch.items()}
        self.width = len(numbers)

    def labels(self, moved: Array) -> Array:
        """Return the answers at points that lie `moved` from the row, of shape (n, width)."""
        rows = len(moved)
        batch = {
            name: np.full(rows, value, dtype=self._types[name]) for name, value in self._row.items()
        }
        for place, one in enumerate(self._numbers):
            values = float(self._row[one.name]) + moved[:, place] * one.sd
            batch[one.name] = np.round(values) if one.whole else values
        given = answered(self._model, batch, self._cut)
        return np.full(rows, "", dtype=object) if given is None else given.labels


def _distance(around: _Around, label: str) -> float | None:
    attacks = import_module("art.attacks.evasion")
    classifiers = import_module("art.estimators.classification")

    def asked(points: Array) -> Array:
        other = np.array([one not in (label, "") for one in around.labels(points)], np.int64)
        return np.eye(2)[other]  # the toolbox wants a score for each class

    shape = (around.width,)
    seen = classifiers.BlackBoxClassifier(asked, shape, 2, clip_values=(-3.0, 3.0))
    way = attacks.HopSkipJump(
        seen, batch_size=64, max_iter=STEPS, max_eval=QUERIES, init_eval=50, init_size=100,
        verbose=False,
    )  # fmt: skip
    start = np.zeros((1, *shape), np.float32)
    point = way.generate(start)
    if asked(point)[0, 1] == 0:
        return None
    return float(np.linalg.norm(point))
