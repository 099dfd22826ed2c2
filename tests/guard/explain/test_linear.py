"""Linear models: their terms on the link's scale, behind scalers and encoders, or from JSON."""

import math
from functools import cache
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (
    GammaRegressor,
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    TweedieRegressor,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PolynomialFeatures,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.guard.explain import Explain, parse
from sunlit.guard.explain.coefficients import Coefficients
from sunlit.guard.explain.linear import Linear
from sunlit.guard.explain.methods import Link

RNG: Final = np.random.default_rng(3)
ROWS: Final = RNG.normal(size=(300, 3))
YES: Final = (ROWS[:, 0] + ROWS[:, 1] > 0).astype(int)
CLASSES: Final = np.digitize(ROWS[:, 0], [-0.5, 0.5])
COUNTS: Final = np.abs(ROWS[:, 0]) + 0.1
NUMBERS: Final = ROWS @ [1.0, -2.0, 0.5]
Model = Any
rows = st.lists(st.floats(-50, 50), min_size=3, max_size=3)


@cache
def model(name: str) -> Model:
    """Fit one of the kinds."""
    made = {
        "logistic": lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, YES),
        "several": lambda: make_pipeline(MinMaxScaler(), LogisticRegression()).fit(ROWS, CLASSES),
        "linear": lambda: LinearRegression().fit(ROWS, NUMBERS),
        "poisson": lambda: make_pipeline(StandardScaler(), PoissonRegressor()).fit(ROWS, COUNTS),
        "gamma": lambda: GammaRegressor().fit(ROWS, COUNTS),
        "tweedie": lambda: TweedieRegressor(power=1.5).fit(ROWS, COUNTS),
        "normal": lambda: TweedieRegressor(power=0).fit(ROWS, NUMBERS),
        "products": lambda: make_pipeline(PolynomialFeatures(2), Ridge()).fit(ROWS, NUMBERS),
    }
    return made[name]()


def answer(fitted: Model, row: list[float]) -> float:
    """Return what the model releases: of two classes the share of the second."""
    if not hasattr(fitted, "predict_proba"):
        return float(fitted.predict([row])[0])
    shares = fitted.predict_proba([row])[0]
    return float(shares[1] if len(shares) == 2 else max(shares))


KINDS: Final = [
    ("logistic", Link.LOGIT), ("several", Link.SOFTMAX), ("linear", Link.IDENTITY),
    ("poisson", Link.LOG), ("gamma", Link.LOG), ("tweedie", Link.LOG),
    ("normal", Link.IDENTITY), ("products", Link.IDENTITY),
]  # fmt: skip


@pytest.mark.parametrize(("name", "link"), KINDS)
@given(row=rows)
def test_terms_add_up_to_the_models_own_output(name: str, link: Link, row: list[float]) -> None:
    """On any row; and through the link they give the released answer."""
    fitted = model(name)

    found = Explain(Linear(fitted), required=True).explanation(row, answer(fitted, row))

    assert found.link is link
    assert found.output is not None
    assert parse(found.to_bytes()) == found


def test_behind_a_scaler_the_term_is_of_the_feature_as_it_was_given() -> None:
    """The value is the person's, the contribution that of the scaled one."""
    fitted = model("logistic")
    row = dict(zip(("age", "income", "years"), ROWS[0].tolist(), strict=True))

    found = Explain(Linear(fitted, names=list(row)), required=True).explanation(row, None)

    scaled = fitted[0].transform(ROWS[:1])[0]
    assert [one.name for one in found.terms] == list(row)
    assert [one.value for one in found.terms] == [repr(value) for value in row.values()]
    assert [one.contribution for one in found.terms] == list(fitted[-1].coef_[0] * scaled)
    assert found.target == "1"
    assert found.library.startswith("scikit-learn ")


def test_products_are_terms_of_their_own() -> None:
    """With the name that the step gives them."""
    found = Explain(Linear(model("products")), required=True).explanation(ROWS[0], None)

    assert "x0 x1" in [one.name for one in found.terms]


def test_columns_of_an_encoder_are_terms() -> None:
    """A category's column is named with its category; nested steps are looked into."""
    table = np.column_stack([ROWS[:, 0], CLASSES])
    columns = ColumnTransformer([
        ("number", make_pipeline(SimpleImputer(), StandardScaler()), [0]),
        ("kind", OneHotEncoder(), [1]),
    ])  # fmt: skip
    fitted = Pipeline([("columns", columns), ("model", Ridge())]).fit(table, NUMBERS)

    found = Explain(Linear(fitted), required=True).explanation(table[0], fitted.predict(table[:1]))

    assert [one.name for one in found.terms] == [
        "number__x0", "kind__x1_0.0", "kind__x1_1.0", "kind__x1_2.0",
    ]  # fmt: skip


def test_steps_that_do_nothing_are_passed_over() -> None:
    """Passthrough columns and an empty function transformer keep their names."""
    columns = ColumnTransformer([("same", "passthrough", [0, 1])], remainder="drop")
    same = FunctionTransformer(feature_names_out="one-to-one")
    fitted = Pipeline([("columns", columns), ("same", same), ("model", Ridge())]).fit(ROWS, NUMBERS)

    found = Explain(Linear(fitted), required=True).explanation(ROWS[0], None)

    assert [one.name for one in found.terms] == ["same__x0", "same__x1"]


@pytest.mark.parametrize(
    "step", [PCA(2), ColumnTransformer([("mix", PCA(1), [0, 1])]), FunctionTransformer(np.sqrt)]
)
def test_a_step_that_mixes_columns_is_refused(step: Model) -> None:
    """A term of a rotated column would add up and mean nothing to anybody."""
    fitted = Pipeline([("step", step), ("model", Ridge())]).fit(np.abs(ROWS), NUMBERS)

    with pytest.raises(VerificationError) as caught:
        Linear(fitted)

    assert caught.value.code == "explain.step"


def test_another_kind_of_model_is_refused() -> None:
    """A tree has no coefficients."""
    with pytest.raises(VerificationError) as caught:
        Linear(DecisionTreeClassifier().fit(ROWS, YES))

    assert caught.value.code == "explain.not-linear"


def test_a_label_is_not_compared_with_a_score() -> None:
    """A classifier without shares releases a label; the terms hold on the scale of its score."""
    fitted = RidgeClassifier().fit(ROWS, CLASSES)

    found = Explain(Linear(fitted, target=2), required=True).explanation(
        ROWS[0], fitted.predict(ROWS[:1])
    )

    assert (found.link, found.output, found.target) == (Link.UNKNOWN, None, "2")


def test_several_targets_at_once_are_told_apart() -> None:
    """A regression of two numbers explains the one that is asked for."""
    fitted = LinearRegression().fit(ROWS, np.column_stack([NUMBERS, COUNTS]))

    found = Explain(Linear(fitted, target=1), required=True).explanation(ROWS[0], None)

    assert found.target == "1"
    assert found.raw == pytest.approx(float(fitted.predict(ROWS[:1])[0, 1]))


PUBLISHED: Final = b'{"intercept":"-1.5","link":"logit","coefficients":{"age":"0.02","debts":0.5}}'


@given(st.floats(0, 120), st.floats(0, 1e4))
def test_published_coefficients_compute_and_explain(age: float, debts: float) -> None:
    """A score in a regulation needs no library: the file is the model."""
    scored = Coefficients.parse(PUBLISHED)
    row = {"age": age, "debts": debts}

    found = Explain(scored, required=True).explanation(row, scored(row))

    assert found.method == "linear-terms"
    assert found.output is not None


def test_coefficients_have_their_links() -> None:
    """Identity by default, log where it says so."""
    plain = Coefficients.parse(b'{"coefficients":{"a":2}}')
    log = Coefficients.parse(b'{"coefficients":{"a":2},"link":"log"}')

    assert plain({"a": 3}) == 6.0
    assert log({"a": 3}) == math.exp(6)
    assert Coefficients(0.0, {"a": 1.0}, Link.LOGIT)({"a": -1e6}) == 0.0


@pytest.mark.parametrize(
    "data",
    [
        b'{"coefficients":{}}', b'{"coefficients":[1]}', b'{"coefficients":{"a":"one"}}',
        b'{"coefficients":{"a":true}}', b'{"coefficients":{"a":"nan"}}',
        b'{"coefficients":{"a":1},"link":"softmax"}', b'{"coefficients":{"a":1},"intercept":null}',
    ],
)  # fmt: skip
def test_malformed_coefficients_are_refused(data: bytes) -> None:
    """Before anything is computed with them."""
    with pytest.raises(MalformedError) as caught:
        Coefficients.parse(data)

    assert caught.value.code == "explain.coefficients"
