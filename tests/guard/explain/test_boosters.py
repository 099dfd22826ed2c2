"""LightGBM's and XGBoost's own contributions add up, for the models that people really have."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import VerificationError
from sunlit.guard.explain import Explain, NoExplanation, parse
from sunlit.guard.explain.lightgbm import LightGBM
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.guard.explain.xgboost import XGBoost

EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "benefits-outreach" / "model.txt"
RNG: Final = np.random.default_rng(7)
ROWS: Final = RNG.normal(size=(400, 4))
TARGETS: Final = {
    "binary": (ROWS[:, 0] + ROWS[:, 1] * ROWS[:, 2] > 0).astype(float),
    "number": ROWS[:, 0] * 3 + ROWS[:, 3],
    "count": np.floor(np.abs(ROWS[:, 0]) * 3),
    "class": np.digitize(ROWS[:, 0], [-0.5, 0.5]).astype(float),
}
Model = Any
numbers = st.floats(-1e3, 1e3) | st.none()
rows = st.lists(numbers, min_size=4, max_size=4)


@cache
def example() -> Model:
    """Return the demo's real model."""
    return lightgbm.Booster(model_file=str(EXAMPLE))


@cache
def light(objective: str, target: str, **more: object) -> Model:
    """Train a small LightGBM."""
    settings = {"objective": objective, "verbosity": -1, "num_threads": 1, "seed": 1, **more}
    return lightgbm.train(settings, lightgbm.Dataset(ROWS, TARGETS[target]), 12)


@cache
def extreme(objective: str, target: str, **more: object) -> Model:
    """Train a small XGBoost."""
    settings = {"objective": objective, "nthread": 1, "seed": 1, **more}
    return xgboost.train(settings, xgboost.DMatrix(ROWS, TARGETS[target]), 12)


def answer_light(model: Model, row: list[float | None]) -> float:
    """Return the released number: the highest share where there are several."""
    filled = [[np.nan if one is None else one for one in row]]
    return float(np.max(model.predict(np.array(filled, dtype=float))))


def answer_extreme(model: Model, row: list[float | None]) -> float:
    """Return the released number: the highest share where there are several."""
    filled = np.array([[np.nan if one is None else one for one in row]])
    return float(np.max(model.predict(xgboost.DMatrix(filled))))


@given(st.lists(st.floats(0, 1e6) | st.none(), min_size=13, max_size=13))
def test_the_demos_model_is_explained_to_the_last_bits(row: list[float | None]) -> None:
    """A real model on any row: the residual stays within rounding, and the output is compared."""
    model = example()
    answer = answer_light(model, row)
    named = dict(zip(model.feature_name(), row, strict=True))

    found = Explain(LightGBM(model), required=True).explanation(named, answer)

    assert found.residual < 1e-13
    assert found.output == answer
    assert found.link is Link.LOGIT
    assert [one.name for one in found.terms] == model.feature_name()
    assert [one.value for one in found.terms] == [
        None if one is None else repr(float(one)) for one in row
    ]
    assert parse(found.to_bytes()) == found


LIGHT: Final = [
    ("binary", "binary", Link.LOGIT), ("regression", "number", Link.IDENTITY),
    ("poisson", "count", Link.LOG), ("quantile", "number", Link.IDENTITY),
    ("cross_entropy", "binary", Link.LOGIT),
]  # fmt: skip


@pytest.mark.parametrize(("objective", "target", "link"), LIGHT)
@given(row=rows)
def test_lightgbm_adds_up(objective: str, target: str, link: Link, row: list[float | None]) -> None:
    """For each objective, on random rows, missing values too."""
    model = light(objective, target)

    found = Explain(LightGBM(model), required=True).explanation(row, answer_light(model, row))

    assert found.link is link
    assert found.output is not None
    assert found.residual <= found.tolerance


@given(row=rows)
def test_the_answers_class_of_several_is_explained(row: list[float | None]) -> None:
    """Unless another is asked for; the document names it."""
    model = light("multiclass", "class", num_class=3)
    shares = model.predict(np.array([[np.nan if x is None else x for x in row]], dtype=float))[0]

    found = Explain(LightGBM(model), required=True).explanation(row, float(max(shares)))
    other = Explain(LightGBM(model, target=2), required=True).explanation(row, float(shares[2]))

    assert found.target == str(int(np.argmax(shares)))
    assert other.target == "2"
    assert found.link is Link.SOFTMAX


EXTREME: Final = [
    ("binary:logistic", "binary", Link.LOGIT), ("reg:squarederror", "number", Link.IDENTITY),
    ("count:poisson", "count", Link.LOG), ("binary:logitraw", "binary", Link.IDENTITY),
]  # fmt: skip


@pytest.mark.parametrize(("objective", "target", "link"), EXTREME)
@given(row=rows)
def test_xgboost_adds_up(objective: str, target: str, link: Link, row: list[float | None]) -> None:
    """Within what 32 bits leave, on random rows, missing values too."""
    model = extreme(objective, target)

    found = Explain(XGBoost(model), required=True).explanation(row, answer_extreme(model, row))

    assert found.link is link
    assert found.output is not None
    assert found.residual <= found.tolerance / 10


def test_xgboost_of_several_classes() -> None:
    """The answer's class, by the softmax of all."""
    model = extreme("multi:softprob", "class", num_class=3)
    row = ROWS[0].tolist()

    found = Explain(XGBoost(model), required=True).explanation(row, answer_extreme(model, row))

    assert found.target in {"0", "1", "2"}
    assert found.output is not None


def test_xgboosts_linear_booster_gives_terms() -> None:
    """Another estimand, and it says so."""
    model = extreme("reg:squarederror", "number", booster="gblinear")

    found = Explain(XGBoost(model), required=True).explanation(ROWS[0], None)

    assert found.estimand is Estimand.TERMS


def test_names_are_the_models_own() -> None:
    """As the booster was trained with them, also behind an estimator."""
    data = xgboost.DMatrix(ROWS, TARGETS["number"], feature_names=["a", "b", "c", "d"])
    named = xgboost.train({"nthread": 1}, data, 3)
    estimator = xgboost.XGBRegressor(n_estimators=3, n_jobs=1).fit(ROWS, TARGETS["number"])
    lgbm = lightgbm.LGBMRegressor(n_estimators=3, verbosity=-1, n_jobs=1).fit(
        ROWS, TARGETS["number"]
    )
    row = dict(zip("abcd", ROWS[0], strict=True))

    first = Explain(XGBoost(named), required=True).explanation({**row, "case": "x"}, None)
    second = Explain(XGBoost(estimator), required=True).explanation(ROWS[:1], None)
    third = Explain(LightGBM(lgbm), required=True).explanation(ROWS[:1], None)

    assert [one.name for one in first.terms] == ["a", "b", "c", "d"]
    assert [one.name for one in second.terms] == ["f0", "f1", "f2", "f3"]
    assert third.estimand is Estimand.PATH_DEPENDENT


@pytest.mark.parametrize("make", [LightGBM, XGBoost], ids=["lightgbm", "xgboost"])
@pytest.mark.parametrize(
    "inputs",
    [
        {"Column_0": 1.0}, [1.0, 2.0], "abcd", [1, 2, 3, "4"], [1, 2, 3, object()], None,
        [1, 2, 3, 10**400],
    ],
    ids=["one-named", "two", "text", "a-text", "an-object", "nothing", "huge"],
)  # fmt: skip
def test_inputs_that_are_no_row_are_refused(make: Callable[[Model], Any], inputs: object) -> None:
    """A feature that lacks is not guessed; "none" is recorded with the reason."""
    model = light("binary", "binary") if make is LightGBM else extreme("binary:logistic", "binary")

    none = parse(Explain(make(model))(inputs, 0.5)[1])

    assert isinstance(none, NoExplanation)
    assert none.code == "explain.features"


def test_a_class_that_is_not_there_is_refused() -> None:
    """Neither beyond the last nor counted from the end."""
    model = light("multiclass", "class", num_class=3)

    for target in (3, -1):
        with pytest.raises(VerificationError) as caught:
            Explain(LightGBM(model, target=target), required=True).explanation(ROWS[0], None)
        assert caught.value.code == "explain.failed"


def test_a_bent_objective_is_not_compared() -> None:
    """A sigmoid that is stretched is no plain logit: the answer is left uncompared, and said so."""
    model = light("binary", "binary", sigmoid=2.0)

    found = Explain(LightGBM(model), required=True).explanation(ROWS[0], 0.5)

    assert found.link is Link.UNKNOWN
    assert found.output is None


def test_the_explanation_of_another_row_is_refused() -> None:
    """The released number is held against the row that is explained."""
    model = light("binary", "binary")
    answer = answer_light(model, ROWS[1].tolist())

    with pytest.raises(VerificationError) as caught:
        Explain(LightGBM(model), required=True).explanation(ROWS[0], answer)

    assert caught.value.code == "explain.other-output"


def test_what_the_library_cannot_explain_becomes_none() -> None:
    """LightGBM has no contributions for linear leaves; its own error does not leak."""
    model = light("regression", "number", linear_tree=True)

    none = parse(Explain(LightGBM(model))(ROWS[0], None)[1])

    assert isinstance(none, NoExplanation)
    assert none.code == "explain.failed"
    assert "LightGBMError" in none.reason


def test_dart_adds_up_too() -> None:
    """It weighs its trees, and the contributions are weighed the same."""
    model = light("regression", "number", boosting="dart")

    found = Explain(LightGBM(model), required=True).explanation(
        ROWS[0], answer_light(model, ROWS[0].tolist())
    )

    assert found.output is not None


def test_a_forest_of_lightgbm_is_not_compared() -> None:
    """Its answer is the mean of its trees, raw output and contributions are their sum."""
    model = light("regression", "number", boosting="rf", bagging_freq=1, bagging_fraction=0.5)

    found = Explain(LightGBM(model), required=True).explanation(
        ROWS[0], answer_light(model, ROWS[0].tolist())
    )

    assert (found.link, found.output) == (Link.UNKNOWN, None)
