"""The same measurement on Spark: the rows go to Parquet in a temporary folder, Spark reads that.

For data that lies on a cluster already, `SparkTable` takes any Ibis table on Spark. Local mode
is no faster than DuckDB; it shows that the expressions give the same figures there.
"""

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sunlit.base.errors import MalformedError, UnavailableError

if TYPE_CHECKING:
    from sunlit.producers.data.source import Source

EXTRA: Final = "pip install 'sunlit[spark]', and a Java of at least 17"
SETTINGS: Final = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.session.timeZone": "UTC",
    "spark.log.level": "ERROR",
    # the same answers as elsewhere: a text that is no number is no error in a try_cast only
    "spark.sql.ansi.enabled": "true",
}


@dataclass(frozen=True, slots=True)
class SparkTable:
    """A dataset on Spark, as `measure` takes it. `checks` is the source whose files count."""

    name: str
    digest: Mapping[str, str]
    unread: tuple[str, ...]
    ibis_table: Any
    checks: "Source | None" = None

    def table(self) -> Any:  # noqa: ANN401 - Ibis has no types for mypy
        """Return its rows as an Ibis table."""
        return self.ibis_table

    def reading(self) -> AbstractContextManager[None]:
        """Turn Spark's errors, which may hold values, into errors that hold none."""
        return _reading(self.name)

    def check(self) -> None:
        """Make sure that the files are still what they were."""
        if self.checks is not None:
            self.checks.check()


@contextmanager
def session(master: str = "local[*]", **settings: str) -> Iterator[Any]:
    """Yield a Spark session in local mode, bound to this machine alone, and stop it.

    Raises:
        UnavailableError: `data-risk.no-spark`.
    """
    # Spark starts Python for some work, and must find this one.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # It looks up this machine's own name otherwise, which not every machine can resolve.
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise _no_spark() from error
    builder = SparkSession.builder.master(master).appName("sunlit data risk")
    for name, value in {**SETTINGS, **settings}.items():
        builder = builder.config(name, value)
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        made = builder.getOrCreate()
    except (OSError, RuntimeError) as error:
        raise _no_spark() from error
    try:
        yield made
    finally:
        made.stop()
        # Spark answers Ctrl-C itself from its first session on, also after the last has stopped.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, interrupted)


def _no_spark() -> UnavailableError:
    return UnavailableError(
        "data-risk.no-spark", "Spark cannot be started", expected="PySpark and Java", mend=EXTRA
    )


@contextmanager
def on_spark(source: "Source", running: Any = None) -> Iterator[SparkTable]:  # noqa: ANN401
    """Yield the source's rows on Spark; `running` is a session to use, and is left running.

    Raises:
        UnavailableError: `data-risk.no-spark`, `data.*`.
        MalformedError: `data.*`.
    """
    with (
        tempfile.TemporaryDirectory("-sunlit-spark") as folder,
        session() if running is None else nullcontext(running) as spark,
    ):
        path = Path(folder) / "rows.parquet"
        _write(source, path)
        yield SparkTable(source.name, source.digest, source.unread, of_parquet(spark, path), source)


def of_parquet(spark: Any, *paths: Path) -> Any:  # noqa: ANN401 - Ibis and Spark have no types
    """Return Parquet files as an Ibis table on a running Spark session."""
    import ibis  # noqa: PLC0415 - heavy

    backend = ibis.pyspark.connect(spark)
    frame = spark.read.parquet(*map(str, paths))
    name = f"sunlit_rows_{abs(hash(paths)):x}"
    frame.createOrReplaceTempView(name)
    return backend.table(name)


def _write(source: "Source", path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    writer: Any = None
    try:
        for batch in source.batches():
            table = pa.Table.from_batches([batch])
            plain = _readable(table.schema)
            writer = writer or parquet.ParquetWriter(path, plain)
            writer.write_table(table.cast(plain))
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise MalformedError(
            "data-risk.no-rows", f"{source.name!r} has no row, so there is nothing to measure"
        )


def _readable(schema: Any) -> Any:  # noqa: ANN401 - a pyarrow.Schema
    """Return the schema with types that Spark does not read written in ones that it does."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    fields = []
    for field in schema:
        kind = field.type
        if pa.types.is_timestamp(kind):
            kind = pa.timestamp("us", kind.tz)
        elif pa.types.is_time(kind):
            kind = pa.string()
        elif pa.types.is_unsigned_integer(kind):
            kind = pa.decimal128(20, 0) if kind == pa.uint64() else pa.int64()
        fields.append(field.with_type(kind))
    return pa.schema(fields)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    from pyspark.errors import PySparkException  # noqa: PLC0415  # pyright: ignore[reportMissingImports]

    try:
        yield
    except PySparkException as error:
        kind = getattr(error, "getErrorClass", lambda: None)()
        raise MalformedError(
            "data.malformed", f"Spark cannot measure {name!r}", got=kind or type(error).__name__,
            mend="try --engine duckdb",
        ) from None  # fmt: skip
