"""Who may say that a problem was reported, and what was done about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.capabilities.incident.admission import admit
from sunlit.capabilities.incident.rules import problems_answered
from sunlit.capabilities.incident.standing import (
    problem_subject,
    problems,
    receivers,
)
from sunlit.claims.base import Claim
from sunlit.claims.incident import Problem, ProblemState, ProblemUpdate
from sunlit.rubric import Outcome
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import EARLY, LATER, PURL, RELEASE, Story

NAMED = str(problem_subject(PURL).digest["sha256"])
PROBLEM = Problem(
    number="P-2026-0001", component=PURL, kind="wrong-result", received_on=START,
    answer_by=START + timedelta(days=14), commitment="ab" * 32,
)  # fmt: skip
UPDATE = ProblemUpdate(
    number="P-2026-0001",
    state=ProblemState.INVESTIGATING,
    note="We look into it.",
    updated_on=START,
)


def outcome(told: Story, claim: Claim, *, by: str = "city", about: str = NAMED) -> Outcome:
    """Return whether a claim enters after what was said."""
    keys = {"city": told.city.operator, "maker": told.maintainer, "other": told.maker.operator}
    said = told.say(claim, keys[by], about=about)
    return admit(said, told.said[:-1], told.world.directory).outcome


def test_who_received_a_problem_says_so() -> None:
    """An operator, about the component's name or a release; nobody else, and no draft."""
    told = Story()

    assert outcome(told, PROBLEM) is Outcome.HOLDS
    in_release = replace(PROBLEM, number="P-2", release=RELEASE)
    assert outcome(told, in_release, about=RELEASE) is Outcome.HOLDS
    assert outcome(told, replace(PROBLEM, number="P-3"), by="maker") is Outcome.FAILS
    assert outcome(told, replace(PROBLEM, number="P-4"), about="aa" * 32) is Outcome.FAILS
    assert outcome(told, story.component()) is Outcome.FAILS
    draft = told.draft(PROBLEM, about=NAMED)
    assert admit(draft, [], told.world.directory).outcome is Outcome.FAILS
    assert receivers(draft, told.world.directory) == frozenset()


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "p 1"},
        {"number": ""},
        {"kind": "gossip"},
        {"commitment": "AB" * 32},
        {"component": "it"},
        {"component": "pkg:" + "x" * 600},
        {"deployer": "a\x1b[2J"},
        {"answer_by": EARLY - timedelta(days=500)},
        {"received_on": LATER, "answer_by": None},
    ],
)
def test_a_malformed_problem_does_not_enter(changes: dict[str, object]) -> None:
    """Nothing enters that a page could not show, or that is of another time."""
    claim = replace(PROBLEM, **changes)  # type: ignore[arg-type]
    subject = str(problem_subject(claim.component).digest["sha256"])

    assert outcome(Story(), claim, about=subject) is Outcome.FAILS


def test_a_number_is_given_once_by_each_organisation() -> None:
    """The same statement again enters as before; another with its number does not."""
    told = Story()
    outcome(told, PROBLEM)
    first = told.said[-1]

    assert outcome(told, replace(PROBLEM, kind="other")) is Outcome.FAILS
    assert admit(first, told.said, told.world.directory).outcome is Outcome.HOLDS
    assert outcome(told, PROBLEM, by="other") is Outcome.HOLDS


def test_who_received_it_says_what_was_done() -> None:
    """The same organisation, the same subject, in the order of time, with a note."""
    told = Story()
    outcome(told, PROBLEM)
    refused = (
        replace(UPDATE, number="P-2026-0002"),
        replace(UPDATE, note="  "),
        replace(UPDATE, note="x" * 2001),
        replace(UPDATE, updated_on=START - timedelta(days=1)),
        replace(UPDATE, updated_on=LATER),
    )

    assert outcome(told, UPDATE) is Outcome.HOLDS
    assert [outcome(told, one) for one in refused] == [Outcome.FAILS] * len(refused)
    assert outcome(told, UPDATE, by="maker") is Outcome.FAILS
    assert outcome(told, UPDATE, by="other") is Outcome.FAILS
    assert outcome(told, UPDATE, about=RELEASE) is Outcome.FAILS


def test_a_problem_is_open_until_it_is_settled() -> None:
    """It may be opened again; what others say about its number changes nothing."""
    told = Story()
    directory = told.world.directory
    outcome(told, PROBLEM)
    (one,) = problems(told.said, directory)
    assert (one.state, one.is_open, one.organisation) == (None, True, story.DEPLOYER)
    assert one.is_overdue(LATER)
    assert not one.is_overdue(START)

    fixed = replace(UPDATE, state=ProblemState.FIXED, note="Mended.")
    outcome(told, fixed, by="other")
    outcome(told, fixed, about=RELEASE)
    (still,) = problems(told.said, directory)
    assert still.is_open
    outcome(told, fixed)
    (settled,) = problems(told.said, directory)
    assert not settled.is_open
    outcome(told, replace(UPDATE, note="Again."))
    (again,) = problems(told.said, directory)
    assert again.is_open
    assert again.state is ProblemState.INVESTIGATING
    assert not again.is_overdue(LATER)


def test_the_rule_fails_on_a_broken_promise_only() -> None:
    """No report is UNKNOWN, one that waits too long FAILS, one that is answered HOLDS."""
    told = Story()
    assert problems_answered(told.evidence(), {}).outcome is Outcome.UNKNOWN
    outcome(told, PROBLEM)
    late = problems_answered(told.evidence(at=LATER), {})
    assert late.outcome is Outcome.FAILS
    assert late.mend is not None
    outcome(told, UPDATE)
    assert problems_answered(told.evidence(at=LATER), {}).outcome is Outcome.HOLDS
