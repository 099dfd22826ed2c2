"""Attacks on the gate before a token: data that nobody looked at, and claims that flatter it."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files

import pytest

from sunlit.capabilities.privacy.datasets import data_of
from sunlit.capabilities.privacy.limits import LIMITS, SHARES
from sunlit.claims.authority import Role
from sunlit.claims.privacy import Figure
from sunlit.claims.provenance import Resource
from sunlit.producers.data.risk.figures import IDENTIFIERS, NESTED, UNREAD
from sunlit.producers.data.risk.profiles import LIMITABLE
from sunlit.rubric import Outcome
from tests.capabilities.privacy.datasets_told import (
    MEASURED,
    REVIEWED,
    RISKY,
    SCANNED,
    SENSITIVE,
    Told,
)
from tests.rubric.story import DATA, MODEL, data_scan, dataset, measured, run

HOLDS, FAILS, UNKNOWN = Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN
OTHER = "99" * 32
CLEAN = Resource(name="clean.csv", digest={"sha256": DATA}, annotations={"role": "data"})


@pytest.fixture
def told() -> Told:
    """A model that was trained on one dataset, which is plain, scanned and measured."""
    found = Told()
    found.scanned(data_scan())
    found.of_data(measured())
    return found


def trained(told: Told, *inputs: Resource) -> None:
    """Let the maintainer sign one run, with these inputs and no other run."""
    told.said = [said for said in told.said if type(said.claim).__name__ != "Provenance"]
    build = replace(run().build_definition, resolved_dependencies=inputs)
    told.say(replace(run(), build_definition=build), told.maintainer, about=MODEL)


def figure(name: str, value: str, **changes: object) -> Figure:
    """Return a figure that says of itself that it is met."""
    found = Figure(name=name, value=Decimal(value), met=True)
    return replace(found, **changes)  # type: ignore[arg-type]


# --- what a run read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hidden",
    [
        Resource(name="secret.csv", digest={"sha256": OTHER}),
        Resource(name="secret.csv", digest={"sha256": OTHER}, annotations={"role": "Data"}),
        Resource(name="secret.csv", digest={"sha256": OTHER}, annotations={"role": "training"}),
        Resource(name="secret.csv", digest={"sha512": "99" * 64}, annotations={"role": "data"}),
        Resource(name="secret.csv", digest={}, annotations={"role": "data"}),
        Resource(uri="s3://bucket/secret.csv"),
    ],
)
def test_data_beside_data_is_not_overlooked(told: Told, hidden: Resource) -> None:
    """One marked dataset does not hide others that are marked otherwise, or named by no SHA-256."""
    trained(told, CLEAN, hidden)

    assert [told.finding(one).outcome for one in (SCANNED, REVIEWED, MEASURED)] == [UNKNOWN] * 3


def test_a_dataset_that_is_called_a_program_is_a_dataset(told: Told) -> None:
    """Where anybody described or scanned it; a program that nobody calls data is none."""
    trained(
        told, CLEAN, Resource(digest={"sha256": OTHER}, annotations={"role": "program"}),
        Resource(name="source", uri="git+https://x.example/y", digest={"gitCommit": "ab" * 20}),
    )  # fmt: skip
    assert told.finding(SCANNED).outcome is HOLDS

    told.say(dataset(), told.maintainer, about=OTHER)
    assert told.finding(SCANNED).outcome is UNKNOWN


def test_data_of_a_run_leaves_programs_out() -> None:
    """The dashboards ask the same question."""
    program = Resource(name="p", digest={"sha256": OTHER}, annotations={"role": "program"})
    build = replace(run().build_definition, resolved_dependencies=(CLEAN, program))

    assert data_of(replace(run(), build_definition=build)) == {DATA: "clean.csv"}


# --- what scans and reviews cover -------------------------------------------------------------


def test_an_assessors_contrary_scan_wins(told: Told) -> None:
    """The maintainer's says that nothing is sensitive; one who looks again says otherwise."""
    assert told.finding(REVIEWED).outcome is HOLDS

    told.say(SENSITIVE, told.labs[2].key(Role.ASSESSOR), about=DATA)
    assert told.finding(REVIEWED).outcome is FAILS


def test_a_review_of_a_harmless_scan_covers_no_sensitive_one(told: Told) -> None:
    """One that gives grounds and lists no finds tells no more than a harmless one."""
    told.reviewed(told.scanned(replace(data_scan(), rows=101)))
    told.scanned(replace(data_scan(), sensitive=True, grounds=("prose",)))

    assert told.finding(REVIEWED).outcome is FAILS


# --- measurements that flatter ----------------------------------------------------------------


def test_an_assessors_worse_measurement_wins(told: Told) -> None:
    """Two measurements under one profile: the better one hides nothing."""
    told.say(RISKY, told.labs[2].key(Role.ASSESSOR), about=DATA)

    assert told.finding(MEASURED).outcome is FAILS


@pytest.mark.parametrize(
    "bad",
    [
        figure("prosecutor-average", "0.6", threshold=Decimal("0.2")),
        figure("prosecutor-average", "0.1", high=Decimal("0.3"), threshold=Decimal("0.2")),
        figure("prosecutor-average", "0.6", threshold=Decimal("0.9")),
        figure("records-at-risk", "0.6"),
        figure("population-uniqueness", "0.06"),
        Figure(name="population-uniqueness", note="no model fits"),
        figure("identifying-columns", "1"),
        figure("unread-files", "1", threshold=Decimal(1)),
        figure("marketer", "0.5", threshold=Decimal("0.4")),
    ],
)
def test_a_risk_below_its_own_figures_is_found_out(told: Told, bad: Figure) -> None:
    """A claim that says it is met is held to its figures and its profile's limits as shipped."""
    told.of_data(replace(measured(), figures=(bad,)))
    found = told.finding(MEASURED)

    assert found.outcome is FAILS
    assert bad.name in found.reason


def test_figures_that_nothing_limits_are_let_be(told: Told) -> None:
    """A class size is better the larger it is; an attribute's figures have limits of their own."""
    told.of_data(replace(measured(), figures=(
        figure("k", "12", threshold=Decimal(5)), figure("marketer", "0.9"),
        figure("population-uniqueness", "0.9", attribute="illness"),
    )))  # fmt: skip

    assert told.finding(MEASURED).outcome is HOLDS


def test_a_reviewer_who_saw_one_miss_accepts_no_other(told: Told) -> None:
    """The risk is the same, and another figure is over its limit."""
    seen = replace(measured(), figures=(figure("records-at-risk", "0.6"),))
    told.reviewed(told.of_data(seen).statement_id)
    assert told.finding(MEASURED).outcome is HOLDS

    told.of_data(replace(measured(), figures=(figure("identifying-columns", "1"),)))
    assert told.finding(MEASURED).outcome is FAILS


def test_a_measurement_of_other_rows_is_none_of_this_dataset(told: Told) -> None:
    """A sample, or another dataset under this digest."""
    told.of_data(replace(measured(), rows=1_000_000))
    found = told.finding(MEASURED)

    assert found.outcome is FAILS
    assert "1,000,000 rows, and it has 100" in found.reason


def test_limits_are_those_of_the_shipped_profiles() -> None:
    """Two places, one truth: the claim is held to what the tool holds data to."""
    text = files("sunlit.producers.data.risk").joinpath("profiles.toml").read_text("utf-8")
    shipped = {
        name: {one["figure"]: Decimal(one["at_most"]) for one in table["limit"]}
        for name, table in tomllib.loads(text).items()
    }

    assert shipped == LIMITS
    assert {*LIMITABLE, IDENTIFIERS, NESTED, UNREAD} == SHARES
