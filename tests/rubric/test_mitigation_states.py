"""Each practice is in place, due, missing, not needed or not answered, and the digit follows."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.capabilities.risk.rules import gap_within_ceiling
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Mitigation
from sunlit.rubric import Finding, Outcome
from sunlit.rubric.mitigations import SETTLED, State, digit_of, mitigation_gap, practice, told_state
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.risks import promise
from tests.rubric.story import LATER, SOON, Story


def state(said: Story, name: str = "M4", **changes: object) -> State:
    """Return the state of a practice that no control asks for."""
    return practice(said.evidence(**changes), name).state


def told(*claims: object) -> Story:
    """Return a story in which the deployer says these of its practices."""
    said = Story().made()
    for claim in claims:
        said.say(claim, said.city.operator)  # type: ignore[arg-type]
    return said


def test_nobody_said_anything() -> None:
    """A blank is not a gap that somebody looked at."""
    assert state(told()) is State.NOT_ANSWERED


def test_a_promise_is_due_and_no_evidence() -> None:
    """Until its date: then it is missing, and overdue."""
    said = told(promise("M4", due=SOON))
    found = practice(said.evidence(), "M4")

    assert (found.state, found.evidenced, found.owner, found.due) == (
        State.DUE, False, "HR office", SOON,
    )  # fmt: skip
    late = practice(said.evidence(at=SOON), "M4")
    assert late.state is State.MISSING
    assert "overdue" in late.why


def test_what_was_done_is_in_place_until_it_ends() -> None:
    """Then it is missing; the statement is still named."""
    said = told(promise("M4"), replace(story.mitigation("M4"), valid_until=SOON))

    assert state(said) is State.IN_PLACE
    ended = practice(said.evidence(at=LATER), "M4")
    assert ended.state is State.MISSING
    assert ended.why == "What was said ended on 2026-06-01."
    assert len(ended.behind) == 2


def test_a_ground_is_not_needed() -> None:
    """By the deployer."""
    ground = replace(story.mitigation("M4"), evidence=None, not_needed_ground="Art 2(6)")

    assert state(told(ground)) is State.NOT_NEEDED


def test_an_answer_without_anything_is_missing() -> None:
    """It was answered, and shows nothing."""
    found = practice(told(replace(story.mitigation("M4"), evidence=None)).evidence(), "M4")

    assert (found.state, found.why) == (State.MISSING, "It was answered without evidence.")


@pytest.mark.parametrize(
    ("outcome", "rests_on", "expected"),
    [
        (Outcome.HOLDS, ("a",), State.IN_PLACE),
        (Outcome.FAILS, (), State.MISSING),
        (Outcome.UNKNOWN, ("a",), State.MISSING),
        (Outcome.UNKNOWN, (), State.NOT_ANSWERED),
    ],
)
def test_where_a_control_asks_its_answer_counts(
    outcome: Outcome, rests_on: tuple[str, ...], expected: State
) -> None:
    """An UNKNOWN that rests on nothing is a blank."""
    finding = Finding(control="c-1", title="c", outcome=outcome, reason="Why.",
                      rests_on=rests_on, practices=("M4",))  # fmt: skip

    assert state(told(), findings=(finding,)) is expected
    promised = told(promise("M4"))
    settled = expected if expected is State.IN_PLACE else State.DUE
    assert state(promised, findings=(finding,)) is settled


@given(st.lists(st.sampled_from(list(State)), min_size=8, max_size=8))
def test_the_digit_is_one_more_than_the_gaps_and_0_for_eight_blanks(states: list[State]) -> None:
    """In any order; an answered gap never lowers it."""
    digit = digit_of(states)

    assert digit_of(reversed(states)) == digit
    if set(states) == {State.NOT_ANSWERED}:
        assert digit == 0
    else:
        assert digit == 9 - sum(one in SETTLED for one in states)


@given(st.data())
def test_the_gap_is_the_same_in_any_order(data: st.DataObject) -> None:
    """Of statements: the same digit, states and reasons."""
    order = data.draw(st.permutations(WHOLE.said))
    findings = tuple(it for it in FOUND.findings if it.control != "risk-5")
    evidence = WHOLE.evidence(findings=findings)

    assert mitigation_gap(replace(evidence, statements=tuple(order))) == mitigation_gap(evidence)


def whole() -> Story:
    """Return a story with several words on one practice."""
    said = Story().complete()
    said.mitigated("M4", "M7")
    said.say(promise("M8"), said.city.operator)
    return said


WHOLE = whole()
FOUND = WHOLE.conformity()


def test_a_code_over_eight_blanks_is_within_no_ceiling() -> None:
    """0 reads as the lowest digit, and is none: the control is UNKNOWN."""
    said = Story()
    said.voted(1, 2)
    said.published()

    found = gap_within_ceiling(said.evidence(), {})

    assert found.outcome is Outcome.UNKNOWN
    assert "Nobody has answered" in found.reason


def test_a_promise_may_be_of_the_past_only_as_a_gap() -> None:
    """An ended promise says so."""
    ended = replace(promise("M4"), valid_until=START)

    assert state(told(ended)) is State.MISSING
    assert isinstance(told(ended).said[-1], Admitted)


def test_a_test_that_ended_was_an_answer() -> None:
    """It makes the practice missing, not blank; a scan of files is no test of what it does."""
    unknown = Finding(control="c-1", title="c", outcome=Outcome.UNKNOWN, reason="Too old.",
                      practices=("M1",))  # fmt: skip
    tested, scanned = Story(), Story()
    tested.say(story.tested(), tested.maintainer)
    scanned.say(story.scan(), scanned.maintainer)

    assert state(tested, "M1", findings=(unknown,)) is State.MISSING
    assert state(scanned, "M1", findings=(unknown,)) is State.NOT_ANSWERED


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], State.NOT_ANSWERED),
        ([promise("M4")], State.DUE),
        ([promise("M4", due=START)], State.MISSING),
        ([promise("M4"), story.mitigation("M4")], State.IN_PLACE),
        ([story.mitigation("M4"), promise("M4", not_needed_ground="Art 2")], State.NOT_NEEDED),
        ([replace(story.mitigation("M4"), valid_until=START)], State.MISSING),
    ],
)
def test_a_table_is_read_as_it_is_told(claims: list[Mitigation], expected: State) -> None:
    """The arithmetic alone, whoever told it, in any order."""
    assert told_state(claims, SOON) is expected
    assert told_state(claims[::-1], SOON) is expected
