"""What `make bench-data` rests on: made data, kind comparison, a plot of what was measured."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest
from stdnum.gb import nhs

from benchmarks import contender, data, data_accuracy, data_made, data_sets, data_speed
from benchmarks.contender import MissingError, Run
from benchmarks.data_plot import exponent, plot
from benchmarks.parts import OURS, Part
from benchmarks.run import Failed
from tests.data_corpus.columns import Labelled
from tests.data_corpus.corpus import Document, Truth
from tests.data_corpus.score import Rate

LINEAR: Final = [(10.0**power, 3 * 10.0**power) for power in range(3, 8)]


def test_the_exponent_of_proportion_is_one_and_of_a_square_two() -> None:
    """The figure that growth is judged by."""
    assert exponent(LINEAR) == pytest.approx(1)
    assert exponent([(x, x * x) for x, _ in LINEAR]) == pytest.approx(2)


def test_the_plot_is_a_picture_of_all_points_with_its_words_escaped() -> None:
    """It is committed, and shown by whoever shows the page."""
    drawn = plot("a & b", {"k < 5": LINEAR}, across="rows", up="CPU-s")
    tree = ET.fromstring(drawn)  # noqa: S314 - our own
    assert len(tree.findall(".//{*}circle")) == len(LINEAR) + 1
    assert "exponent 1.00" in drawn
    assert tree.findtext("{*}title") == "a & b"


@pytest.mark.parametrize("make", [data_made.people, data_made.table, data_made.notes])
def test_made_data_is_the_same_for_the_same_seed(make: Callable[..., Any], tmp_path: Path) -> None:
    """Contenders and later runs are given the same."""
    for name in ("one", "two"):
        make(tmp_path / name, 300)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_table_holds_valid_identifiers_and_hardly_a_value_twice(tmp_path: Path) -> None:
    """Nothing is gained by remembering values."""
    data_made.table(tmp_path / "t.parquet", 2_000)
    held = pq.read_table(tmp_path / "t.parquet").to_pydict()
    assert list(held) == list(data_made.TEXT_COLUMNS)
    assert all(nhs.is_valid(one) for one in held["nhs_no"])
    assert len(set(held["phone"])) > 1_990


def test_people_have_the_columns_that_are_measured(tmp_path: Path) -> None:
    """Common values are far commoner than rare ones; the sensitive one is text."""
    data_made.people(tmp_path / "p.parquet", 1_000)
    held = pq.read_table(tmp_path / "p.parquet").to_pydict()
    assert list(held) == [*data_made.QUASI, data_made.SENSITIVE]
    assert held["country"].count(0) > 200
    assert all(isinstance(one, str) for one in held[data_made.SENSITIVE])


def test_the_public_set_is_read_by_its_own_labels(tmp_path: Path) -> None:
    """Labels that need a model of names are left out, and so are no negatives."""
    said = [
        {"full_text": "Jo: a@b.example", "spans": [
            {"entity_type": "EMAIL_ADDRESS", "start_position": 4, "end_position": 15},
            {"entity_type": "PERSON", "start_position": 0, "end_position": 2}]},
        {"full_text": "Hello", "spans": []},
    ]  # fmt: skip
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / data_sets.PUBLIC_FILE).write_text(json.dumps(said), "utf-8")

    one, two = data_sets.public(tmp_path) or []

    assert one == Document("Jo: a@b.example", (Truth(4, 15, "email", is_said=True),))
    assert two.family


def test_a_public_set_that_is_not_there_is_none(tmp_path: Path) -> None:
    """It is fetched by whoever measures, or not measured."""
    assert data_sets.public(tmp_path) is None


def test_a_contender_that_is_not_installed_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own side is measured all the same."""
    monkeypatch.setenv("PYCANON_PYTHON", "/nowhere/python")
    with pytest.raises(MissingError, match="bench-data"):
        contender.python_of("pycanon")


def test_presidio_may_call_a_column_of_dates_one_of_dates_and_we_may_not_call_it_births() -> None:
    """What it reports is a date, not a date of birth: that is right where there are dates."""
    made = [Labelled("opened_on", ("2026-01-01",), None), Labelled("dob", (), "date-of-birth")]
    said = {"opened_on": "date-of-birth", "dob": "date-of-birth"}
    assert data_accuracy._labelled(made, said) == (Rate(2, 2), [])
    assert data_accuracy._labelled(made, said, is_ours=True)[0] == Rate(1, 2)


def test_a_ratio_is_of_rates_and_a_cost_of_seconds() -> None:
    """Faster and cheaper both read as more times."""
    rate = data_speed._rate("read", "MB/s", {OURS: 40.0, "Presidio": 0.1}, "Presidio", "text")
    cost = data_speed._cost("k", {OURS: 0.5, "pyCANON": 150.0}, "pyCANON", "risk")
    alone = data_speed._cost("k", {OURS: 0.5}, "pyCANON", "risk")
    assert rate.ratio == "400 times Presidio"
    assert cost.ratio == "300 times pyCANON"
    assert rate.target is not None
    assert rate.target.is_met
    assert alone.target is None


def test_targets_are_judged_at_full_scale_only() -> None:
    """A small run is too small to be believed."""
    found = {OURS: 3.0}
    assert data_speed._bound("x", "s", found, "y", 6, "quick").target is None
    full = data_speed._bound("x", "s", found, "y", 6, "full").target
    assert full is not None
    assert full.is_met


def test_equal_figures_are_said_to_be() -> None:
    """Speed is worth nothing where the figures differ."""
    one = Run(1, 1, 1, 1, {"figures": {"k": 2, "t": 0.5}})
    assert "t 0.5 (differs by 0)" in data_speed._agreement(one, one)


def test_the_page_says_what_failed() -> None:
    """A part that could not be run is no part that went well."""
    page = data.SUITE.report(
        {"CPU": "x"},
        [Part(name="n", title="T", text="words", rows=[]), Failed("risk", "no memory")],
    )
    assert "## risk\n\nDid not run: no memory" in page
    assert "## T" in page
