"""Datasets as they lie: opened once, digested once, read in batches or as one table.

`open_source(place)` takes a file, a folder, a glob, `duckdb:PATH?table=T` or
`postgresql://...?table=T`. What it gives names its columns, and hands its rows over as Arrow
batches (`batches`) or as an Ibis table on DuckDB (`table`), never all of them in memory.

The bytes that were digested are the bytes that are read: files must be, by the file system's
word, what they were, before the digest and after every reading; a DuckDB file is held open
read-only, and a PostgreSQL table is copied once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.producers.data.arrow import Batch
from sunlit.producers.data.source_engine import DuckEngine, quoted
from sunlit.producers.data.source_place import DataFile, FilesPlace
from sunlit.producers.data.source_text import text_batches

VIEW = "dataset"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and its type as DuckDB writes it (`VARCHAR`, `BIGINT`, ...)."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a source once it is open; `unread` is name -> why."""

    name: str
    digest: Mapping[str, str]
    shape: str
    columns: tuple[Column, ...]
    files: tuple[str, ...]
    unread: Mapping[str, str]
    size: int


class Source:
    """An open dataset. Use it as a context manager, or close it: it has a temporary folder.

    Attributes:
        name: The file's or folder's own name; `FILE#TABLE` or `DATABASE#TABLE` for a database.
        digest: Algorithm -> hex digest, as provenance names the dataset.
        shape: `table` or `text`. Text has the columns `document`, `part` and `text`.
        columns: What the rows hold, in order.
        files: Names of the files that are read, below the folder.
        unread: Names of the files that are not read (only with `skip_unread`).
        reasons: The same names, with why.
        size: Bytes of the files that are read (0 for a database).
    """

    def __init__(
        self, facts: Facts, engine: DuckEngine, place: FilesPlace | None,
        documents: Sequence[tuple[DataFile, str]] = (), *, rows: int | None = None,
    ) -> None:  # fmt: skip
        self.name = facts.name
        self.digest = facts.digest
        self.shape = facts.shape
        self.columns = facts.columns
        self.files = facts.files
        self.unread = tuple(facts.unread)
        self.reasons = facts.unread
        self.size = facts.size
        self._engine = engine
        self._place = place
        self._documents = documents
        self._rows = rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and remove the temporary folder; twice is fine."""
        self._engine.close()

    def rows(self) -> int:
        """Return how many rows there are, or documents; counted once.

        Raises:
            MalformedError: `data.malformed`.
        """
        if self._rows is None and self.shape == "text":
            self._rows = len(self._documents)
        if self._rows is None:
            self._rows = int(self._engine.run(f"SELECT count(*) FROM {VIEW}")[0][0])  # noqa: S608
        return self._rows

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[Batch]:
        """Yield all rows in their order, of all columns or the named ones, in that order.

        Raises:
            MalformedError: `data.malformed`, `data.encoding`, `data.no-column`.
            VerificationError: `data.changed`, at the end, when the files were written to.
            UnavailableError: `data.no-memory`.
        """
        chosen = [one.name for one in self.columns] if columns is None else list(columns)
        unknown = sorted(set(chosen) - {one.name for one in self.columns})
        if unknown:
            raise MalformedError(
                "data.no-column", f"{self.name!r} has no column {unknown[0]!r}",
                expected="one of " + ", ".join(repr(one.name) for one in self.columns[:20]),
            )  # fmt: skip
        return self._checked(chosen)

    def _checked(self, columns: list[str]) -> Iterator[Batch]:
        if self.shape == "text":
            for batch in text_batches(self._documents):
                yield batch.select(columns)
        else:
            listed = ", ".join(map(quoted, columns))
            yield from self._engine.stream(f"SELECT {listed} FROM {VIEW}")  # noqa: S608 - quoted
        self.check()

    def table(self) -> Any:  # noqa: ANN401 - Ibis has no types for mypy
        """Return the rows as an Ibis table on DuckDB. Wrap its use in `reading()`.

        Raises:
            MalformedError: `data.no-rows` for text documents.
        """
        if self.shape == "text":
            raise MalformedError(
                "data.no-rows", f"{self.name!r} holds text documents and no table",
                expected="CSV, TSV, Parquet, JSONL or a table of a database",
            )  # fmt: skip
        import ibis  # noqa: PLC0415 - an extra

        return ibis.duckdb.from_connection(self._engine.connection).table(VIEW)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the few rows of a statement of ours about the view `dataset`.

        Raises:
            MalformedError: `data.malformed`, `data.encoding`.
            UnavailableError: `data.no-memory`.
        """
        return self._engine.run(sql)

    def arrays(self, sql: str) -> dict[str, Any]:
        """Return the columns of a statement of ours about the view `dataset` as NumPy arrays.

        Raises:
            MalformedError: `data.malformed`, `data.encoding`.
            UnavailableError: `data.no-memory`.
        """
        return self._engine.arrays(sql)

    def reading(self) -> AbstractContextManager[None]:
        """Turn what DuckDB raises within, which may hold values, into errors that hold none."""
        return self._engine.reading()

    def holds(self, path: Path) -> bool:
        """Say whether a file or folder at `path` is, holds, or would be part of the dataset."""
        if self._place is None:
            return False
        root, here = self._place.root.resolve(), path.resolve()
        if here == root or here in root.parents:
            return True
        inside = root in here.parents and root.is_dir()
        return inside and not self._place.skip(here.relative_to(root).as_posix())

    def check(self) -> None:
        """Make sure that the files are what they were when they were digested.

        Raises:
            VerificationError: `data.changed`.
        """
        if self._place is not None and not self._place.is_unchanged():
            raise VerificationError(
                "data.changed", f"{self.name!r} changed while it was read",
                mend="wait until nothing writes to it and try again",
            )  # fmt: skip
