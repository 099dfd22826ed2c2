"""Explainable boosting machines (`interpret`): the model is a sum, and these are its terms."""

from typing import Final

from sunlit.guard.explain.library import Model, library, named_version
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.row import row_of, shown
from sunlit.guard.explain.terms import Term, Terms, chosen_class

_LINKS: Final = {
    "identity": Link.IDENTITY, "logit": Link.LOGIT, "log": Link.LOG, "mlogit": Link.SOFTMAX,
}  # fmt: skip


class EBM:
    """Explains an `ExplainableBoostingClassifier` or `...Regressor`, with inputs of one row.

    `target` is the class to explain in a model of several; the answer's class by default.
    """

    method = "ebm-terms"
    estimand = Estimand.TERMS
    background = None
    errors: tuple[type[Exception], ...] = ()

    def __init__(self, model: Model, *, target: int | None = None) -> None:
        self._model = model
        self._names = [str(name) for name in model.feature_names_in_]
        self._target = target
        self.link = _LINKS.get(str(model.link_), Link.UNKNOWN)
        self.library = named_version("interpret").replace("interpret", "interpret-core", 1)

    def terms(self, inputs: object) -> Terms:
        """Return intercept and terms on the link's scale; a term may join several features."""
        numpy = library("numpy")
        model, row = self._model, row_of(inputs, self._names)
        matrix = numpy.array([row])
        found = numpy.atleast_1d(model.eval_terms(matrix)[0])
        found = found.reshape(len(model.term_names_), -1)  # terms x scores
        base = numpy.atleast_1d(model.intercept_)
        score = getattr(model, "decision_function", None)
        raw = numpy.atleast_1d(score(matrix)[0] if score else self._regressed(matrix))
        chosen = chosen_class(raw, self._target)
        several = len(raw) > 1
        return Terms(
            base=float(base[chosen]), raw=float(raw[chosen]), place=chosen,
            terms=tuple(
                Term(name, float(part), self._value(features, row))
                for name, part, features in zip(
                    model.term_names_, found[:, chosen], model.term_features_, strict=True
                )
            ),
            target=str(model.classes_[chosen]) if several else None,
            answers=tuple(float(one) for one in raw) if several else (),
        )  # fmt: skip

    def _regressed(self, matrix: object) -> object:
        predicted = self._model.predict(matrix)[0]
        return library("numpy").log(predicted) if self.link is Link.LOG else predicted

    def _value(self, features: tuple[int, ...], row: list[float]) -> str | None:
        return shown(row[features[0]]) if len(features) == 1 else None
