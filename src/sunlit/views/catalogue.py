"""The catalogue as a file: the same rows as on the page, as CSV or JSON."""

import csv
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, Protocol

from sunlit.base.times import format_time

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    "key", "component", "name", "version", "summary", "kind", "owner", "source", "register",
    "used_by", "status", "valid_until", "tier", "code", "next_review", "due", "open_problems",
    "blanks", "updated",
)  # fmt: skip


class Row(Protocol):
    """What a row of the catalogue has; see `capabilities.lifecycle.queries.CatalogueRow`."""

    @property
    def key(self) -> str:
        """The name in its address."""
        ...


def as_json(rows: Iterable[Row], *, total: int, at: datetime) -> bytes:
    """Return the rows as JSON; blanks are null."""
    document = {
        "format": "sunlit-catalogue/1",
        "at": format_time(at),
        "total": total,
        "rows": [{name: getattr(row, name) for name in COLUMNS} for row in rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


class _Lines:
    """A place to write to that keeps every line."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.write: Callable[[str], object] = self.kept.append


def as_csv(rows: Iterable[Row]) -> bytes:
    """Return the rows as CSV (RFC 4180); what a spreadsheet would run begins with `'`."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for row in rows)
    return "".join(lines.kept).encode("utf-8", "replace")


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
    return f"'{text}" if text.startswith(FORMULA) else text
