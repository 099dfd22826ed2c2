"""Results as Markdown: a table for each benchmark, and what limits a target that is missed."""

import json
import statistics
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.parts import Part, Row

LIMITS: Final = Path(__file__).with_name("limits.toml")
NOT_SAID: Final = "Not profiled yet."


def number(value: float) -> str:
    """Return a number with three figures that mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def cell(samples: Sequence[float] | None) -> str:
    """Return the median with the least and the greatest sample."""
    if not samples:
        return ""
    middle = number(statistics.median(samples))
    if len(samples) == 1:
        return middle
    return f"**{middle}** ({number(min(samples))} to {number(max(samples))})"


def part(found: Part) -> str:
    """Return a benchmark's section: its words, its table, what is missed and why."""
    names = list(dict.fromkeys(name for row in found.rows for name in row.samples))
    heads = ["", "unit", *names, "compared", "target", "met"]
    lines = [f"## {found.title}", "", found.text, "", _line(heads), _line(["---"] * len(heads))]
    lines += [_line(_cells(row, names)) for row in found.rows]
    lines += [text for note in found.notes for text in ("", note)]
    lines += [text for row in found.rows for text in _missed(row)]
    return "\n".join([*lines, ""])


def _cells(row: Row, names: Sequence[str]) -> list[str]:
    target = row.target
    aim = ["", ""] if target is None else [target.text, "yes" if target.is_met else "**no**"]
    return [row.what, row.unit, *(cell(row.samples.get(name)) for name in names),
            row.ratio or "", *aim]  # fmt: skip


def _missed(row: Row) -> list[str]:
    if row.target is None or row.target.is_met:
        return []
    why = tomllib.loads(LIMITS.read_text(encoding="utf-8")).get(row.target.name, NOT_SAID)
    return ["", (f"**Missed: {row.what}** ({row.target.text}; measured "
            f"{number(row.target.measured)}). {why.strip()}")]  # fmt: skip


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def facts(values: Mapping[str, Any]) -> str:
    """Return names and values as a table."""
    rows = [_line([name, str(value)]) for name, value in values.items()]
    return "\n".join([_line(["", ""]), _line(["---", "---"]), *rows, ""])


def show(found: Part, *, as_json: bool) -> None:
    """Print one benchmark's result."""
    if as_json:
        json.dump(found.to_json(), sys.stdout, indent=2)
        print()
        return
    print(part(found))
