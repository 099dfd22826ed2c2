"""What must not stand in the source or in anything committed."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.project import ROOT, committed, modules, named

# Written in parts so that this file does not find itself.
OF_ONE_MACHINE: Final = [
    # Below /work/ stands the workbench of a node too.
    *("/wo" + f"rk/{place}" for place in ("ma" + "in", "sha" + "red", ".li", ".mi", ".to")),
    "/op" + "t/pypi", "/op" + "t/wheels", "/ro" + "ot/.", "/tm" + "p/CONTRACT",
    ".libr" + "ary/", "issues " + "show ", "shared/" + "research", "shared/" + "DESIGN",
]  # fmt: skip
RUNS_WHAT_IT_READS: Final = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
}


def test_nothing_committed_names_one_machine() -> None:
    """A path or tool of the machine that it was written on helps nobody else."""
    found = [
        f"{named(path)}: {text}"
        for path in committed()
        for text in OF_ONE_MACHINE
        # A path of one machine begins with a slash; one in a folder of ours has a name before it.
        if re.search(rb"(?<![\w}.-])" + re.escape(text.encode()), path.read_bytes())
    ]

    assert not found


def test_locked_requirements_name_no_index() -> None:
    """The lists hold names, versions and hashes; where to fetch them is the reader's choice."""
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        packages = re.findall(r"^[A-Za-z0-9].*$", text, re.MULTILINE)

        assert "://" not in text
        assert "--hash=sha256:" in text
        assert all("==" in package for package in packages)


@pytest.mark.parametrize("path", modules(), ids=named)
def test_no_handler_catches_everything(path: Path) -> None:
    """Catch only what you can name: a broad handler hides the next mistake."""
    handlers = [n for n in ast.walk(_tree(path)) if isinstance(n, ast.ExceptHandler)]

    broad = [handler.lineno for handler in handlers if _is_broad(handler)]

    assert not broad


@pytest.mark.parametrize("path", [p for p in modules() if "cli" not in p.parts], ids=named)
def test_only_the_door_prints(path: Path) -> None:
    """A library that prints cannot be used by a service."""
    prints = [call.lineno for call in _calls(path) if _name(call.func) == "print"]

    assert not prints


@pytest.mark.parametrize("path", modules(), ids=named)
def test_nothing_loads_a_format_that_runs_code(path: Path) -> None:
    """A pickle is inspected by its opcodes; loading one hands the machine to its author."""
    imported = {name.split(".")[0] for node in ast.walk(_tree(path)) for name in _imports(node)}
    loads = [
        call.lineno
        for call in _calls(path)
        if _name(call.func) in {"torch.load", "yaml.unsafe_load", "numpy.load", "np.load"}
    ]

    assert not imported & RUNS_WHAT_IT_READS
    assert not loads


def test_only_adapters_read_the_clock() -> None:
    """Ruff bans the names in `datetime`; this finds the module `time` as well."""
    readers = [
        named(path)
        for path in modules()
        if "adapters" not in path.parts
        if {"time.time", "time.time_ns"} & {_name(call.func) for call in _calls(path)}
    ]

    assert not readers


def _is_broad(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False  # it tidies up and lets the error go on
    names = ast.walk(handler.type) if handler.type else ()
    return handler.type is None or any(
        isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in names
    )


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Call)]


def _name(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def _imports(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []
