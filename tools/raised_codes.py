"""Read from the source which error codes are raised where, and which are documented.

Both sides are read without importing anything: the documented codes from every `codes.py`
(`CODES`), the raised ones from every call of an error class. A code is a literal, a constant
of a module, a choice of two such, or what the callers of a small function pass on. A check
that goes on after a fault reports codes without raising them: whatever is passed as `code`.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).parent.parent / "src"
# family -> what it means for the exit code; sunlit.base.errors is the source.
ROOTS: Final = {"SunlitError", "MalformedError", "VerificationError", "UnavailableError"}


@dataclass(frozen=True)
class Raised:
    """One place that makes an error: `code` is None where it cannot be read off the source."""

    family: str
    code: str | None
    where: str


@dataclass
class _Module:
    name: str
    path: Path
    tree: ast.Module
    constants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    imported: dict[str, str] = field(default_factory=dict)  # local name -> "module:name"
    # Found in one walk: each call with the function around it, each function, each class.
    calls: list[tuple[ast.Call, ast.FunctionDef | None]] = field(default_factory=list)
    functions: list[ast.FunctionDef] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)


@cache
def documented(source: Path = SOURCE) -> dict[str, dict[str, str]]:
    """Return package -> code -> sentence, from every `codes.py`."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(source.rglob("codes.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if _assigned(node) == "CODES" and isinstance(node, ast.Assign | ast.AnnAssign):
                package = ".".join(path.parent.relative_to(source / "sunlit").parts)
                found[package] = dict(ast.literal_eval(node.value))  # type: ignore[arg-type]
    return found


@cache
def raised(source: Path = SOURCE) -> tuple[Raised, ...]:
    """Return every error that the source makes."""
    modules = _modules(source)
    families = _families(modules)
    found: list[Raised] = []
    for module in modules.values():
        for call, function in module.calls:
            family = families.get(_callee(call.func))
            if family is not None and call.args:
                found.extend(_read(call, function, family, module, modules))
        for call, family in _settled(module, families):
            found.extend(_read(call, None, family, module, modules))
    return tuple(found)


@cache
def reported(source: Path = SOURCE) -> tuple[Raised, ...]:
    """Return every literal that is passed on as a `code` without being raised there."""
    modules = _modules(source)
    takes_code = {
        node.name: [a.arg for a in node.args.args if a.arg not in {"self", "cls"}].index("code")
        for module in modules.values()
        for node in module.functions
        if "code" in [a.arg for a in node.args.args]
    }
    families = _families(modules)
    return tuple(
        Raised("reported", code, f"{module.name}:{call.lineno}")
        for module in modules.values()
        for call, _ in module.calls
        if _callee(call.func) not in families
        for code in _argument(call, takes_code.get(_callee(call.func)), "code", module, modules)
        if "." in code
    )


@cache
def _modules(source: Path) -> dict[str, _Module]:
    """Parse every module once: most of the time goes into that."""
    found = {}
    for path in sorted((source / "sunlit").rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        module = _Module(name, path, ast.parse(path.read_text(encoding="utf-8")))
        _walk(module)
        found[name] = module
    return found


def _walk(module: _Module) -> None:
    stack: list[tuple[ast.AST, ast.FunctionDef | None]] = [(module.tree, None)]
    while stack:
        node, function = stack.pop()
        match node:
            case ast.FunctionDef():
                function = node
                module.functions.append(node)
            case ast.ClassDef():
                module.classes.append(node)
            case ast.Call():
                module.calls.append((node, function))
            case ast.Assign() | ast.AnnAssign():
                _note_constant(node, module)
            case ast.ImportFrom(module=str(home)):
                for alias in node.names:
                    module.imported[alias.asname or alias.name] = f"{home}:{alias.name}"
            case _:
                pass
        stack.extend((child, function) for child in ast.iter_child_nodes(node))


def _note_constant(node: ast.Assign | ast.AnnAssign, module: _Module) -> None:
    target = _assigned(node)
    if target and node.value is not None and (texts := _texts_of(node.value)):
        module.constants[target] = (*module.constants.get(target, ()), *texts)


def _texts_of(value: ast.expr) -> tuple[str, ...]:
    return tuple(
        choice.value
        for choice in _choices(value)
        if isinstance(choice, ast.Constant) and isinstance(choice.value, str)
    )


def _assigned(node: ast.AST) -> str | None:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None


def _families(modules: dict[str, _Module]) -> dict[str, str]:
    families = {root: root for root in ROOTS}
    classes = [node for module in modules.values() for node in module.classes]
    for _ in range(3):  # a subclass may be read before its base
        for node in classes:
            for base in node.bases:
                if _callee(base) in families and node.name not in ROOTS:
                    families[node.name] = families[_callee(base)]
    own = {node.name for node in classes if node.name not in ROOTS and _init_of(node)}
    return {name: family for name, family in families.items() if name not in own}


def _settled(module: _Module, families: dict[str, str]) -> Iterator[tuple[ast.Call, str]]:
    """Yield `super().__init__(code, ...)` of error classes that settle their code themselves."""
    for node in module.classes:
        if node.name in ROOTS:
            continue
        for family in (families[_callee(base)] for base in node.bases if _callee(base) in families):
            init = _init_of(node)
            calls = [c for c in ast.walk(init) if isinstance(c, ast.Call)] if init else []
            yield from ((c, family) for c in calls if _callee(c.func) == "__init__")


def _init_of(node: ast.ClassDef) -> ast.FunctionDef | None:
    found = (item for item in node.body if isinstance(item, ast.FunctionDef))
    return next((item for item in found if item.name == "__init__"), None)


def _callee(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _read(
    call: ast.Call,
    function: ast.FunctionDef | None,
    family: str,
    module: _Module,
    modules: dict[str, _Module],
) -> Iterator[Raised]:
    where = f"{module.name}:{call.lineno}"
    for value in _choices(call.args[0]):
        codes = _passed_on(value, function, module, modules) or _texts(value, module, modules)
        yield from (Raised(family, code, where) for code in codes or (None,))


def _choices(value: ast.expr) -> tuple[ast.expr, ...]:
    if isinstance(value, ast.IfExp):
        return (*_choices(value.body), *_choices(value.orelse))
    return (value,)


def _texts(value: ast.expr, module: _Module, modules: dict[str, _Module]) -> tuple[str, ...]:
    match value:
        case ast.Constant(value=str(text)):
            return (text,)
        case ast.Name(id=name) if name in module.constants:
            return module.constants[name]
        case ast.Name(id=name) if name in module.imported:
            home, _, original = module.imported[name].partition(":")
            return modules[home].constants.get(original, ()) if home in modules else ()
        case ast.Attribute(attr=name):  # `codes.NAME` or `self.NAME`
            return module.constants.get(name) or _elsewhere(value, module, modules)
        case _:
            return ()


def _elsewhere(
    value: ast.Attribute, module: _Module, modules: dict[str, _Module]
) -> tuple[str, ...]:
    package, _, name = module.imported.get(_callee(value.value), "").partition(":")
    home = modules.get(f"{package}.{name}")
    return home.constants.get(value.attr, ()) if home else ()


def _passed_on(
    value: ast.expr,
    function: ast.FunctionDef | None,
    module: _Module,
    modules: dict[str, _Module],
) -> tuple[str, ...]:
    """Return the codes that callers of `function` give for its parameter `value`."""
    if function is None or not isinstance(value, ast.Name):
        return ()
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    at = names.index(value.id) if value.id in names else None
    if at is None and value.id not in [a.arg for a in arguments.kwonlyargs]:
        return ()
    if at is not None and names[0] in {"self", "cls"}:
        at -= 1
    found: set[str] = set()
    for other in modules.values():
        if other is not module and function.name not in other.imported:
            continue
        for call, caller in other.calls:
            if _callee(call.func) == function.name:
                found |= _argument(call, at, value.id, other, modules)
                found |= _through(call, at, caller, function, other, modules)
    return tuple(sorted(found))


def _argument(
    call: ast.Call, at: int | None, name: str, module: _Module, modules: dict[str, _Module]
) -> set[str]:
    return {
        code
        for value in _given(call, at, name)
        for choice in _choices(value)
        for code in _texts(choice, module, modules)
    }


def _through(
    call: ast.Call,
    at: int | None,
    caller: ast.FunctionDef | None,
    function: ast.FunctionDef,
    module: _Module,
    modules: dict[str, _Module],
) -> set[str]:
    """Follow a code that the caller itself was given."""
    if caller is None or caller is function or at is None or at >= len(call.args):
        return set()
    return set(_passed_on(call.args[at], caller, module, modules))


def _given(call: ast.Call, at: int | None, name: str) -> list[ast.expr]:
    given = [keyword.value for keyword in call.keywords if keyword.arg == name]
    if at is not None and at < len(call.args):
        given.append(call.args[at])
    return given
