"""Nothing grows beyond what one screen or one reader holds."""

import ast
from typing import Final

from tests.architecture.project import named
from tests.architecture.reading import read

MODULE_LINES: Final = 300
BODY_LINES: Final = 50


def test_a_module_fits_in_300_lines() -> None:
    """A longer one says two things and becomes two files."""
    assert not {named(one.path): one.lines for one in read() if one.lines > MODULE_LINES}


def test_a_body_fits_in_50_lines() -> None:
    """A function's length is counted without its docstring."""
    too_long = {
        one.at(node.lineno): _body(node)
        for one in read()
        for node in one.functions
        if _body(node) > BODY_LINES
    }

    assert not too_long


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    statements = node.body[1:] if ast.get_docstring(node) else node.body
    if not statements:
        return 0
    return (statements[-1].end_lineno or 0) - statements[0].lineno + 1
