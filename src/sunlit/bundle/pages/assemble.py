"""The verifier's JavaScript modules as one script, without a bundler.

Each module becomes a function that returns its exports, in the order of their imports, so
names of one module never meet those of another. Only the few forms of `import` and `export` that
`web/*.js` uses are understood; anything else of the kind is refused.
"""

import re
from collections.abc import Mapping
from typing import Final

_IMPORT: Final = re.compile(
    r'^import (?:\{(?P<names>[^}]*)\}|\* as (?P<whole>\w+)) from "\./(?P<module>[\w-]+)\.js";\n',
    re.MULTILINE,
)
_EXPORT: Final = re.compile(
    r"^export (?P<kind>(?:async )?function|class|const) (?P<name>\w+)", re.MULTILINE
)
_LEFT: Final = re.compile(r"^\s*(?:import|export)\b", re.MULTILINE)


def assembled(sources: Mapping[str, str], entry: str) -> str:
    """Return one strict script that runs the module `entry` and all that it imports.

    Raises:
        ValueError: the package is broken: a module is missing or circular, or imports unusually.
    """
    order: list[str] = []
    _visit(sources, entry, order, ())
    bodies = [_wrapped(name, sources[name]) for name in order]
    return '"use strict";\n(() => {\n' + "\n".join(bodies) + "\n})();\n"


def _visit(sources: Mapping[str, str], name: str, order: list[str], above: tuple[str, ...]) -> None:
    if name in order:
        return
    if name in above or name not in sources:
        raise ValueError(f"the module {name} is missing or circular")
    for match in _IMPORT.finditer(sources[name]):
        _visit(sources, match["module"], order, (*above, name))
    order.append(name)


def _variable(module: str) -> str:
    return "module_" + module.replace("-", "_")


def _wrapped(name: str, source: str) -> str:
    exports = [match["name"] for match in _EXPORT.finditer(source)]
    body = _EXPORT.sub(lambda match: f"{match['kind']} {match['name']}", source)
    body = _IMPORT.sub(_bound, body)
    if _LEFT.search(body):
        raise ValueError(f"{name}.js imports or exports unusually")
    listed = ", ".join(exports)
    return f"const {_variable(name)} = (() => {{\n{body}return {{ {listed} }};\n}})();"


def _bound(match: re.Match[str]) -> str:
    if match["whole"]:
        return f"const {match['whole']} = {_variable(match['module'])};\n"
    names = " ".join(match["names"].split())
    return f"const {{ {names.rstrip(',')} }} = {_variable(match['module'])};\n"
