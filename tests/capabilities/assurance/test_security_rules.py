"""What scans found and a maker answered: positive, negative and unknown."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from sunlit.capabilities.assurance.security import security_scanned
from sunlit.claims.assurance import Metric, Result, TestResult
from sunlit.rubric import Outcome
from sunlit.rubric.finding import Verdict
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import Story


def found(level: str = "error", **rules: int) -> Metric:
    count = sum(rules.values())
    return Metric(
        name="open-findings", value=Decimal(count), count=count,
        extra={"level": level, "rules": rules},
    )  # fmt: skip


def scan(*metrics: Metric, **changes: object) -> TestResult:
    made = TestResult(
        result=Result.PASSED, sunlit_kind="security", sunlit_tool="Semgrep",
        sunlit_metrics=metrics or (found(),), sunlit_complete=True,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def vex(settled: str = "", triage: str = "", exploitable: str = "") -> TestResult:
    answers = tuple(
        Metric(name="vex-answers", value=Decimal(1), extra={"state": state})
        for state in ("settled", "in-triage", "exploitable")
    )
    return scan(
        *answers, passed_tests=tuple(settled.split()), warned_tests=tuple(triage.split()),
        failed_tests=tuple(exploitable.split()),
    )  # fmt: skip


def told(*claims: TestResult, parameters: Mapping[str, str] | None = None) -> Verdict:
    said = Story()
    said.say(story.component(), said.maintainer)
    for claim in claims:
        said.say(claim, said.maintainer)
    return security_scanned(said.evidence(), parameters or {})


GRAVE = scan(found(R1=2), result=Result.FAILED, failed_tests=("R1",))


@pytest.mark.parametrize(
    ("claims", "outcome"),
    [
        pytest.param([], Outcome.UNKNOWN, id="nothing"),
        pytest.param([scan()], Outcome.HOLDS, id="clean"),
        pytest.param([scan(found("note", R9=40))], Outcome.HOLDS, id="notes"),
        pytest.param([GRAVE], Outcome.FAILS, id="open"),
        pytest.param([scan(), GRAVE], Outcome.FAILS, id="one-of-two"),
        pytest.param([scan(found("critical", R1=1))], Outcome.FAILS, id="critical"),
        pytest.param([GRAVE, vex("R1")], Outcome.HOLDS, id="answered"),
        pytest.param([vex("R1"), GRAVE], Outcome.HOLDS, id="answered-before"),
        pytest.param([GRAVE, vex("R2")], Outcome.FAILS, id="another-answered"),
        pytest.param([scan(), vex(triage="CVE-1")], Outcome.UNKNOWN, id="in-triage"),
        pytest.param([scan(), vex(exploitable="CVE-1")], Outcome.FAILS, id="exploitable"),
        pytest.param([vex("R1")], Outcome.UNKNOWN, id="answers-alone"),
        pytest.param([scan(sunlit_complete=False)], Outcome.UNKNOWN, id="cut-short"),
        pytest.param([scan(sunlit_valid_until=START)], Outcome.UNKNOWN, id="ended"),
        pytest.param(
            [scan(replace(found(), count=3)), vex("R1")], Outcome.FAILS, id="unnamed-findings"
        ),
        pytest.param(
            [scan(Metric(name="scorecard", value=Decimal(9)), failed_tests=("scorecard:x",))],
            Outcome.FAILS, id="scorecard",
        ),
        pytest.param(
            [scan(Metric(name="scorecard", value=Decimal(9)))], Outcome.UNKNOWN,
            id="scorecard-is-no-scan",
        ),
        pytest.param(
            [scan(Metric(name="other", value=Decimal(9)), result=Result.FAILED)], Outcome.FAILS,
            id="failed-and-silent",
        ),
        pytest.param(
            [scan(replace(found(), count=1, extra={"level": "error", "rules": "x"}))],
            Outcome.FAILS, id="rules-are-no-map",
        ),
    ],
)  # fmt: skip
def test_findings(claims: list[TestResult], outcome: Outcome) -> None:
    """Nothing grave is open, or its maker said with a reason why it does not matter."""
    assert told(*claims).outcome is outcome


def test_what_is_open_is_named() -> None:
    """The first three, and how many more."""
    verdict = told(scan(found(R1=1, R2=1, R3=1, R4=2)))

    assert verdict.reason == "Open: R1, R2, R3 and 1 more."


def test_an_agency_may_count_warnings() -> None:
    """By a further level."""
    levels = {"levels": "critical\nerror\nwarning"}

    assert told(scan(found("warning", R1=1)), parameters=levels).outcome is Outcome.FAILS
    assert told(scan(), parameters=levels).outcome is Outcome.HOLDS


def test_a_strangers_scan_does_not_count() -> None:
    """Neither way."""
    said = Story()
    said.say(story.component(), said.maintainer)
    said.say(GRAVE, said.city.operator)

    assert security_scanned(said.evidence(), {}).outcome is Outcome.UNKNOWN
