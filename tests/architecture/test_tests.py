"""The tests themselves keep to the house's rules."""

import ast
from functools import cache

from tests.architecture.project import ROOT, named


@cache
def texts() -> dict[str, str]:
    """Return every module of tests, by name."""
    return {
        named(path): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if not {"fixtures", "vectors"} & set(path.parts)
    }


def test_every_test_says_what_it_shows() -> None:
    """A name that is a sentence, and one sentence that says why it matters."""
    silent = [
        f"{name}:{node.lineno}: {node.name}"
        for name, text in texts().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").endswith(".")
    ]

    assert not silent


def test_no_test_sleeps() -> None:
    """A test that waits for the clock is slow on good days and fails on bad ones."""
    call = "sleep" + "("  # so that this file does not find itself

    assert not [name for name, text in texts().items() if call in text]
