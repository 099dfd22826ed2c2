"""A whole measurement: search, verdict, what to change, and tables of every odd kind."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.claims.base import read_claim
from sunlit.producers.data.risk import Measured, measure, profile_of
from sunlit.producers.data.risk import table as risk_table
from sunlit.producers.data.risk.profiles import profiles, read_profiles
from sunlit.producers.data.source import open_source
from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule
from sunlit.recognise.plan_read import parse_plan
from sunlit.recognise.plan_write import dump_plan

AT = datetime(2026, 11, 22, tzinfo=UTC)
FIXTURES = Path(__file__).parents[2] / "fixtures" / "risk"
EXAMPLE = Path(__file__).parents[3] / "examples" / "benefits-outreach" / "data"
TRAIN = EXAMPLE / "acs-public-coverage-2018-train.parquet"


def _measured(tmp_path: Path, columns: Mapping[str, Any], **asked: Any) -> Measured:  # noqa: ANN401
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table(dict(columns)), path)
    return _of(path, **asked)


def _of(path: Path, **asked: Any) -> Measured:  # noqa: ANN401
    with open_source(str(path)) as source:
        return measure(source, **{"profile": "controlled-training", "at": AT, **asked})


def _figure(measured: Measured, name: str) -> Any:  # noqa: ANN401
    return next(one for one in measured.claim.figures if one.name == name)


@pytest.fixture(scope="module")
def train() -> Measured:
    return _of(TRAIN, population=100_000_000)


def test_the_example_is_over_and_the_plan_brings_it_under(train: Measured) -> None:
    """The demo's training data: every limit is told apart, and the plan meets them all."""
    assert not train.met
    assert train.claim.chosen == "searched"
    assert {"AGEP", "PINCP"} <= set(train.claim.quasi_identifiers)
    assert train.claim.threshold == Decimal("0.2")
    assert train.claim.risk == _figure(train, "prosecutor-average").value
    assert train.detail["steps_meet"]
    assert train.detail["steps"][-1]["after"] <= 0.2
    assert [one["after"] < one["before"] for one in train.detail["changes"]]


def test_measuring_again_says_the_same(train: Measured) -> None:
    """Same bytes, same seed, same claim and same detail."""
    again = _of(TRAIN, population=100_000_000)

    assert again.claim == train.claim
    assert json.dumps(again.detail) == json.dumps(train.detail)


def test_the_claim_is_read_back_as_it_was_written(train: Measured) -> None:
    """Decimals, names and verdicts survive the statement."""
    assert read_claim(train.claim.TYPE, train.claim.to_predicate()) == train.claim


def test_every_limit_prints_its_source(train: Measured) -> None:
    """In the claim's figures and in the report's profile."""
    limits = {one["figure"]: one for one in train.detail["profile"]["limits"]}

    assert set(limits) == {"prosecutor-average", "records-at-risk", "population-uniqueness"}
    for name, limit in limits.items():
        assert limit["source"] == _figure(train, name).source


def test_no_value_of_any_person_is_in_the_report(tmp_path: Path) -> None:
    """Names of columns and counts are; values are not."""
    names = [f"Zebediah{i}" for i in range(60)]
    towns = [f"Quuxford{i % 30}" for i in range(60)]

    found = _measured(tmp_path, {"name": names, "town": towns}, sensitive=["town"])

    said = json.dumps(found.detail) + repr(found.claim) + dump_plan(found.plan(None))
    assert "Zebediah" not in said
    assert "Quuxford" not in said


def test_an_identifying_column_counts_as_risk_one(tmp_path: Path) -> None:
    """Nearly all different and not random: it must go first."""
    found = _measured(tmp_path, {"case": list(range(100)), "sex": ["f", "m"] * 50})

    assert not found.met
    assert found.claim.risk == 1
    assert found.claim.threshold == 0
    assert found.detail["governing"]["figure"] == "identifying-columns"
    assert found.claim.quasi_identifiers == ("sex",)


def test_the_plan_begins_with_what_names_every_row(tmp_path: Path) -> None:
    """No other step can lower a risk of 1, so a plan without that one would promise too much."""
    numbers = [f"{one:05}" for one in range(200)]
    found = _measured(tmp_path, {"id": numbers, "other": numbers[::-1], "sex": ["f", "m"] * 100})

    steps = found.detail["steps"]
    assert [(one["column"], one["method"]) for one in steps] == [("id", "drop"), ("other", "drop")]
    assert [(one["before"], one["after"]) for one in steps] == [(1.0, 1.0), (1.0, 0.01)]
    assert "mask" in steps[0]["words"]
    assert found.detail["steps_meet"]
    assert {one.name: one.rule.method for one in found.plan(None).columns}["id"] == "drop"


def test_where_no_single_change_helps_the_most_telling_column_goes(tmp_path: Path) -> None:
    """Three columns that each tell everybody apart by themselves; the plan still ends well."""
    telling = [float(one) + 0.5 for one in range(400)]
    found = _measured(
        tmp_path,
        {"a": telling, "b": telling[::-1], "c": telling, "sex": ["f", "m"] * 200},
    )

    assert [one["after"] for one in found.detail["steps"]][:2] == [1.0, 1.0]
    assert found.detail["steps_meet"]


def test_random_pseudonyms_tell_an_attacker_nothing(tmp_path: Path) -> None:
    """Hex of sixteen digits and more, or UUIDs; digits alone might be a number of a card."""
    marks = [f"{i * 7919:016x}"[::-1].replace("0", "f") for i in range(1, 101)]
    cards = [f"{4_000_000_000_000_000 + i}" for i in range(100)]

    found = _measured(tmp_path, {"who": marks, "sex": ["f", "m"] * 50})
    card = _measured(tmp_path, {"who": cards, "sex": ["f", "m"] * 50})

    assert found.met
    assert {one["name"]: one["kind"] for one in found.detail["columns"]}["who"] == "random"
    assert not card.met


def test_a_declared_set_is_taken_and_what_it_lacks_is_named(tmp_path: Path) -> None:
    """A review must accept what a declaration leaves out."""
    columns = {
        "age": [i % 50 for i in range(500)], "area": [i % 11 for i in range(500)],
        "sex": ["f", "m"] * 250,
    }  # fmt: skip

    found = _measured(tmp_path, columns, quasi_identifiers=["sex"])

    assert found.met
    assert found.claim.chosen == "declared"
    assert found.claim.quasi_identifiers == ("sex",)
    assert set(found.claim.left_out) == {"age", "area"}


def test_a_sensitive_attribute_makes_no_class_but_is_named_as_left_out(tmp_path: Path) -> None:
    """Calling a column sensitive lowers no risk without anybody's word."""
    columns = {"age": [i % 50 for i in range(500)], "illness": [i % 7 for i in range(500)]}

    found = _measured(tmp_path, columns, sensitive=["illness"])

    assert found.claim.quasi_identifiers == ("age",)
    assert found.claim.left_out == ("illness",)
    names = {one.name for one in found.claim.figures if one.attribute == "illness"}
    assert names == {"distinct-l", "entropy-l", "t-equal", "t-ordered"}


@pytest.mark.parametrize(
    ("columns", "rows"),
    [({"one": ["x"]}, 1), ({"one": [None]}, 1), ({"one": [1], "two": ["y"]}, 1)],
)
def test_a_table_of_one_row_is_at_risk_one(
    tmp_path: Path, columns: Mapping[str, Any], rows: int
) -> None:
    """Whoever it is about stands there alone."""
    found = _measured(tmp_path, columns, profile="public-release")

    assert found.claim.risk == 1
    assert (found.claim.rows, found.met) == (rows, False)


def test_a_table_of_one_constant_column_is_one_class(tmp_path: Path) -> None:
    """Nobody can be told apart, so k is the number of rows."""
    found = _measured(tmp_path, {"town": ["here"] * 40}, profile="public-release")

    assert found.met
    assert found.claim.quasi_identifiers == ()
    assert _figure(found, "k").value == 40


class Nested:
    """A table on DuckDB with a column that no class can be made by."""

    name, digest, unread = "nested", {"sha256": "0" * 64}, ("other.csv",)

    def table(self) -> Any:  # noqa: ANN401 - Ibis
        connection = duckdb.connect()
        connection.execute(
            "CREATE TABLE t AS SELECT [i] AS tags, i % 2 AS sex FROM range(100) r(i)"
        )
        return ibis.duckdb.from_connection(connection).table("t")

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()

    def check(self) -> None:
        """Nothing to look at."""


def test_nested_columns_and_unread_files_count_as_risk_one() -> None:
    """What cannot be grouped or read was not measured; a declaration names the columns it lacks."""
    searched = measure(Nested(), profile="controlled-training", at=AT)
    declared = measure(Nested(), profile="controlled-training", at=AT, quasi_identifiers=["sex"])

    assert not searched.met
    assert searched.claim.risk == 1
    assert _figure(searched, "unmeasured-columns").met is False
    assert _figure(declared, "unmeasured-columns").met is True
    assert _figure(declared, "unread-files").met is False
    assert not declared.met
    assert declared.claim.left_out == ("tags",)
    with pytest.raises(MalformedError) as caught:
        measure(Nested(), profile="controlled-training", at=AT, quasi_identifiers=["tags"])
    assert caught.value.code == "data-risk.nested"


def test_prose_is_left_to_the_scan(tmp_path: Path) -> None:
    """It makes no class, and the report names it."""
    notes = [f"On day {i} the officer spoke with the family at their home" for i in range(100)]

    found = _measured(tmp_path, {"note": notes, "sex": ["f", "m"] * 50})

    assert found.claim.quasi_identifiers == ("sex",)
    assert {one["name"]: one["kind"] for one in found.detail["columns"]}["note"] == "text"


def test_types_of_every_kind_are_grouped(tmp_path: Path) -> None:
    """Dates, times, decimals, truth values, nulls and numbers that are not."""
    day = datetime(2020, 1, 1, tzinfo=UTC)
    columns = {
        "when": pa.array([day, None] * 30), "date": pa.array([day.date()] * 60),
        "time": pa.array([day.time(), None, None] * 20), "yes": [True, False, None] * 20,
        "sum": pa.array([Decimal("1.50"), Decimal("2.00")] * 30),
        "ratio": [0.5, float("nan"), None, float("nan")] * 15, "none": pa.nulls(60),
    }  # fmt: skip

    found = _measured(tmp_path, columns)

    kinds = {one["name"]: one["kind"] for one in found.detail["columns"]}
    assert kinds == {
        "when": "candidate", "date": "constant", "time": "candidate", "yes": "candidate",
        "sum": "candidate", "ratio": "candidate", "none": "constant",
    }  # fmt: skip


def test_text_that_is_numbers_is_banded(tmp_path: Path) -> None:
    """CSV is text throughout."""
    path = tmp_path / "rows.csv"
    path.write_text("age,sex\n" + "".join(f"{20 + i % 70},{'fm'[i % 2]}\n" for i in range(400)))

    found = _of(path, profile="public-release")

    assert any(one["method"] == "round" for one in found.detail["steps"])
    assert found.detail["steps_meet"]


def test_a_large_table_is_sampled_and_confirmed_on_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the sample does not show is added until all rows are told apart as well."""
    monkeypatch.setattr(risk_table, "SAMPLE", 200)
    rare = [i // 4 if i % 4 == 0 else 0 for i in range(4000)]
    columns = {"a": [i % 40 for i in range(4000)], "b": rare, "c": [i % 3 for i in range(4000)]}

    found = _measured(tmp_path, columns)

    assert 150 <= found.detail["search"]["sample_rows"] <= 250
    assert found.detail["search"]["classes_of_all"] >= found.claim.classes
    assert found.claim.classes >= 0.95 * found.detail["search"]["classes_of_all"]


def test_the_plan_is_one_that_the_mask_can_read(train: Measured) -> None:
    """Round trip through the file, and an older plan keeps what is stronger."""
    made = train.plan(None)
    older = MaskPlan(default="drop", columns=(
        ColumnRule("PINCP", Rule("drop"), reason="not needed"),
        ColumnRule("AGEP", Rule("keep"), kinds=("age",)),
    ))  # fmt: skip

    merged = train.plan(older)

    assert parse_plan(dump_plan(made)) == made
    assert made.default == "keep"
    assert merged.default == "drop"
    assert merged.column("PINCP") == older.columns[0]
    age = merged.column("AGEP")
    assert age is not None
    assert (age.rule.method, age.kinds) == ("round", ("age",))


def test_rows_of_small_groups_are_left_out_at_the_end(tmp_path: Path) -> None:
    """A public release needs groups of eleven: the last few rows go."""
    ages = [i % 20 for i in range(2000)] + [77, 78]

    found = _measured(
        tmp_path, {"age": ages, "sex": ["f", "m"] * 1001}, profile="public-release",
        quasi_identifiers=["age"],
    )  # fmt: skip

    rows = found.plan(None).rows
    assert found.detail["steps_meet"]
    assert [one["method"] for one in found.detail["steps"]] == ["rows"]
    assert rows is not None
    assert (rows.smaller_than, rows.columns) == (11, ("age",))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"quasi_identifiers": ["nobody"]}, "data.no-column"),
        ({"sensitive": ["nobody"]}, "data.no-column"),
        ({"quasi_identifiers": ["a"], "sensitive": ["a"]}, "data-risk.both"),
        ({"population": 0}, "data-risk.population"),
        ({"profile": "no such"}, "data-risk.profile"),
    ],
)
def test_wrong_questions_are_refused(tmp_path: Path, asked: Mapping[str, Any], code: str) -> None:
    """With a code, before anything is counted."""
    with pytest.raises(MalformedError) as caught:
        _measured(tmp_path, {"a": [1, 2]}, **asked)

    assert caught.value.code == code


def test_an_empty_table_cannot_be_measured(tmp_path: Path) -> None:
    """No row, no risk: that is not the same as none."""
    with pytest.raises(MalformedError) as caught:
        _measured(tmp_path, {"a": pa.array([], pa.int64())})

    assert caught.value.code == "data-risk.no-rows"


GOOD = """
[own]
governs = "prosecutor-highest"
tau = "0.1"
[[own.limit]]
figure = "prosecutor-highest"
at_most = "0.1"
source = "our board"
"""


def test_an_agency_may_bring_a_profile(tmp_path: Path) -> None:
    """A file of the same form as the shipped one."""
    path = tmp_path / "own.toml"
    path.write_text(GOOD)

    found = _measured(tmp_path, {"town": ["here"] * 40}, profile=str(path))

    assert (found.claim.profile, found.claim.threshold) == ("own", Decimal("0.1"))


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "own = 1", "[own]\ntau = '0.1'", GOOD.replace("0.1", "2"),
        GOOD.replace('"0.1"', "0.1"), GOOD.replace('"0.1"', '"x"'),
        GOOD.replace("our board", ""),
        GOOD.replace('figure = "prosecutor-highest"', 'figure = "k"'),
        GOOD.replace('governs = "prosecutor-highest"', 'governs = "marketer"'),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_profile_that_cannot_be_understood_is_refused(text: str) -> None:
    """Nothing is guessed about a limit."""
    with pytest.raises(MalformedError) as caught:
        read_profiles(text)

    assert caught.value.code == "data-risk.profile"


def test_profiles_that_are_not_there_or_not_one(tmp_path: Path) -> None:
    """A missing file is unavailable; two profiles, or no UTF-8, are malformed."""
    two, odd = tmp_path / "two.toml", tmp_path / "odd.toml"
    two.write_text(GOOD + GOOD.replace("own", "other"))
    odd.write_bytes(b"\xff")

    for path in (two, odd):
        with pytest.raises(MalformedError):
            profile_of(str(path))
    with pytest.raises(UnavailableError):
        profile_of(str(tmp_path / "none.toml"))


def test_the_shipped_profiles_hold_what_their_sources_say() -> None:
    """Groups of eleven pass a public release, of ten do not; of twenty a sensitive one."""
    shipped = profiles()

    public, sensitive = shipped["public-release"].main, shipped["sensitive-release"].main
    assert Decimal(1) / 11 <= public.at_most < Decimal(1) / 10
    assert Decimal(1) / 20 <= sensitive.at_most < Decimal(1) / 19
    assert shipped["controlled-training"].main.at_most == Decimal("0.2")
