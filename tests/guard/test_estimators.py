"""Estimators: the unguarded output, one record a row, and no way round by accident."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.decision.record import Kind, State
from sunlit.guard import Guard, Guarded
from sunlit.guard.serial import Array, from_bytes
from sunlit.statement.manifest import read_manifest
from tests.fixtures.token_world import grant
from tests.guard.guarded_world import Place

lightgbm = pytest.importorskip("lightgbm")
datasets = pytest.importorskip("sklearn.datasets")


def _data() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    values, targets = datasets.load_breast_cancer(return_X_y=True)
    return values, targets


def _fitted() -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    values, targets = _data()
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(values[:400], targets[:400])


def _place(root: Path, files: Path) -> Place:
    place = Place(root, grant(release=read_manifest(files).digest, oversight="none"))
    place.files = files
    return place


def _coefficients(root: Path) -> Path:
    """Save a logistic regression as JSON: a safe file, unlike a pickle."""
    fitted = _fitted()
    scaler, model = fitted[0], fitted[1]
    root.mkdir()
    (root / "model.json").write_text(json.dumps({
        "mean": scaler.mean_.tolist(), "scale": scaler.scale_.tolist(),
        "coef": model.coef_.tolist(), "intercept": model.intercept_.tolist(),
    }))  # fmt: skip
    return root


def _from_json(path: Path) -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    said = json.loads((path / "model.json").read_text())
    scaler, model = StandardScaler(), LogisticRegression()
    scaler.mean_, scaler.scale_ = np.array(said["mean"]), np.array(said["scale"])
    scaler.n_features_in_ = len(said["mean"])
    model.coef_, model.intercept_ = np.array(said["coef"]), np.array(said["intercept"])
    model.classes_ = np.array([0, 1])
    return make_pipeline(scaler, model)


def test_a_scikit_learn_model_gives_the_same_arrays_and_a_record_a_row(tmp_path: Path) -> None:
    """Trained on scikit-learn's own data, loaded from the files that were hashed."""
    place = _place(tmp_path, _coefficients(tmp_path / "model"))
    values = _data()[0][400:420]
    plain = _fitted()
    with place.open() as guard:
        model = guard.load(place.files, _from_json)
        classes, chances = model.predict(values), model.predict_proba(values)

    assert isinstance(classes, np.ndarray)
    assert isinstance(chances, np.ndarray)
    assert (classes == plain.predict(values)).all()
    assert chances.tobytes() == plain.predict_proba(values).tobytes()
    records, contents = place.records(), place.contents()
    assert [one.state for one in records] == [State.RELEASED] * 40
    for index, content in enumerate(contents[20:]):
        given = from_bytes("application/json", content.fields["input"].value, array=_numpy)
        output = from_bytes("application/json", content.fields["output"].value, array=_numpy)
        assert isinstance(given, np.ndarray)
        assert isinstance(output, np.ndarray)
        assert given.tobytes() == values[index].tobytes()
        assert output.tobytes() == chances[index].tobytes()
        assert json.loads(content.fields["details"].value)["method"] == "predict_proba"
    assert contents[0].fields["output"].value in (b"0", b"1")


def _numpy(found: Array) -> object:
    return np.array(found.values, dtype=found.dtype).reshape(found.shape)


def test_an_onnx_model_runs_guarded_in_onnxruntime(tmp_path: Path) -> None:
    """skl2onnx makes it, onnxruntime answers, the output is the same to the bit."""
    onnxruntime = pytest.importorskip("onnxruntime")
    to_onnx = pytest.importorskip("skl2onnx").to_onnx
    files = tmp_path / "onnx"
    files.mkdir()
    values = _data()[0][400:405].astype("float32")
    proto = to_onnx(_fitted(), values[:1], options={"zipmap": False})
    (files / "model.onnx").write_bytes(proto.SerializeToString())
    place = _place(tmp_path, files)

    def loader(path: Path) -> object:
        session = onnxruntime.InferenceSession((path / "model.onnx").read_bytes())
        return lambda rows: session.run(None, {"X": rows})[1]

    with place.open() as guard:
        model = guard.load(files, loader)
        single = model.decide(values[:1], case="42").output
        many = model.decide_many(values, cases=[f"case-{n}" for n in range(5)])

    unguarded = loader(files)(values)  # type: ignore[operator]
    assert isinstance(single, np.ndarray)
    assert single.tobytes() == unguarded[:1].tobytes()
    assert all((one.output == row).all() for one, row in zip(many, unguarded, strict=True))
    assert [one.fields["case"].value for one in place.contents()] == [
        b"42", b"case-0", b"case-1", b"case-2", b"case-3", b"case-4",
    ]  # fmt: skip


def test_a_lightgbm_booster_is_explained_row_by_row(tmp_path: Path) -> None:
    """Exact contributions, checked, in the record of each row."""
    from sunlit.guard.explain import Explain
    from sunlit.guard.explain.lightgbm import LightGBM

    values, targets = _data()
    booster = lightgbm.train(
        {"objective": "binary", "verbose": -1, "num_threads": 1, "seed": 1},
        lightgbm.Dataset(values[:400], targets[:400]), num_boost_round=5,
    )  # fmt: skip
    files = tmp_path / "lightgbm"
    files.mkdir()
    booster.save_model(files / "model.txt")
    place = _place(tmp_path, files)
    with place.open() as guard:
        model = guard.load(
            files, lambda path: lightgbm.Booster(model_file=path / "model.txt"),
            explain=Explain(LightGBM(booster), required=True),
        )  # fmt: skip
        guarded = model.predict(values[400:403])

    assert isinstance(guarded, np.ndarray)
    assert guarded.tobytes() == booster.predict(values[400:403]).tobytes()
    for content in place.contents():
        assert json.loads(content.fields["explanation"].value)["method"] != "none"


class _Estimator:
    """What of an estimator is touched."""

    coef_ = np.array([1.0, 2.0])
    n_features_in_ = 2

    def predict(self, rows: Any) -> Any:  # noqa: ANN401 - any table
        return [sum(row) for row in rows]

    def decision_function(self, rows: Any) -> Any:  # noqa: ANN401 - any table
        return [0.5] * len(rows)

    def short(self, rows: object) -> list[int]:
        return [1]

    def fit(self, rows: object) -> None:
        raise AssertionError

    def get_params(self, *, deep: bool = True) -> dict[str, object]:
        return {"depth": 3, "inner": self} if deep else {}


def _estimator(guard: Guard) -> Guarded:
    return guard.wrap(_Estimator())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, grant(minimum_binding="declared", oversight="none"))


def test_other_attributes_pass_through_and_nothing_can_be_changed(place: Place) -> None:
    """A method that is not guarded would go round the guard; an array is a read-only view."""
    with place.open() as guard:
        model = _estimator(guard)
        assert model.n_features_in_ == 2
        assert model.get_params() == {"depth": 3}  # type: ignore[operator]
        with pytest.raises(ValueError, match="read-only"):
            model.coef_[0] = 5  # type: ignore[index]
        changes: list[Callable[[], object]] = [
            lambda: model.fit, lambda: model.predict_proba, lambda: model.nothing,
            lambda: setattr(model, "coef_", 1), lambda: delattr(model, "coef_"),
            lambda: model.__wrapped__,
        ]  # fmt: skip
        for change in changes:
            with pytest.raises(AttributeError):
                change()

    assert _Estimator.coef_[0] == 1.0
    assert not place.records()


def test_every_method_that_answers_is_guarded(place: Place) -> None:
    """A score is an answer too, and a list of rows is a table."""
    with place.open() as guard:
        model = _estimator(guard)
        assert model.predict([[1, 2], [3, 4]]) == [3, 7]
        assert model.decision_function([[1, 2]]) == [0.5]  # type: ignore[operator]
        assert model([[1, 2]]) == [3]
        assert model.predict([]) == []
        made = model.decide_many([[1, 2]], method="predict", cases=[None], purpose="outreach")
        assert made[0].output == 3

    assert len(place.records()) == 5


class _Table:
    """A data frame's rows: what of it is touched."""

    columns = ("a", "b")
    dtypes = ("int64", "int64")

    def __init__(self, rows: list[list[int]]) -> None:
        self.rows = rows
        self.shape = (len(rows), 2)

    def __getitem__(self, key: slice) -> "_Table":
        return _Table(self.rows[key])

    def __iter__(self) -> Any:  # noqa: ANN401 - for `sum`
        return iter(self.rows)

    def to_numpy(self, dtype: type) -> Any:  # noqa: ANN401 - an array
        return np.array(self.rows, dtype=dtype)


def test_a_data_frame_is_recorded_row_by_row_with_its_columns(place: Place) -> None:
    """So that the row can be built again by name."""
    with place.open() as guard:
        assert _estimator(guard).predict(_Table([[1, 2], [3, 4]])) == [3, 7]

    assert place.contents()[1].fields["input"].value == (
        b'{"$frame":{"columns":["a","b"],"dtypes":["int64","int64"],"values":[[3,4]]}}'
    )


def test_an_answer_with_another_number_of_rows_is_refused(place: Place) -> None:
    """Nobody knows then whose answer is whose."""
    with place.open() as guard:
        with pytest.raises(VerificationError) as caught:
            _estimator(guard).decide_many([[1], [2]], method="short")
        with pytest.raises(VerificationError) as single:
            _estimator(guard).predict(5)
        with pytest.raises(MalformedError) as cases:
            _estimator(guard).decide_many([[1]], cases=["a", "b"])

    assert [one.value.code for one in (caught, single, cases)] == [
        "guard.batch", "guard.batch", "guard.cases",
    ]  # fmt: skip
    assert [one.kind for one in place.records()] == [Kind.REFUSAL] * 3


def test_a_batch_counts_each_row_against_the_limits(tmp_path: Path) -> None:
    """All rows are decided, or none."""
    place = Place(tmp_path, grant(minimum_binding="declared", constraints=("volume:3",)))
    with place.open() as guard:
        model = _estimator(guard)
        model.predict([[1], [2]])
        with pytest.raises(VerificationError) as caught:
            model.predict([[1], [2]])

    assert caught.value.code == "guard.volume-exceeded"
    assert len(place.records()) == 3
