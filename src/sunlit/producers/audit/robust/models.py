"""Models that can be asked: LightGBM's text, ONNX, or a function of one's own. Never a pickle."""

import importlib
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.own_code import find_function
from sunlit.producers.audit.robust.answers import (
    REFUSALS,
    Answers,
    Array,
    Batch,
    Columns,
    Model,
    as_labels,
)
from sunlit.producers.quiet import silence

MAX_MODEL: Final = 2_000_000_000  # bytes
MEND: Final = "write a function that answers, and name it: --callable MODULE:FUNCTION"


def open_model(path: Path) -> Model:
    """Open a model's file: LightGBM's text format or ONNX.

    Raises:
        MalformedError: `robust.unknown-model`, `robust.bad-model`.
        UnavailableError: `audit.unreadable`, `robust.needs`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MODEL + 1)
    except OSError as error:
        raise UnavailableError(
            "audit.unreadable", f"cannot read {path.name!r}", got=error.strerror
        ) from error
    if data.split(b"\n", 1)[0].strip() == b"tree":
        return LightGbm(path.name, data)
    if path.suffix.lower() == ".onnx":
        return Onnx(path.name, data)
    raise MalformedError(
        "robust.unknown-model", f"{path.name!r} is a model that is not opened here",
        expected="LightGBM's text format or ONNX; a pickle is never loaded", mend=MEND,
    )  # fmt: skip


class LightGbm:
    """A LightGBM model in its text format."""

    def __init__(self, name: str, data: bytes) -> None:
        lightgbm = _module("lightgbm", "pip install lightgbm")
        self.name, self.digest = name, sha256(data).hexdigest()
        self.errors: tuple[type[Exception], ...] = (lightgbm.basic.LightGBMError, *REFUSALS)
        try:
            self._model = lightgbm.Booster(model_str=data.decode("utf-8"))
        except self.errors as error:
            raise _bad(name, "LightGBM's text format") from error
        self.features = tuple(self._model.feature_name())

    def __call__(self, batch: Batch) -> object:
        """Return scores."""
        return self._model.predict(_matrix(batch, self.features, np.float64))


class Onnx:
    """An ONNX model: columns as one matrix or one input each, texts, or images."""

    def __init__(self, name: str, data: bytes) -> None:
        silence()  # it reports home otherwise
        runtime = _module("onnxruntime", "pip install onnxruntime")
        state = runtime.capi.onnxruntime_pybind11_state
        kinds = (state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf,
                 state.NotImplemented, state.RuntimeException)  # fmt: skip
        self.name, self.digest = name, sha256(data).hexdigest()
        self.errors: tuple[type[Exception], ...] = (*kinds, *REFUSALS)
        options = runtime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1  # sums in one order: the same answers every time
        try:
            self._session = runtime.InferenceSession(
                data, options, providers=["CPUExecutionProvider"]
            )
        except self.errors as error:
            raise _bad(name, "ONNX") from error
        self._inputs = self._session.get_inputs()
        names = tuple(str(one.name) for one in self._inputs)
        self.features = names if len(names) > 1 else ()

    def __call__(self, batch: Batch) -> object:
        """Return labels with scores, or whatever the first output holds."""
        return _read(self._session.run(None, self._feed(batch)))

    def _feed(self, batch: Batch) -> dict[str, Array]:
        if not isinstance(batch, Mapping):
            (only,) = self._inputs
            return {
                only.name: _texts(only, batch) if "string" in only.type else _images(only, batch)
            }
        columns = cast("Columns", batch)
        if len(self._inputs) == 1:
            only = self._inputs[0]
            return {only.name: _matrix(columns, tuple(columns), _dtype(only.type))}
        return {one.name: _column(one, columns[one.name]) for one in self._inputs}


def _texts(one: Any, batch: list[str]) -> Array:  # noqa: ANN401 - an input of onnxruntime
    texts = np.array(batch, dtype=object)
    return texts.reshape(-1, 1) if len(one.shape) == 2 else texts


def _images(one: Any, batch: list[Array]) -> Array:  # noqa: ANN401 - an input of onnxruntime
    """Return images as the input asks: channels first or last, resized where sizes are fixed."""
    from PIL import Image  # noqa: PLC0415 - an extra

    first = one.shape[1] in {1, 3}
    channels = one.shape[1] if first else one.shape[3]
    height, width = one.shape[2:4] if first else one.shape[1:3]
    made = []
    for image in batch:
        shown = Image.fromarray(image).convert("L" if channels == 1 else "RGB")
        if isinstance(height, int) and isinstance(width, int):
            shown = shown.resize((width, height), Image.Resampling.BILINEAR)
        pixels = np.asarray(shown).reshape(shown.height, shown.width, -1)
        made.append(pixels.transpose(2, 0, 1) if first else pixels)
    stacked = np.stack(made)
    return stacked if "uint8" in one.type else (stacked / 255).astype(_dtype(one.type))


def _column(one: Any, values: Array) -> Array:  # noqa: ANN401 - an input of onnxruntime
    if "string" in one.type:
        return np.array(["" if v is None else str(v) for v in values], object).reshape(-1, 1)
    return values.astype(_dtype(one.type)).reshape(-1, 1)


def _dtype(text: str) -> Any:  # noqa: ANN401 - a type of NumPy's
    known = {"double": np.float64, "int64": np.int64, "int32": np.int32, "float16": np.float16}
    return next((kind for name, kind in known.items() if name in text), np.float32)


def _read(outputs: list[Any]) -> object:
    """Read labels and probabilities as classifiers give them, else the first output."""
    first, more = outputs[0], outputs[1] if len(outputs) > 1 else None
    if isinstance(more, list) and more and isinstance(more[0], dict):  # ZipMap
        return Answers(as_labels(first), np.array([float([*one.values()][-1]) for one in more]))
    if isinstance(more, np.ndarray) and more.ndim == 2 and len(more) == len(first):
        return Answers(as_labels(np.asarray(first).ravel()), more[:, -1].astype(np.float64))
    return first


def _matrix(batch: Batch, names: tuple[str, ...], kind: Any) -> Array:  # noqa: ANN401
    return np.column_stack([np.asarray(batch[name]).astype(kind) for name in names])


class Function:
    """A function of one's own: it is run here, with all that it imports."""

    def __init__(self, name: str, function: Callable[[Batch], object], digest: str | None) -> None:
        self.name, self.digest = name, digest
        self.features: tuple[str, ...] = ()
        self.errors: tuple[type[Exception], ...] = REFUSALS
        self._function = function

    def __call__(self, batch: Batch) -> object:
        """Return what the function returns."""
        return self._function(batch)


def open_function(named: str) -> Function:
    """Import `module:function` or `file.py:function`. This runs the module's code.

    Raises:
        MalformedError: `robust.bad-callable`.
    """
    try:
        found, module = find_function(named)
    except ValueError as error:
        raise _bad_callable("a callable is named as MODULE:FUNCTION or FILE.py:FUNCTION") from error
    except ImportError as error:
        raise _bad_callable(f"{named!r} cannot be imported: {error}") from error
    file = Path(str(getattr(module, "__file__", "")))
    digest = sha256(file.read_bytes()).hexdigest() if file.is_file() else None
    return Function(named, found, digest)


def _module(name: str, mend: str) -> Any:  # noqa: ANN401 - untyped libraries
    if find_spec(name) is None:
        raise UnavailableError(
            "robust.needs", f"this needs {name}, which is not installed", mend=mend
        )
    return importlib.import_module(name)


def _bad(name: str, expected: str) -> MalformedError:
    return MalformedError(
        "robust.bad-model", f"the model {name!r} cannot be opened", expected=expected, mend=MEND
    )


def _bad_callable(what: str) -> MalformedError:
    return MalformedError(
        "robust.bad-callable", what, expected="a function that takes a batch and returns a list"
    )
