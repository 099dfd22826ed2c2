"""Compare the decisions that were recorded with a case system's own counts, by day and use."""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date, tzinfo
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import parse_time
from sunlit.decision.record import Kind
from sunlit.registry.decision_index import Index

MAX_DIGITS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One day and use: how many decisions each side counts."""

    day: date
    use: str
    theirs: int
    ours: int

    @property
    def words(self) -> str:
        """What the numbers mean."""
        if self.theirs > self.ours:
            return (
                f"{self.theirs - self.ours} of the case system's decisions are not recorded here: "
                "calls went round the guard, or it counts what was no decision of the component"
            )
        if self.ours > self.theirs:
            return (
                f"{self.ours - self.theirs} recorded decisions are not in the case system's count: "
                "decisions were not used or not filed, or were asked for twice"
            )
        return "the same"


def read_counts(path: Path) -> dict[tuple[date, str], int]:
    """Read a case system's counts: CSV with the columns `day` (YYYY-MM-DD), `use`, `count`.

    Rows of the same day and use are added up.

    Raises:
        MalformedError: `reconcile.malformed`.
        UnavailableError: `reconcile.unreadable`.
    """
    found: Counter[tuple[date, str]] = Counter()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            for row in rows:
                found[_day_and_use(row, rows.line_num)] += _number(row, rows.line_num)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _malformed(0) from error
    except OSError as error:
        raise UnavailableError(
            "reconcile.unreadable", "the file of counts could not be read", got=error.strerror
        ) from error
    if not found:
        raise MalformedError("reconcile.malformed", "the file of counts holds no counts")
    return dict(found)


def _day_and_use(row: dict[str, str], line: int) -> tuple[date, str]:
    try:
        return date.fromisoformat(row["day"].strip()), row["use"].strip()
    except (KeyError, ValueError, AttributeError) as error:
        raise _malformed(line) from error


def _number(row: dict[str, str], line: int) -> int:
    text = (row.get("count") or "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS):
        raise _malformed(line)
    return int(text)


def _malformed(line: int) -> MalformedError:
    return MalformedError(
        "reconcile.malformed", f"line {line} of the counts cannot be read",
        expected="a header line day,use,count; then YYYY-MM-DD, a use's id, a whole number",
    )  # fmt: skip


def reconcile(index: Index, theirs: dict[tuple[date, str], int], zone: tzinfo) -> list[Difference]:
    """Compare a case system's counts with the decisions recorded, by day and use.

    Days begin and end as the zone's do. Compared are the days from the first to the last that
    the case system counts, each with every use that either side names.
    """
    days = [day for day, _ in theirs]
    first, last = min(days), max(days)
    ours: Counter[tuple[date, str]] = Counter()
    for row in index.rows("kind = ?", (str(Kind.DECISION),)):
        day = parse_time(row.time).astimezone(zone).date()
        if first <= day <= last:
            ours[day, row.use or ""] += 1
    return [
        Difference(day=day, use=use, theirs=theirs.get((day, use), 0), ours=ours[day, use])
        for day, use in sorted({*theirs, *ours})
    ]
