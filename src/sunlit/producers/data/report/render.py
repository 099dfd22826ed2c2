"""From a page to bytes: the template, the style, the CSV files; the same bytes every time."""

import base64
import csv
import hashlib
import io
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Final, cast

from jinja2 import DictLoader, Environment, StrictUndefined

from sunlit.base.spreadsheet import harmless
from sunlit.bundle.pages.environment import inline, moment, shown, source_hash, style
from sunlit.producers.data.report.charts import WIDTH
from sunlit.producers.data.report.figures import number
from sunlit.producers.data.report.model import Page, Table

MOST_GROUNDS: Final = 30
# Claims of these kinds name their report.
NAMED: Final = (
    "scan.json", "risk.json", "mask.json", "minimise.json", "synth.json", "drift.json",
    "robustness.json", "bias.json", "redteam.json",
)  # fmt: skip


def page_html(page: Page, detail: Mapping[str, object], name: str) -> bytes:
    """Return the page; `name` is that of the JSON file."""
    css = style("page") + _style()
    # A `data:` address is what the links to CSV are; nothing may load one.
    policy = (
        f"default-src 'none'; style-src {source_hash(css)}; base-uri 'none'; form-action 'none'"
    )
    text = _environment().get_template("report.html.j2").render(
        page=page, css=inline(css), policy=policy, csv=csv_address,
        most=MOST_GROUNDS, json_name=name, is_named=name in NAMED, format=detail.get("format", ""),
        json_digest=hashlib.sha256(json_bytes(detail)).hexdigest(),
    )  # fmt: skip
    return text.encode("utf-8")


def json_bytes(detail: Mapping[str, object]) -> bytes:
    """Return the document as the claim names it; what is no JSON number is null."""
    text = json.dumps(_finite(detail), ensure_ascii=False, indent=1, allow_nan=False)
    # A lone surrogate is no UTF-8; written as `\udxxx` it is JSON again.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return value


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV (RFC 4180), with nothing in it that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.heads)
    for row in table.rows:
        writer.writerow([_harmless(one.plain) for one in row])
    return out.getvalue().encode("utf-8", "backslashreplace")


def csv_address(table: Table) -> str:
    """Return the rows that a page shows as an address that a browser saves as a file."""
    shortened = Table(table.caption, table.heads, table.shown)
    return "data:text/csv;charset=utf-8;base64," + base64.b64encode(csv_bytes(shortened)).decode()


def _harmless(text: str) -> str:
    return harmless(text) if number(text) is None else text


@cache
def _style() -> str:
    return (files("sunlit.producers.data.report") / "styles" / "report.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    folder = files("sunlit.producers.data.report") / "templates"
    templates = {one.name: one.read_text("utf-8") for one in folder.iterdir()}
    made = Environment(
        loader=DictLoader(templates), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    cast("dict[str, object]", made.filters).update({"shown": shown, "moment": moment})
    made.globals["width"] = WIDTH  # pyright: ignore[reportArgumentType]
    return made
