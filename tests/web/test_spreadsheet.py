"""CSV files that people open in a spreadsheet run nothing there, whoever wrote what is in them."""

import ast
import csv
import io
from pathlib import Path

import pytest

import sunlit
from sunlit.base.spreadsheet import FORMULA, harmless
from sunlit.views.catalogue import as_csv
from sunlit.views.chart import Chart
from sunlit.web.public.figures import csv_of

SOURCE = Path(sunlit.__file__).parent


@pytest.mark.parametrize("first", FORMULA)
def test_what_begins_like_a_formula_begins_with_a_quote(first: str) -> None:
    """And only that: the rest is what somebody wrote."""
    assert harmless(f"{first}1+1") == f"'{first}1+1"
    assert harmless(f"a{first}") == f"a{first}"


def test_a_chart_with_a_strangers_name_runs_nothing() -> None:
    """The name of an agency, in the figures' CSV; numbers stay numbers."""
    chart = Chart(id="c", headline="H", subtitle="S", summary="X", columns=("Agency", "n"),
                  rows=(("=1+1", -2),))  # fmt: skip
    assert list(csv.reader(io.StringIO(csv_of(chart).decode())))[1] == ["'=1+1", "-2"]


def test_every_module_that_writes_csv_keeps_to_it() -> None:
    """A new file is written through the same function, or this says so."""
    writers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if "csv" in (text := path.read_text("utf-8")) and _writes_csv(text)
    }
    kept = {name for name in writers if "harmless(" in (SOURCE / name).read_text("utf-8")}
    assert writers == kept
    assert len(writers) >= 5


def _writes_csv(text: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter")
        and isinstance(node.value, ast.Name) and node.value.id == "csv"
        for node in ast.walk(ast.parse(text))
    )  # fmt: skip


def test_the_catalogues_file_names_its_columns_when_it_is_empty() -> None:
    """A file of nothing still says what would stand in it."""
    assert b"".join(as_csv([[]])).startswith(b"key,component,name")
