"""The tests themselves keep to the house's rules."""

import ast
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.project import ROOT, named

MODULES: Final = [
    path
    for path in sorted((ROOT / "tests").rglob("test_*.py"))
    if not {"fixtures", "vectors"} & set(path.parts)
]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_test_says_what_it_shows(path: Path) -> None:
    """A name that is a sentence, and one sentence that says why it matters."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]

    silent = [test.name for test in tests if not (ast.get_docstring(test) or "").endswith(".")]

    assert not silent


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_test_sleeps(path: Path) -> None:
    """A test that waits for the clock is slow on good days and fails on bad ones."""
    text = path.read_text(encoding="utf-8")

    assert "sleep(" not in text.replace('"sleep(" not in', "")
