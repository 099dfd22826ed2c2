"""`shap.TreeExplainer` (the extra `[shap]`) for other tree models: scikit-learn's.

Path-dependent without a background; interventional with one, whose digest is kept. What the
contributions must add up to comes from the model itself, not from shap.
"""

from collections.abc import Sequence
from hashlib import sha256

from sunlit.base import canonical
from sunlit.base.errors import VerificationError
from sunlit.guard.explain.library import Model, Numbers, errors_of, library, named_version
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.row import row_of, shown
from sunlit.guard.explain.terms import Term, Terms, chosen_class


class ShapTree:
    """Explains a fitted tree model, with inputs of one row.

    `background` are rows of numbers, all of them used: shap by itself would draw 100 of them.
    """

    method = "shap-tree"

    def __init__(
        self,
        model: Model,
        *,
        names: Sequence[str] | None = None,
        target: int | None = None,
        background: Sequence[Sequence[float]] | None = None,
    ) -> None:
        shap = library("shap", install="sunlit[shap]")
        self._model = model
        found = getattr(model, "feature_names_in_", names)
        count = int(model.n_features_in_)
        self._names = [f"x{at}" for at in range(count)] if found is None else list(map(str, found))
        self._target = target
        self.background = None if background is None else background_digest(background)
        has_rows = background is not None
        self.estimand = Estimand.INTERVENTIONAL if has_rows else Estimand.PATH_DEPENDENT
        data = _masker(shap, background) if background is not None else None
        kind = "interventional" if has_rows else "tree_path_dependent"
        self._explainer: Model = shap.TreeExplainer(model, data=data, feature_perturbation=kind)
        self._scores = _scores(model)
        is_score = self._scores == "decision_function"
        self.link = _link(model) if is_score else Link.IDENTITY
        self.library = named_version("shap")
        self.errors = errors_of("shap.utils._exceptions", "ExplainerError")

    def terms(self, inputs: object) -> Terms:
        """Return base and contributions on the scale that shap explains."""
        numpy = library("numpy")
        row = row_of(inputs, self._names)
        matrix = numpy.array([row])
        raw = numpy.atleast_1d(getattr(self._model, self._scores)(matrix)[0])
        found = numpy.asarray(self._explainer.shap_values(matrix, check_additivity=False))
        found = found.reshape(len(row), -1)  # features x scores
        base = numpy.atleast_1d(self._explainer.expected_value)
        if not len(raw) == found.shape[1] == len(base):
            raise VerificationError(
                "explain.shape", "shap explains another number of scores than the model has",
                expected=str(len(raw)), got=str(found.shape[1]),
            )  # fmt: skip
        chosen = chosen_class(raw, self._target)
        several = len(raw) > 1
        return Terms(
            base=float(base[chosen]), raw=float(raw[chosen]), place=chosen,
            terms=_terms(self._names, row, found[:, chosen]),
            target=str(self._model.classes_[chosen]) if several else None,
            answers=tuple(float(one) for one in raw) if several else (),
        )  # fmt: skip


def background_digest(rows: Sequence[Sequence[float]]) -> str:
    """Return the hex SHA-256 of canonical JSON: rows of shortest round-trip texts."""
    texts = [[repr(float(value)) for value in row] for row in rows]
    return sha256(canonical.encode(texts)).hexdigest()


def _terms(names: Sequence[str], row: Sequence[float], parts: Numbers) -> tuple[Term, ...]:
    return tuple(
        Term(name, float(part), shown(value))
        for name, part, value in zip(names, parts, row, strict=True)
    )


def _masker(shap: Model, rows: Sequence[Sequence[float]]) -> Model:
    numbers = library("numpy").array([[float(value) for value in row] for row in rows])
    return shap.maskers.Independent(numbers, max_samples=len(numbers))


def _scores(model: Model) -> str:
    # shap explains a boosted classifier's score, and a forest's shares of votes.
    names = ("decision_function", "predict_proba", "predict")
    return next(name for name in names if hasattr(model, name))


def _link(model: Model) -> Link:
    return Link.SOFTMAX if len(model.classes_) > 2 else Link.LOGIT
