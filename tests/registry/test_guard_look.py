"""What waits for people is counted as `sunlit decision show` would tell it."""

from dataclasses import replace
from pathlib import Path

from sunlit.decision.content import TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Pointer, Record, new_id
from sunlit.registry.guard_look import waiting
from tests.decisions import World, copied


def _say(world: World, kind: Kind, of: Pointer, result: str | None = None) -> None:
    content = Content.of({"reasons": (TEXT, b"why")})
    record = Record(
        kind=kind, id=new_id(), time=world.clock.at, commit=content.commitments(), of=of,
        role="officer", result=result,
    )  # fmt: skip
    with world.store.writer(world.clock) as log:
        log.append([Draft.of(record, content)])


def test_a_result_answers_all_contests_before_it_and_none_after(tmp_path: Path) -> None:
    """Two contests and one answer leave nobody waiting; a third contest does."""
    world = copied(tmp_path)
    assert waiting(world.store).unanswered == 0
    for _ in range(2):
        _say(world, Kind.CONTEST, world.pointers["released"])
    assert waiting(world.store).unanswered == 2
    _say(world, Kind.CONTEST_RESULT, world.pointers["released"], "upheld")
    assert waiting(world.store).unanswered == 0
    _say(world, Kind.CONTEST, world.pointers["released"])
    assert waiting(world.store).unanswered == 1


def test_an_outcome_for_another_leaf_decides_nothing(tmp_path: Path) -> None:
    """What points to a place in the log by another hash is about another log's record."""
    world = copied(tmp_path)
    wrong = replace(world.pointers["undecided"], leaf="00" * 32)
    _say(world, Kind.OUTCOME, wrong, "confirmed")
    assert waiting(world.store).undecided == 1
    _say(world, Kind.OUTCOME, world.pointers["undecided"], "confirmed")
    assert waiting(world.store).undecided == 0
