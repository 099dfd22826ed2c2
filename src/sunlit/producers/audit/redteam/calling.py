"""Asks a Python function of the user's own: a generator of text, or a classifier with a score.

The function gets a list of messages for a chat probe and a text for a classifier's probe; it
returns a text or a number. It runs in this process, because whoever names it asks for that.
"""

from math import isfinite
from numbers import Real

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.own_code import Function, find_function
from sunlit.producers.audit.redteam.probes import Probe
from sunlit.producers.audit.redteam.target import MAX_TEXT, Answer


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
    try:
        return find_function(name)[0]
    except ValueError as error:
        raise MalformedError(
            "redteam.callable", "the function is not named as it has to be",
            expected="module:function, or path/to/file.py:function", got=name,
        ) from error  # fmt: skip
    except ImportError as error:
        raise UnavailableError(
            "redteam.no-callable", f"{name} cannot be loaded", got=str(error),
            mend="install what it imports, or give the path of its file",
        ) from error  # fmt: skip
