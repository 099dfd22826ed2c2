"""Two facts from a letter, one of five answers."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.decision.checkcode import new_code
from sunlit.decision.content import TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Pointer, new_id
from sunlit.registry.decision_anchors import unchanged_since
from sunlit.registry.decision_check import Anchors, Checked, Result, Word, check
from sunlit.registry.decision_index import Index
from tests.decisions import World, copied


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


def day_of(world: World, name: str) -> date:
    with Index.opened(world.store) as index:
        index.update()
        pointer = world.pointers[name]
        row = index.at(pointer.log, pointer.index)
        assert row is not None
        return datetime.fromisoformat(row.time).date()


def anchors(world: World) -> Anchors:
    home = world.deployer
    return Anchors(home=home, history=home.history(world.clock.at))


def checked(world: World, name: str, *, home: bool = True, days: int = 0) -> Checked:
    day = day_of(world, name) + timedelta(days=days)
    with Index.opened(world.store) as index:
        return check(index, world.codes[name], day, anchors(world) if home else None)


def words(found: Checked) -> dict[str, str]:
    return {line.name: str(line.word) for line in found.lines}


def test_a_decision_that_stands_is_complete_and_unchanged(world: World) -> None:
    """Each of the four checks passes."""
    found = checked(world, "chosen")

    assert found.result is Result.COMPLETE
    assert set(words(found).values()) == {"Passed"}
    assert [line.number for line in found.lines] == [1, 2, 3, 4]


def test_without_a_home_the_anchors_are_not_compared(world: World) -> None:
    """And the answer says so; the registration is checked by the store's trust file."""
    found = checked(world, "chosen", home=False)

    assert found.result is Result.COMPLETE
    assert words(found)["anchors"] == Word.NOT_DONE
    assert "trust file in the store" in found.lines[0].words


def test_what_no_anchor_covers_is_said(world: World) -> None:
    """It was written after the last one."""
    found = checked(world, "elsewhere")

    assert words(found)["anchors"] == Word.NOT_DONE
    assert "no anchor" in found.lines[2].words.lower()


@pytest.mark.parametrize("name", ["undecided", "unfinished"])
def test_what_is_not_ended_is_incomplete(world: World, name: str) -> None:
    """A proposal without a human, a stream without an end."""
    assert checked(world, name).result is Result.INCOMPLETE


def test_a_wrong_date_and_an_unknown_code_get_the_same_answer(world: World) -> None:
    """Whoever guesses one of the two learns nothing."""
    wrong = checked(world, "chosen", days=3)
    with Index.opened(world.store) as index:
        unknown = check(index, new_code(), day_of(world, "chosen"), anchors(world))

    assert wrong == unknown == Checked(result=Result.NONE)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_beyond_all_calendars_is_a_wrong_day(world: World, day: date) -> None:
    """No more and no less."""
    with Index.opened(world.store) as index:
        assert check(index, world.codes["chosen"], day) == Checked(result=Result.NONE)


def test_the_letter_may_bear_the_date_of_any_time_zone(world: World) -> None:
    """The world's clock is read in UTC; the letter's day may have begun before or end after."""
    with Index.opened(world.store) as index:
        index.update()
        with index.connection:
            index.connection.execute(
                "UPDATE record SET time = '2026-03-01T23:30:00Z' WHERE kind = 'decision'"
            )
        code = world.codes["chosen"]
        results = {day: check(index, code, date(2026, 3, day)).result for day in (1, 2, 3)}

    assert results[1] is not Result.NONE
    assert results[2] is not Result.NONE  # Asia
    assert results[3] is Result.NONE


def test_a_mistyped_code_is_wrong_usage(world: World) -> None:
    """Its last character finds it, before anything is looked up."""
    code = world.codes["chosen"]
    last = "0" if code[-1] != "0" else "1"
    with Index.opened(world.store) as index, pytest.raises(MalformedError) as caught:
        check(index, code[:-1] + last, date(2026, 1, 1))

    assert caught.value.code == "record.check-code"


def test_a_changed_record_is_found_out(world: World) -> None:
    """One byte of the public log is another."""
    day = day_of(world, "chosen")
    bundle = world.store.log(world.pointers["chosen"].log).public / "tile" / "entries"
    for path in [one for one in bundle.rglob("*") if one.is_file()]:
        path.chmod(0o644)
        path.write_bytes(path.read_bytes().replace(b"proposed", b"released"))
    with Index.opened(world.store) as index:
        found = check(index, world.codes["chosen"], day, anchors(world))

    assert found.result is Result.CHANGED
    assert found.lines[0].word is Word.FAILED


def test_a_log_that_cannot_be_read_is_no_answer(world: World) -> None:
    """Neither changed nor unknown: it could not be checked."""
    day = day_of(world, "chosen")
    public = world.store.log(world.pointers["chosen"].log).public
    public.rename(public.with_name("elsewhere"))
    with Index.opened(world.store) as index:
        found = check(index, world.codes["chosen"], day)

    assert found.result is Result.COULD_NOT


def test_a_store_that_cannot_be_read_says_so_for_unknown_codes_too(world: World) -> None:
    """No record may mean: not read."""
    segments = world.store.log(world.pointers["chosen"].log).segments
    segments.rename(segments.with_name("elsewhere"))
    with Index.opened(world.store) as index:
        found = check(index, new_code(), date(2026, 1, 1))

    assert found.result is Result.COULD_NOT


def test_a_changed_content_is_found_out(world: World) -> None:
    """It no longer opens with the key that is kept for it."""
    from sunlit.decision.segread import SegmentReader

    day, pointer = day_of(world, "chosen"), world.pointers["chosen"]
    segments = SegmentReader(world.store.log(pointer.log).segments)
    path, at, _ = segments.sealed_place(pointer.index)
    data = bytearray(path.read_bytes())
    data[at + 20] ^= 1
    path.write_bytes(bytes(data))
    with Index.opened(world.store) as index:
        found = check(index, world.codes["chosen"], day, anchors(world))

    assert found.result is Result.CHANGED
    assert words(found)["opening"] == Word.FAILED


def test_a_log_that_was_grown_again_is_not_what_was_anchored(world: World) -> None:
    """Its own key signed another history; the anchor knows."""
    home, pointer = world.deployer, world.pointers["released"]
    small = world.root / "small"
    from sunlit.decision.store import DecisionStore

    other = DecisionStore.create(small, organisation=world.store.organisation, use="outreach")
    (small / "logs").rmdir()
    (small / "logs").symlink_to(world.root / "store" / "logs")
    (log,) = [one for one in other.logs() if one.origin == pointer.log]
    from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
    from sunlit.log.merkle import EMPTY_ROOT

    note = sign_checkpoint(Checkpoint(pointer.log, 0, EMPTY_ROOT), log.signer()).to_bytes()
    (log.public / "checkpoint").chmod(0o644)
    (log.public / "checkpoint").write_bytes(note)

    with pytest.raises(VerificationError) as caught:
        unchanged_since(home, home.history(world.clock.at), other, pointer)

    assert caught.value.code == "decision.anchor-differs"


def test_another_organisations_home_does_not_vouch(world: World) -> None:
    """Its log holds no registration by this deployer that counts for this key."""
    pointer = Pointer(log="never-registered.example/1", index=0, leaf="0" * 64)
    with pytest.raises(VerificationError) as caught:
        unchanged_since(
            world.deployer, world.deployer.history(world.clock.at), world.store, pointer
        )

    assert caught.value.code == "decision.not-registered"


@pytest.mark.parametrize("missing", [True, False])
def test_a_registration_that_does_not_hold_is_no_answer(world: World, missing: bool) -> None:  # noqa: FBT001
    """Missing, or of another log: then nobody vouches for the key that signed."""
    day = day_of(world, "chosen")
    folder = world.store.log(world.pointers["chosen"].log)
    other = next(one for one in world.store.logs() if one.origin != folder.origin)
    for name in ("registration.entry.json", "registration.tlog-proof"):
        (folder.path / name).unlink()
        if not missing:
            (folder.path / name).write_bytes((other.path / name).read_bytes())
    with Index.opened(world.store) as index:
        found = check(index, world.codes["chosen"], day)

    assert found.result is Result.COULD_NOT
    assert words(found)["registration"] == (Word.NOT_DONE if missing else Word.FAILED)


def test_an_erased_decision_is_not_found_by_its_code(world: World) -> None:
    """Nothing is left by which the code could be told; a row that is left is incomplete."""
    day = day_of(world, "chosen")
    with Index.opened(world.store) as index:
        index.update()
        world.store.erase(world.pointers["chosen"])
        still = check(index, world.codes["chosen"], day)
        with index.lock():
            index.forget(world.pointers["chosen"])
        gone = check(index, world.codes["chosen"], day)

    assert still.result is Result.INCOMPLETE
    assert gone.result is Result.NONE


@pytest.mark.parametrize("home", [True, False])
def test_a_record_from_before_its_logs_registration_is_not_vouched_for(
    world: World, home: bool  # noqa: FBT001 - a parameter of the test
) -> None:  # fmt: skip
    """A log that is registered after use, or a record that is dated back, says nothing."""
    place = world.pointers["released"]
    (known,) = (one for at, one, _ in world.store.records(place.log) if at == place.index)
    code = new_code()
    content = Content.of({"code": (TEXT, code.encode())})
    record = replace(
        known, id=new_id(), time=known.time - timedelta(days=1), commit=content.commitments()
    )
    with world.store.writer(world.clock) as log:
        log.append([Draft.of(record, content)])
    with Index.opened(world.store) as index:
        found = check(index, code, record.time.date(), anchors(world) if home else None)

    assert found.result is Result.COULD_NOT
    assert words(found)["registration"] == "Failed"
    assert "only after the record" in found.lines[0].words
