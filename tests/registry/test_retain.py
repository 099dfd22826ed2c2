"""Retention periods are applied, and a legal hold or an open contest wins."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import VerificationError
from sunlit.claims.decision import Erasure
from sunlit.decision.record import Kind
from sunlit.registry.admit import open_ledger
from sunlit.registry.decision_acts import Act, record_act, text
from sunlit.registry.decision_index import Index
from sunlit.registry.erase import Eraser
from sunlit.registry.retain import (
    Event,
    Sweep,
    all_holds,
    decision_of,
    hold,
    lift,
    retentions,
    set_retention,
)
from tests.decisions import World, copied
from tests.rubric.story import DEPLOYER, USE

DAYS = 30
BASIS = "Archives Act s. 7"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


def keep(world: World, days: int = DAYS, use: str = USE) -> None:
    with open_ledger(world.deployer, world.clock) as ledger:
        set_retention(ledger, use, days, BASIS, world.deployer.signer("operator"))


def hold_on(world: World, name: str, indices: Sequence[int] | None = None) -> str:
    pointer = world.pointers[name]
    places = [pointer.index] if indices is None else indices
    with open_ledger(world.deployer, world.clock) as ledger:
        key = world.deployer.signer("operator")
        return hold(ledger, pointer.log, places, "Case C-1/31", key).statement_id


def swept(
    world: World, *, dry_run: bool = False, at_most: int | None = None
) -> tuple[list[Event], dict[str, int]]:
    with (
        open_ledger(world.deployer, world.clock) as ledger,
        Index.opened(world.store) as index,
    ):
        eraser = Eraser(ledger, world.deployer.signer("operator"), index)
        sweep = Sweep(eraser, world.clock.at, dry_run=dry_run)
        events = []
        for event in sweep.run():
            events.append(event)
            if len(events) == at_most:
                break
        return events, dict(sweep.counts)


def erased(world: World) -> set[str]:
    return {name for name, one in world.pointers.items() if world.store.is_erased(one)}


def kept_open(world: World) -> set[str]:
    """Return what no period reaches: it is of no use, or of another."""
    return {"refused"}


def later(world: World) -> None:
    world.clock.at += timedelta(days=DAYS + 1)


def test_what_is_old_is_erased_and_what_is_not_stays(world: World) -> None:
    """Later records go by the use of their decision; a refusal of another use stays."""
    keep(world)
    young, counts = swept(world)
    later(world)
    old, after = swept(world)

    assert young == []
    assert counts["young"] == len(world.pointers) - 1
    assert erased(world) == set(world.pointers) - kept_open(world)
    assert {event.what for event in old} == {"erased"}
    assert after["no-period"] == 1
    assert all(BASIS in event.why for event in old)


def test_without_a_period_nothing_is_erased(world: World) -> None:
    """Nobody said how long."""
    later(world)
    events, counts = swept(world)

    assert events == []
    assert counts["no-period"] == len(world.pointers)


def test_a_dry_run_changes_nothing(world: World) -> None:
    """It says what would be done."""
    keep(world)
    later(world)
    events, _ = swept(world, dry_run=True)

    assert {event.what for event in events} == {"would-erase"}
    assert erased(world) == set()


def test_the_second_sweep_has_nothing_left_to_do(world: World) -> None:
    """No second statement either."""
    keep(world)
    later(world)
    swept(world)
    events, counts = swept(world)
    said = world.deployer.history(world.clock.at).statements

    assert events == []
    assert counts["no-period"] == 1
    assert sum(isinstance(one.claim, Erasure) for one in said) == len(world.pointers) - 1


def test_a_sweep_that_was_stopped_goes_on(world: World) -> None:
    """Each record is done or not begun."""
    keep(world)
    later(world)
    swept(world, at_most=3)
    half = len(erased(world))
    swept(world)

    assert half == 3
    assert erased(world) == set(world.pointers) - kept_open(world)


def test_a_begun_erasure_is_ended_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its age; a dry run says it, a failure is told and not hidden."""

    class Crash(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Crash

    keep(world)
    later(world)
    with monkeypatch.context() as patched:
        patched.setattr("sunlit.registry.erase.say", die)
        with pytest.raises(Crash):
            swept(world)
    dry, _ = swept(world, dry_run=True)
    statement = hold_on(world, "earlier")
    failed, _ = swept(world)
    with open_ledger(world.deployer, world.clock) as ledger:
        lift(ledger, statement, "ended", world.deployer.signer("operator"))
    ended, _ = swept(world)

    assert "begun" in dry[0].why
    assert (failed[0].what, "erase.held" in failed[0].why) == ("failed", True)
    assert ended[0].why == "its erasure had been begun"
    assert ended[0].what == "erased"


def test_a_legal_hold_wins_and_says_so(world: World) -> None:
    """For one record, or for a whole log."""
    keep(world)
    later(world)
    hold_on(world, "chosen")
    hold_on(world, "elsewhere", [])
    events, counts = swept(world)
    held = {(event.log, event.index) for event in events if event.what == "held"}

    expected = [world.pointers[name] for name in ("chosen", "elsewhere")]
    assert held == {(one.log, one.index) for one in expected}
    assert counts["held"] == 2
    assert "chosen" not in erased(world)
    assert all("Case C-1/31" in event.why for event in events if event.what == "held")


def test_an_open_contest_keeps_the_whole_thread(world: World) -> None:
    """Until it has its result."""
    keep(world)
    contest = Act(kind=Kind.CONTEST, values={"grounds": text("no")})
    answer = Act(kind=Kind.CONTEST_RESULT, role="appeals", result="upheld")
    with Index.opened(world.store) as index:
        index.update()
        record_act(index, world.codes["broken"], contest, world.clock)
    later(world)
    events, _ = swept(world)
    kept = erased(world)
    with Index.opened(world.store) as index:
        index.update()
        record_act(index, world.codes["broken"], answer, world.clock)
    swept(world)

    assert {event.what for event in events} == {"erased", "contested"}
    assert not {"broken", "review"} & kept
    assert {"broken", "review"} <= erased(world)


def test_the_latest_period_counts(world: World) -> None:
    """Longer, shorter, and back to an earlier word."""
    for days in (10, 20, 10):
        keep(world, days)
        world.clock.at += timedelta(hours=1)
        found = retentions(world.deployer.history(world.clock.at), DEPLOYER)

        assert found[USE].days == days


def test_another_deployers_period_does_not_count(world: World) -> None:
    """Nor one of another use."""
    keep(world, 0, use="another")
    events, _ = swept(world)
    found = retentions(world.deployer.history(world.clock.at), "somebody.example")

    assert found == {}
    assert [(event.log, event.index) for event in events] == [
        (world.pointers["refused"].log, world.pointers["refused"].index)
    ]


def test_what_came_back_with_a_restored_key_store_is_erased_again(world: World) -> None:
    """The statement stands; the sweep makes it true again."""
    import shutil

    away = world.root / "keys-backup"
    shutil.copytree(world.store.keys, away)
    logs = world.root / "logs-backup"
    shutil.copytree(world.root / "store" / "logs", logs)
    keep(world)
    later(world)
    swept(world)
    shutil.rmtree(world.store.keys)
    shutil.copytree(away, world.store.keys)
    shutil.rmtree(world.root / "store" / "logs")
    shutil.copytree(logs, world.root / "store" / "logs")
    back = world.store.content(world.pointers["chosen"])
    keep(world, 9999)
    with Index.opened(world.store) as index:
        index.rebuild()
    events, _ = swept(world)

    assert back.fields
    assert {event.what for event in events} == {"erased"}
    assert all("came back" in event.why for event in events)
    assert erased(world) == set(world.pointers) - kept_open(world)


def test_holds_are_listed_and_lifted_by_their_first_digits(world: World) -> None:
    """Too few digits, or none such, lift nothing."""
    statement = hold_on(world, "chosen")
    key = world.deployer.signer("operator")
    with open_ledger(world.deployer, world.clock) as ledger:
        listed = [said.statement_id for said, _ in all_holds(ledger.history, DEPLOYER)]
        codes = []
        for wrong in (statement[:4], "f" * 64):
            with pytest.raises(VerificationError) as caught:
                lift(ledger, wrong, "no more", key)
            codes.append(caught.value.code)
        lift(ledger, statement[:8], "no more", key)
        left = all_holds(ledger.history, DEPLOYER)

    assert listed == [statement]
    assert codes == ["hold.unknown"] * 2
    assert left == []


def test_what_a_record_is_about_is_followed_to_the_decision(world: World) -> None:
    """And no further than where the leaf is another."""
    with Index.opened(world.store) as index:
        index.update()
        pointer = world.pointers["outcome"]
        row = index.at(pointer.log, pointer.index)
        assert row is not None
        about = decision_of(index, row)
        with index.connection:
            index.connection.execute("UPDATE record SET of_leaf = 'x' WHERE kind = 'outcome'")
        broken = index.at(pointer.log, pointer.index)
        assert broken is not None
        nowhere = decision_of(index, broken)

    assert about.pointer == world.pointers["chosen"]
    assert nowhere.pointer == pointer


def test_contents_that_cannot_be_read_are_counted(world: World) -> None:
    """They are not due, and not passed over in silence."""
    keep(world)
    later(world)
    world.store.keys.rename(world.store.keys.with_name("away"))
    events, counts = swept(world)

    assert events == []
    assert counts["unreadable"] == len(world.pointers)


def test_one_failure_does_not_stop_the_sweep(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and the rest is done."""
    from sunlit.base.errors import UnavailableError
    from sunlit.decision.record import Pointer
    from sunlit.decision.store import DecisionStore

    real = DecisionStore.erase

    def erase(store: DecisionStore, pointer: Pointer) -> None:
        if pointer == world.pointers["chosen"]:
            raise UnavailableError("recorder.write-failed", "the disk failed")
        real(store, pointer)

    monkeypatch.setattr(DecisionStore, "erase", erase)
    keep(world)
    later(world)
    events, counts = swept(world)

    assert counts["failed"] == 1
    assert [event.why for event in events if event.what == "failed"] == [
        "the disk failed (recorder.write-failed)"
    ]
    assert erased(world) == set(world.pointers) - kept_open(world) - {"chosen"}
