"""The same expressions on Spark give the same figures, bit for bit where they are whole."""

import importlib.util
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.data.risk import measure
from sunlit.producers.data.risk import spark as risk_spark
from sunlit.producers.data.risk.classes import class_sizes, diversity, histogram
from sunlit.producers.data.risk.options import date_to, prefix_of, round_to, suppress_below
from sunlit.producers.data.risk.spark import on_spark, session
from sunlit.producers.data.risk.table import Classes
from sunlit.producers.data.source import open_source

AT = datetime(2026, 11, 22, tzinfo=UTC)
FIXTURES = Path(__file__).parents[2] / "fixtures" / "risk"
HAS_SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
needs_spark = pytest.mark.skipif(not HAS_SPARK, reason="needs PySpark and Java")
LOUD = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
pytestmark = [pytest.mark.enable_socket, LOUD, pytest.mark.xdist_group("spark")]


@pytest.fixture(scope="module")
def running(request: pytest.FixtureRequest) -> Iterator[Any]:
    import pytest_socket

    pytest_socket.enable_socket()
    with session("local[1]", **{"spark.sql.shuffle.partitions": "2"}) as spark:
        yield spark


@needs_spark
@pytest.mark.timeout(300)
def test_the_same_figures_as_on_duckdb(running: Any) -> None:  # noqa: ANN401 - Spark has no types
    """Whole numbers equal; entropy and distances to 1e-12; nulls are values on both."""
    with open_source(str(FIXTURES / "cases.jsonl")) as source, on_spark(source, running) as other:
        ours, theirs = (
            histogram(class_sizes(one.table(), ["district", "band", "sex"]))
            for one in (source, other)
        )
        here, there = (
            diversity(one.table(), ["district", "sex"], "offence", 500, ordered=True)
            for one in (source, other)
        )

    assert ours == theirs
    assert (here.values, here.distinct) == (there.values, there.distinct)
    assert here.entropy == pytest.approx(there.entropy, abs=1e-12)
    assert here.equal == pytest.approx(there.equal, abs=1e-12)
    assert here.ordered == pytest.approx(there.ordered, abs=1e-12)


@needs_spark
@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_whole_claim_is_the_same(running: Any) -> None:  # noqa: ANN401 - Spark has no types
    """On Adult: search, figures, estimates and verdict."""
    with open_source(str(FIXTURES / "adult.parquet")) as source:
        asked = {"profile": "public-release", "population": 3_000_000, "at": AT}
        here = measure(source, sensitive=["occupation"], **asked)  # type: ignore[arg-type]
        with on_spark(source, running) as other:
            there = measure(other, sensitive=["occupation"], **asked)  # type: ignore[arg-type]

    assert here.claim == there.claim
    assert there.detail["engine"] == "pyspark"


@needs_spark
@pytest.mark.long
@pytest.mark.timeout(600)
def test_changes_have_the_same_effect(running: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """Each way to make a column coarser, on text, numbers and dates, with nulls."""
    rows = {
        "n": [i % 37 if i % 11 else None for i in range(300)],
        "t": [f"AB{i % 9} {i % 5}CD" if i % 13 else None for i in range(300)],
        "d": [datetime(2000 + i % 20, 1 + i % 12, 3, tzinfo=UTC).date() for i in range(300)],
    }
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table(rows), path)
    changes: list[dict[str, Any]] = [
        {"n": round_to(5)}, {"t": prefix_of(3)}, {"d": date_to("quarter"), "t": None},
        {"n": suppress_below(9), "d": date_to("decade")},
    ]  # fmt: skip

    with open_source(str(path)) as source, on_spark(source, running) as other:
        found = []
        for one in (source, other):
            classes = Classes(class_sizes(one.table(), list(rows)), list(rows))
            found.append([classes.after(change) for change in changes])
            classes.close()

    assert found[0] == found[1]


def test_types_that_spark_does_not_read_are_written_in_ones_that_it_does() -> None:
    """Nanoseconds, times of day and unsigned numbers."""
    kinds = [pa.timestamp("ns", "UTC"), pa.time64("us"), pa.uint64(), pa.uint8(), pa.string()]
    schema = pa.schema([(str(i), kind) for i, kind in enumerate(kinds)])

    found = risk_spark._readable(schema).types

    assert found == [
        pa.timestamp("us", "UTC"), pa.string(), pa.decimal128(20, 0), pa.int64(), pa.string(),
    ]  # fmt: skip


def test_rows_are_written_for_spark_in_batches(tmp_path: Path) -> None:
    """As they are, in the types that Spark reads; no row is an error."""
    rows = {"when": [time(1, 2), None], "sum": [Decimal("1.5"), None]}
    full, empty = tmp_path / "full.parquet", tmp_path / "empty.parquet"
    parquet.write_table(pa.table(rows), full)
    parquet.write_table(pa.table(rows).slice(0, 0), empty)

    with open_source(str(full)) as source:
        risk_spark._write(source, tmp_path / "out.parquet")
    with open_source(str(empty)) as source, pytest.raises(MalformedError) as caught:
        risk_spark._write(source, tmp_path / "none.parquet")

    assert parquet.read_table(tmp_path / "out.parquet").num_rows == 2
    assert caught.value.code == "data-risk.no-rows"


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 3, with the extra's name."""
    import sys

    monkeypatch.setitem(sys.modules, "pyspark.sql", None)

    with pytest.raises(UnavailableError) as caught, session():
        pass

    assert caught.value.code == "data-risk.no-spark"
    assert "sunlit[spark]" in (caught.value.mend or "")
