"""LightGBM's own contributions (`pred_contrib`): exact TreeSHAP, path-dependent, 64 bits."""

from typing import Final

from sunlit.guard.explain.boosted import boosted_terms
from sunlit.guard.explain.library import Model, errors_of, library, named_version
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.row import row_of
from sunlit.guard.explain.terms import Terms

_LINKS: Final = {
    "binary": Link.LOGIT, "cross_entropy": Link.LOGIT, "multiclass": Link.SOFTMAX,
    "regression": Link.IDENTITY, "regression_l1": Link.IDENTITY, "huber": Link.IDENTITY,
    "fair": Link.IDENTITY, "quantile": Link.IDENTITY, "mape": Link.IDENTITY,
    "lambdarank": Link.IDENTITY, "rank_xendcg": Link.IDENTITY,
    "poisson": Link.LOG, "gamma": Link.LOG, "tweedie": Link.LOG,
}  # fmt: skip
_PLAIN: Final = frozenset({"sigmoid:1", "tweedie_variance_power", "num_class", "reg_sqrt:0"})


class LightGBM:
    """Explains a `lightgbm.Booster`, or an estimator that holds one, with inputs of one row.

    `target` is the class to explain in a model of several; the answer's class by default.
    """

    method = "lightgbm-pred-contrib"
    estimand = Estimand.PATH_DEPENDENT
    background = None

    def __init__(self, model: Model, *, target: int | None = None) -> None:
        booster: Model = getattr(model, "booster_", model)
        self._booster = booster
        self._names: list[str] = booster.feature_name()
        self._classes: int = booster.num_model_per_iteration()
        self._target = target
        self.link = _link(booster)
        self.library = named_version("lightgbm")
        self.errors = errors_of("lightgbm.basic", "LightGBMError")

    def terms(self, inputs: object) -> Terms:
        """Return base and contributions on the raw scale."""
        row = row_of(inputs, self._names)
        matrix = library("numpy").array([row])
        # One row: threads cost more than they bring.
        found = self._booster.predict(matrix, pred_contrib=True, num_threads=1)
        raw = self._booster.predict(matrix, raw_score=True, num_threads=1)
        return boosted_terms(
            self._names, row, found.reshape(self._classes, -1).tolist(),
            raw.reshape(-1).tolist(), self._target,
        )  # fmt: skip


def _link(booster: Model) -> Link:
    # The objective as the model's file has it, with its settings: "binary sigmoid:1".
    dumped = booster.dump_model(num_iteration=1)
    objective = str(dumped.get("objective", "")).split()
    # A forest's answer is the mean of its trees, its contributions and raw output are their sum.
    is_mean = dumped.get("average_output", False)
    if is_mean or not objective or any(_bends(setting) for setting in objective[1:]):
        return Link.UNKNOWN
    return _LINKS.get(objective[0], Link.UNKNOWN)


def _bends(setting: str) -> bool:
    return setting not in _PLAIN and setting.partition(":")[0] not in _PLAIN
