"""XGBoost's own contributions (`pred_contribs`): exact TreeSHAP, path-dependent, 32 bits.

With the linear booster they are the terms of the sum.
"""

import json
from typing import Final

from sunlit.guard.explain.boosted import boosted_terms
from sunlit.guard.explain.library import Model, errors_of, library, named_version
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.row import row_of
from sunlit.guard.explain.terms import Terms

_LINKS: Final = {
    "binary:logistic": Link.LOGIT, "reg:logistic": Link.LOGIT, "multi:softprob": Link.SOFTMAX,
    "reg:squarederror": Link.IDENTITY, "reg:absoluteerror": Link.IDENTITY,
    "reg:pseudohubererror": Link.IDENTITY, "reg:quantileerror": Link.IDENTITY,
    "binary:logitraw": Link.IDENTITY, "rank:ndcg": Link.IDENTITY, "rank:pairwise": Link.IDENTITY,
    "count:poisson": Link.LOG, "reg:gamma": Link.LOG, "reg:tweedie": Link.LOG,
}  # fmt: skip


class XGBoost:
    """Explains an `xgboost.Booster`, or an estimator that holds one, with inputs of one row.

    `target` is the class to explain in a model of several; the answer's class by default.
    """

    method = "xgboost-pred-contribs"
    background = None

    def __init__(self, model: Model, *, target: int | None = None) -> None:
        held = getattr(model, "get_booster", None)
        self._booster: Model = held() if callable(held) else model
        learner = json.loads(self._booster.save_config())["learner"]
        count = int(learner["learner_model_param"]["num_feature"])
        self._names: list[str] = self._booster.feature_names or [f"f{at}" for at in range(count)]
        self._target = target
        is_linear = learner["gradient_booster"]["name"] == "gblinear"
        self.estimand = Estimand.TERMS if is_linear else Estimand.PATH_DEPENDENT
        self.link = _LINKS.get(learner["objective"]["name"], Link.UNKNOWN)
        self.library = named_version("xgboost")
        self.errors = errors_of("xgboost.core", "XGBoostError")

    def terms(self, inputs: object) -> Terms:
        """Return base and contributions on the raw scale."""
        row = row_of(inputs, self._names)
        matrix = library("xgboost").DMatrix(
            library("numpy").array([row]), feature_names=self._booster.feature_names,
            feature_types=self._booster.feature_types,
        )  # fmt: skip
        found = self._booster.predict(matrix, pred_contribs=True, strict_shape=True)[0]
        raw = self._booster.predict(matrix, output_margin=True, strict_shape=True)[0]
        return boosted_terms(self._names, row, found.tolist(), raw.tolist(), self._target)
