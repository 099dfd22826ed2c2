"""What a module says, read once for all rules: one test a rule, not one a file and rule."""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.architecture.project import modules, named


@dataclass(frozen=True)
class Module:
    """A module of the package: its handlers, functions, imports, and the names that it calls."""

    path: Path
    lines: int
    handlers: list[ast.ExceptHandler] = field(default_factory=list)
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    calls: list[tuple[str, int]] = field(default_factory=list)  # name, line

    def at(self, line: int) -> str:
        """Return a place in it, as a failure names it."""
        return f"{named(self.path)}:{line}"


@cache
def read() -> tuple[Module, ...]:
    """Return every module of the package, read."""
    return tuple(read_module(path) for path in modules())


def read_module(path: Path) -> Module:
    """Read one module."""
    text = path.read_text(encoding="utf-8")
    found = Module(path, len(text.splitlines()))
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.ExceptHandler():
                found.handlers.append(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                found.functions.append(node)
            case ast.Import(names=names):
                found.imports.update(alias.name for alias in names)
            case ast.ImportFrom(module=str(module)):
                found.imports.add(module)
            case ast.Call(func=func):
                found.calls.append((_dotted(func), node.lineno))
            case _:
                pass
    return found


def _dotted(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case _:
            return ""
