"""Drift column by column, over all rows and by group: docs/assurance/drift.md says each figure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.drift.sample import (
    MAX_CATEGORIES,
    MOST_ROWS,
    Column,
    Sample,
    columns_of,
    pieces,
)
from sunlit.producers.audit.drift.statistics import (
    CategoryDrift,
    Counts,
    NumberDrift,
    Numbers,
    compare_categories,
    compare_numbers,
)
from sunlit.producers.data.source import Source

DISCRETE: Final = 20  # a number with at most so many values in the reference is a category
FLOOR: Final = 30
MAX_GROUPS: Final = 50
MAX_COLUMNS: Final = 1000
TOO_MANY: Final = f"more than {MAX_CATEGORIES:,} values"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is compared: see `sunlit audit drift --help`."""

    by: str | None = None
    prediction: str | None = None
    numeric: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    floor: int = FLOOR
    most_rows: int = MOST_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One column among all rows (`group` '') or in a group: rows with a value, and without."""

    group: str
    reference: int
    current: int
    missing_reference: int
    missing_current: int
    drift: NumberDrift | CategoryDrift

    @property
    def missing_change(self) -> float:
        """The share without a value now, less the share in the reference."""
        return _share(self.missing_current, self.current) - _share(
            self.missing_reference, self.reference
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """One column: its parts, or why it was not compared."""

    name: str
    kind: str
    parts: tuple[Part, ...] = ()
    why: str | None = None


@dataclass(slots=True, kw_only=True)
class Drift:
    """What a comparison found. `suppressed` counts groups with fewer rows than the floor."""

    rows: tuple[int, int]
    columns: list[Compared] = field(default_factory=list)
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)
    suppressed: int = 0
    more_groups: int = 0


def compare(
    reference: Source, current: Source, asked: Asked, progress: Progress | None = None
) -> Drift:
    """Compare two samples column by column.

    Raises:
        MalformedError: `drift.no-column`, `drift.too-few-rows`, `data.*`.
        UnavailableError: `data.no-memory`.
    """
    wanted = _wanted(reference, current, asked)
    found = Drift(rows=(reference.rows(), current.rows()))
    if min(found.rows) < asked.floor:
        raise MalformedError(
            "drift.too-few-rows", "a sample has too few rows to compare anything",
            expected=f"at least {asked.floor}", got=f"{min(found.rows)}",
        )  # fmt: skip
    if asked.by is not None:
        _groups(reference, current, asked, found)
    first, second = (
        Sample(one, asked.by, tuple(found.groups), most=asked.most_rows)
        for one in (reference, current)
    )
    for at, column in enumerate(wanted):
        found.columns.append(_column(first, second, column, asked))
        if progress:
            progress(at + 1, len(wanted))
    for one in (reference, current):
        one.check()
    return found


def _wanted(reference: Source, current: Source, asked: Asked) -> list[Column]:
    names = {one.name for one in reference.columns} & {one.name for one in current.columns}
    named = [asked.by, asked.prediction, *asked.numeric, *asked.category]
    for name in filter(None, named):
        if name not in names:
            raise MalformedError(
                "drift.no-column", f"{name!r} is no column of both samples",
                expected="one of " + ", ".join(sorted(names)[:20]),
            )  # fmt: skip
    found = []
    for one in columns_of(reference, current):
        if one.name in asked.leave_out or one.name == asked.by:
            continue
        kind = "category" if one.name in asked.category else one.kind
        found.append(Column(one.name, "number" if one.name in asked.numeric else kind))
    return found[:MAX_COLUMNS]


def _groups(reference: Source, current: Source, asked: Asked, found: Drift) -> None:
    """Find the groups that have enough rows in both samples, the largest first."""
    name = asked.by or ""
    first, second = (
        {v: n for _, v, n in Sample(one).tally(name) if v is not None}
        for one in (reference, current)
    )
    enough = {
        value: (first.get(value, 0), second.get(value, 0))
        for value in sorted({*first, *second})
        if min(first.get(value, 0), second.get(value, 0)) >= asked.floor
    }
    kept = sorted(enough, key=lambda value: (-sum(enough[value]), value))[:MAX_GROUPS]
    found.groups = {value: enough[value] for value in sorted(kept)}
    found.suppressed = len({*first, *second}) - len(enough)
    found.more_groups = len(enough) - len(kept)


def _column(first: Sample, second: Sample, column: Column, asked: Asked) -> Compared:
    if column.kind == "category":
        return _category(first, second, column.name)
    if column.kind != "number":
        return Compared(column.name, "", why=column.kind)
    if first.is_large() or second.is_large():
        return _large(first, second, column.name, asked)
    here, there = first.by_group(column.name), second.by_group(column.name)
    values = np.unique(here[""][1][: DISCRETE * 1000]) if column.name not in asked.numeric else None
    if values is not None and len(values) <= DISCRETE:
        values = np.unique(here[""][1])
    is_code = values is not None and len(values) <= DISCRETE
    parts = []
    for group, (rows, a) in here.items():
        other, b = there[group]
        drift = _codes(values, a, b) if is_code else compare_numbers([(a, b)], len(a), len(b))
        parts.append(_part(group, (rows, other), (len(a), len(b)), drift))
    return Compared(column.name, "category" if is_code else "number", tuple(parts))


def _large(first: Sample, second: Sample, name: str, asked: Asked) -> Compared:
    if name not in asked.numeric and len(first.tally_few(name, DISCRETE)) <= DISCRETE:
        return _category(first, second, name)
    parts = []
    for group in first.with_all:
        (rows, n), (other, m) = first.counts(name, group), second.counts(name, group)
        drift = compare_numbers(pieces(first, second, name, group), n, m)
        parts.append(_part(group, (rows, other), (n, m), drift))
    return Compared(name, "number", tuple(parts))


def _codes(values: Numbers | None, a: Numbers, b: Numbers) -> CategoryDrift:
    """Compare numbers that are codes: as categories, the values of the reference."""
    known = np.asarray(values)
    first, second = (_tallied(known, one) for one in (a, b))
    return compare_categories(first, second, int(len(b) - second.sum()))


def _tallied(known: Numbers, values: Numbers) -> Counts:
    low, high = (np.searchsorted(values, known, side) for side in ("left", "right"))
    return np.asarray(high - low, np.int64)


def _category(first: Sample, second: Sample, name: str) -> Compared:
    before, after = first.tally(name), second.tally(name)
    if len(before) > MAX_CATEGORIES * len(first.with_all):
        return Compared(name, "", why=f"{TOO_MANY}: free text or a name is not compared")
    parts = []
    for group in first.with_all:
        (rows, a), (other, b) = (_of(one, group) for one in (before, after))
        here, there = rows - sum(a.values()), other - sum(b.values())
        counts = (
            np.array(list(a.values()), np.int64),
            np.array([b.get(value, 0) for value in a], np.int64),
        )
        unseen = sum(b.values()) - int(counts[1].sum())
        drift = compare_categories(*counts, unseen)
        parts.append(_part(group, (rows, other), (rows - here, other - there), drift))
    return Compared(name, "category", tuple(parts))


def _of(tally: Sequence[tuple[str, str | None, int]], group: str) -> tuple[int, dict[str, int]]:
    """Return a group's rows, and its rows by value, those without one left out."""
    mine = [(value, rows) for name, value, rows in tally if name == group]
    values = dict(sorted((value, rows) for value, rows in mine if value is not None))
    return sum(rows for _, rows in mine), values


def _part(
    group: str, rows: tuple[int, int], held: tuple[int, int], drift: NumberDrift | CategoryDrift
) -> Part:
    return Part(
        group=group, reference=rows[0], current=rows[1], missing_reference=rows[0] - held[0],
        missing_current=rows[1] - held[1], drift=drift,
    )  # fmt: skip


def _share(count: int, rows: int) -> float:
    return count / rows if rows else 0.0


def parts(found: Drift) -> Iterator[tuple[Compared, Part]]:
    """Yield every column with each of its parts."""
    for column in found.columns:
        for part in column.parts:
            yield column, part
