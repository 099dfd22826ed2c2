"""What somebody who knows every published figure can say of a group that is not shown.

The published groups are sums of unknown cells of the full cube, each a whole number from nought
up: an integer programme. For each hidden group two whole tables of people are looked for that
agree in every published figure and differ in that group by at least `floor` people. Where both
exist, nobody can tell the group's number of people closer than that, by subtraction or otherwise.
The counts by prediction and outcome are sums of layers that share no constraint, so that each
layer is solved apart and the widths add up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp

Whole = npt.NDArray[np.int64]
Masks = npt.NDArray[np.bool_]
NODES: Final = 200  # of one programme's search: where that is not enough, the group counts as told
ROUNDS: Final = 2  # random directions in which all groups are moved at once


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The programme: cells that nothing tells apart are one; `sums` are what is published.

    `shown` (m x cells) says which cells a published group adds up, `hidden` (h x cells) those of
    the groups that are not; `cells` (cells x layers) is the truth, and `sums` (m x layers).
    """

    shown: Masks
    hidden: Masks
    cells: Whole

    @property
    def sums(self) -> Whole:
        """The published counts."""
        return np.asarray(self.shown.astype(np.int64) @ self.cells)


def known(shown: Masks, hidden: Masks, cells: Whole) -> Known:
    """Return the programme with cells put together that are in the same groups."""
    every = np.vstack([shown, hidden])
    kinds, which = np.unique(every, axis=1, return_inverse=True)
    merged = np.zeros((kinds.shape[1], cells.shape[1]), dtype=np.int64)
    np.add.at(merged, which.ravel(), cells)
    return Known(kinds[: len(shown)], kinds[len(shown) :], merged)


def widths(programme: Known, floor: int) -> Whole:
    """Return by how many people two tables that agree in all published figures differ.

    One figure for each hidden group: exact where it is below `floor`, else at least `floor`.
    """
    truth = programme.hidden.astype(np.int64) @ programme.cells
    low, high = truth.copy(), truth.copy()
    for layer, costs in _together(programme):
        if ((high - low).sum(axis=1) >= floor).all():
            break
        _move(programme, layer, costs, low, high)
    for at in range(len(truth)):
        _alone(programme, at, floor, low, high)
    return np.asarray((high - low).sum(axis=1))


def _together(programme: Known) -> Iterator[tuple[int, Whole]]:
    """Yield directions that move many groups at once; the same ones every time."""
    chance = np.random.default_rng(2018)
    count = len(programme.hidden)
    for layer in np.argsort(-programme.cells.sum(axis=0), kind="stable"):
        for _ in range(ROUNDS if count > 1 else 0):
            signs = chance.choice([-1, 1], size=count)
            costs = np.asarray(signs @ programme.hidden.astype(np.int64))
            yield from ((int(layer), sign * costs) for sign in (1, -1))


def _alone(programme: Known, at: int, floor: int, low: Whole, high: Whole) -> None:
    """Move one group as far as it goes, until it has gone far enough."""
    costs = programme.hidden[at].astype(np.int64)
    for layer in np.argsort(-programme.cells.sum(axis=0), kind="stable"):
        for sign in (-1, 1):
            if int((high - low)[at].sum()) >= floor:
                return
            _move(programme, int(layer), sign * costs, low, high)


def _move(programme: Known, layer: int, costs: Whole, low: Whole, high: Whole) -> None:
    """Find another table of one layer, and note how far each hidden group has moved."""
    table = _another(programme, layer, costs)
    if table is not None:
        moved = programme.hidden.astype(np.int64) @ table
        low[:, layer] = np.minimum(low[:, layer], moved)
        high[:, layer] = np.maximum(high[:, layer], moved)


def _another(programme: Known, layer: int, costs: Whole) -> Whole | None:
    """Return a table of whole numbers with the same published sums, of least cost."""
    sums = programme.sums[:, layer]
    most = np.where(programme.shown, sums[:, None], sums.max(initial=0)).min(axis=0)
    if not most.any():
        return None
    found = cast("Any", milp)(
        costs.astype(float), integrality=np.ones(len(costs)), bounds=Bounds(0, most),
        constraints=cast("Any", LinearConstraint)(programme.shown.astype(float), sums, sums),
        options={"node_limit": NODES},
    )  # fmt: skip
    if found.x is None:
        return None
    table = np.rint(found.x).astype(np.int64)
    right = (programme.shown.astype(np.int64) @ table == sums).all() and (table >= 0).all()
    return table if right else None  # a table that does not agree exactly shows nothing
