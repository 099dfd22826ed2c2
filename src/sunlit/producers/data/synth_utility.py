"""How much of the data's use is left: single columns, pairs of columns, a model trained on it.

Distances are total variation between shares of values (numbers in at most 20 bins of the
training part's quantiles; a null is a value). The control's distance from the training part
stands beside them: two samples of the same people differ by so much. So does that of columns
drawn independently.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sunlit.producers.data.synth_frame import CATEGORY, Frame, Numbers, Spec, distinct, each

BINS: Final = 20
MAX_PAIRS: Final = 500
WORST: Final = 5
CLASSES: Final = 20  # a target with more values is a number to be estimated
MODEL_ROWS: Final = 100_000
ROUNDS: Final = 100
SETTINGS: Final = {
    "num_leaves": 15, "min_data_in_leaf": 20, "deterministic": True, "force_row_wise": True,
    "num_threads": 1, "verbosity": -1,
}  # fmt: skip
NO_MODEL: Final = "a model needs LightGBM: pip install lightgbm"
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The rows that were learned from, those held back, those made, and the baseline's."""

    train: Frame
    control: Frame
    made: Frame
    baseline: Frame

    def named(self) -> dict[str, Frame]:
        """Return those that are compared with the training part."""
        return {"made": self.made, "control": self.control, "baseline": self.baseline}


def utility(parts: Parts, *, target: str | None, seed: int) -> dict[str, Any]:
    """Return `marginals`, `pairs` and `model` of the report's `utility`."""
    codes = {"train": _coded(parts.train, parts.train)}
    codes |= {name: _coded(parts.train, frame) for name, frame in parts.named().items()}
    return {
        "marginals": [
            {"column": name, **{it: _distance(codes["train"][:, [at]], codes[it][:, [at]])
                                for it in parts.named()}}
            for at, name in enumerate(parts.train.names)
        ],
        "pairs": _pairs(parts.train.names, codes, seed),
        "model": None if target is None else _model(parts, target),
    }  # fmt: skip


def _coded(train: Frame, frame: Frame) -> Codes:
    """Return bins as whole numbers, 0 for a null."""
    columns = [
        _bins(spec, values, frame.values[:, at]) for at, (spec, values) in enumerate(each(train))
    ]
    return np.column_stack(columns)


def _bins(spec: Spec, known: Numbers, values: Numbers) -> Codes:
    null = np.isnan(values)
    filled = np.where(null, 0, values)
    if spec.kind == CATEGORY:
        codes = filled.astype(np.int64)
    else:
        edges = distinct(known)
        if len(edges) > BINS:
            edges = np.unique(np.quantile(without_nulls(known), np.linspace(0, 1, BINS + 1)))[:-1]
        codes = np.searchsorted(edges, filled, side="right").astype(np.int64)
    return np.where(null, 0, codes + 1)


def without_nulls(values: Numbers) -> Numbers:
    """Return the values without nulls."""
    return values[~np.isnan(values)]


def _distance(one: Codes, other: Codes) -> float:
    """Return the total variation distance of two tables' shares of (combined) values."""
    keys = [_key(it, np.maximum(one.max(axis=0), other.max(axis=0)) + 1) for it in (one, other)]
    cells, at = np.unique(np.concatenate(keys), return_inverse=True)
    shares = [
        np.bincount(part, minlength=len(cells)) / max(len(part), 1)
        for part in np.split(at, [len(one)])
    ]
    return round(float(np.abs(shares[0] - shares[1]).sum() / 2), 6)


def _key(codes: Codes, sizes: Codes) -> Codes:
    key = np.zeros(len(codes), dtype=np.int64)
    for at, size in enumerate(sizes):
        key = key * size + codes[:, at]
    return key


def _pairs(names: Sequence[str], codes: Mapping[str, Codes], seed: int) -> dict[str, Any]:
    every = list(combinations(range(len(names)), 2))
    rng = np.random.default_rng([seed, 3])
    chosen = sorted(rng.permutation(len(every))[:MAX_PAIRS])
    found: list[dict[str, Any]] = [
        {
            "columns": [names[a], names[b]],
            **{
                it: _distance(codes["train"][:, [a, b]], codes[it][:, [a, b]])
                for it in ("made", "control", "baseline")
            },
        }
        for a, b in (every[at] for at in chosen)
    ]
    means = {
        it: round(float(np.mean([one[it] for one in found])), 6) if found else None
        for it in ("made", "control", "baseline")
    }
    worst = sorted(found, key=lambda one: -one["made"])[:WORST]
    return {"looked_at": len(found), "of": len(every), "mean": means, "worst": worst}


# --- train on made-up rows, test on real ones -------------------------------------------------


def _model(parts: Parts, target: str) -> dict[str, Any]:
    """Return how a model does on the control that learned from real rows, and from made-up ones."""
    at = parts.train.place(target)
    kind = _kind(parts.train, at)
    blank = {"target": target, "measure": kind[0], "real": None, "made": None}
    try:
        lightgbm = import_module("lightgbm")
    except ImportError:
        return {**blank, "note": NO_MODEL}
    if kind[1] < 2 or len(distinct(parts.made.values[:, at])) < 2:
        return {**blank, "note": "the target has fewer than two values"}
    test = _known(parts.control, at)
    scores = {
        name: _score(test.values[:, at], _trained(lightgbm, frame, at, kind, test), kind)
        for name, frame in (("real", parts.train), ("made", parts.made))
    }
    return {**blank, **scores, "note": None}


def _kind(frame: Frame, at: int) -> tuple[str, int]:
    """Return what is measured, and how many classes there are (0 of a number is many)."""
    values = distinct(frame.values[:, at])
    if len(values) > CLASSES and frame.specs[at].kind != CATEGORY:
        return "r2", len(values)
    return ("auc" if len(values) == 2 else "accuracy"), len(values)


def _known(frame: Frame, at: int) -> Frame:
    rows = np.flatnonzero(~np.isnan(frame.values[:, at]))
    return frame.take(rows[:MODEL_ROWS])


def _trained(
    lightgbm: Any,  # noqa: ANN401 - a module without types
    frame: Frame,
    at: int,
    kind: tuple[str, int],
    test: Frame,
) -> Numbers:
    """Return what a model that learned from the frame estimates for the test rows."""
    known = _known(frame, at)
    classes = distinct(frame.values[:, at])
    labels = known.values[:, at]
    objective = {"r2": "regression", "auc": "binary"}.get(kind[0], "multiclass")
    settings: dict[str, Any] = {**SETTINGS, "objective": objective}
    if kind[0] != "r2":
        labels = np.searchsorted(classes, labels).astype(np.float64)
    if objective == "multiclass":
        settings["num_class"] = len(classes)
    features = [it for it in range(len(frame.specs)) if it != at]
    nominal = [place for place, it in enumerate(features) if frame.specs[it].kind == CATEGORY]
    data = lightgbm.Dataset(
        known.values[:, features], labels, categorical_feature=nominal, free_raw_data=False
    )
    estimates = lightgbm.train(settings, data, ROUNDS).predict(test.values[:, features])
    if objective == "multiclass":
        estimates = classes[np.argmax(estimates, axis=1)]
    return np.asarray(estimates, dtype=np.float64)


def _score(truth: Numbers, estimates: Numbers, kind: tuple[str, int]) -> float:
    if kind[0] == "r2":
        rest = float(((truth - estimates) ** 2).sum())
        return round(1 - rest / max(float(((truth - truth.mean()) ** 2).sum()), 1e-12), 6)
    if kind[0] == "accuracy":
        return round(float((truth == estimates).mean()), 6)
    return round(auc(truth == distinct(truth)[-1], estimates), 6)


def auc(positive: npt.NDArray[np.bool_], scores: Numbers) -> float:
    """Return the area under the ROC curve (Mann-Whitney; ties count half)."""
    _, at, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[at]
    ones = int(positive.sum())
    zeros = len(positive) - ones
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / max(ones * zeros, 1))
