"""Load a model for a replay, by the operator's own function, and call it.

Loading runs code that the operator names, as whoever runs the command: nothing here makes that
safe, and nobody should name code that came with a bundle. What Sunlit checks is only that the
files are those of the release.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.guard.explain.library import Model, errors_of

LOADER: Final = "replay.loader"
# What loading or running a model raises when it cannot; libraries' own come on top.
_KNOWN: Final = (
    ArithmeticError, AttributeError, ImportError, LookupError, MemoryError, OSError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
_OWN: Final = (
    ("lightgbm.basic", "LightGBMError"),
    *(
        ("onnxruntime.capi.onnxruntime_pybind11_state", name)
        for name in (
            "EPFail", "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoSuchFile",
            "NotImplemented", "RuntimeException",
        )
    ),
)  # fmt: skip


def loader_named(text: str, folder: Path | None = None) -> Callable[[Path], Model]:
    """Return the function that `module:function` names; modules are also looked for in `folder`.

    Raises:
        MalformedError: `replay.loader`.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime from 1.29 reports home otherwise
    module, _, name = text.partition(":")
    if folder is not None and str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found = getattr(import_module(module), name)
    except (*_KNOWN, SyntaxError) as error:
        raise MalformedError(
            LOADER, "the loader cannot be imported", expected="module:function",
            got=type(error).__name__, mend="run the command where the module can be imported",
        ) from error  # fmt: skip
    if not callable(found):
        raise MalformedError(LOADER, "the loader is no function", expected="module:function")
    loader: Callable[[Path], Model] = found
    return loader


def loaded(loader: Callable[[Path], Model], path: Path) -> Model:
    """Load the model from its files.

    Raises:
        UnavailableError: `replay.failed`.
    """
    return _asked(lambda: loader(path), "the loader could not load the model")


def called(model: Model, inputs: object, method: str | None = None) -> object:
    """Run the model once, by a method if one is named; one that is not callable must `predict`.

    Raises:
        UnavailableError: `replay.failed`.
    """

    def call() -> object:
        answers = (
            model if method is None and callable(model) else getattr(model, method or "predict")
        )
        return answers(inputs)

    return _asked(call, "the model failed on the recorded input")


def _asked(act: Callable[[], object], what: str) -> Model:
    known: tuple[type[Exception], ...] = (*_KNOWN, *_own())
    try:
        return act()
    except known as error:
        # Its message may quote the input: only the kind of error is told.
        raise UnavailableError(
            "replay.failed", what, got=type(error).__name__,
            mend="load and call the model as the service did, with the same libraries",
        ) from error  # fmt: skip


def _own() -> tuple[type[Exception], ...]:
    return tuple(one for module, name in _OWN for one in errors_of(module, name))
