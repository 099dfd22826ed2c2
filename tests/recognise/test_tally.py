"""Counting kinds in columns: exact where all is looked at, with an interval where not."""

from typing import Final

import pyarrow as pa
import pytest

from sunlit.recognise import tally
from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import shipped
from sunlit.recognise.shape import shape
from sunlit.recognise.tally import ColumnTally, KindTally, Tally

ENGINE: Final = Engine(shipped())
GOOD: Final = ("9434765919", "9434765870")


def _tally(values: list[str | None], column: str | None = None, *, batch: int = 10_000) -> Tally:
    counted = ColumnTally(ENGINE, column)
    array = pa.array(values, pa.string())
    for first in range(0, len(values), batch):
        counted.add(array[first : first + batch])
    return counted.result()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the fast path begin at once, with small samples."""
    monkeypatch.setattr(tally, "FEW", 0)
    monkeypatch.setattr(tally, "REPEATED", 0)
    monkeypatch.setattr(tally, "SAMPLE", 50)


def test_a_short_column_is_counted_exactly() -> None:
    """Rows, empty ones, and rows that hold each kind; values that repeat count each time."""
    found = _tally([*GOOD, GOOD[0], None, "", "a@example.org"], "nhs_no")

    assert (found.rows, found.empty) == (6, 2)
    assert [*found.kinds["nhs-number"].rows] == [3, 3, 3]
    assert found.kinds["email"].held == 1
    assert found.kinds["nhs-number"].shapes == ("9999999999",)


@pytest.mark.usefixtures("hurried")
def test_a_dense_kind_is_counted_and_sampled() -> None:
    """Rows with the pattern are exact; what share of them is real comes with an interval."""
    values = [f"{number:010d}" for number in range(10**9, 10**9 + 2000)]

    found = _tally([*values], "nhs_no").kinds["nhs-number"]

    assert (found.held, found.matched, found.checked) == (0, 2000, 50)
    estimate, low, high = found.rows
    truth = sum(bool(ENGINE.find(value, column="nhs_no")) for value in values)
    assert low <= estimate <= high
    assert low <= truth <= high


@pytest.mark.usefixtures("hurried")
def test_rare_kinds_are_counted_exactly_among_dense_ones() -> None:
    """One address among thousands of numbers is found."""
    values = [f"id {number:07d}" for number in range(3000)]
    values[1234] = "a@example.org"

    assert [*_tally([*values]).kinds["email"].rows] == [1, 1, 1]


@pytest.mark.usefixtures("hurried")
def test_batches_do_not_matter() -> None:
    """The same rows are sampled however they come."""
    values: list[str | None] = [f"{number:010d}" for number in range(10**9, 10**9 + 3000)]

    results = [_tally(values, "nhs_no", batch=batch).kinds for batch in (3000, 700)]

    assert results[0] == results[1]


@pytest.mark.usefixtures("hurried")
def test_typesetting_is_counted_too() -> None:
    """What RE2 counts has been made plain before, as for the engine."""
    values: list[str | None] = [f"943\u00a0476\u00a0{number:04d}" for number in range(2000)]

    found = _tally(values, "nhs_no").kinds["nhs-number"]

    assert found.matched == 2000


def test_arrow_columns_of_any_make_are_taken() -> None:
    """Chunked, dictionary-encoded and large strings."""
    counted = ColumnTally(ENGINE, "email")
    plain = pa.array(["a@example.org", None])
    for values in (
        pa.chunked_array([plain, plain]), plain.dictionary_encode(), plain.cast(pa.large_string()),
    ):  # fmt: skip
        counted.add(values)

    found = counted.result()

    assert (found.rows, found.empty, found.kinds["email"].held) == (8, 4, 4)


def test_an_interval_needs_a_sample() -> None:
    """All checked: exact. Some checked: Wilson's interval, within what is possible."""
    every = KindTally(kind="a", category="identifier", held=1, matched=10, checked=10, real=4)
    some = KindTally(kind="a", category="identifier", matched=1000, checked=100, real=0)

    assert [*every.rows] == [5, 5, 5]
    estimate, low, high = some.rows
    assert [estimate, low] == pytest.approx([0, 0])
    assert 36 < high < 38  # Wilson, 0 of 100


@pytest.mark.usefixtures("hurried")
def test_long_cells_do_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample keeps so many characters and no more."""
    monkeypatch.setattr(tally, "SAMPLE_CHARACTERS", 100)

    found = _tally([f"a{number}@example.org" for number in range(1000)]).kinds["email"]

    assert found.matched == 1000
    assert 1 <= found.checked <= 8


@pytest.mark.parametrize(
    ("value", "shown"),
    [("Jo-12 é٣", "Aa-99 a9"), ("x" * 70, "a" * 60 + "…"), ("a\nb", "a a"), ("", "")],
)
def test_a_shape_holds_no_letter_or_digit_of_the_value(value: str, shown: str) -> None:
    """A report shows how values are written, never what they are."""
    assert shape(value) == shown
