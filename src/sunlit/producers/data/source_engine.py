"""The DuckDB connection that reads one source: bounded memory, a temporary folder, no leaks.

Files are read through links in the temporary folder (`in/000000`, `in/000001`, ...), so that no
name of a file is ever taken for a pattern, and a failure names the file by its number.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.producers.data.arrow import Batch

NUMBERED: Final = re.compile(r"[\\/]in[\\/](\d{6,})")
LINE: Final = re.compile(r"Line: (\d+)")
VECTOR: Final = 2048  # rows that DuckDB hands over at a time
MOST_ROWS: Final = 65_536  # of one batch
MOST_BYTES: Final = 16 * 1024 * 1024  # of one batch, unless one vector alone holds more
EXTRA: Final = "pip install 'sunlit[data]'"


def quoted(name: str) -> str:
    """Return `name` as an identifier in SQL; any name will do but one with a NUL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return `text` as a string in SQL."""
    return "'" + text.replace("'", "''") + "'"


class DuckEngine:
    """An in-memory DuckDB that spills into a temporary folder of its own."""

    def __init__(self, memory: str) -> None:
        try:
            import duckdb  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UnavailableError(
                "data.no-reader", "datasets cannot be read", expected="DuckDB", mend=EXTRA
            ) from error
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory("-sunlit")))
        self._inputs: list[str] = []
        self._errors: type[Exception] = duckdb.Error
        self._full: type[Exception] = duckdb.OutOfMemoryException
        try:
            self.connection: Any = duckdb.connect(":memory:", config={
                "memory_limit": memory, "temp_directory": str(self.folder / "spill"),
                "autoinstall_known_extensions": False, "autoload_known_extensions": False,
            })  # fmt: skip
        except duckdb.Error:
            self._stack.close()
            raise MalformedError(
                "data.place", "the memory limit cannot be understood", expected="such as 2GB"
            ) from None
        self._stack.callback(self.connection.close)
        self.connection.execute("SET GLOBAL TimeZone = 'UTC'")  # times as text: the same anywhere

    def close(self) -> None:
        """Close the connection and remove the temporary folder; twice is fine."""
        self._stack.close()

    def link(self, path: Path, name: str) -> str:
        """Return the path in the temporary folder by which DuckDB reads the file `path`."""
        number = self.next_number()
        self._inputs.append(name)
        inside = self.folder / "in"
        inside.mkdir(exist_ok=True)
        at = inside / f"{number:06d}"
        at.symlink_to(path.resolve())
        return str(at)

    def next_number(self) -> int:
        """Return the number of the file that will be linked next."""
        return len(self._inputs)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Execute one statement and return all its rows (few).

        Raises:
            MalformedError: `data.malformed`, `data.encoding`.
            UnavailableError: `data.no-memory`.
        """
        with self.reading(), self.connection.cursor() as cursor:
            rows: list[tuple[Any, ...]] = cursor.execute(sql, list(parameters)).fetchall()
            return rows

    def arrays(self, sql: str) -> dict[str, Any]:
        """Execute one statement and return its columns as NumPy arrays, masked where NULL.

        Raises:
            MalformedError: `data.malformed`, `data.encoding`.
            UnavailableError: `data.no-memory`.
        """
        with self.reading(), self.connection.cursor() as cursor:
            columns: dict[str, Any] = cursor.execute(sql).fetchnumpy()
            return columns

    def stream(self, sql: str) -> Iterator[Batch]:
        """Yield the answer in batches of bounded rows and bytes.

        Raises:
            MalformedError: `data.malformed`, `data.encoding`.
            UnavailableError: `data.no-memory`.
        """
        with self.reading(), self.connection.cursor() as cursor:
            reader = cursor.execute(sql).to_arrow_reader(VECTOR)
            yield from _joined(reader)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn DuckDB's errors, which may hold values, into ours, which name file and line.

        Raises:
            MalformedError: `data.malformed`, `data.encoding`.
            UnavailableError: `data.no-memory`.
        """
        try:
            yield
        except self._full:
            raise UnavailableError(
                "data.no-memory", "the memory limit or the disk for temporary files is too small",
                mend="raise the limit, or free space where temporary files go (TMPDIR)",
            ) from None  # fmt: skip
        except (self._errors, OSError) as error:
            raise self.translated(str(error)) from None

    def translated(self, text: str) -> SunlitError:
        """Return our error for DuckDB's text, of which only a file and a line are kept."""
        number = NUMBERED.search(text)
        known = number is not None and int(number.group(1)) < len(self._inputs)
        name = self._inputs[int(number.group(1))] if number and known else "the dataset"
        line = LINE.search(text)
        where = f"{name!r}, line {line.group(1)}" if line else repr(name)
        if "nvalid unicode" in text or "utf-8" in text.lower():
            return MalformedError(
                "data.encoding", f"{where} is not UTF-8 throughout",
                mend="say which encoding with --encoding, for example windows-1252",
            )  # fmt: skip
        return MalformedError(
            "data.malformed", f"{where} cannot be read", got=_why(text),
            mend="mend or leave out that file; --skip-unread reads the others and says so",
        )  # fmt: skip


_REASONS: Final = {
    "Expected Number of Columns": "a row with another number of values than the header",
    "unterminated quote": "a quote that is not closed, or text after a closing quote",
    "Maximum line size": "a row of more than 2 MB",
    "Malformed JSON": "a line that is not JSON",
    "magic bytes": "no Parquet file, or one that was cut short",
    "Failed to read file": "bytes that do not decompress",
    "Conversion Error": "a value of another type than its column",
    "No files found": "no such file",
}


def _why(text: str) -> str:
    return next((why for part, why in _REASONS.items() if part in text), "bytes of another form")


def _joined(reader: Iterator[Batch]) -> Iterator[Batch]:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    held: list[Batch] = []
    rows = size = 0
    for batch in reader:
        held.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= MOST_ROWS or size >= MOST_BYTES:
            yield from pa.Table.from_batches(held).combine_chunks().to_batches()
            held, rows, size = [], 0, 0
    if held:
        yield from pa.Table.from_batches(held).combine_chunks().to_batches()
