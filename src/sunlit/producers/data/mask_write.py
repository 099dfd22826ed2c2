"""Writing a dataset so that nothing half-written is ever found in its place.

Everything is written into a temporary folder beside the place, synced, looked at, and only then
renamed. A process that is killed leaves the folder `.sunlit-write-*` and nothing else.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.producers.data.arrow import Batch, Schema
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_engine import DuckEngine, literal

FORMS: Final = {
    ".csv": "csv", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"
}  # fmt: skip
GROUP_ROWS: Final = 262_144
GROUP_BYTES: Final = 64 << 20

Batches = Iterator[Batch]


@contextmanager
def beside(out: Path) -> Iterator[Path]:
    """Yield a temporary folder on the file system of `out`; it goes whatever happens.

    Raises:
        UnavailableError: `data.out-unwritable`.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=".sunlit-write-", dir=out.parent))
    except OSError as error:
        raise unwritable(out, error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def expect_apart(source: Source, out: Path) -> None:
    """Check that `out` is not the dataset, does not lie in it, and does not hold it.

    Raises:
        MalformedError: `data.out-in-input`.
    """
    if source.holds(out):
        raise MalformedError(
            "data.out-in-input", "the result would be written into what it is made from",
            got=str(out), mend="choose an --out outside of the dataset",
        )  # fmt: skip


def form_of(out: Path, shape: str) -> str:
    """Return in which form a table is written; text documents are a folder.

    Raises:
        MalformedError: `data.out-form`.
    """
    if shape == "text":
        return "text"
    form = FORMS.get(out.suffix.lower())
    if form is None:
        raise MalformedError(
            "data.out-form", "the name of what is written does not say its form",
            expected="a name that ends in .csv, .parquet or .jsonl", got=out.name[:80],
        )  # fmt: skip
    return form


def write(form: str, path: Path, schema: Schema, batches: Batches) -> None:
    """Write batches of one schema, and sync them.

    Raises:
        UnavailableError: `data.out-unwritable`.
        SunlitError: what reading them raises.
    """
    writers: dict[str, Callable[[Path, Schema, Batches], None]] = {
        "csv": _csv, "jsonl": _jsonl, "parquet": _parquet, "text": _documents,
    }  # fmt: skip
    try:
        writers[form](path, schema, batches)
        for one in [*path.rglob("*"), path] if path.is_dir() else [path]:
            sync(one)
    except OSError as error:
        raise unwritable(path, error) from error


def put(made: Path, out: Path, *, replace: bool) -> None:
    """Rename what was written to its place, durably.

    Raises:
        MalformedError: `data.out-exists`.
        UnavailableError: `data.out-unwritable`.
    """
    expect_free(out, replace=replace)
    try:
        if out.is_dir():  # a folder cannot be replaced in one step: the old one is moved aside
            out.rename(made.parent / "replaced")
        made.rename(out)
        sync(out.parent)
    except OSError as error:
        raise unwritable(out, error) from error


def expect_free(out: Path, *, replace: bool) -> None:
    """Check that nothing lies where the result goes, unless it may be replaced.

    Raises:
        MalformedError: `data.out-exists`.
    """
    if os.path.lexists(out) and not replace:
        raise MalformedError(
            "data.out-exists", f"{out} exists", mend="choose another --out, or say --replace"
        )


def sync(path: Path) -> None:
    """Make a file or folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unwritable(path: Path, error: OSError) -> UnavailableError:
    """Return the error for a place that cannot be written."""
    return UnavailableError(
        "data.out-unwritable", f"cannot write {path}", got=error.strerror,
        mend="nothing was put there; free space, or choose another --out",
    )  # fmt: skip


class _Held:
    """Batches for DuckDB, which would wrap what goes wrong on the way: it is kept as it was."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self.error: SunlitError | OSError | None = None

    def __iter__(self) -> Batches:
        try:
            yield from self._batches
        except (SunlitError, OSError) as error:
            self.error = error
            raise


def _copy(path: Path, schema: Schema, batches: Batches, options: str) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    held = _Held(batches)
    engine = DuckEngine("1GB")
    try:
        reader: Any = pa.RecordBatchReader.from_batches(schema, held)
        engine.connection.register("masked", reader)
        with engine.reading():
            engine.connection.execute(f"COPY (FROM masked) TO {literal(str(path))} ({options})")
    except SunlitError:
        if held.error is not None:
            raise held.error from None
        raise
    finally:
        engine.close()


def _csv(path: Path, schema: Schema, batches: Batches) -> None:
    # A null is nothing between delimiters, an empty text is "": both read back as they were.
    _copy(path, schema, batches, "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"'")


def _jsonl(path: Path, schema: Schema, batches: Batches) -> None:
    _copy(path, schema, batches, "FORMAT json")


def _parquet(path: Path, schema: Schema, batches: Batches) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        held, rows, size = list[Batch](), 0, 0
        for batch in batches:
            held.append(batch)
            rows, size = rows + len(batch), size + batch.nbytes
            if rows >= GROUP_ROWS or size >= GROUP_BYTES:
                writer.write_table(pa.Table.from_batches(held, schema))
                held, rows, size = [], 0, 0
        if held:
            writer.write_table(pa.Table.from_batches(held, schema))


def _documents(path: Path, _schema: Schema, batches: Batches) -> None:
    path.mkdir()
    for batch in batches:
        rows = zip(
            batch.column("document").to_pylist(), batch.column("part").to_pylist(),
            batch.column("text").to_pylist(), strict=True,
        )  # fmt: skip
        for document, part, text in rows:
            file = path / document
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a" if part else "x", encoding="utf-8", newline="") as out:
                out.write(text)
