"""Replay: the same release and the opened input give the same output, for real runtimes."""

import json
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
import onnxruntime
import pytest
import xgboost
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.cli.replay import command
from sunlit.decision.content import JSON, Content, Field
from sunlit.decision.ports import Draft
from sunlit.decision.record import Binding, Kind, Pointer, Record, State
from sunlit.decision.recorder import Pace
from sunlit.decision.store import DecisionStore
from sunlit.guard.replay import Replay, lines, replay, runtime_of
from sunlit.guard.replay_compare import EXACT, RUNTIMES, Outcome, compare
from sunlit.guard.replay_loader import called, loaded, loader_named
from sunlit.guard.rows import row
from sunlit.guard.serial import dumps, to_bytes
from sunlit.statement.manifest import read_manifest
from sunlit.testing.clock import SetClock
from tests.decision.making import AT

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "benefits-outreach" / "model.txt"
RNG: Final = np.random.default_rng(11)
ROWS: Final = RNG.normal(size=(300, 4))
YES: Final = (ROWS[:, 0] + ROWS[:, 1] > 0).astype(int)
Model = Any


class Estimate:
    """The demo's model as a service wraps it: a person in, an estimate out."""

    def __init__(self, path: Path) -> None:
        self._booster = lightgbm.Booster(model_file=str(path))

    def __call__(self, person: dict[str, float]) -> dict[str, object]:
        """Return the estimate, and whether a letter goes out."""
        row_ = np.array([[person[name] for name in self._booster.feature_name()]])
        estimate = float(self._booster.predict(row_)[0])
        return {"estimate": estimate, "letter": estimate < 0.6}


def recorded(inputs: object, output: object, **more: Any) -> tuple[Record, Content]:  # noqa: ANN401
    """Return a decision as a guard records it."""
    values = {"input": to_bytes(inputs), "output": to_bytes(output)}
    if "details" in more:
        values["details"] = (JSON, dumps(more.pop("details")))
    content = Content.of(values)
    fields: dict[str, Any] = {
        "kind": Kind.DECISION, "id": "ab" * 16, "time": AT, "commit": content.commitments(),
        "token": "12" * 32, "release": "cd" * 32, "use": "outreach", "deployer": "city.example",
        "binding": Binding.FILES_VERIFIED, "oversight": "none", "state": State.RELEASED, **more,
    }  # fmt: skip
    return Record(**fields), content


def again(inputs: object, output: object, model: Model, **more: Any) -> Replay:  # noqa: ANN401
    """Record a decision and replay it with a model."""
    runtime = more.pop("runtime", None)
    record, content = recorded(inputs, output, **more)
    return replay(record, content, model, release="cd" * 32, runtime=runtime)


@given(st.lists(st.floats(0, 1e5), min_size=13, max_size=13))
def test_the_demos_lightgbm_answers_the_same_bit_for_bit(values: list[float]) -> None:
    """Loaded twice from the same text file, on any person."""
    names = lightgbm.Booster(model_file=str(EXAMPLE)).feature_name()
    person = dict(zip(names, values, strict=True))

    found = again(person, Estimate(EXAMPLE)(person), Estimate(EXAMPLE))

    assert found.outcome is Outcome.EQUAL
    assert found.exit_code == 0
    assert found.recorded == found.replayed


def xgboost_at(folder: Path) -> Callable[[], Model]:
    """Save an XGBoost as JSON and return its loader."""
    path = folder / "model.json"
    xgboost.train(
        {"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(ROWS, YES), 20
    ).save_model(str(path))

    def load() -> Model:
        booster = xgboost.Booster(model_file=str(path))
        return lambda rows: booster.predict(xgboost.DMatrix(rows))

    return load


def onnx_at(folder: Path) -> Callable[[], Model]:
    """Save a real ONNX model and return its loader."""
    path = folder / "model.onnx"
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, YES)
    options = {LogisticRegression: {"zipmap": False}}
    path.write_bytes(
        to_onnx(fitted, ROWS[:1].astype(np.float32), options=options).SerializeToString()
    )

    def load() -> Model:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return lambda rows: session.run(None, {name: rows.astype(np.float32)})[1]

    return load


def sklearn_at(folder: Path) -> Callable[[], Model]:
    """Fit the same scikit-learn pipeline whenever it is asked for."""
    del folder
    return lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, YES)


@pytest.mark.parametrize("make", [xgboost_at, onnx_at, sklearn_at])
def test_other_runtimes_answer_the_same_too(
    make: Callable[[Path], Callable[[], Model]], tmp_path: Path
) -> None:
    """Arrays come out of the record as arrays: the type, the shape, every double."""
    load = make(tmp_path)
    first = load()

    for at in range(20):
        output = called(first, ROWS[at : at + 1])
        found = again(ROWS[at : at + 1], output, load())

        assert found.outcome is Outcome.EQUAL


@pytest.mark.parametrize("method", ["predict_proba", "predict"])
def test_rows_of_a_batch_are_asked_for_as_a_table(method: str) -> None:
    """A guard records a batch row by row; the estimator wants a table again."""
    model = sklearn_at(Path())()
    output = getattr(model, method)(ROWS)

    for at in range(10):
        found = again(
            row(ROWS, at), row(output, at), model, details={"method": method, "batch": True}
        )

        assert found.outcome in {Outcome.EQUAL, Outcome.WITHIN}
        assert found.exit_code == 0


def test_a_batch_of_plain_values_is_one_too() -> None:
    """A function of a list gets a list of one."""
    found = again({"a": 2.0}, 4.0, lambda rows: [one["a"] * 2 for one in rows],
                  details={"batch": True})  # fmt: skip

    assert found.outcome is Outcome.EQUAL


def test_a_difference_within_the_tolerance_is_told_with_its_size() -> None:
    """It holds, and the largest difference is there to see."""
    found = again({}, [1.0, 2.0], lambda _: [1.0 + 1e-10, 2.0], runtime=RUNTIMES["sklearn"])

    assert found.outcome is Outcome.WITHIN
    assert found.exit_code == 0
    assert found.numbers == 2
    assert found.absolute == found.relative == pytest.approx(1e-10, rel=1e-3)
    assert found.where is None


@pytest.mark.parametrize(
    ("recorded_", "replayed", "where"),
    [
        ([1.0, 2.0], [1.0, 2.1], "/1"),
        ({"a/b": {"~": 1.0}}, {"a/b": {"~": 2.0}}, "/a~1b/~0"),
        ({"letter": True, "p": 0.5}, {"letter": False, "p": 0.5}, "/letter"),
        ("yes", "no", "the whole output"),
        ([1.0], [1.0, 1.0], "the whole output"),
        ({"a": 1.0}, {"b": 1.0}, "the whole output"),
        (1, 1.0, "the whole output"),
        (1.0, math.nan, "the whole output"),
        (0.0, 0.1, "the whole output"),
        (b"\x01", b"\x02", "the whole output"),
        (b"\x01", "text", "the whole output"),
    ],
)
def test_what_differs_is_named(recorded_: object, replayed: object, where: str) -> None:
    """A label, a row more, another type: no tolerance makes them the same."""
    found = again({}, recorded_, lambda _: replayed, runtime=RUNTIMES["onnxruntime"])

    assert found.outcome is Outcome.DIFFERS
    assert found.exit_code == 1
    assert lines(found)["First place"] == where
    assert "NOT" in lines(found)["Replay"]
    json.dumps(found.to_json(), allow_nan=False)


@given(st.floats(-1e9, 1e9), st.floats(0, 1e-3), st.sampled_from(sorted(RUNTIMES)))
def test_the_tolerance_is_the_line(value: float, off: float, name: str) -> None:
    """On either side of it, for every runtime."""
    runtime = RUNTIMES[name]
    other = value + off * max(1.0, abs(value))
    expected = abs(value - other) <= runtime.absolute + runtime.relative * abs(value)

    found = compare(Field(*to_bytes(value), b""), Field(*to_bytes(other), b""), runtime)

    assert (found.outcome is not Outcome.DIFFERS) == (expected or value == other)


def test_without_a_known_runtime_there_is_no_tolerance() -> None:
    """Bit for bit or not at all; a known class finds its own."""
    assert again({}, 1.0, lambda _: 1.0 + 1e-15).outcome is Outcome.DIFFERS
    assert runtime_of(lambda _: 1) is EXACT
    assert runtime_of(sklearn_at(Path())()) is RUNTIMES["sklearn"]
    assert runtime_of(lightgbm.Booster(model_file=str(EXAMPLE))) is RUNTIMES["lightgbm"]


def test_malformed_json_in_a_record_only_differs() -> None:
    """A proxy's body may be anything."""
    found = compare(Field(JSON, b"{", b""), Field(JSON, b"{}", b""), EXACT)

    assert found.outcome is Outcome.DIFFERS


def test_other_files_prove_nothing() -> None:
    """The release is compared before anything is run."""
    record, content = recorded({}, 1.0)

    with pytest.raises(VerificationError) as caught:
        replay(record, content, lambda _: 1.0, release="ef" * 32)

    assert caught.value.code == "replay.other-release"


def test_only_decisions_are_replayed() -> None:
    """An outcome is what a human did."""
    record, content = recorded({}, 1.0)
    pointer = Pointer(log="log", index=0, leaf="ab" * 32)

    with pytest.raises(VerificationError) as caught:
        replay(replace(record, kind=Kind.OUTCOME, of=pointer), content, None, release="cd" * 32)

    assert caught.value.code == "replay.not-a-decision"


def test_content_that_was_not_committed_to_is_refused() -> None:
    """Else anybody's input could be shown to lead to anything."""
    record, _ = recorded({}, 1.0)
    _, other = recorded({}, 1.0)

    with pytest.raises(VerificationError) as caught:
        replay(record, other, lambda _: 1.0, release="cd" * 32)

    assert caught.value.code == "content.opening"


def test_a_field_that_is_closed_cannot_be_replayed() -> None:
    """It could not be found out: neither the same nor different."""
    record, content = recorded({}, 1.0)

    with pytest.raises(UnavailableError) as caught:
        replay(record, content.only(["input"]), lambda _: 1.0, release="cd" * 32)

    assert caught.value.code == "replay.no-content"


def fail(error: Exception) -> Callable[[object], object]:
    """Return a model that raises."""

    def model(_: object) -> object:
        raise error

    return model


@pytest.mark.parametrize(
    "model",
    [
        fail(ValueError("secret")), fail(KeyError("secret")), object(),
        fail(lightgbm.basic.LightGBMError("secret")),
    ],
    ids=["value", "key", "no-function", "lightgbm"],
)  # fmt: skip
def test_a_model_that_fails_is_told_in_words(model: Model) -> None:
    """Without its message, which may quote the input."""
    with pytest.raises(UnavailableError) as caught:
        again({}, 1.0, model)

    assert caught.value.code == "replay.failed"
    assert "secret" not in str(caught.value)


def test_onnxruntimes_own_errors_are_known(tmp_path: Path) -> None:
    """They have no common ancestor but Exception."""
    (tmp_path / "model.onnx").write_bytes(b"not a model")

    with pytest.raises(UnavailableError) as caught:
        loaded(lambda path: onnxruntime.InferenceSession(str(path / "model.onnx")), tmp_path)

    assert caught.value.code == "replay.failed"


@pytest.mark.parametrize("text", ["no_such_module_x:load", "json", "json:nothing", "sys:path", ""])
def test_a_loader_is_a_function_that_can_be_imported(text: str) -> None:
    """Anything else is wrong usage."""
    with pytest.raises(MalformedError) as caught:
        loader_named(text)

    assert caught.value.code == "replay.loader"


# --- the command ------------------------------------------------------------------------------

SERVICE: Final = """\
from tests.guard.test_replay import Estimate
def load(path):
    return Estimate(path / "model.txt")
def other(path):
    return lambda person: {"estimate": 0.25, "letter": True}
"""
ORIGIN: Final = "decisions.example/1"
PERSON: Final = dict.fromkeys(lightgbm.Booster(model_file=str(EXAMPLE)).feature_name(), 1.0)


@pytest.fixture(name="where")
def a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a store with one decision, the model's files, and the operator's loader."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "my_service_.py").write_text(SERVICE)
    monkeypatch.delitem(sys.modules, "my_service_", raising=False)
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.txt").write_bytes(EXAMPLE.read_bytes())
    store = DecisionStore.create(tmp_path / "store", organisation="city.example", use="outreach")
    store.add_log(ORIGIN).keep_registration(b"{}", b"proof")
    record, content = recorded(
        PERSON, Estimate(EXAMPLE)(PERSON), release=read_manifest(tmp_path / "model").digest
    )
    writer = store.writer(SetClock(AT), pace=Pace(checkpoint_seconds=None, reserve_bytes=0))
    writer.append([Draft.of(record, content)])
    writer.close()
    return tmp_path


def run(where: Path, loader: str = "my_service_:load", *more: str) -> Result:
    """Run the command on the one decision."""
    return CliRunner().invoke(
        command,
        ["ab" * 16, "--store", str(where / "store"), "--model", str(where / "model"),
         "--loader", loader, *more],
    )  # fmt: skip


def test_the_command_shows_that_it_is_the_same(where: Path) -> None:
    """In words, with exit code 0."""
    found = run(where)

    assert found.exit_code == 0, found.output
    assert "bit for bit" in found.output


def test_the_access_is_recorded_before_the_content_is_used(where: Path) -> None:
    """The loader's code sees what a person said: who looked, and why, stands in the log."""
    run(where, "my_service_:load", "--role", "appeals office")

    records = [one for _, one, _ in DecisionStore.open(where / "store").records(ORIGIN)]
    assert [one.kind for one in records] == [Kind.DECISION, Kind.ACCESS]
    assert records[1].role == "appeals office"
    assert records[1].of is not None


def test_the_command_prints_a_document(where: Path) -> None:
    """With digests in place of values."""
    found = run(where, "my_service_:load", "--json", "--runtime", "lightgbm")

    document = json.loads(found.stdout)
    assert document["outcome"] == "equal"
    assert document["runtime"] == "lightgbm"
    assert document["recorded"] == document["replayed"]
    assert document["recorded"]["sha256"] == (
        sha256(to_bytes(Estimate(EXAMPLE)(PERSON))[1]).hexdigest()
    )


def test_another_answer_is_exit_code_1(where: Path) -> None:
    """With the place and the size."""
    found = run(where, "my_service_:other")

    assert found.exit_code == 1
    assert "NOT the recorded one" in found.output
    assert "/estimate" in found.output


def test_one_byte_of_the_model_is_another_release(where: Path) -> None:
    """And its code is not run."""
    with (where / "model" / "model.txt").open("ab") as file:
        file.write(b"\n")

    found = run(where, "no_such_module_x:load")

    assert isinstance(found.exception, SunlitError)
    assert found.exception.code == "replay.other-release"
    assert found.exception.exit_code == 1
    assert len(list(DecisionStore.open(where / "store").records(ORIGIN))) == 1


def test_an_erased_decision_cannot_be_replayed(where: Path) -> None:
    """Exit code 3: nobody can find out any more."""
    store = DecisionStore.open(where / "store")
    ((_, _, leaf),) = store.records(ORIGIN)
    store.erase(Pointer(log=ORIGIN, index=0, leaf=sha256(b"\x00" + leaf).hexdigest()))

    found = run(where)

    assert isinstance(found.exception, SunlitError)
    assert found.exception.exit_code == 3
