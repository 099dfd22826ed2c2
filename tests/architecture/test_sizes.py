"""Nothing grows beyond what one screen or one reader holds."""

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.project import modules, named

MODULE_LINES: Final = 300
BODY_LINES: Final = 50


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_module_fits_in_300_lines(path: Path) -> None:
    """A longer one says two things and becomes two files."""
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MODULE_LINES, f"{named(path)} has {lines} lines"


@pytest.mark.parametrize("path", modules(), ids=named)
def test_a_body_fits_in_50_lines(path: Path) -> None:
    """A function's length is counted without its docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    too_long = {node.name: _body(node) for node in functions if _body(node) > BODY_LINES}

    assert not too_long


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = node.body[1:] if ast.get_docstring(node) else node.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1
