"""The rows digest: what names a table that is no file (spec/data.md, section 2).

    SHA-256( header || SHA-256(row) in ascending order )

A table of a database has no order, so its rows are put in one: that of their own digests. Two
tables of the same columns and rows, duplicates counted, have one digest wherever they lie.
"""

import hashlib
from collections.abc import Sequence

from sunlit.base.canonical import encode
from sunlit.producers.data.source_engine import DuckEngine, quoted


def rows_digest(engine: DuckEngine, relation: str, columns: Sequence[str]) -> tuple[str, int]:
    """Return the hex digest and the number of rows of `relation` (SQL that may follow FROM).

    Raises:
        MalformedError: `data.malformed`.
        UnavailableError: `data.no-memory`.
    """
    fields = ", ".join(_field(name) for name in columns)
    digest = hashlib.sha256(encode({"columns": list(columns), "format": "sunlit-rows/1"}))
    rows = 0
    statement = f"SELECT unhex(sha256(concat({fields}))) AS r FROM {relation} ORDER BY r"  # noqa: S608 - quoted
    for batch in engine.stream(statement):
        _, offsets, data = batch.column(0).buffers()
        del offsets
        size = 32 * batch.num_rows
        start = 32 * batch.column(0).offset
        digest.update(memoryview(data)[start : start + size])
        rows += batch.num_rows
    return digest.hexdigest(), rows


def _field(name: str) -> str:
    # Its length in bytes before each value: no two rows can be run together into one text.
    value = f"CAST({quoted(name)} AS VARCHAR)"
    return (
        f"CASE WHEN {quoted(name)} IS NULL THEN '-' ELSE concat(strlen({value}), ':', {value}) END"
    )
