"""EBM terms and shap's TreeExplainer: run where `interpret-core` and `shap` are installed."""

import warnings
from typing import Any, Final

import numpy as np
import pytest
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.tree import DecisionTreeRegressor

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.guard.explain import Explain, parse
from sunlit.guard.explain.library import library
from sunlit.guard.explain.lightgbm import LightGBM
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.shaptree import ShapTree, background_digest

RNG: Final = np.random.default_rng(5)
ROWS: Final = RNG.normal(size=(300, 4))
FRESH: Final = RNG.normal(size=(40, 4))
YES: Final = (ROWS[:, 0] + ROWS[:, 1] * ROWS[:, 2] > 0).astype(int)
CLASSES: Final = np.digitize(ROWS[:, 0], [-0.5, 0.5])
BACKGROUND: Final = RNG.normal(size=(150, 4)).tolist()
Model = Any

try:
    library("shap")
    HAS_SHAP = True
except UnavailableError:
    HAS_SHAP = False
try:
    library("interpret.glassbox")
    HAS_EBM = True
except UnavailableError:
    HAS_EBM = False
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
    monkeypatch.setitem(__import__("sys").modules, "shap", None)

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
    from sunlit.guard.explain.ebm import EBM

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
