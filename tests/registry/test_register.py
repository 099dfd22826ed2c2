"""The register of a home: computed from the log, told as data, page, drawing and table."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import UnavailableError
from sunlit.claims.assurance import Metric, Result, TestResult
from sunlit.claims.names import named_digest
from sunlit.registry.register import Bench, Releases, home_register, kept_files, uses_of
from sunlit.registry.register_files import COLUMNS, register_csv, register_svg
from sunlit.registry.register_html import SIGNS, register_html
from sunlit.registry.use import Done, accept_risk, declare_use, mitigate
from sunlit.rubric.core import core_rubric
from sunlit.rubric.matrix import matrix
from sunlit.rubric.mitigations import State
from sunlit.rubric.risk_code import scheme
from sunlit.views.register import INCIDENTS, Line, Live, Register, register
from tests.registry.telling import CITY, Telling, telling
from tests.rubric.story import DEPLOYER, LATER, USE, use


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telling]:
    """A home with a use that is complete, and one of which nothing is said."""
    with telling(tmp_path_factory.mktemp("register")) as found:
        found.complete()
        other = replace(use(), id="=2+2", component="pkg:generic/x.example/other",
                        description="<b>bold</b>")  # fmt: skip
        declare_use(found.ledger, other, CITY)
        done = Done(practice="M8", owner="Press office", due=LATER - timedelta(days=3))
        mitigate(found.ledger, found.component, ("=2+2", DEPLOYER), done, valid_until=LATER,
                 signer=CITY)  # fmt: skip
        accept_risk(found.ledger, found.component, (USE, DEPLOYER), what="M5", reason="May",
                    owner="Director", valid_until=LATER, signer=CITY)  # fmt: skip
        drift = TestResult(result=Result.PASSED, sunlit_kind="drift",
                           sunlit_tested_on=found.clock.at,
                           sunlit_metrics=(Metric(name="psi", value=Decimal("0.1")),))  # fmt: skip
        found.maker(drift)
        found.clock.at += timedelta(days=2)
        yield found


def of(told: Telling, at: datetime | None = None) -> Register:
    """Return the register as of now, or another time."""
    return home_register(told.ledger.home, core_rubric(), at or told.clock.at)


def test_a_use_stands_in_its_row_with_its_eight_cells(told: Telling) -> None:
    """The row is the assessment's; the digit, the cells and the law follow."""
    (line,) = of(told).in_row("UC05")

    assert (line.use, line.code, line.tier, line.ceiling) == (USE, "5441", "high", 3)
    assert not line.above_ceiling
    assert [cell.practice for cell in line.cells] == list(scheme().practices)
    assert {cell.state for cell in line.cells} == {State.IN_PLACE}
    assert [cell.basis for cell in line.cells] == list(matrix().rows["UC05"].basis.values())
    assert all(cell.statements for cell in line.cells)
    assert line.cells[4].accepted == ("M5 accepted by Director until 2027-01-01: May",)


def test_live_indicators_are_of_today(told: Telling) -> None:
    """Age of the newest attestation, days to the next lapse, drift; incidents are not built."""
    (line,) = of(told).in_row("UC05")

    assert line.live.attestation_age == 2
    assert line.live.next_lapse is not None
    assert (
        line.live.days_to_lapse
        == (datetime.fromisoformat(line.live.next_lapse) - told.clock.at).days
    )
    assert line.live.drift is not None
    assert line.live.drift.startswith("PASSED")
    assert line.live.incidents == INCIDENTS


def test_a_use_outside_the_twelve_stands_beside(told: Telling) -> None:
    """Not assessed: no row, no law; a promise is due, the rest is blank."""
    (line,) = of(told).in_row("")
    states = {cell.practice: cell.state for cell in line.cells}

    assert states["M8"] is State.DUE
    assert states["M7"] is State.NOT_ANSWERED
    assert line.live.next_lapse is None
    assert {cell.basis for cell in line.cells} == {""}


def test_cells_decay_without_anybody_typing(told: Telling) -> None:
    """As of a later time the same log gives another register."""
    found = of(told, LATER)
    (line,) = found.in_row("")

    assert {cell.practice: cell.state for cell in line.cells}["M8"] is State.MISSING
    assert found.count(State.MISSING) > of(told).count(State.MISSING)
    assert of(told, datetime.fromisoformat("2025-01-01T00:00:00+00:00")).lines == ()


def test_a_register_names_what_it_was_computed_from(told: Telling) -> None:
    """Time, scheme, matrix, rubric, logs: with these anybody computes it again."""
    document = of(told).to_json()

    assert json.loads(json.dumps(document)) == document
    assert document["matrixStatus"] == "proposal"
    assert document["logs"]
    assert of(told).to_json() == document


@given(st.permutations(range(4)))
def test_lines_stand_in_one_order(order: list[int]) -> None:
    """Whatever order they come in."""
    some = [replace(LINE, row=row, use=use_) for row, use_ in
            (("UC05", "b"), ("", "a"), ("UC01", "z"), ("UC05", "a"))]  # fmt: skip
    found = register(LATER, "x.example", "00", [some[n] for n in order])

    assert [(line.row, line.use) for line in found.lines] == [
        ("UC01", "z"), ("UC05", "a"), ("UC05", "b"), ("", "a"),
    ]  # fmt: skip


def line_of() -> Line:
    """Return a line without anything."""
    return Line(
        row="", use="a", deployer="x.example", component="pkg:generic/x", description="",
        release="", code="0000", tier=None, ceiling=None, cells=(), live=Live(),
    )  # fmt: skip


LINE = line_of()


def test_above_the_ceiling_is_told() -> None:
    """Then the token is suspended."""
    assert replace(LINE, code="5445", ceiling=3).above_ceiling
    assert not replace(LINE, code="5443", ceiling=3).above_ceiling


def test_the_page_says_everything_in_words(told: Telling) -> None:
    """Escaped, without script, each header with its scope, each state with sign and word."""
    page = register_html(of(told)).decode()
    later = register_html(of(told, LATER)).decode()

    assert "<script" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert 'lang="en"' in page
    assert page.count('scope="col"') == 11
    assert page.count('scope="rowgroup"') == 13
    for state, (sign, _, _) in SIGNS.items():
        assert f">{sign}</span> {state}" in page
    assert "no use declared" in page
    assert "risk accepted for a time" in page
    assert page == register_html(of(told)).decode()
    assert page != later


def test_an_alarm_stands_in_the_page() -> None:
    """In words too; an empty register says so."""
    above = replace(LINE, code="5445", ceiling=3, tier="high", release="aa")
    page = register_html(register(LATER, "x.example", "00", [above])).decode()

    assert "above the ceiling" in page
    assert "No use is declared here." in register_html(register(LATER, "x", "0", [])).decode()


def test_a_table_has_one_line_a_cell_and_no_formula(told: Telling) -> None:
    """For a spreadsheet."""
    rows = list(csv.DictReader(io.StringIO(register_csv(of(told)).decode())))

    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 16
    assert {row["use"] for row in rows} == {USE, "'=2+2"}


def test_the_drawing_is_svg_that_speaks(told: Telling) -> None:
    """Title and description; a word in each cell."""
    data = register_svg(of(told))
    root = ET.fromstring(data)  # noqa: S314 - our own bytes
    texts = [str(it.text) for it in root.iter("{http://www.w3.org/2000/svg}text")]

    assert root.get("role") == "img"
    assert "M8 due" in data.decode()
    assert sum("In place" in text for text in texts) >= 8
    assert b"No use is declared" in register_svg(register(LATER, "x", "0", []))
    long = replace(LINE, use="u" * 60)
    assert "…" in register_svg(register(LATER, "x", "0", [long])).decode()


def test_a_use_is_judged_for_the_release_that_was_named_last(told: Telling) -> None:
    """By the board, a token or a mitigation; else the component's last; else none."""
    known, directory = told.ledger.history.statements, told.ledger.history.directory
    uses = uses_of(known, told.clock.at)

    assert [one.id for one in uses] == ["=2+2", USE]
    assert Releases(known, directory).of(uses[1]) == told.component.release
    unnamed = replace(uses[1], id="other")
    assert Releases(known, directory).of(unnamed) == told.component.release
    assert Releases((), directory).of(unnamed) == ""
    assert kept_files(told.ledger.home, "") == {}
    assert kept_files(told.ledger.home, "00" * 32) == {}
    files = kept_files(told.ledger.home, told.component.release)
    assert set(files) == {"model.txt", "README.md", "sunlit.toml"}


def test_judging_one_use_needs_no_home(told: Telling) -> None:
    """From statements alone, as any mirror has them."""
    declared = uses_of(told.ledger.history.statements, told.clock.at)[1]

    bench = Bench(told.ledger.history, core_rubric(), told.clock.at, lambda _: {})
    found = bench.judge(declared)

    assert found.evidence.release == told.component.release
    assert named_digest("use", f"{DEPLOYER}#{USE}")


def test_a_home_without_a_log_has_no_register(tmp_path: Path) -> None:
    """It could not be found out."""
    from sunlit.registry.home import Home

    with pytest.raises(UnavailableError):
        Home.open(tmp_path)
