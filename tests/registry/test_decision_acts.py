"""Later records: what makes sense is written, what does not is refused."""

from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.decision.record import Kind, Record
from sunlit.registry.decision_acts import Act, record_access, record_act, text
from sunlit.registry.decision_index import Index
from sunlit.registry.decisions import Case, case_of, find
from tests.decisions import World, copied

OUTCOME = Act(kind=Kind.OUTCOME, role="caseworker", result="confirmed")
CONTEST = Act(kind=Kind.CONTEST, values={"grounds": text("It is wrong.")})
ANSWER = Act(kind=Kind.CONTEST_RESULT, role="appeals", result="changed")
REVIEW = Act(kind=Kind.REVIEW, role="head", result="not-justified")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


def act(world: World, name: str, done: Act) -> Case:
    """Record an act about a decision and return the decision as it is then."""
    with Index.opened(world.store) as index:
        index.update()
        row = find(index, world.codes[name])
        record_act(index, row.id, done, world.clock)
        index.update()
        return case_of(index, row)


def refused(world: World, name: str, done: Act) -> str:
    """Return the code that an act is refused with."""
    with pytest.raises(VerificationError) as caught:
        act(world, name, done)
    assert caught.value.mend
    return caught.value.code


def test_an_outcome_ends_a_proposal(world: World) -> None:
    """From then on it is decided, by a role."""
    case = act(world, "undecided", OUTCOME)

    assert not case.undecided
    assert case.outcome is not None
    assert case.outcome.record.role == "caseworker"
    assert case.outcome.record.of == case.seen.row.pointer


def test_an_outcome_of_what_was_released_is_refused(world: World) -> None:
    """Nobody waited for a human there."""
    assert refused(world, "released", OUTCOME) == "decision.no-sense"


def test_a_second_outcome_needs_to_say_that_it_corrects(world: World) -> None:
    """Both stay; the later one counts."""
    code = refused(world, "chosen", OUTCOME)
    case = act(world, "chosen", Act(kind=Kind.OUTCOME, role="x", result="declined", corrects=True))

    assert code == "decision.already"
    assert len(case.of_kind(Kind.OUTCOME)) == 2
    assert case.outcome is not None
    assert case.outcome.record.result == "declined"


def test_a_contest_is_open_until_it_is_answered(world: World) -> None:
    """Anything may be contested, again too; a result without a contest makes no sense."""
    assert refused(world, "released", ANSWER) == "decision.no-sense"
    first = act(world, "released", CONTEST)
    second = act(world, "released", CONTEST)
    answered = act(world, "released", ANSWER)

    assert [one.open_contests for one in (first, second, answered)] == [1, 2, 0]
    assert refused(world, "released", ANSWER) == "decision.no-sense"


def test_a_review_is_of_break_glass(world: World) -> None:
    """And of nothing else; a second one corrects."""
    reviewed = act(world, "unreviewed", REVIEW)

    assert not reviewed.unreviewed
    assert refused(world, "released", REVIEW) == "decision.no-sense"
    assert refused(world, "broken", REVIEW) == "decision.already"


def test_an_act_about_a_later_record_is_refused(world: World) -> None:
    """It is about a decision, never about an outcome or a refusal."""
    pointer = world.pointers["outcome"]
    name = f"{pointer.log}#{pointer.index}"
    with Index.opened(world.store) as index, pytest.raises(VerificationError) as caught:
        record_act(index, name, CONTEST, world.clock)

    assert caught.value.code == "decision.no-sense"


def test_what_is_said_is_kept_beside_the_record_and_not_in_it(world: World) -> None:
    """The leaf has commitments; the words are encrypted."""
    with Index.opened(world.store) as index:
        index.update()
        _, pointer = record_act(index, world.codes["released"], CONTEST, world.clock)
    content = world.store.content(pointer)
    leaf = world.store.reader(pointer.log).entry(pointer.index)

    assert content.fields["grounds"].value == b"It is wrong."
    assert b"wrong" not in leaf
    assert set(Record.parse(leaf).commit) == {"grounds"}


def test_an_access_says_who_and_on_which_ground(world: World) -> None:
    """It points to the record where one is opened."""
    of = world.pointers["released"]
    _, pointer = record_access(
        world.store, "Appeal", "court", world.clock, of=of, actor="officer 3"
    )
    content = world.store.content(pointer)
    record = Record.parse(world.store.reader(pointer.log).entry(pointer.index))

    assert {name: one.value for name, one in content.fields.items()} == {
        "reasons": b"Appeal", "actor": b"officer 3",
    }  # fmt: skip
    assert (record.kind, record.role, record.of) == (Kind.ACCESS, "court", of)


def test_no_idle_log_is_an_error_with_a_way_out(world: World) -> None:
    """Every log has a worker of its own; a command needs one too."""
    with (
        world.store.writer(world.clock),
        world.store.writer(world.clock),
        pytest.raises(UnavailableError) as caught,
    ):
        record_access(world.store, "x", "y", world.clock)

    assert caught.value.code == "recorder.no-log"
