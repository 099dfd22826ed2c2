"""Robustness and drift, judged by counts: positive, negative and unknown."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sunlit.capabilities.assurance.robustness import drift_within_limits, robustness_tested
from sunlit.claims.assurance import Metric, Result, TestResult
from sunlit.claims.provenance import Resource
from sunlit.rubric import Outcome
from sunlit.rubric.finding import Verdict
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import DATA, LATER, Story

NAMED = (Resource(name="test", digest={"sha256": DATA}),)


def flips(count: int, rows: int = 1000, **extra: object) -> Metric:
    told = {"check": "gaussian-noise", "level": "0.05", "severity": "low", **extra}
    return Metric(name="flip-rate", value=Decimal(count) / rows, count=count, rows=rows, extra=told)


def drop(lost: int, won: int, rows: int = 1000, **extra: object) -> Metric:
    told = {"check": "gaussian-noise", "severity": "low", "won": won, **extra}
    value = Decimal(lost - won) / rows
    return Metric(name="accuracy-drop", value=value, count=lost, rows=rows, extra=told)


def steady(*metrics: Metric) -> TestResult:
    return TestResult(
        result=Result.PASSED, configuration=NAMED, sunlit_kind="robustness",
        sunlit_metrics=metrics or (flips(10),), sunlit_complete=True,
    )  # fmt: skip


def moved(*metrics: Metric) -> TestResult:
    return replace(steady(*metrics), sunlit_kind="drift")


def psi(value: str, noise: str | None = "0.01", **changes: object) -> Metric:
    extra = {"column": "age"} | ({} if noise is None else {"noise": noise})
    made = Metric(name="psi", value=Decimal(value), rows=500, extra=extra)
    return replace(made, **changes)  # type: ignore[arg-type]


def told(*claims: TestResult, parameters: Mapping[str, str] | None = None) -> Verdict:
    said = Story()
    said.say(story.component(), said.maintainer)
    for claim in claims:
        said.say(claim, said.maintainer)
    rule = drift_within_limits if claims[0].sunlit_kind == "drift" else robustness_tested
    return rule(said.evidence(), parameters or {})


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        pytest.param(steady(), Outcome.HOLDS, id="few-flips"),
        pytest.param(steady(flips(50)), Outcome.HOLDS, id="at-the-limit"),
        pytest.param(steady(flips(55)), Outcome.UNKNOWN, id="may-be-chance"),
        pytest.param(steady(flips(200)), Outcome.FAILS, id="many-flips"),
        pytest.param(steady(flips(200), drop(30, 25)), Outcome.HOLDS, id="flips-but-right"),
        pytest.param(steady(flips(200), drop(150, 20)), Outcome.FAILS, id="accuracy-lost"),
        pytest.param(steady(drop(75, 20)), Outcome.UNKNOWN, id="accuracy-may-be-chance"),
        pytest.param(steady(flips(900, severity="high")), Outcome.UNKNOWN, id="only-high"),
        pytest.param(steady(flips(1, rows=50)), Outcome.UNKNOWN, id="few-rows"),
        pytest.param(steady(flips(50, rows=50)), Outcome.FAILS, id="few-rows-and-bad"),
        pytest.param(replace(steady(), configuration=()), Outcome.UNKNOWN, id="no-data"),
        pytest.param(replace(steady(), sunlit_complete=False), Outcome.UNKNOWN, id="cut-short"),
        pytest.param(replace(steady(), result=Result.FAILED), Outcome.HOLDS, id="counts-decide"),
        pytest.param(
            replace(steady(), result=Result.FAILED, sunlit_metrics=()), Outcome.FAILS,
            id="failed-and-no-figure",
        ),
        pytest.param(replace(steady(), sunlit_valid_until=START), Outcome.UNKNOWN, id="ended"),
        pytest.param(
            replace(steady(), sunlit_tested_on=START - timedelta(days=400)), Outcome.UNKNOWN,
            id="old",
        ),
        pytest.param(replace(steady(), sunlit_tested_on=LATER), Outcome.HOLDS, id="dated-later"),
        pytest.param(
            steady(Metric(name="accuracy-drop", value=Decimal("0.2"), rows=500,
                          extra={"severity": "low"})),
            Outcome.FAILS, id="a-figure-without-counts",
        ),
        pytest.param(steady(drop(75, 2000)), Outcome.UNKNOWN, id="won-is-no-count"),
        pytest.param(
            steady(Metric(name="accuracy-drop", value=Decimal("0.01"), rows=500,
                          extra={"severity": "low"})),
            Outcome.UNKNOWN, id="good-without-counts",
        ),
        pytest.param(steady(flips(2000, rows=1000)), Outcome.FAILS, id="more-than-all"),
    ],
)  # fmt: skip
def test_robustness(claim: TestResult, outcome: Outcome) -> None:
    """Small changes do little: by counts, with the interval, on named data, lately."""
    assert told(claim).outcome is outcome


def test_a_claimed_value_is_worked_out_again() -> None:
    """A figure that flatters its own counts does not help."""
    flattering = replace(flips(300), value=Decimal("0.01"), low=Decimal(0), high=Decimal("0.02"))

    found = told(steady(flattering))

    assert found.outcome is Outcome.FAILS
    assert found.reason == "flip-rate under gaussian-noise is 0.3; the limit is 0.05."


def test_a_declared_direction_counts_as_any_check() -> None:
    """One row against it is beyond a limit of none."""
    against = replace(
        flips(1, severity="declared", check="monotonicity"), name="monotonicity-violations"
    )

    assert told(steady(flips(1), against)).outcome is Outcome.FAILS
    assert (
        told(steady(flips(1), against), parameters={"max-monotonicity-violations": "0.01"}).outcome
        is Outcome.HOLDS
    )


def test_letters_read_wrongly_are_accuracy() -> None:
    """Of a model that reads text."""
    read = replace(flips(700), name="character-error-increase", value=Decimal("0.2"))

    assert told(steady(flips(800), read)).outcome is Outcome.FAILS
    assert told(steady(flips(800), replace(read, value=Decimal("0.01")))).outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ({"max-accuracy-drop": "0.001"}, Outcome.FAILS),
        ({"max-flip-rate": "0.001"}, Outcome.FAILS),
        ({"min-rows": "5000"}, Outcome.UNKNOWN),
        ({"checks": "gaussian-noise"}, Outcome.HOLDS),
        ({"checks": "gaussian-noise\nmissing-values"}, Outcome.UNKNOWN),
        ({"max-age-days": "0"}, Outcome.UNKNOWN),
    ],
)
def test_an_agency_may_ask_for_more(parameters: dict[str, str], outcome: Outcome) -> None:
    """Lower limits, more rows, more kinds of change, more often."""
    assert told(steady(), parameters=parameters).outcome is outcome


def test_one_bad_test_beside_a_good_one_fails() -> None:
    """In whatever order they were said."""
    good, bad = steady(), steady(flips(500, check="typos"))

    assert told(good, bad).outcome is told(bad, good).outcome is Outcome.FAILS


def test_nobody_tested_is_unknown() -> None:
    """For both; a stranger's test is nobody's."""
    said = Story()
    said.say(story.component(), said.maintainer)
    for claim in (steady(), moved(psi("0.1"))):
        said.say(claim, said.city.operator)

    assert robustness_tested(said.evidence(), {}).outcome is Outcome.UNKNOWN
    assert drift_within_limits(said.evidence(), {}).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("claim", "outcome"),
    [
        pytest.param(moved(psi("0.1")), Outcome.HOLDS, id="little"),
        pytest.param(moved(psi("0.3")), Outcome.FAILS, id="much"),
        pytest.param(moved(psi("0.3", "0.4")), Outcome.UNKNOWN, id="may-be-chance"),
        pytest.param(moved(psi("0.3", "x")), Outcome.FAILS, id="noise-is-no-number"),
        pytest.param(moved(psi("0.1", rows=10)), Outcome.UNKNOWN, id="few-rows"),
        pytest.param(moved(psi("0.1", rows=None)), Outcome.HOLDS, id="rows-not-told"),
        pytest.param(moved(psi("0.1"), psi("0.5", group="SEX=1")), Outcome.FAILS, id="a-group"),
        pytest.param(moved(psi("0.1"), psi("0.9", name="p-value")), Outcome.HOLDS, id="others"),
        pytest.param(replace(moved(psi("0.1")), configuration=()), Outcome.UNKNOWN, id="no-data"),
        pytest.param(
            moved(psi("0.1"), psi("0.6", None, name="drifted-columns-share", rows=None)),
            Outcome.FAILS, id="share",
        ),
    ],
)  # fmt: skip
def test_drift(claim: TestResult, outcome: Outcome) -> None:
    """The data of now is like the data it was tested on; what chance may do is no drift."""
    assert told(claim).outcome is outcome


def test_a_group_that_drifted_is_named() -> None:
    """With column, group, figure and limit."""
    found = told(moved(psi("0.5", group="SEX=1")))

    assert found.reason == "psi of age SEX=1 is 0.5; the limit is 0.2."


def test_a_comparison_counts_for_ninety_days() -> None:
    """Then data has had time to move."""
    found = told(moved(psi("0.1")))

    assert found.expires is not None
    assert found.expires < "2026-05"
