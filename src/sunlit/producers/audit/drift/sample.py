"""One of the two samples of a drift audit, read column by column: never all of it in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from sunlit.producers.audit.drift.statistics import Counts, Numbers, Piece
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_engine import literal, quoted

NUMBERS: Final = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL",
)  # fmt: skip
TIMES: Final = ("DATE", "TIME", "INTERVAL")
NESTED: Final = ("STRUCT", "MAP", "UNION", "BLOB", "LIST", "VARIANT", "GEOMETRY", "BIT")
MOST_ROWS: Final = 20_000_000  # of a column at once: 160 MB
MAX_CATEGORIES: Final = 10_000
_HEAD: Final = "LIMIT 2048"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of both samples: `kind` is `number`, `category` or why it is not compared."""

    name: str
    kind: str


class Sample:
    """A sample. `by` is the column of groups; `groups` are the values of it that are compared."""

    def __init__(
        self, source: Source, by: str | None = None, groups: Sequence[str] = (), *,
        most: int = MOST_ROWS,
    ) -> None:  # fmt: skip
        self.source = source
        self._by = by
        self._groups = tuple(groups)
        self._most = most
        self.rows = source.rows()

    def tally(self, column: str) -> list[tuple[str, str | None, int]]:
        """Return (group, value, rows): the values of a column, those of all rows under group ''.

        Values that are missing are None. Without groups, group '' alone.
        """
        value = _text(column)
        every = f"SELECT '' AS g, {value} AS v, count(*) FROM dataset GROUP BY 2"  # noqa: S608
        sql = every
        if self._groups:
            by = _text(self._by or "")
            listed = ", ".join(map(literal, self._groups))
            sql += (
                f" UNION ALL SELECT {by}, {value}, count(*) FROM dataset "  # noqa: S608 - quoted
                f"WHERE {by} IN ({listed}) GROUP BY 1, 2"
            )
        return [(str(g), v, int(n)) for g, v, n in self.source.ask(sql)]

    @property
    def with_all(self) -> tuple[str, ...]:
        """'' for all rows, and the groups."""
        return ("", *self._groups)

    def tally_few(self, column: str, most: int) -> list[object]:
        """Return at most `most` + 1 of the values of a column."""
        sql = f"SELECT DISTINCT {_number(column)} AS v FROM dataset WHERE v IS NOT NULL"  # noqa: S608
        return [one for (one,) in self.source.ask(f"{sql} LIMIT {most + 1}")]

    def is_large(self) -> bool:
        """Tell whether a column of it does not fit in memory at once."""
        return self.rows > self._most

    def by_group(self, column: str) -> dict[str, tuple[int, Numbers]]:
        """Return, for '' (all) and each group, its rows and its numbers, sorted."""
        select = f"{_cast(column)} AS v"  # NaN is left out with what is missing, when sorted
        if self._groups:
            names = ", ".join(map(literal, self._groups))
            by = f"enum_code(TRY_CAST({_text(self._by or '')} AS ENUM ({names})))"
            select += f", coalesce(CAST({by} AS INTEGER), -1) AS g"
        found = self.source.arrays(f"SELECT {select} FROM dataset")  # noqa: S608 - quoted
        values = _plain(found["v"])
        parts = {"": (len(values), _sorted(values))}
        if self._groups:
            parts |= _split(values, np.asarray(found["g"]), self._groups)
        return parts

    def counts(self, column: str, group: str) -> tuple[int, int]:
        """Return how many rows a group has, and how many of these hold a number."""
        sql = f"SELECT count(*), count({_number(column)}) FROM dataset WHERE {self._of(group)}"  # noqa: S608 - quoted
        ((rows, held),) = self.source.ask(sql)
        return int(rows), int(held)

    def cuts(self, column: str, group: str) -> list[float]:
        """Return numbers that cut a large column into parts that fit in memory."""
        parts = -(-self.rows // self._most)
        shares = ", ".join(str(at / parts) for at in range(1, parts))
        sql = (
            f"SELECT approx_quantile({_number(column)}, [{shares}]) "  # noqa: S608 - quoted
            f"FROM dataset WHERE {self._of(group)}"
        )
        ((found,),) = self.source.ask(sql)
        return sorted({float(one) for one in found or ()})

    def between(self, column: str, group: str, low: float | None, high: float | None) -> Numbers:
        """Return the numbers above `low` and up to `high`, sorted."""
        value = _number(column)
        where = [self._of(group), f"{value} IS NOT NULL"]
        where += [f"{value} > {low!r}::DOUBLE"] if low is not None else []
        where += [f"{value} <= {high!r}::DOUBLE"] if high is not None else []
        sql = f"SELECT {value} AS v FROM dataset WHERE {' AND '.join(where)}"  # noqa: S608
        return _sorted(_plain(self.source.arrays(sql)["v"]))

    def _of(self, group: str) -> str:
        return f"{_text(self._by)} = {literal(group)}" if self._by and group else "TRUE"


def pieces(first: Sample, second: Sample, column: str, group: str) -> Iterator[Piece]:
    """Yield a large column piece by piece, in ascending ranges of values."""
    larger = first if first.rows >= second.rows else second
    cuts = larger.cuts(column, group)
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        yield first.between(column, group, low, high), second.between(column, group, low, high)


def columns_of(first: Source, second: Source) -> list[Column]:
    """Return the columns of the reference, each with what it is or why it is not compared."""
    types = {one.name: one.type for one in second.columns}
    texts = [
        one.name for one in first.columns
        if one.type == "VARCHAR" and types.get(one.name) == "VARCHAR"
    ]  # fmt: skip
    numeric = set(texts)
    for rows in (_HEAD, ""):  # most texts that are no numbers show it soon
        for source in (first, second):
            numeric &= _all_numbers(source, sorted(numeric), rows)
    return [
        Column(one.name, "number" if one.name in numeric else _kind(one.type, types.get(one.name)))
        for one in first.columns
    ]


def _kind(first: str, second: str | None) -> str:
    if second is None:
        return "the current sample has no such column"
    if first.endswith("]") or first.startswith(NESTED) or second.startswith(NESTED):
        return "nested values are not compared"
    if first.startswith(TIMES):
        return "dates and times move by themselves"
    if first.startswith(NUMBERS) and second.startswith(NUMBERS):
        return "number"
    return "category"


def _all_numbers(source: Source, names: Sequence[str], rows: str) -> set[str]:
    """Return the text columns of which each value that is there is a number.

    Of the first `rows`, where none is there yet, it may still be.
    """
    if not names:
        return set()
    least = 0 if rows else 1
    asked = ", ".join(
        f"count({_text(one)}) = count({_number(one)}) AND count({_number(one)}) >= {least}"
        for one in names
    )
    (row,) = source.ask(f"SELECT {asked} FROM (FROM dataset {rows})")  # noqa: S608 - quoted
    return {name for name, is_so in zip(names, row, strict=True) if is_so}


def _text(column: str) -> str:
    return f"NULLIF(CAST({quoted(column)} AS VARCHAR), '')"


def _number(column: str) -> str:
    cast = _cast(column)
    return f"CASE WHEN isnan({cast}) THEN NULL ELSE {cast} END"


def _cast(column: str) -> str:
    return f"TRY_CAST({quoted(column)} AS DOUBLE)"


def _plain(values: Any) -> Numbers:  # noqa: ANN401 - masked where NULL
    if isinstance(values, np.ma.MaskedArray):
        return np.asarray(values.filled(np.nan), np.float64)
    return np.asarray(values, np.float64)


def _sorted(values: Numbers) -> Numbers:
    held = np.sort(values)
    return held[: np.searchsorted(held, np.nan)]  # they are sorted to the end


def _split(values: Numbers, codes: Counts, groups: Sequence[str]) -> dict[str, tuple[int, Numbers]]:
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(groups) + 1))
    parts = {}
    for at, group in enumerate(groups):
        mine = values[order[ends[at] : ends[at + 1]]]
        parts[group] = (len(mine), _sorted(mine))
    return parts
