"""From rows to the cube: files, databases, values that are no values, bins, bands, medians."""

import importlib.util
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias import read
from sunlit.producers.audit.bias.columns import Columns
from sunlit.producers.audit.bias.cube import UNKNOWN, Cube
from sunlit.producers.audit.bias.document import to_json
from sunlit.producers.audit.bias.read import read_cube
from sunlit.producers.data.source import open_source
from tests.producers.audit.bias.cubes import SOURCES, counted, people

ROWS: dict[str, list[Any]] = {
    "sex": ["F", "M", "", None, " ", "F", "M", "?"],
    "age": [17, 30, 64, 65, None, 25, 30, 90],
    "yes": [1, 0, 1, 0, 1, None, 1, 0],
    "word": ["granted", "refused", "granted", "refused", "granted", "", "granted", "refused"],
    "truth": [True, False, None, False, True, True, True, False],
    "score": [0.1, 0.2, 0.35, 0.4, 0.5, None, 0.9, 1.0],
}
SEX = ("sex",)


def one(folder: Path, **asked: Any) -> Cube:  # noqa: ANN401 - any columns
    return counted(ROWS, Columns(**{"attributes": SEX, **asked}), folder)


def test_unknown_values_are_a_value_and_are_counted(tmp_path: Path) -> None:
    """Null, empty, blank and what was named as unknown are one value; no prediction, left out."""
    made = one(tmp_path, prediction="yes", unknown=("?",))

    assert made.dimensions[0].values == (UNKNOWN, "F", "M")
    assert made.rows.tolist() == [4, 1, 2]
    assert made.selected.tolist() == [2, 1, 1]
    assert made.meaning.left_out == 1
    assert made.unknown("sex") == 4
    assert not made.with_outcome


def test_an_outcome_that_is_not_known_counts_as_such(tmp_path: Path) -> None:
    """It is in no cell of the confusion, and its person is still counted as selected."""
    made = one(tmp_path, prediction="word", favourable=("granted",), outcome="truth")

    cells = {name: int(held.sum()) for name, held in made.confusion().items()}
    assert cells == {"tp": 3, "fp": 0, "fn": 0, "tn": 3}
    assert made.total == 7
    assert made.counts[..., 1, 2].sum() == 1
    assert made.meaning.selected == ("granted",)


@pytest.mark.parametrize(
    ("rule", "selected"), [("at-least", 4), ("above", 3), ("at-most", 4), ("below", 3)]
)
def test_a_score_is_cut_by_its_rule(tmp_path: Path, rule: Any, selected: int) -> None:  # noqa: ANN401
    """The threshold itself is in by two rules and out by the other two."""
    made = one(tmp_path, score="score", threshold=Decimal("0.4"), rule=rule)

    assert made.selected.sum() == selected
    assert (made.meaning.rule, made.meaning.threshold) == (rule, "0.4")


def test_above_the_median_of_all_scores(tmp_path: Path) -> None:
    """The median is found first, is written down, and its own person is not above it."""
    made = one(tmp_path, score="score", threshold="median")

    assert (made.meaning.threshold, made.meaning.median) == ("0.4", True)
    assert made.selected.sum() == 3


def test_scores_are_counted_in_bins(tmp_path: Path) -> None:
    """Ten of one width from 0 to 1; a score on an edge is in the bin above, 1 in the last."""
    made = one(tmp_path, prediction="yes", outcome="truth", score="score")

    assert made.scores is not None
    assert made.scores.edges[:3] == ("0", "0.1", "0.2")
    assert made.scores.counts.sum(axis=(0, 2)).tolist() == [0, 1, 1, 1, 1, 1, 0, 0, 0, 2]


def test_bins_of_other_scores_span_them(tmp_path: Path) -> None:
    """From the least to the greatest; edges may be named; equal scores make one bin."""
    rows = {**ROWS, "tens": [10, 20, 30, 40, 50, 60, 70, 90], "same": [7] * 8}
    asked = {"attributes": SEX, "prediction": "yes", "bins": 4}
    by_range = counted(rows, Columns(**asked, score="tens"), tmp_path).scores  # type: ignore[arg-type]
    asked["bins"] = (Decimal(0), Decimal("0.5"), Decimal(100))
    by_name = counted(rows, Columns(**asked, score="tens"), tmp_path).scores  # type: ignore[arg-type]
    asked["bins"] = 10
    same = counted(rows, Columns(**asked, score="same"), tmp_path).scores  # type: ignore[arg-type]

    assert by_range is not None
    assert by_name is not None
    assert same is not None
    assert by_range.edges == ("10", "30", "50", "70", "90")
    assert by_range.counts.sum(axis=(0, 2)).tolist() == [2, 2, 1, 2]
    assert by_name.counts.sum(axis=(0, 2)).tolist() == [0, 7]
    assert same.edges == ("7", "8")


def test_numbers_are_put_into_bands(tmp_path: Path) -> None:
    """By rising bounds, a bound being in the band above it."""
    bands = {"age": (Decimal(25), Decimal(65))}
    made = one(tmp_path, attributes=("age",), prediction="yes", bands=bands)

    assert made.dimensions[0].values == (UNKNOWN, "25 to under 65", "65 and over", "under 25")
    assert made.rows.tolist() == [1, 3, 2, 1]


def test_csv_parquet_and_database_make_one_cube(tmp_path: Path) -> None:
    """The same rows count to the same bytes from a text, a Parquet file and a table."""
    parquet = counted(people("compas"), SOURCES["compas"], tmp_path)
    database, text = tmp_path / "people.duckdb", tmp_path / "people.csv"
    with duckdb.connect(str(database)) as held:
        held.execute(f"CREATE TABLE t AS SELECT * FROM '{tmp_path / 'rows.parquet'}'")  # noqa: S608
        held.execute(f"COPY t TO '{text}' (HEADER)")
    for place in (f"duckdb:{database}?table=t", str(text)):
        with open_source(place) as source:
            assert to_json(read_cube(source, SOURCES["compas"])) == to_json(parquet)


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "no such column": ("data.no-column", {"prediction": "maybe"}),
    "nothing predicted": ("bias.columns", {}),
    "two predictions": (
        "bias.columns", {"prediction": "yes", "score": "score", "threshold": Decimal(1)},
    ),
    "a threshold of nothing": ("bias.columns", {"threshold": Decimal(1)}),
    "no attribute": ("bias.columns", {"prediction": "yes", "attributes": ()}),
    "one attribute twice": ("bias.columns", {"prediction": "yes", "attributes": ("sex", "sex")}),
    "bands of nothing": ("bias.bands", {"prediction": "yes", "bands": {"age": (Decimal(1),)}}),
    "no bins": ("bias.bands", {"prediction": "yes", "score": "score", "bins": 0}),
    "edges that fall": (
        "bias.bands", {"prediction": "yes", "score": "score", "bins": (Decimal(1), Decimal(0))},
    ),
    "words as prediction": ("bias.value-unnamed", {"prediction": "word"}),
    "words as outcome": ("bias.value-unnamed", {"prediction": "yes", "outcome": "word"}),
    "a value nobody has": ("bias.value-absent", {"prediction": "word", "favourable": ("yes",)}),
    "a word for a number": ("bias.value-absent", {"prediction": "yes", "favourable": ("on",)}),
    "an outcome nobody has": (
        "bias.value-absent", {"prediction": "yes", "outcome": "word", "positive": ("won",)},
    ),
    "words as score": ("bias.not-a-number", {"prediction": "yes", "score": "word"}),
    "truth as score": ("bias.column-type", {"prediction": "yes", "score": "truth"}),
    "bytes as attribute": ("bias.column-type", {"prediction": "yes", "attributes": ("bytes",)}),
    "no prediction at all": ("bias.no-rows", {"prediction": "none"}),
    "no score at all": ("bias.no-rows", {"score": "none", "threshold": Decimal(1)}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_each_mistake_is_named_without_a_value(tmp_path: Path, case: str) -> None:
    """By its code, and never with a value of a person."""
    code, asked = WRONG[case]
    rows = {**ROWS, "bytes": [b"x"] * 8, "none": [""] * 8}
    with pytest.raises(MalformedError) as caught:
        counted(rows, Columns(**{"attributes": SEX, **asked}), tmp_path)

    assert caught.value.code == code
    assert "granted" not in str(caught.value)


def test_a_column_of_numbers_for_each_person_is_no_attribute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused with its name, also where the engine would hand over too many cells to look at."""
    rows: dict[str, list[Any]] = {"id": [f"{at}" for at in range(1200)], "yes": [1] * 1200}
    asked = Columns(attributes=("id",), prediction="yes")
    with pytest.raises(MalformedError, match="'id'"):
        counted(rows, asked, tmp_path)
    monkeypatch.setattr(read, "MOST_CELLS", 1000)
    with pytest.raises(MalformedError, match="'id'"):
        counted(rows, asked, tmp_path)
    monkeypatch.setattr(read, "MOST_CELLS", 1)
    with pytest.raises(MalformedError, match="too many cells"):
        counted(ROWS, Columns(attributes=SEX, prediction="yes"), tmp_path)


def test_true_and_false_may_be_named(tmp_path: Path) -> None:
    """Also turned around; numbers are compared as numbers; a word is no truth."""
    falses = one(tmp_path, prediction="truth", favourable=("false",))
    noughts = one(tmp_path, prediction="yes", favourable=("0.0",), unknown=("?", "7"))

    assert (falses.selected.sum(), falses.total) == (3, 7)
    assert noughts.selected.sum() == 3
    with pytest.raises(MalformedError, match="'truth'"):
        one(tmp_path, prediction="truth", favourable=("maybe",))


HAS_SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


@pytest.mark.skipif(not HAS_SPARK, reason="needs PySpark and Java")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.enable_socket
@pytest.mark.xdist_group("spark")
@pytest.mark.long
@pytest.mark.timeout(300)
def test_spark_counts_the_same_cube(tmp_path: Path) -> None:
    """To the byte: values, unknowns, bands, bins and the median."""
    from sunlit.producers.data.risk.spark import session

    bands = {"age": (Decimal(25), Decimal(65))}
    asked = [
        Columns(attributes=("sex", "age"), prediction="word", favourable=("granted",),
                outcome="truth", score="score", bands=bands, unknown=("?",)),
        Columns(attributes=("sex", "age", "truth"), score="score", threshold="median"),
    ]  # fmt: skip
    here = [counted(ROWS, one, tmp_path) for one in asked]
    with session("local[1]") as spark, open_source(str(tmp_path / "rows.parquet")) as source:
        there = [read_cube(source, one, engine="spark", running=spark) for one in asked]

    assert [to_json(one) for one in here] == [to_json(one) for one in there]
