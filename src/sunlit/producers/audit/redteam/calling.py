"""Asks a Python function of the user's own: a generator of text, or a classifier with a score.

The function gets a list of messages for a chat probe and a text for a classifier's probe; it
returns a text or a number. It runs in this process, because whoever names it asks for that.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from math import isfinite
from numbers import Real
from pathlib import Path
from types import ModuleType
from typing import cast

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.redteam.probes import Probe
from sunlit.producers.audit.redteam.target import MAX_TEXT, Answer

Function = Callable[[object], object]


class Calling:
    """A function as a target; one caller at a time is the caller's affair (one worker)."""

    kind = "callable"

    def __init__(self, function: Function, *, before: str = "") -> None:
        """Take the function; `before` is the deployer's own system prompt."""
        self._function = function
        self._before = before

    def asker(self) -> "Calling":
        """Return itself: there is no connection."""
        return self

    def ask(self, probe: Probe, seed: int) -> Answer:
        """Call the function; what it raises is no answer."""
        del seed
        given = probe.user if probe.form == "text" else probe.messages(self._before)
        try:
            found = self._function(given)
        except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError):
            return Answer(error="raised")
        if isinstance(found, str):
            return Answer(text=found[:MAX_TEXT].encode("utf-8", "replace").decode(), finish="stop")
        if isinstance(found, Real) and isfinite(found):
            return Answer(score=float(found), finish="stop")
        return Answer(error="malformed")

    def watch(self, *, at_once: bool = False) -> None:
        """Do nothing: a function cannot be broken off."""
        del at_once

    def close(self) -> None:
        """Do nothing."""


def load(name: str) -> Function:
    """Return the function `module:function` or `path/to/file.py:function`.

    Raises:
        MalformedError: `redteam.callable`.
        UnavailableError: `redteam.no-callable`.
    """
    place, _, attribute = name.rpartition(":")
    if not place or not attribute.isidentifier():
        raise MalformedError(
            "redteam.callable", "the function is not named as it has to be",
            expected="module:function, or path/to/file.py:function", got=name,
        )  # fmt: skip
    try:
        module = _file(Path(place)) if place.endswith(".py") else import_module(place)
    except (ImportError, OSError, SyntaxError) as error:
        raise _none(name, str(error)) from error
    found = getattr(module, attribute, None)
    if not callable(found):
        raise _none(name, "no function of that name")
    return cast("Function", found)


def _file(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _none(name: str, why: str) -> UnavailableError:
    return UnavailableError(
        "redteam.no-callable", f"{name} cannot be loaded", got=why,
        mend="install what it imports, or give the path of its file",
    )  # fmt: skip
