"""EBM terms and shap's TreeExplainer: run where `interpret-core` and `shap` are installed."""

import sys
import warnings
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeRegressor

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.decision.content import Content
from sunlit.decision.record import Kind, Record
from sunlit.guard.explain import Explain, parse
from sunlit.guard.explain.ebm import EBM
from sunlit.guard.explain.library import library
from sunlit.guard.explain.lightgbm import LightGBM
from sunlit.guard.explain.linear import Linear
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.shaptree import ShapTree, background_digest
from sunlit.guard.replay import replay
from sunlit.guard.replay_compare import Outcome
from sunlit.guard.serial import to_bytes

RNG: Final = np.random.default_rng(5)
ROWS: Final = RNG.normal(size=(300, 4))
FRESH: Final = RNG.normal(size=(40, 4))
YES: Final = (ROWS[:, 0] + ROWS[:, 1] * ROWS[:, 2] > 0).astype(int)
CLASSES: Final = np.digitize(ROWS[:, 0], [-0.5, 0.5])
BACKGROUND: Final = RNG.normal(size=(150, 4)).tolist()
Model = Any


def has(name: str) -> bool:
    """Tell whether a library is installed; what it says while it loads is its own affair."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            library(name)
        except UnavailableError:
            return False
    return True


HAS_SHAP: Final = has("shap")
HAS_EBM: Final = has("interpret.glassbox")
HAS_FRAMES: Final = has("pandas")
needs_frames = pytest.mark.skipif(not HAS_FRAMES, reason="pandas is not installed")
needs_shap = pytest.mark.skipif(not HAS_SHAP, reason="shap is not installed (the extra [shap])")
needs_ebm = pytest.mark.skipif(not HAS_EBM, reason="interpret-core is not installed")

FORESTS: Final = [
    (RandomForestClassifier(10, max_depth=5, random_state=0), YES),
    (RandomForestRegressor(10, max_depth=5, random_state=0), ROWS[:, 0]),
    (ExtraTreesClassifier(10, max_depth=5, random_state=0), CLASSES),
    (GradientBoostingClassifier(n_estimators=10, random_state=0), YES),
    (HistGradientBoostingRegressor(max_iter=10, random_state=0), ROWS[:, 0]),
    (DecisionTreeRegressor(random_state=0), ROWS[:, 0]),
]


def released(model: Model, row: Model) -> float:
    """Return what the model gives: the explained class's share, or the number."""
    if not hasattr(model, "predict_proba"):
        return float(model.predict([row])[0])
    shares = model.predict_proba([row])[0]
    return float(shares[1] if hasattr(model, "decision_function") else max(shares))


@needs_shap
@pytest.mark.parametrize(("model", "target"), FORESTS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("background", [None, BACKGROUND], ids=["paths", "background"])
def test_trees_of_scikit_learn_add_up(model: Model, target: Model, background: Model) -> None:
    """With both estimands, on rows that training never saw; the model's own output is the sum."""
    model.fit(ROWS, target)
    explain = Explain(ShapTree(model, background=background), required=True)

    for row in FRESH:
        found = explain.explanation(row, released(model, row))

        assert found.output is not None
        assert parse(found.to_bytes()) == found
        if background:
            assert found.estimand is Estimand.INTERVENTIONAL
            assert found.background == background_digest(background)


@needs_shap
def test_the_whole_background_is_used() -> None:
    """By itself shap draws 100 of the rows, so that the digest would name others."""
    model = RandomForestRegressor(5, max_depth=3, random_state=0).fit(ROWS, ROWS[:, 0])

    how = ShapTree(model, background=BACKGROUND)

    mean = model.predict(np.array(BACKGROUND)).mean()
    assert how.terms(FRESH[0]).base == pytest.approx(mean, rel=1e-12)


@needs_shap
def test_a_sum_of_shaps_that_misses_is_refused() -> None:
    """HistGradientBoosting on its training rows: shap reads them in 32 bits and errs at ties."""
    model = HistGradientBoostingRegressor(max_iter=20, random_state=0).fit(ROWS, ROWS[:, 0])
    explain = Explain(ShapTree(model, background=ROWS[:150].tolist()), required=True)

    codes = set()
    for row in ROWS[:100]:
        try:
            explain.explanation(row, None)
        except VerificationError as error:
            codes.add(error.code)

    assert codes == {"explain.additivity"}


@needs_shap
def test_shap_says_of_lightgbm_what_lightgbm_says_itself() -> None:
    """The golden comparison: every contribution the same double."""
    lightgbm, shap = library("lightgbm"), library("shap")
    model = lightgbm.train(
        {"objective": "binary", "verbosity": -1, "num_threads": 1}, lightgbm.Dataset(ROWS, YES), 20
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that shap's answers for LightGBM changed their form
        theirs = shap.TreeExplainer(model).shap_values(FRESH)

    for row, golden in zip(FRESH, theirs, strict=True):
        ours = Explain(LightGBM(model), required=True).explanation(row, None)

        assert [one.contribution for one in ours.terms] == golden.tolist()


@needs_shap
def test_a_sampling_explainer_of_shap_is_refused() -> None:
    """The real class, not only its name."""
    shap = library("shap")
    sampling = shap.KernelExplainer(lambda rows: rows[:, 0], ROWS[:5])

    with pytest.raises(VerificationError) as caught:
        Explain(sampling)

    assert caught.value.code == "explain.sampling"


def test_without_shap_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is made, and not at the first decision."""
    monkeypatch.setitem(sys.modules, "shap", None)

    with pytest.raises(UnavailableError) as caught:
        ShapTree(object())

    assert caught.value.code == "explain.no-library"
    assert "sunlit[shap]" in str(caught.value.mend)


@needs_ebm
@pytest.mark.parametrize(
    ("kind", "target", "settings", "link"),
    [
        ("Classifier", YES, {}, Link.LOGIT),
        ("Classifier", CLASSES, {"interactions": 0}, Link.SOFTMAX),
        ("Regressor", ROWS[:, 0], {}, Link.IDENTITY),
        ("Regressor", CLASSES, {"objective": "poisson_deviance"}, Link.LOG),
    ],
)
def test_an_explainable_boosting_machine_adds_up(
    kind: str, target: Model, settings: dict[str, Any], link: Link
) -> None:
    """A glass box: intercept and terms are the model; a term may join two features."""
    glassbox = library("interpret.glassbox")
    model = getattr(glassbox, f"ExplainableBoosting{kind}")(
        random_state=0, outer_bags=2, max_rounds=40, n_jobs=1, **settings
    ).fit(ROWS, target)
    explain = Explain(EBM(model), required=True)

    for row in FRESH:
        shares = model.predict_proba([row])[0] if kind == "Classifier" else model.predict([row])
        answer = float(shares[1] if link is Link.LOGIT else max(shares))
        found = explain.explanation(row, answer)

        assert found.link is link
        assert found.output == answer
        assert found.residual < 1e-12
        assert parse(found.to_bytes()) == found
    joined = [one for one in found.terms if "&" in one.name]
    assert all(one.value is None for one in joined)
    assert link is not Link.LOGIT or joined


@needs_frames
def test_a_pipeline_fitted_with_a_data_frame_takes_values_by_name() -> None:
    """Texts too: its encoder's columns are named with the category."""
    frame = library("pandas").DataFrame({
        "age": ROWS[:, 0], "kind": np.where(YES, "new", "old"), "left-out": ROWS[:, 2]
    })  # fmt: skip
    columns = ColumnTransformer([
        ("n", StandardScaler(), ["age"]), ("k", OneHotEncoder(), ["kind"]),
    ])  # fmt: skip
    model = Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(frame, YES)
    person = {"age": 0.5, "kind": "new", "left-out": 1.0}
    answer = model.predict_proba(library("pandas").DataFrame([person]))[0, 1]

    found = Explain(Linear(model), required=True).explanation(person, answer)

    assert [one.name for one in found.terms] == ["n__age", "k__kind_new", "k__kind_old"]
    assert found.output == answer


@needs_frames
def test_a_recorded_frame_is_a_frame_again() -> None:
    """Columns, types and rows: an estimator fitted with one gets one."""
    frame = library("pandas").DataFrame({"age": [41], "share": [0.25], "kind": ["new"]})
    content = Content.of({"input": to_bytes(frame), "output": to_bytes(41.25)})
    record = Record(
        kind=Kind.DECISION, id="ab" * 16, time=datetime(2026, 1, 1, tzinfo=UTC),
        commit=content.commitments(), release="cd" * 32,
    )  # fmt: skip

    found = replay(
        record, content, lambda it: float(it["age"].iloc[0] + it["share"].iloc[0]),
        release="cd" * 32,
    )  # fmt: skip

    assert found.outcome is Outcome.EQUAL


# --- the same modules where neither library is installed: stand-ins with their shapes -----------


class Sum:
    """A model that adds up its features; with `classes`, one score a class."""

    n_features_in_ = 4
    feature_names_in_ = ("a", "b", "c", "d")
    term_names_ = ("a", "b & c")
    term_features_ = ((0,), (1, 2))
    classes_ = ("no", "yes", "ask")
    link_ = "identity"

    def __init__(self, classes: int = 1) -> None:
        self.classes = classes
        self.intercept_ = np.zeros(classes) if classes > 1 else 0.5
        if classes > 1:
            self.link_ = "mlogit"
            self.decision_function = self._scores

    def eval_terms(self, rows: Model) -> Model:
        """Return the terms, as interpret does: rows x terms, or rows x terms x classes."""
        terms = np.column_stack([rows[:, 0], rows[:, 1] * rows[:, 2]])
        return terms if self.classes == 1 else np.stack([terms, 2 * terms, -terms], axis=2)

    def _scores(self, rows: Model) -> Model:
        return self.eval_terms(rows).sum(axis=1) + self.intercept_

    def predict(self, rows: Model) -> Model:
        """Return the answers."""
        return self._scores(rows)


class Log(Sum):
    """A regressor on the log scale."""

    link_ = "log"

    def predict(self, rows: Model) -> Model:
        """Return the answers."""
        return np.exp(self._scores(rows))


class Forest:
    """A model whose only output is the sum of its features; `classes` as scores."""

    n_features_in_ = 4

    def __init__(self, classes: tuple[str, ...] = ()) -> None:
        if classes:
            self.classes_ = classes
            self.decision_function = self._scores

    def _scores(self, rows: Model) -> Model:
        total = rows.sum(axis=1)
        return total if len(self.classes_) == 2 else np.column_stack([total, 2 * total, -total])

    def predict(self, rows: Model) -> Model:
        """Return the sums."""
        return rows.sum(axis=1)


class TreeExplainer:
    """Explains a `Forest` as shap would: each feature against the background's mean."""

    def __init__(self, model: Forest, data: Model, feature_perturbation: str) -> None:
        self.kind = feature_perturbation
        self._several = len(getattr(model, "classes_", ())) > 2
        self._mean = np.zeros(4) if data is None else data.mean(axis=0)
        total = self._mean.sum()
        self.expected_value = np.array([total, 2 * total, -total]) if self._several else total

    def shap_values(self, rows: Model, *, check_additivity: bool) -> Model:
        """Return rows x features, or rows x features x classes."""
        parts = rows - self._mean
        return np.stack([parts, 2 * parts, -parts], axis=2) if self._several else parts


@pytest.fixture(name="stand_ins")
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    interpret, shap = ModuleType("interpret"), ModuleType("shap")
    maskers = SimpleNamespace(Independent=lambda rows, max_samples: rows[:max_samples])
    vars(shap).update(TreeExplainer=TreeExplainer, maskers=maskers, __version__="0")
    vars(interpret).update(__version__="0")
    monkeypatch.setitem(sys.modules, "interpret", interpret)
    monkeypatch.setitem(sys.modules, "shap", shap)


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize(
    ("model", "link"),
    [(Sum(), Link.IDENTITY), (Sum(3), Link.SOFTMAX), (Log(), Link.LOG)],
    ids=["one", "three", "log"],
)
def test_the_shapes_of_interpret_are_understood(model: Sum, link: Link) -> None:
    """Terms of one score or of several, a term of two features, the log scale."""
    row = [1.0, 2.0, 3.0, 4.0]
    answer = None if model.classes > 1 else float(model.predict(np.array([row]))[0])

    found = Explain(EBM(model), required=True).explanation(row, answer)

    assert found.link is link
    assert [one.value for one in found.terms] == ["1.0", None]
    assert found.target == ("yes" if model.classes > 1 else None)
    assert found.library == "interpret-core 0"


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("background", [None, BACKGROUND], ids=["paths", "background"])
@pytest.mark.parametrize(
    ("classes", "link"),
    [((), Link.IDENTITY), (("no", "yes"), Link.LOGIT), (("a", "b", "c"), Link.SOFTMAX)],
    ids=["number", "two", "three"],
)
def test_the_shapes_of_shap_are_understood(
    background: Model, classes: tuple[str, ...], link: Link
) -> None:
    """One score or several, with a background or without."""
    how = ShapTree(Forest(classes), names=["a", "b", "c", "d"], background=background)

    found = Explain(how, required=True).explanation(dict.fromkeys("abcd", 0.25), None)

    assert found.link is link
    assert (found.background is None) == (background is None)
    assert found.target == ("b" if len(classes) > 2 else None)


@pytest.mark.usefixtures("stand_ins")
def test_scores_that_do_not_match_are_refused() -> None:
    """Shap that explains one score of a model of three explains something else."""
    how = ShapTree(Forest(("a", "b", "c")))
    how._explainer = TreeExplainer(Forest(), None, "tree_path_dependent")

    with pytest.raises(VerificationError) as caught:
        how.terms(ROWS[0])

    assert caught.value.code == "explain.shape"
