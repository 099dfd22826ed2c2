"""Meets the libraries that a model needs: only when they are needed, and in words.

They are named as texts here, so that nothing of them loads with the guard.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from sunlit.base.errors import UnavailableError

Model = Any  # a model of some library: none of them has types
Numbers = Any  # a numpy array


def library(name: str, *, install: str | None = None) -> ModuleType:
    """Import a library now.

    Raises:
        UnavailableError: `explain.no-library`.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise UnavailableError(
            "explain.no-library", f"the explanation needs {name}, which is not installed here",
            mend=f"pip install {install or name}",
        ) from error  # fmt: skip


def named_version(name: str) -> str:
    """Return `name version` of a library that a model came from."""
    return f"{name} {getattr(library(name), '__version__', 'unknown')}"


def errors_of(module: str, name: str) -> tuple[type[Exception], ...]:
    """Return an exception class of a library, if the library is loaded."""
    found = getattr(sys.modules.get(module), name, None)
    if isinstance(found, type) and issubclass(found, Exception):
        return (found,)
    return ()
