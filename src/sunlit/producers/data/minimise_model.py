"""Which columns a model really uses, read off its file. Nothing is unpickled or run.

LightGBM's text format and XGBoost's JSON: the features that some split asks for. ONNX: the
graph's inputs that some node reads. skops: `feature_names_in_`. Other formats (pickle, joblib,
UBJSON, HDF5) are refused: their columns are named by `--used` or a pipeline's list.
"""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.zips import BROKEN_MEMBER
from sunlit.producers.data.minimise_onnx import onnx_inputs

MAX_MODEL: Final = 500_000_000  # bytes
MAX_JSON: Final = 200_000_000  # bytes
NAMELESS: Final = re.compile(r"Column_\d+|f\d+|x\d+")
MEND: Final = "name the columns with --used COLUMN, or with --pipeline FILE (a list of features)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelColumns:
    """What a model's file says: its `kind`, the columns it `used`, and inputs that it ignores."""

    kind: str
    used: tuple[str, ...]
    ignored: tuple[str, ...] = ()


def model_columns(path: Path) -> ModelColumns:
    """Return the columns that a model uses.

    Raises:
        MalformedError: `minimise.bad-model`, `minimise.no-names`, `minimise.unknown-model`.
        UnavailableError: `minimise.unreadable`.
    """
    try:
        if path.stat().st_size > MAX_MODEL:
            raise unreadable(path, f"more than {MAX_MODEL} bytes")
        with path.open("rb") as file:
            head = file.read(4096)
        found = _read(path, head)
    except OSError as error:
        raise unreadable(path, error.strerror or "an error") from error
    if not found.used and not found.ignored:
        raise _nameless(path)
    if all(NAMELESS.fullmatch(name) for name in (*found.used, *found.ignored)):
        raise _nameless(path)
    return found


def _read(path: Path, head: bytes) -> ModelColumns:
    if head.split(b"\n", 1)[0].strip() == b"tree":
        return _lightgbm(path)
    if head.startswith(b"PK\x03\x04"):
        return _skops(path)
    if head.lstrip()[:1] == b"{":
        return _xgboost(path)
    if path.suffix.lower() == ".onnx":
        return _onnx(path)
    raise MalformedError(
        "minimise.unknown-model", f"{path.name!r} is a model whose columns cannot be read safely",
        expected="LightGBM text, XGBoost JSON, ONNX or skops", mend=MEND,
    )  # fmt: skip


def _lightgbm(path: Path) -> ModelColumns:
    """Read LightGBM's text: `feature_names=` once, `split_feature=` in every tree."""
    names, used = list[str](), set[int]()
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            key, _, value = line.partition("=")
            if key == "feature_names":
                names = value.split()
            elif key == "split_feature":
                used |= set(_whole(path, value.split()))
    return _chosen("LightGBM", path, names, used)


def _xgboost(path: Path) -> ModelColumns:
    """Read XGBoost's JSON: of each tree the features of nodes that have children."""
    document = _json(path)
    try:
        learner = document["learner"]
        booster = learner["gradient_booster"]
        names = learner.get("feature_names", [])
        model = booster.get("gbtree", booster)["model"]  # dart holds its trees in a gbtree
        used = set(_of_trees(model["trees"])) if "trees" in model else _of_weights(learner, model)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise bad_model(path, "XGBoost's JSON") from error
    return _chosen("XGBoost", path, names, used)


def _of_trees(trees: Sequence[Any]) -> Iterator[int]:
    for tree in trees:
        for feature, child in zip(tree["split_indices"], tree["left_children"], strict=True):
            if child != -1:
                yield int(feature)


def _of_weights(learner: Any, model: Any) -> set[int]:  # noqa: ANN401 - JSON
    count = int(learner["learner_model_param"]["num_feature"])
    weights = [float(one) for one in model["weights"]]
    outputs = len(weights) // (count + 1)  # features x outputs, and then one bias an output
    return {at // outputs for at in range(count * outputs) if weights[at]}


def _skops(path: Path) -> ModelColumns:
    """Read `feature_names_in_` of the outermost estimator in a skops file, loading nothing."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo("schema.json")
            if info.file_size > MAX_JSON:
                raise bad_model(path, f"a schema of at most {MAX_JSON} bytes")
            schema = json.loads(archive.read(info))
    except BROKEN_MEMBER as error:
        raise MalformedError(
            "minimise.unknown-model", f"{path.name!r} is an archive, and no skops file",
            expected="LightGBM text, XGBoost JSON, ONNX or skops", mend=MEND,
        ) from error  # fmt: skip
    names = _outermost(schema)
    if names is None:
        raise _nameless(path)
    return ModelColumns(kind="skops", used=tuple(dict.fromkeys(names)))


def _outermost(schema: object) -> list[str] | None:
    """Return the first `feature_names_in_`, breadth first: an estimator before its parts."""
    level = [schema]
    for _ in range(200):
        below: list[object] = []
        for one in level:
            if isinstance(one, dict) and "feature_names_in_" in one:
                return list(_texts(one["feature_names_in_"]))
            if isinstance(one, dict | list):
                below += one.values() if isinstance(one, dict) else one
        level = below
    return None


def _texts(node: object) -> Iterator[str]:
    """Yield the texts of a list as skops writes it: JSON texts in `content`, nested."""
    if isinstance(node, dict) and node.get("is_json") and isinstance(node.get("content"), str):
        value = json.loads(node["content"])
        yield from [value] if isinstance(value, str) else []
    elif isinstance(node, dict):
        yield from _texts(node.get("content"))
    elif isinstance(node, list):
        for one in node:
            yield from _texts(one)


def _onnx(path: Path) -> ModelColumns:
    try:
        found = onnx_inputs(path.read_bytes())
    except ValueError as error:
        raise bad_model(path, "an ONNX model") from error
    if len(found) < 2:
        raise _nameless(path)
    return ModelColumns(
        kind="ONNX", used=tuple(name for name, read in found if read),
        ignored=tuple(name for name, read in found if not read),
    )  # fmt: skip


def _chosen(kind: str, path: Path, names: Sequence[object], used: set[int]) -> ModelColumns:
    texts = [one for one in names if isinstance(one, str)]
    if not texts:
        raise _nameless(path)
    if len(texts) != len(names) or any(not 0 <= at < len(texts) for at in used):
        raise bad_model(path, "features that are named")
    return ModelColumns(
        kind=kind, used=tuple(name for at, name in enumerate(texts) if at in used),
        ignored=tuple(name for at, name in enumerate(texts) if at not in used),
    )  # fmt: skip


def _whole(path: Path, texts: Sequence[str]) -> Iterator[int]:
    for text in texts:
        if not text.isascii() or not text.isdigit() or len(text) > 6:
            raise bad_model(path, "numbers of features")
        yield int(text)


def _json(path: Path) -> Any:  # noqa: ANN401
    if path.stat().st_size > MAX_JSON:
        raise unreadable(path, f"more than {MAX_JSON} bytes of JSON")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise bad_model(path, "XGBoost's JSON") from error


def bad_model(path: Path, expected: str) -> MalformedError:
    """Return the error of a model file that is not what it says."""
    return MalformedError(
        "minimise.bad-model", f"the model {path.name!r} is malformed", expected=expected, mend=MEND
    )


def unreadable(path: Path, why: str) -> UnavailableError:
    """Return the error of a file that cannot be read."""
    return UnavailableError("minimise.unreadable", f"cannot read {str(path)!r}", got=why)


def _nameless(path: Path) -> MalformedError:
    return MalformedError(
        "minimise.no-names", f"the model {path.name!r} does not name the columns it uses",
        expected="the names of the data's columns", mend=MEND,
    )  # fmt: skip
