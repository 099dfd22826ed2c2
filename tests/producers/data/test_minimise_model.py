"""Which columns a model really uses, read off its file and never by running it."""

import contextlib
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import SunlitError
from sunlit.producers.data.minimise_model import model_columns
from sunlit.producers.data.minimise_onnx import onnx_inputs

EXAMPLE = Path(__file__).parents[3] / "examples" / "benefits-outreach" / "model.txt"
RNG = np.random.default_rng(1)
ROWS = RNG.random((200, 3))
LABELS = (ROWS[:, 0] + ROWS[:, 2] > 1).astype(int)


def test_the_example_s_model_uses_thirteen_columns() -> None:
    """All that it was given; neither sex nor race is among them."""
    found = model_columns(EXAMPLE)

    assert found.kind == "LightGBM"
    assert len(found.used) == 13
    assert not {"SEX", "RAC1P", "PUBCOV"} & set(found.used)
    assert found.ignored == ()


def test_a_feature_without_a_split_is_not_used(tmp_path: Path) -> None:
    """LightGBM's own file of a model with a column that never changes."""
    lightgbm = pytest.importorskip("lightgbm")
    rows = ROWS.copy()
    rows[:, 1] = 7
    data = lightgbm.Dataset(rows, LABELS, feature_name=["age", "town code", "grade"])
    model = lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, data, 5)
    model.save_model(str(tmp_path / "model.txt"))

    found = model_columns(tmp_path / "model.txt")

    assert set(found.used) == {"age", "grade"}
    assert found.ignored == ("town_code",)


@pytest.mark.parametrize("booster", ["gbtree", "dart", "gblinear"])
def test_xgboost_s_json_tells_the_same(tmp_path: Path, booster: str) -> None:
    """Trees by their splits, the linear booster by weights that are not zero."""
    xgboost = pytest.importorskip("xgboost")
    rows = ROWS.copy()
    rows[:, 1] = 0
    data = xgboost.DMatrix(rows, LABELS, feature_names=["age", "town", "grade"])
    settings = {"booster": booster, "objective": "binary:logistic", "nthread": 1}
    if booster == "gblinear":
        settings["updater"] = "coord_descent"
    xgboost.train(settings, data, 4).save_model(tmp_path / "model.json")

    found = model_columns(tmp_path / "model.json")

    assert found.kind == "XGBoost"
    assert set(found.used) == {"age", "grade"}
    assert found.ignored == ("town",)


def test_onnx_s_inputs_are_read_off_its_bytes(tmp_path: Path) -> None:
    """A pipeline that scikit-learn exported with one input a column."""
    onnx = pytest.importorskip("onnx")
    make, kind = onnx.helper, onnx.TensorProto.FLOAT
    inputs = [make.make_tensor_value_info(it, kind, [None, 1]) for it in ("age", "town", "grade")]
    fixed = make.make_tensor("weights", kind, [2, 1], [0.5, 0.5])
    inner = make.make_graph(
        [make.make_node("Identity", ["grade"], ["out"])], "inner", [],
        [make.make_tensor_value_info("out", kind, [None, 1])],
    )  # fmt: skip
    nodes = [
        make.make_node("Cast", ["age"], ["flag"], to=onnx.TensorProto.BOOL),
        make.make_node("If", ["flag"], ["answer"], then_branch=inner, else_branch=inner),
    ]
    weights = make.make_tensor_value_info("weights", kind, [2, 1])
    graph = make.make_graph(
        nodes, "graph", [*inputs, weights],
        [make.make_tensor_value_info("answer", kind, [None, 1])], [fixed],
    )  # fmt: skip
    onnx.save(make.make_model(graph), tmp_path / "model.onnx")

    found = model_columns(tmp_path / "model.onnx")

    assert found.used == ("age", "grade")
    assert found.ignored == ("town",)


def _text(value: str) -> dict[str, Any]:
    return {"__class__": "str", "__loader__": "JsonNode", "content": json.dumps(value),
            "is_json": True}  # fmt: skip


def skops(path: Path, schema: object) -> Path:
    """Write an archive as skops does: the schema, as skops 0.13 wrote a pipeline's."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    return path


def test_skops_names_what_the_estimator_was_fitted_with(tmp_path: Path) -> None:
    """The outermost names count, not those of a part that saw others."""
    names = {"__class__": "ndarray", "type": "json", "content": [_text("age"), _text("town")],
             "shape": {"content": [{"content": "2", "is_json": True}]}}  # fmt: skip
    inner = {"content": {"content": {"feature_names_in_": {"content": [_text("age_scaled")]}}}}
    schema = {"__class__": "Pipeline",
              "content": {"content": {"feature_names_in_": names, "steps": [inner]}}}  # fmt: skip

    found = model_columns(skops(tmp_path / "model.skops", schema))

    assert (found.kind, found.used) == ("skops", ("age", "town"))


LIGHTGBM = "tree\nversion=v4\nfeature_names={}\n\nTree=0\nsplit_feature={}\n"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("m.txt", LIGHTGBM.format("Column_0 Column_1", "0"), "minimise.no-names"),
        ("m.txt", LIGHTGBM.format("", ""), "minimise.no-names"),
        ("m.txt", LIGHTGBM.format("a b", "2"), "minimise.bad-model"),
        ("m.txt", LIGHTGBM.format("a b", "-1"), "minimise.bad-model"),
        ("m.txt", LIGHTGBM.format("a b", "9999999999"), "minimise.bad-model"),
        ("m.json", "{", "minimise.bad-model"),
        ("m.json", "{}", "minimise.bad-model"),
        ("m.json", "[" * 100, "minimise.unknown-model"),
        ("m.json", "{" + '"a":[' * 100_000, "minimise.bad-model"),
        ("m.onnx", "x", "minimise.bad-model"),
        ("m.onnx", "", "minimise.bad-model"),
        ("m.pkl", "\x80\x04", "minimise.unknown-model"),
        ("m.skops", "PK\x03\x04 and no more", "minimise.unknown-model"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, name: str, content: str, code: str) -> None:
    """In words, with the other ways to name the columns; a pickle is never opened."""
    (tmp_path / name).write_bytes(content.encode("latin-1"))

    with pytest.raises(SunlitError) as caught:
        model_columns(tmp_path / name)

    assert caught.value.code == code
    assert "--used" in (caught.value.mend or "")


@pytest.mark.parametrize(
    "learner",
    [
        {"feature_names": [], "gradient_booster": {"model": {"trees": []}}},
        {"feature_names": [1, 2], "gradient_booster": {"model": {"trees": []}}},
        {"feature_names": ["a"], "gradient_booster": {"model": {"trees": [{"split_indices": []}]}}},
        {"feature_names": ["a"], "gradient_booster": []},
    ],
)
def test_json_of_another_shape_is_no_model(tmp_path: Path, learner: object) -> None:
    """Whatever stands where."""
    (tmp_path / "m.json").write_text(json.dumps({"learner": learner}))

    with pytest.raises(SunlitError) as caught:
        model_columns(tmp_path / "m.json")

    assert caught.value.code in {"minimise.bad-model", "minimise.no-names"}


@pytest.mark.parametrize("schema", [{}, [], {"a": [{"b": "c"}]}])
def test_a_skops_file_without_names_says_so(tmp_path: Path, schema: object) -> None:
    """It was fitted without column names."""
    with pytest.raises(SunlitError) as caught:
        model_columns(skops(tmp_path / "m.skops", schema))

    assert caught.value.code == "minimise.no-names"


def test_an_archive_of_something_else_is_no_skops(tmp_path: Path) -> None:
    """Keras and PyTorch write archives too."""
    with zipfile.ZipFile(tmp_path / "m.pt", "w") as archive:
        archive.writestr("data.pkl", b"\x80\x04")

    with pytest.raises(SunlitError) as caught:
        model_columns(tmp_path / "m.pt")

    assert caught.value.code == "minimise.unknown-model"


def test_a_model_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    """Nobody could find out."""
    with pytest.raises(SunlitError) as caught:
        model_columns(tmp_path / "none")

    assert caught.value.code == "minimise.unreadable"


def test_an_onnx_model_of_one_matrix_names_no_columns(tmp_path: Path) -> None:
    """`float_input` is none of the data's."""
    value = b"\x0a\x0bfloat_input"
    graph = b"\x5a" + bytes([len(value)]) + value
    (tmp_path / "m.onnx").write_bytes(b"\x08\x08\x3a" + bytes([len(graph)]) + graph)

    with pytest.raises(SunlitError) as caught:
        model_columns(tmp_path / "m.onnx")

    assert caught.value.code == "minimise.no-names"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """As ONNX: inputs, or one kind of error."""
    try:
        found = onnx_inputs(data)
    except ValueError:
        return
    assert isinstance(found, list)


@pytest.mark.parametrize(
    "data",
    [b"\x3a\x05abc", b"\x80", b"\xff" * 11, b"\x0b", b"\x09abc", b"\x3a\x02\x0a\x7f"],
    ids=["cut short", "half a number", "a long number", "a group", "half a field", "inner"],
)
def test_bytes_that_are_no_protobuf_are_refused(data: bytes) -> None:
    """Wherever they break off."""
    with pytest.raises(ValueError, match=r"^$"):
        onnx_inputs(data)


def test_graphs_within_graphs_end_somewhere() -> None:
    """Depth is bounded, so that no file costs a stack."""
    graph = b""
    for _ in range(12):
        attribute = b"\x32" + _size(graph) + graph
        node = b"\x2a" + _size(attribute) + attribute
        graph = b"\x0a" + _size(node) + node

    with pytest.raises(ValueError, match=r"^$"):
        onnx_inputs(b"\x3a" + _size(graph) + graph)


def _size(data: bytes) -> bytes:
    size, out = len(data), b""
    while size > 0x7F:
        out, size = out + bytes([size & 0x7F | 0x80]), size >> 7
    return out + bytes([size])


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@given(place=st.integers(0, 400), byte=st.integers(0, 255), cut=st.integers(0, 400))
def test_a_changed_archive_is_read_or_refused(
    packing: int, place: int, byte: int, cut: int
) -> None:
    """Whatever its packer says of the change: an answer in words, never its own error."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        archive.writestr("schema.json", json.dumps({"content": ["a", "b", "c"] * 20}))
    content = bytearray(made.getvalue())
    content[place % len(content)] = byte
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.skops"
        path.write_bytes(b"PK\x03\x04" + content[4 : max(5, len(content) - cut % 40)])
        with contextlib.suppress(SunlitError):
            assert model_columns(path).kind == "skops"
