"""What a table's file says of itself: columns, rows, and columns that seem sensitive by name.

This looks at names only and never at values. The full scan of values belongs to the privacy
capability.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.recognise.columns import all_name_kinds
from sunlit.recognise.header import like_rows, values_among

MALFORMED: Final = "tabular.malformed"
DELIMITED: Final = {".csv": ",", ".tsv": "\t"}
PARQUET: Final = frozenset({".parquet", ".pq"})
MAX_LINE: Final = 1024 * 1024
MAX_COLUMNS: Final = 10_000
LOOKED_AT: Final = 100  # rows that tell whether the first line is one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table's columns, its rows where they were counted, and why columns seem sensitive."""

    columns: tuple[str, ...]
    rows: int | None
    sensitive: Mapping[str, str]


def is_table(path: Path) -> bool:
    """Tell whether the file's name is that of a table that can be looked at."""
    return path.suffix.lower() in DELIMITED or path.suffix.lower() in PARQUET


def look_at_table(path: Path) -> Table:
    """Read a table's columns and count its rows.

    Raises:
        MalformedError: `tabular.malformed`.
        UnavailableError: `tabular.no-reader` where an extra is missing.
    """
    suffix = path.suffix.lower()
    try:
        columns, rows = _parquet(path) if suffix in PARQUET else _delimited(path, DELIMITED[suffix])
    except (OSError, csv.Error, UnicodeDecodeError, ValueError) as error:
        raise MalformedError(
            MALFORMED, f"the table {path.name!r} cannot be read", got=type(error).__name__,
            expected="CSV or TSV in UTF-8 with a header, or Parquet",
        ) from error  # fmt: skip
    if values_among(columns) is not None:
        raise _no_names(path)
    return Table(columns=columns, rows=rows, sensitive=sensitive_columns(columns))


def _delimited(path: Path, delimiter: str) -> tuple[tuple[str, ...], int]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header = handle.readline(MAX_LINE)
        columns = tuple(next(csv.reader([header], delimiter=delimiter), []))
        if not columns or len(columns) > MAX_COLUMNS:
            raise ValueError(len(columns))
        rows = (row for row in csv.reader(handle, delimiter=delimiter) if row)
        first = list(islice(rows, LOOKED_AT))
        if like_rows([columns, *first]) is not None:
            raise _no_names(path)
        return columns, len(first) + sum(1 for _ in rows)


def _no_names(path: Path) -> MalformedError:
    return MalformedError(
        MALFORMED, f"the table {path.name!r} has values where the names of its columns should be",
        expected="a first line with the columns' names", mend="add that line",
    )  # fmt: skip


def _parquet(path: Path) -> tuple[tuple[str, ...], int]:
    if find_spec("pyarrow") is None:
        raise UnavailableError(
            "tabular.no-reader", "Parquet files cannot be looked at",
            expected="pyarrow", mend="pip install 'sunlit[data]'",
        )  # fmt: skip
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    footer = parquet.read_metadata(path)
    columns = tuple(str(name) for name in footer.schema.to_arrow_schema().names)
    return columns[:MAX_COLUMNS], int(footer.num_rows)


def sensitive_columns(columns: Sequence[str]) -> dict[str, str]:
    """Return column -> what it seems to be by its name, for names that `recognise` knows."""
    return {
        column: kinds[0].title
        for column, kinds in all_name_kinds(columns).items()
        if kinds[0].protected
    }
