"""What waits for people is counted as `sunlit decision show` would tell it."""

import shutil
from dataclasses import replace
from pathlib import Path

from sunlit.decision.content import TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Pointer, Record, new_id
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_search import Search, search
from sunlit.registry.guard_look import look, waiting
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


def test_a_damaged_log_is_named_and_the_others_are_counted(tmp_path: Path) -> None:
    """Lock store or records lost: the code stands beside the log, and the rest is told."""
    world = copied(tmp_path)
    first, second = world.store.logs()
    first.lock.unlink()
    found = look(world.store, world.clock.at)

    assert [one.fault and one.fault.code for one in found.logs] == ["log.lock-missing", None]
    assert found.logs[0].to_json()["damaged"]
    assert found.waiting.undecided == 1

    shutil.rmtree(first.segments)
    (second.public / "checkpoint").unlink()
    found = look(world.store, world.clock.at)

    codes = [one.fault and one.fault.code for one in found.logs]
    assert codes[0] == "record.unreadable"
    assert (codes[1] or "").startswith("log.")
    assert found.waiting.undecided == 0


def test_damaged_records_make_a_log_damaged(tmp_path: Path) -> None:
    """A flipped byte in the middle is found when what waits is counted."""
    world = copied(tmp_path)
    path = next(iter(sorted(world.store.logs()[0].segments.glob("*.seg"))))
    data = bytearray(path.read_bytes())
    data[60] ^= 1
    path.write_bytes(data)

    found = look(world.store, world.clock.at)

    assert [one.fault and one.fault.code for one in found.logs] == ["record.damaged", None]


def test_an_erased_proposal_waits_for_nobody(tmp_path: Path) -> None:
    """It is counted apart: it was never decided, and nobody can decide about it now."""
    world = copied(tmp_path)
    with Index.opened(world.store) as index:
        index.update()
        assert [row.place for row in search(index, Search(undecided=True))]
        world.store.erase(world.pointers["undecided"])
        index.forget(world.pointers["undecided"])
        assert [row.place for row in search(index, Search(undecided=True))] == []

    found = waiting(world.store)
    assert (found.undecided, found.erased) == (0, 1)

    shutil.rmtree(world.store.keys)  # nobody can tell now
    assert (waiting(world.store).undecided, waiting(world.store).erased) == (1, 0)
