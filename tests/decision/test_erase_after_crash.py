"""What is erased after a crash in a recovery is in no file of the store any more."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.decision.keystore import KeyStore
from sunlit.decision.record import Pointer
from sunlit.decision.segread import SegmentReader
from sunlit.decision.store import DecisionStore
from sunlit.testing.clock import SetClock
from sunlit.testing.power import PowerCut
from tests.decision.disks import FaultyDisk
from tests.decision.making import AT, ORIGIN, QUIET, a_writer
from tests.decision.test_disk_errors import again, killed, world

Secrets = tuple[bytes, bytes]


def secrets(store: DecisionStore, pointer: Pointer) -> Secrets:
    """Return a record's key and its sealed bytes."""
    folder = store.log(ORIGIN)
    key = KeyStore(folder.keys_path).get(pointer.index)
    return key, SegmentReader(folder.segments).frame(pointer.index).sealed


def holders(store: DecisionStore, wanted: Secrets) -> list[str]:
    """Return the files that hold any of them."""
    return [
        str(path.relative_to(store.root))
        for path in store.root.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in wanted)
    ]


def start(store: DecisionStore, disk: FaultyDisk) -> None:
    """Start a worker, which settles what a crash left, and kill it."""
    killed(store.writer(SetClock(AT), pace=QUIET, disk=disk))


def at_once(_store: DecisionStore) -> None:
    """Nobody starts again before the erasure."""


def after_a_start(store: DecisionStore) -> None:
    """A worker starts, and ends, before the erasure."""
    a_writer(store).close()


@pytest.mark.parametrize("between", [at_once, after_a_start])
def test_an_erasure_after_a_crash_anywhere_in_a_recovery_leaves_nothing(
    tmp_path: Path, between: Callable[[DecisionStore], None]
) -> None:
    """At each step; the neighbours open, the next start finds everything as it was."""
    store, given = world(tmp_path)
    counting = FaultyDisk()
    start(again(tmp_path, "count"), counting)
    assert {"replace", "cut"} <= set(counting.steps)

    for number in range(1, len(counting.steps) + 1):
        store = again(tmp_path, f"{number}")
        wanted = [secrets(store, one) for one in given]
        disk = FaultyDisk()
        _cut_at(disk, number)
        with pytest.raises(PowerCut):
            start(store, disk)
        between(store)
        for pointer, one in zip(given[1:], wanted[1:], strict=True):
            store.erase(pointer)
            assert holders(store, one) == [], (number, counting.steps[number - 1])

        with a_writer(store) as log:
            assert log.size == len(given)
        assert [store.is_erased(one) for one in given] == [False, True, True, True]
        assert store.content(given[0]).fields["input"].value == b"0"
        with pytest.raises(UnavailableError):
            store.content(given[2])
        shutil.rmtree(store.root)


def _cut_at(disk: FaultyDisk, number: int) -> None:
    def fault(step: int, _what: str) -> None:
        if step == number:
            raise PowerCut

    disk.fault = fault


def test_a_start_leaves_each_record_in_one_file(tmp_path: Path) -> None:
    """Also one that follows a crash between the new segment and the cut of the old one."""
    _, given = world(tmp_path)
    counting = FaultyDisk()
    start(again(tmp_path, "count"), counting)
    store, disk = again(tmp_path, "cut"), FaultyDisk()
    _, sealed = secrets(store, given[3])
    _cut_at(disk, counting.steps.index("cut") + 1)
    with pytest.raises(PowerCut):
        start(store, disk)
    assert len(holders(store, (sealed, sealed))) == 2

    a_writer(store).close()

    assert len(holders(store, (sealed, sealed))) == 1
    assert len(list(store.records(ORIGIN))) == len(given)


def test_a_damaged_segment_before_hinders_no_erasure(tmp_path: Path) -> None:
    """Its own records are lost; those of the next one can still be erased."""
    store, given = world(tmp_path)
    after_a_start(store)
    first, _ = sorted(store.log(ORIGIN).segments.glob("*.seg"))
    first.write_bytes(bytes(len(first.read_bytes())))
    wanted = secrets(store, given[3])

    store.erase(given[3])

    assert store.is_erased(given[3])
    assert holders(store, wanted) == []
