"""Which imports of a pickle are dangerous: picklescan's lists, and a few that it lacks."""

import io
import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from importlib.util import find_spec
from typing import Final

TOOL: Final = "picklescan"
_NAME: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

# Each of these runs code or reaches files when called; picklescan 1.0.5 calls them suspicious
# at most. "*" stands for all that the module and what is below it hold.
ALSO_DANGEROUS: Final[Mapping[str, frozenset[str]]] = {
    "__builtin__": frozenset({"__import__", "execfile", "file", "input", "setattr", "delattr"}),
    "builtins": frozenset({"__import__", "input", "setattr", "delattr", "globals", "vars"}),
    "importlib": frozenset({"*"}),
    "imp": frozenset({"*"}),
    "io": frozenset({"open", "open_code", "FileIO"}),
    "_io": frozenset({"open", "open_code", "FileIO"}),
    "joblib.numpy_pickle": frozenset({"load"}),
    "logging.config": frozenset({"*"}),
    "marshal": frozenset({"*"}),
    "multiprocessing": frozenset({"*"}),
    "numpy": frozenset({"load", "fromfile"}),
    "pandas.io.pickle": frozenset({"*"}),
    "pathlib": frozenset({"Path.write_bytes", "Path.write_text", "Path.unlink"}),
    "ntpath": frozenset({"*"}),
    "platform": frozenset({"popen"}),
    "threading": frozenset({"*"}),
    "types": frozenset({"FunctionType", "LambdaType"}),
    "zipimport": frozenset({"*"}),
}


def tool_version() -> str | None:
    """Return picklescan's version, None where it is not installed."""
    if find_spec(TOOL) is None:
        return None
    return metadata.version(TOOL)


def dangerous(imports: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the `module.name` of every import that can run code of somebody's choice.

    The imports are handed to picklescan as a pickle that imports them and does nothing else, so
    that its own public entry judges them.
    """
    from picklescan.scanner import SafetyLevel, scan_pickle_bytes  # noqa: PLC0415 - an extra

    found: list[str] = []
    plain: list[tuple[str, str]] = []
    for module, name in imports:
        if not _NAME.fullmatch(module) or not _NAME.fullmatch(name):
            found.append("a name that is hidden from readers")
        elif _also(module, name):
            found.append(f"{module}.{name}")
        else:
            plain.append((module, name))
    body = b"".join(f"c{module}\n{name}\n0".encode() for module, name in plain)
    result = scan_pickle_bytes(io.BytesIO(b"\x80\x02" + body + b"N."), "a pickle")
    found.extend(
        f"{one.module}.{one.name}" for one in result.globals if one.safety is SafetyLevel.Dangerous
    )
    return tuple(sorted(set(found)))


def _also(module: str, name: str) -> bool:
    names = ALSO_DANGEROUS.get(module, frozenset())
    if name in names:
        return True
    parts = module.split(".")
    above = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any("*" in ALSO_DANGEROUS.get(one, frozenset()) for one in above)
