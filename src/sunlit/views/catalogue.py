"""The catalogue as a file: the same rows as on the page, as CSV or JSON."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, Protocol

from sunlit.base.spreadsheet import harmless
from sunlit.base.times import format_time

COLUMNS: Final = (
    "key", "component", "name", "version", "summary", "kind", "owner", "source", "register",
    "used_by", "permitted", "prohibited", "status", "valid_until", "tier", "code", "next_review",
    "due", "open_problems", "blanks", "updated",
)  # fmt: skip


class Row(Protocol):
    """What a row of the catalogue has; see `capabilities.lifecycle.queries.CatalogueRow`."""

    @property
    def key(self) -> str:
        """The name in its address."""
        ...


def as_json(pages: Iterable[Iterable[Row]], *, total: int, at: datetime) -> Iterator[bytes]:
    """Yield the rows as one JSON document, a piece a page; blanks are null."""
    head = {"format": "sunlit-catalogue/1", "at": format_time(at), "total": total}
    yield f'{json.dumps(head)[:-1]}, "rows": ['.encode()
    between = ""
    for rows in pages:
        told = [json.dumps({name: getattr(row, name) for name in COLUMNS}, ensure_ascii=False)
                for row in rows]  # fmt: skip
        if told:
            yield (between + ",\n".join(told)).encode("utf-8", "backslashreplace")
            between = ",\n"
    yield b"]}\n"


class _Lines:
    """A place to write to that keeps every line."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.write: Callable[[str], object] = self.kept.append


def as_csv(pages: Iterable[Iterable[Row]]) -> Iterator[bytes]:
    """Yield the rows as CSV (RFC 4180), a piece a page; what a spreadsheet would run does not."""
    lines = _Lines()
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    for rows in pages:
        writer.writerows([_cell(getattr(row, name)) for name in COLUMNS] for row in rows)
        yield "".join(lines.kept).encode("utf-8", "replace")
        lines.kept.clear()


def _cell(value: object) -> str:
    text = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return "" if value is None else harmless(text)
