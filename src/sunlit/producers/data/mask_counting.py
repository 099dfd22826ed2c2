"""What can only be said after all rows: classes that are too small, pseudonyms that meet.

Both are counted over 64-bit hashes in DuckDB, which spills to disk: memory stays bounded, and no
value lies in a temporary file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sunlit.producers.data.arrow import Array, Batch
from sunlit.producers.data.mask_arrow import as_text
from sunlit.producers.data.source_engine import DuckEngine

if TYPE_CHECKING:
    import numpy as np


class Classes:
    """How many rows share their values in `columns`, and which are in too small a class."""

    def __init__(self, engine: DuckEngine, columns: Sequence[str], smaller_than: int) -> None:
        self.columns, self._least, self._engine = tuple(columns), smaller_than, engine
        tables = engine.run("SELECT count(*) FROM duckdb_tables()")[0][0]
        self._table = f"classes_{tables}"
        engine.run(f"CREATE TABLE {self._table} (h UBIGINT, n BIGINT)")
        self._small: np.ndarray[Any, Any] | None = None

    def see(self, batch: Batch) -> None:
        """Count a batch's rows; a null is a value of its own."""
        with self._engine.reading():
            _register(self._engine, [as_text(batch.column(one)) for one in self.columns])
            self._engine.connection.execute(
                f"INSERT INTO {self._table} SELECT hash({self._all()}) h, count(*) "  # noqa: S608
                "FROM batch GROUP BY h"
            )

    def is_small(self, batch: Batch) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Return for each row whether its class, over everything seen, is too small."""
        import numpy as np  # noqa: PLC0415 - an extra

        if self._small is None:
            self._small = self._of_small_classes()
        with self._engine.reading():
            _register(self._engine, [as_text(batch.column(one)) for one in self.columns])
            found = self._engine.connection.execute(f"SELECT hash({self._all()}) h FROM batch")  # noqa: S608
            hashes = found.fetchnumpy()["h"]
        return np.isin(np.asarray(hashes, np.uint64), self._small)

    def _all(self) -> str:
        return ", ".join(f"c{number}" for number in range(len(self.columns)))

    def _of_small_classes(self) -> "np.ndarray[Any, Any]":
        import numpy as np  # noqa: PLC0415 - an extra

        with self._engine.reading():
            found = self._engine.connection.execute(
                f"SELECT h FROM {self._table} GROUP BY h HAVING sum(n) < ? ORDER BY h",  # noqa: S608
                [self._least],
            ).fetchnumpy()["h"]
        return np.asarray(found, np.uint64)


@dataclass(frozen=True, slots=True)
class Met:
    """Of one domain: distinct values, those that share a pseudonym, and those that met a value.

    `meet_values` counts pseudonyms that are also a value that came in: whoever reads one cannot
    tell it from a real one.
    """

    domain: str
    values: int
    collisions: int
    meet_values: int


class Collisions:
    """Counts, for each domain, pseudonyms that two values share."""

    def __init__(self, engine: DuckEngine) -> None:
        self._engine = engine
        self._domains: dict[str, int] = {}
        engine.run("CREATE TABLE pairs (d INTEGER, i UBIGINT, o UBIGINT)")

    def see(self, domain: str, before: Array, after: Array) -> None:
        """Take a batch's values, normal already, and their pseudonyms, as texts."""
        number = self._domains.setdefault(domain, len(self._domains))
        with self._engine.reading():
            _register(self._engine, [before, after])
            self._engine.connection.execute(
                "INSERT INTO pairs SELECT DISTINCT ?, hash(c0), hash(c1) FROM batch "
                "WHERE c0 IS NOT NULL AND c1 IS NOT NULL",
                [number],
            )

    def met(self) -> tuple[Met, ...]:
        """Return what was counted, by domain."""
        return tuple(self._met(domain, number) for domain, number in sorted(self._domains.items()))

    def _met(self, domain: str, number: int) -> Met:
        run = self._engine.run
        values, shared = run(
            "SELECT count(*), count(*) - count(DISTINCT o) FROM "
            "(SELECT i, min(o) o FROM pairs WHERE d = ? GROUP BY i)", [number],
        )[0]  # fmt: skip
        meet = run(
            "SELECT count(DISTINCT o) FROM pairs WHERE d = ? AND o IN "
            "(SELECT i FROM pairs WHERE d = ?)", [number, number],
        )[0][0]  # fmt: skip
        return Met(domain, int(values), int(shared), int(meet))


def _register(engine: DuckEngine, arrays: Sequence[Array]) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    names = [f"c{number}" for number in range(len(arrays))]
    engine.connection.register("batch", pa.table(list(arrays), names=names))
