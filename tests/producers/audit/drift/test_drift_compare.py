"""Two small tables compared, by column and group, with the claim and the page that follow."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import Result
from sunlit.producers.audit.drift import compare as comparing
from sunlit.producers.audit.drift.compare import Asked, Drift, compare
from sunlit.producers.audit.drift.judge import (
    ALSO,
    DEFAULTS,
    Ran,
    claim_of,
    detail,
    figures,
)
from sunlit.producers.audit.drift.page import drift_report
from sunlit.producers.audit.drift.performance import performance
from sunlit.producers.audit.drift.sample import columns_of
from sunlit.producers.audit.robust.limits import read_limits
from sunlit.producers.data.source import Source, open_source

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 600


def table(shift: float = 0, seed: int = 1, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return columns: a number, a code, a text, a group, dates, prediction and outcome."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, ROWS)
    wrong = rng.random(ROWS) < (0.1 + shift / 4)
    gaps = rng.random(ROWS) < 0.02 + shift / 5
    income = np.where(gaps, np.nan, rng.normal(100 + 20 * shift, 10, ROWS))
    return {
        "income": income, "code": rng.integers(1, 4, ROWS).astype(float),
        "area": rng.choice(["north", "south"], ROWS), "sex": rng.choice(["f", "m"], ROWS),
        "day": pa.array([datetime(2026, 1, 1, tzinfo=UTC).date()] * ROWS),
        "said": np.where(wrong, 1 - truth, truth), "was": truth, **more,
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a reference, one that is alike, and one that moved."""
    found = tmp_path_factory.mktemp("drift")
    few = np.array(["f", "m"] * (ROWS // 2), dtype=object)
    few[:5] = "x"
    moved = table(1, 3, area=np.array(["north", "east"] * (ROWS // 2)), sex=few)
    for name, columns in (("then", table()), ("same", table(0, 2)), ("now", moved)):
        parquet.write_table(pa.table(columns), found / f"{name}.parquet")
    return found


@pytest.fixture
def then(folder: Path) -> Iterator[Source]:
    with open_source(str(folder / "then.parquet")) as source:
        yield source


@pytest.fixture
def now(folder: Path) -> Iterator[Source]:
    with open_source(str(folder / "now.parquet")) as source:
        yield source


ASKED = Asked(by="sex", prediction="said")


def ran(then: Source, now: Source, *given: str, asked: Asked = ASKED) -> Ran:
    limits = read_limits(DEFAULTS, given, set_by="the board", also=ALSO)
    return Ran(reference=then, current=now, asked=asked, limits=limits, at=AT)


def test_what_moved_is_beyond_its_limit(then: Source, now: Source) -> None:
    """Income shifts, half the areas are new, values go missing, predictions get worse."""
    how = ran(then, now)
    found = compare(then, now, ASKED)
    right = performance(then, now, ASKED, "was", tuple(found.groups))

    listed = figures(found, right, how)
    claim = claim_of(found, listed, how, right)

    beyond = {(one.name, one.column) for one in listed if one.verdict == "beyond" and not one.group}
    assert claim.result is Result.FAILED
    assert {("psi", "income"), ("psi", "area"), ("unseen", "area")} <= beyond
    assert {("missing-change", "income"), ("accuracy-drop", "")} <= beyond
    assert not {one for one in beyond if one[1] == "code"}
    assert {one.group for one in claim.sunlit_metrics if one.group} == {"sex=f", "sex=m"}
    assert [one.annotations["role"] for one in claim.configuration] == ["reference", "current"]


def test_what_stays_is_within(then: Source, folder: Path) -> None:
    """Another draw of the same people: no figure over all rows is beyond its limit."""
    with open_source(str(folder / "same.parquet")) as same:
        asked = Asked(prediction="said")
        how = ran(then, same, asked=asked)
        found = compare(then, same, asked)
        right = performance(then, same, asked, "was", ())
        claim = claim_of(found, figures(found, right, how), how, right)

    assert claim.result is Result.PASSED
    assert not claim.failed_tests


def test_small_groups_are_not_shown(then: Source, now: Source) -> None:
    """Five people of a third sex are counted and never named."""
    found = compare(then, now, ASKED)

    document = json.dumps(detail(found, [], [], ran(then, now)))

    assert sorted(found.groups) == ["f", "m"]
    assert found.suppressed == 1
    assert "sex=x" not in document
    assert "1 groups by sex" in document


def test_a_column_that_is_too_large_for_memory_has_the_same_figures(
    then: Source, now: Source
) -> None:
    """Read in ranges of values, for all rows and each group."""
    whole = compare(then, now, ASKED)
    pieces = compare(then, now, replace(ASKED, most_rows=200))

    assert _plain(pieces) == _plain(whole)


def _plain(found: Drift) -> list[tuple[str, str, list[tuple[str, float]]]]:
    """Return PSI and missing rows by column and group, codes in whatever order."""
    return [
        (one.name, one.kind, sorted((it.group, round(it.drift.psi, 9)) for it in one.parts))
        for one in found.columns
    ]


def test_kinds_of_columns_are_found_out(then: Source, now: Source) -> None:
    """Few whole numbers are codes, dates are left out, and the caller may know better."""
    plain = {one.name: one.kind for one in compare(then, now, Asked()).columns}
    asked = Asked(numeric=("code",), category=("income",), leave_out=("area",))
    other = {one.name: (one.kind, one.why) for one in compare(then, now, asked).columns}

    assert (plain["income"], plain["code"], plain["area"], plain["day"]) == (
        "number", "category", "category", "",
    )  # fmt: skip
    assert other["code"][0] == "number"
    assert other["income"][0] == "category"
    assert "area" not in other


def test_columns_of_a_text_file_are_numbers_where_all_values_are(tmp_path: Path) -> None:
    """CSV has no types; a column that the current sample lacks is told."""
    rng = np.random.default_rng(1)
    rows = [f"{rng.normal():.3f},{'ab'[i % 2]},{i}" for i in range(60)]
    (tmp_path / "a.csv").write_text("x,y,only\n" + "\n".join(rows), encoding="utf-8")
    shorter = [one.rpartition(",")[0] for one in rows]
    (tmp_path / "b.csv").write_text("x,y\n" + "\n".join(shorter), encoding="utf-8")
    with open_source(str(tmp_path / "a.csv")) as a, open_source(str(tmp_path / "b.csv")) as b:
        found = compare(a, b, Asked())
        how = ran(a, b, asked=Asked())
        claim = claim_of(found, figures(found, [], how), how, [])

    assert [one.kind for one in found.columns] == ["number", "category", ""]
    assert found.columns[2].why == "the current sample has no such column"
    assert claim.result is Result.WARNED


def test_a_text_column_is_no_number_where_one_value_far_down_is_none(tmp_path: Path) -> None:
    """The first rows are looked at first, and never instead of the others."""
    digits = [str(at % 50) for at in range(3000)]
    columns = {
        "late": ["", *digits], "blank": [""] * 3000 + ["7"], "word": [*digits, "none"],
        "empty": [""] * 3001,
    }  # fmt: skip
    parquet.write_table(pa.table(columns), tmp_path / "t.parquet")
    with open_source(str(tmp_path / "t.parquet")) as one:
        kinds = {it.name: it.kind for it in columns_of(one, one)}
    assert kinds == {"late": "number", "blank": "number", "word": "category", "empty": "category"}


def test_free_text_is_not_compared(
    then: Source, now: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of names would make each person a category."""
    monkeypatch.setattr(comparing, "MAX_CATEGORIES", 1)

    found = compare(then, now, Asked(leave_out=("income",)))

    assert "free text" in str(next(one.why for one in found.columns if one.name == "area"))


def test_a_change_in_few_rows_may_be_chance(then: Source, now: Source, tmp_path: Path) -> None:
    """Thirty rows may show a PSI of 0.3 without any drift: that is no finding."""
    rng = np.random.default_rng(11)
    for name in "ab":
        parquet.write_table(pa.table({"x": rng.normal(size=40)}), tmp_path / f"{name}.parquet")
    with (
        open_source(str(tmp_path / "a.parquet")) as a,
        open_source(str(tmp_path / "b.parquet")) as b,
    ):
        how = ran(a, b, "psi=0.01", asked=Asked())
        found = compare(a, b, Asked())
        listed = figures(found, [], how)
        claim = claim_of(found, listed, how, [])

    assert [one.verdict for one in listed if one.name == "psi"] == ["too-few-rows"]
    assert claim.result is Result.WARNED


def test_many_groups_are_the_largest_ones(
    then: Source, now: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are counted."""
    monkeypatch.setattr(comparing, "MAX_GROUPS", 1)

    found = compare(then, now, ASKED)

    assert len(found.groups) == 1
    assert found.more_groups == 1


def test_a_score_is_cut_into_a_prediction(then: Source, now: Source) -> None:
    """From the cut on it says 1."""
    plain = performance(then, now, ASKED, "was", ())
    cut = performance(then, now, ASKED, "was", (), cut=0.5)

    assert cut == plain


@pytest.mark.parametrize(
    ("asked", "code"),
    [(Asked(by="nowhere"), "drift.no-column"), (Asked(floor=10_000), "drift.too-few-rows")],
)
def test_what_cannot_be_compared_is_refused(
    then: Source, now: Source, asked: Asked, code: str
) -> None:
    """In words, before anything is computed."""
    with pytest.raises(MalformedError) as caught:
        compare(then, now, asked)

    assert caught.value.code == code


def test_the_report_is_the_same_every_time_and_holds_no_value(then: Source, now: Source) -> None:
    """JSON, HTML and CSV; categories and edges of bins stay where they are."""
    how = ran(then, now)
    found = compare(then, now, ASKED)
    right = performance(then, now, ASKED, "was", tuple(found.groups))
    listed = figures(found, right, how)
    document = detail(found, right, listed, how)

    files = drift_report(document)

    assert files == drift_report(detail(found, right, listed, how))
    assert set(files) == {"drift.json", "drift.html", "drift.csv"}
    assert b"north" not in files["drift.json"] + files["drift.html"]
    assert b"Figures are beyond their limits." in files["drift.html"]
    assert b"the board" in files["drift.html"]
