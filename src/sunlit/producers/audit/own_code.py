"""Python functions of the user's own, named on the command line: importing one runs its module."""

import importlib
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

Function = Callable[[object], object]


def find_function(name: str) -> tuple[Function, ModuleType]:
    """Return the function `module:function` or `path/to/file.py:function`, and its module.

    Modules are looked for in the current folder too.

    Raises:
        ValueError: it is not named as it has to be.
        ImportError: it cannot be loaded, or is no function.
    """
    place, _, attribute = name.rpartition(":")
    if not place or not attribute.isidentifier():
        raise ValueError(name)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = _file(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except (OSError, SyntaxError) as error:
        raise ImportError(str(error)) from error
    found = getattr(module, attribute, None)
    if not callable(found):
        raise ImportError("no function of that name")  # noqa: TRY004 - callers mend it alike
    return found, module


def _file(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
