"""scikit-learn's linear models, alone or behind a pipeline: coefficient times what it saw.

The steps before the model are limited to those whose columns keep a meaning that can be named:
scalers, imputers, encoders, products. After a rotation (PCA) a term would mean nothing.
"""

from collections.abc import Sequence
from typing import Final

from sunlit.base.errors import VerificationError
from sunlit.guard.explain.library import Model, Numbers, library, named_version
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.row import row_of, shown, values_of
from sunlit.guard.explain.terms import Term, Terms, chosen_class

_NAMED: Final = frozenset({
    "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "SimpleImputer",
    "OneHotEncoder", "OrdinalEncoder", "TargetEncoder", "KBinsDiscretizer", "Binarizer",
    "PowerTransformer", "QuantileTransformer", "SplineTransformer", "PolynomialFeatures",
})  # fmt: skip
_LOG: Final = frozenset({"PoissonRegressor", "GammaRegressor"})


class Linear:
    """Explains a fitted linear model or pipeline of scikit-learn, with inputs of one row.

    `names` are needed where the model was fitted without column names. `target` is the class
    to explain, by its place in `classes_`; the answer's class by default.
    """

    method = "linear-terms"
    estimand = Estimand.TERMS
    background = None
    errors: tuple[type[Exception], ...] = ()

    def __init__(
        self, model: Model, *, names: Sequence[str] | None = None, target: int | None = None
    ) -> None:
        steps = [step for _, step in getattr(model, "steps", [("model", model)])]
        self._model = model
        self._last = steps[-1]
        self._before: Model = model[:-1] if len(steps) > 1 else None
        for step in steps[:-1]:
            _expect_named(step)
        if not hasattr(self._last, "coef_"):
            raise VerificationError(
                "explain.not-linear", "the model is not a fitted linear model",
                got=type(self._last).__name__,
                mend="use the method for its kind (docs/explanations.md)",
            )  # fmt: skip
        self._fitted_by_name = hasattr(model, "feature_names_in_")
        self._names = _names(model, names)
        self._target = target
        self.link = _link(self._last)
        self.library = named_version("sklearn").replace("sklearn", "scikit-learn", 1)

    def terms(self, inputs: object) -> Terms:
        """Return intercept and terms on the link's scale."""
        numpy = library("numpy")
        given = self._matrix(inputs)
        seen = given if self._before is None else self._before.transform(given)
        row = numpy.asarray(getattr(seen, "toarray", lambda: seen)())[0].astype(float)
        coefficients = numpy.atleast_2d(self._last.coef_)
        raw = numpy.atleast_1d(self._raw(given))
        chosen = chosen_class(raw, self._target)
        base = numpy.broadcast_to(self._last.intercept_, (len(coefficients),))
        parts = coefficients[chosen] * row
        return Terms(
            base=float(base[chosen]), raw=float(raw[chosen]), place=chosen,
            terms=self._terms(inputs, row.tolist(), parts.tolist()), target=self._said(raw, chosen),
            answers=tuple(float(one) for one in raw) if len(raw) > 1 else (),
        )  # fmt: skip

    def _terms(
        self, inputs: object, row: list[float], parts: list[float]
    ) -> tuple[Term, ...]:  # fmt: skip
        named = dict(zip(self._names, values_of(inputs, self._names), strict=True))
        columns = self._names
        if self._before is not None:
            asked = None if self._fitted_by_name else library("numpy").array(self._names, object)
            columns = [str(name) for name in self._before.get_feature_names_out(asked)]
        return tuple(
            Term(name, part, shown(_plain(named.get(name, seen))))
            for name, part, seen in zip(columns, parts, row, strict=True)
        )

    def _matrix(self, inputs: object) -> Numbers:
        if self._fitted_by_name:
            values = values_of(inputs, self._names)
            return library("pandas").DataFrame([values], columns=self._names)
        return library("numpy").array([row_of(inputs, self._names)])

    def _raw(self, given: Numbers) -> Numbers:
        if hasattr(self._model, "decision_function"):
            return self._model.decision_function(given)[0]
        predicted = self._model.predict(given)[0]
        return library("numpy").log(predicted) if self.link is Link.LOG else predicted

    def _said(self, raw: Numbers, chosen: int) -> str | None:
        classes = getattr(self._last, "classes_", None)
        if classes is None:
            return str(chosen) if len(raw) > 1 else None
        return str(classes[chosen if len(raw) > 1 else -1])  # of two, the score is the second's


def _expect_named(step: Model) -> None:
    inner = getattr(step, "transformers_", None)
    if inner is not None:  # a ColumnTransformer
        for _, one, _ in inner:
            _expect_named(one)
        return
    if isinstance(step, str) or step is None:  # "passthrough", "drop"
        return
    own = getattr(step, "steps", None)
    if own is not None:
        for _, one in own:
            _expect_named(one)
        return
    if type(step).__name__ not in _NAMED and not _passes_through(step):
        raise VerificationError(
            "explain.step", "a step before the model mixes columns, so its terms cannot be named",
            expected="scalers, imputers, encoders, products", got=type(step).__name__,
            mend='explain the model by another method, or record "none" with the reason',
        )  # fmt: skip


def _passes_through(step: Model) -> bool:
    return type(step).__name__ == "FunctionTransformer" and step.func is None


def _names(model: Model, given: Sequence[str] | None) -> list[str]:
    found = getattr(model, "feature_names_in_", None)
    if found is None:
        found = [f"x{at}" for at in range(model.n_features_in_)] if given is None else given
    return [str(name) for name in found]


def _link(model: Model) -> Link:
    kind = type(model).__name__
    if kind in _LOG or (kind == "TweedieRegressor" and _is_log(model)):
        return Link.LOG
    if kind in {"LogisticRegression", "LogisticRegressionCV"}:
        return Link.SOFTMAX if len(model.classes_) > 2 else Link.LOGIT
    # A classifier without probabilities puts out a label: nothing to hold the score against.
    return Link.UNKNOWN if hasattr(model, "classes_") else Link.IDENTITY


def _is_log(model: Model) -> bool:
    return bool(model.link == "log" or (model.link == "auto" and model.power > 0))


def _plain(value: object) -> object:
    listed = getattr(value, "item", None)  # a numpy scalar prints its type
    return listed() if callable(listed) else value
