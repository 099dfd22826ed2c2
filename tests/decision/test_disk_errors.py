"""Disks that are full, broken, or lose power: nothing that was acknowledged is lost."""

import errno
import random
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.record import Pointer
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash
from sunlit.log.ports import FileStore
from sunlit.testing.clock import SetClock
from sunlit.testing.power import PowerCut
from tests.decision.disks import FaultyDisk, ForgetfulDisk
from tests.decision.making import AT, ORIGIN, QUIET, a_store, a_writer, drafts

SMALL = Pace(checkpoint_seconds=None, segment_bytes=4_000, reserve_bytes=0)


def killed(log: DecisionLog) -> None:
    """Let go of a log as a killed process does."""
    log._segments.close()
    log._parts.keys.close()
    log._parts.log._lock.close()
    log._parts.writer.close()


def expect_sound(store: DecisionStore, given: list[Pointer]) -> None:
    """Open the log anew; all that was acknowledged is there, in the log and to be opened."""
    with a_writer(store) as log:
        more = log.append(drafts(1))
    leaves = [leaf_hash(entry).hex() for entry in store.reader(ORIGIN).entries()]
    kept = [leaf_hash(leaf).hex() for _, _, leaf in store.records(ORIGIN)]
    assert leaves == kept
    for pointer in (*given, *more):
        assert leaves[pointer.index] == pointer.leaf
        store.content(pointer)


def act(store: DecisionStore, disk: FaultyDisk, given: list[Pointer]) -> DecisionLog:
    """Start with an unsigned tail, append, sign, and append over the end of a file."""
    log = store.writer(SetClock(AT), pace=SMALL, disk=disk)
    try:
        for count in (1, 3, 2, 1):
            given += log.append(drafts(count, size=300))
            if count == 3:
                log.checkpoint()
    except BaseException:
        killed(log)
        raise
    return log


def world(tmp_path: Path) -> tuple[DecisionStore, list[Pointer]]:
    """Make a store whose last worker was killed."""
    store = a_store(tmp_path)
    log = a_writer(store)
    given = list(log.append(drafts(2)))
    log.checkpoint()
    given += log.append(drafts(2))
    killed(log)
    return store, given


def again(tmp_path: Path, name: str) -> DecisionStore:
    """Return a copy of the store of `world`."""
    shutil.copytree(tmp_path / "records", tmp_path / name)
    return DecisionStore.open(tmp_path / name)


def test_a_power_cut_at_any_step_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """In the start, the appends and the turn of a file; what was not synced is torn by chance."""
    cut_everywhere(tmp_path, seeds=1)


@pytest.mark.long
def test_power_cuts_of_many_kinds_lose_nothing_acknowledged(tmp_path: Path) -> None:
    """The same with twenty draws of what is torn."""
    cut_everywhere(tmp_path, seeds=20)


def cut_everywhere(tmp_path: Path, seeds: int) -> None:
    """Let the power fail at every step, and start again."""
    _, before = world(tmp_path)
    counting = FaultyDisk()
    killed(act(again(tmp_path, "count"), counting, []))

    for number in range(1, len(counting.steps) + 1):
        for seed in range(seeds):
            store, given = again(tmp_path, f"{number}-{seed}"), list(before)
            disk = ForgetfulDisk()
            disk.cut_at(number)
            with pytest.raises(PowerCut):
                act(store, disk, given)
            disk.lose(random.Random(f"{number} {seed}"))  # noqa: S311 - to be repeated
            expect_sound(store, given)
            shutil.rmtree(store.root)


@pytest.mark.parametrize("what", ["create", "open", "write", "sync", "sync-dir"])
def test_an_io_error_stops_the_log_and_the_next_start_repairs_it(tmp_path: Path, what: str) -> None:
    """EIO at every such step; a failed sync is not tried again."""
    _, before = world(tmp_path)
    counting = FaultyDisk()
    killed(act(again(tmp_path, "count"), counting, []))
    assert what in counting.steps

    for number in [n for n, step in enumerate(counting.steps, 1) if step == what]:
        store, given = again(tmp_path, f"{number}"), list(before)
        disk = FaultyDisk()

        def fault(step: int, _: str, number: int = number) -> None:
            if step == number:
                raise OSError(errno.EIO, "injected")

        disk.fault = fault
        with pytest.raises(UnavailableError) as caught:
            act(store, disk, given)
        assert caught.value.code in {"recorder.write-failed", "recorder.fsync-failed"}
        assert (caught.value.code == "recorder.fsync-failed") == what.startswith("sync")
        expect_sound(store, given)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_after_a_failed_sync_nothing_more_is_taken(tmp_path: Path, number: int) -> None:
    """Even where it said that the disk was full: bytes may be lost already."""
    store = a_store(tmp_path)
    disk = FaultyDisk()
    log = store.writer(SetClock(AT), pace=QUIET, disk=disk)
    given = log.append(drafts(1))

    def fault(_: int, step: str) -> None:
        if step == "sync":
            raise OSError(number, "injected")

    disk.fault = fault
    with pytest.raises(UnavailableError) as caught:
        log.append(drafts(2))
    disk.fault = lambda step, what: None
    with pytest.raises(UnavailableError) as after:
        log.append(drafts(1))
    with pytest.raises(UnavailableError):
        log.checkpoint()
    log.close()

    assert (caught.value.code, after.value.code) == ("recorder.fsync-failed", "recorder.stopped")
    expect_sound(store, list(given))


def test_a_full_disk_refuses_and_the_same_log_goes_on(tmp_path: Path) -> None:
    """ENOSPC half-way in a write, of keys and of frames and where a file turns."""
    store = a_store(tmp_path)
    disk = FaultyDisk()
    log = store.writer(SetClock(AT), pace=SMALL, disk=disk)
    given = list(log.append(drafts(1)))
    for number in range(12):
        first, seen = len(disk.steps), 0

        def fault(step: int, what: str, first: int = first, number: int = number) -> None:
            nonlocal seen
            if what in {"write", "create"}:
                seen += 1
                if seen > number % 3:
                    raise OSError(errno.ENOSPC, "injected")

        disk.fault = fault
        with suppress(UnavailableError):  # the third write comes only where a file turns
            given += log.append(drafts(2, size=600))
        disk.fault = lambda step, what: None
        given += log.append(drafts(1))

    log.close()
    assert [pointer.index for pointer in given] == list(range(len(given)))
    expect_sound(store, given)


def test_too_little_space_is_refused_before_it_is_gone(tmp_path: Path) -> None:
    """So that what was acknowledged can still be signed; then it goes on."""
    store = a_store(tmp_path)
    disk = FaultyDisk()
    log = store.writer(SetClock(AT), disk=disk, pace=Pace(checkpoint_seconds=None))
    disk.space = 8 * 1024 * 1024 + 100

    with pytest.raises(UnavailableError) as caught:
        log.append(drafts(1))
    disk.space = 2**40
    given = log.append(drafts(1))
    log.close()

    assert caught.value.code == "recorder.disk-full"
    assert [pointer.index for pointer in given] == [0]


def test_a_cut_that_fails_on_a_full_disk_stops_the_log(tmp_path: Path) -> None:
    """Half a group would stand before the next one."""
    store = a_store(tmp_path)
    disk = FaultyDisk()
    log = store.writer(SetClock(AT), pace=QUIET, disk=disk)
    given = log.append(drafts(1))

    def fault(_: int, step: str) -> None:
        if step == "cut":
            raise OSError(errno.EIO, "injected")
        if step == "write" and disk.steps.count("write") % 2 == 1:
            raise OSError(errno.ENOSPC, "injected")

    disk.fault = fault
    codes: list[str] = []
    for _ in range(3):
        with pytest.raises(UnavailableError) as caught:
            log.append(drafts(1))
        codes.append(caught.value.code)
    disk.fault = lambda step, what: None
    log.close()

    assert "recorder.stopped" in codes
    expect_sound(store, list(given))


def test_a_checkpoint_that_meets_a_full_disk_is_signed_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records go on; the same entries never stand in the log twice."""
    store = a_store(tmp_path)
    log = a_writer(store)
    given = list(log.append(drafts(300)))
    files: FileStore = log._parts.log._files
    full = {"now": True}
    create = type(files).create

    def refuse(self: FileStore, path: str, data: bytes) -> None:
        if full["now"] and path.endswith("entries/001.p/44"):
            raise OSError(errno.ENOSPC, "injected")
        create(self, path, data)

    monkeypatch.setattr(type(files), "create", refuse)
    with pytest.raises(UnavailableError) as caught:
        log.checkpoint()
    given += log.append(drafts(1))
    full["now"] = False
    log.checkpoint()
    log.close()

    assert caught.value.code == "log.disk-full"
    assert store.reader(ORIGIN).size == 301
    expect_sound(store, given)


def test_a_checkpoint_that_cannot_be_made_stops_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No decision is released into a log that signs no more."""
    store = a_store(tmp_path)
    log = a_writer(store)
    given = log.append(drafts(2))

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "injected")

    with monkeypatch.context() as patch:
        patch.setattr(type(log._parts.log._files), "create", refuse)
        with pytest.raises(SunlitError):
            log.checkpoint()
        with pytest.raises(UnavailableError) as caught:
            log.append(drafts(1))
        log.close()

    assert (caught.value.code, caught.value.got) == ("recorder.stopped", "log.write-failed")
    expect_sound(store, list(given))


def test_a_background_checkpoint_that_fails_is_told_by_the_next_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its thread ends."""
    store = a_store(tmp_path)
    log = a_writer(store, Pace(checkpoint_seconds=0.01, reserve_bytes=0))

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "injected")

    with monkeypatch.context() as patch:
        patch.setattr(type(log._parts.log._files), "create", refuse)
        log.append(drafts(1))
        assert log._thread is not None
        log._thread.join(60)
        with pytest.raises(UnavailableError) as caught:
            log.append(drafts(1))
        log.close()

    assert caught.value.code == "recorder.stopped"


def test_records_lost_behind_the_reader_stop_the_signing(tmp_path: Path) -> None:
    """What is signed is read back: what is not there any more cannot be."""
    store = a_store(tmp_path)
    log = a_writer(store)
    log.append(drafts(2))
    path = next((store.root / "logs/01/segments").glob("*.seg"))
    path.write_bytes(path.read_bytes()[:-2])

    with pytest.raises(SunlitError) as caught:
        log.checkpoint()
    log.close()

    assert caught.value.code == "record.missing"
