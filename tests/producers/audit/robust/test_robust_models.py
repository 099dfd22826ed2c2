"""Models are opened by their bytes: LightGBM's text, ONNX, a function; never a pickle."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from sunlit.base.errors import SunlitError
from sunlit.producers.audit.robust import models as opening
from sunlit.producers.audit.robust.answers import answered
from sunlit.producers.audit.robust.models import open_function, open_model
from tests.architecture.project import ROOT
from tests.producers.audit.robust import onnx_made

LIGHTGBM = ROOT / "examples" / "benefits-outreach" / "model.txt"


def onnx(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(data)
    return path


def test_lightgbm_names_its_columns_and_scores() -> None:
    """And refuses a batch that lacks one."""
    model = open_model(LIGHTGBM)
    batch = {name: np.array([1.0, 2.0]) for name in model.features}

    found = answered(model, batch)

    assert "AGEP" in model.features
    assert found is not None
    assert found.scores is not None
    assert answered(model, {"AGEP": np.array([1.0])}) is None


def test_onnx_takes_one_matrix(tmp_path: Path) -> None:
    """In the order of the columns it is given."""
    model = open_model(onnx(tmp_path, onnx_made.matrix_model()))

    found = answered(model, {"a": np.array([0.1, 1]), "b": np.array([0.2, 1])})

    assert model.features == ()
    assert found is not None
    assert list(found.labels) == ["0", "1"]


def test_onnx_takes_an_input_a_column(tmp_path: Path) -> None:
    """Labels with the probabilities that follow them."""
    model = open_model(onnx(tmp_path, onnx_made.columns_model()))

    found = answered(model, {"income": np.array([9.0, 1.0]), "age": np.array([5.0, 7.0])})

    assert model.features == ("income", "age")
    assert found is not None
    assert list(found.labels) == ["0", "1"]
    assert found.scores is not None
    assert list(found.scores) == [5, 7]


def test_onnx_takes_texts_and_images(tmp_path: Path) -> None:
    """Also grey ones, as bytes, with the channel last."""
    texts = open_model(onnx(tmp_path, onnx_made.text_model()))
    images = open_model(onnx(tmp_path, onnx_made.grey_bytes_model()))

    read = answered(texts, ["one", "two"])
    seen = answered(images, [np.full((4, 4, 3), 200, np.uint8)], 100)

    assert read is not None
    assert list(read.labels) == ["one", "two"]
    assert seen is not None
    assert list(seen.labels) == ["1"]


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    """It is refused by its bytes, with what to do instead."""
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"a": 1}))

    with pytest.raises(SunlitError) as caught:
        open_model(path)

    assert caught.value.code == "robust.unknown-model"
    assert "--callable" in str(caught.value.mend)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("model.txt", b"tree\nversion=v4\nnonsense", "robust.bad-model"),
        ("model.txt", b"tree\n\xff", "robust.bad-model"),
        ("model.onnx", b"nothing", "robust.bad-model"),
        ("gone.onnx", None, "audit.unreadable"),
    ],
)
def test_what_is_no_model_is_refused(
    tmp_path: Path, name: str, data: bytes | None, code: str
) -> None:
    """Whatever its name says."""
    if data is not None:
        (tmp_path / name).write_bytes(data)

    with pytest.raises(SunlitError) as caught:
        open_model(tmp_path / name)

    assert caught.value.code == code


def test_a_function_is_named_by_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And known by the digest of the file that holds it."""
    (tmp_path / "answers_here.py").write_text("def one(batch):\n    return [1] * len(batch)\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    model = open_function("answers_here:one")

    assert model.name == "answers_here:one"
    assert model.digest is not None
    assert model(["a", "b"]) == [1, 1]


def test_a_function_is_named_by_its_file(tmp_path: Path) -> None:
    """As `sunlit audit redteam` takes it, and as the demo names its own."""
    file = tmp_path / "answers_in_a_file.py"
    file.write_text("def one(batch):\n    return [1] * len(batch)\n")

    assert open_function(f"{file}:one").digest is not None


@pytest.mark.parametrize("named", ["json", "json:", "json:gone", "nowhere_at_all:x", "json:codecs"])
def test_what_is_no_function_is_refused(named: str) -> None:
    """In words, before anything is asked."""
    if named == "json:codecs":
        named = "json.decoder:FLAGS"
    with pytest.raises(SunlitError) as caught:
        open_function(named)

    assert caught.value.code == "robust.bad-callable"


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that brings it."""
    monkeypatch.setattr(opening, "find_spec", lambda _name: None)

    with pytest.raises(SunlitError) as caught:
        open_model(LIGHTGBM)

    assert caught.value.code == "robust.needs"
    assert "pip install" in str(caught.value.mend)
