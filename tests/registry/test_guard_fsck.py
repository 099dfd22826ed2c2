"""Decision logs are computed again: each kind of damage is named, and an erasure is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.decision.folder import LogFolder
from sunlit.registry.guard_fsck import check_store
from tests.decisions import World, copied


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


def codes(world: World) -> list[list[str]]:
    """Return the codes of what is wrong, log by log."""
    return [sorted({p.code for p in one.problems}) for one in check_store(world.store)]


def flip(path: Path, what: bytes) -> None:
    """Change one byte of the first place that holds `what`."""
    data = path.read_bytes()
    assert what in data
    path.write_bytes(data.replace(what, what[:-1] + bytes([what[-1] ^ 1]), 1))


def test_sound_logs_agree_also_while_somebody_writes_and_after_an_erasure(world: World) -> None:
    """Sizes and records are told."""
    world.store.erase(world.pointers["released"])
    with world.store.writer(world.clock):
        first, second = check_store(world.store)

    assert (first.problems, second.problems) == ((), ())
    assert (first.size, first.records, second.records) == (15, 15, 1)
    assert first.to_json()["problems"] == []


def first_segment(folder: LogFolder) -> Path:
    """Return the first segment."""
    return min(folder.segments.glob("*.seg"))


def last_byte(folder: LogFolder) -> None:
    """Change the sealed content of the last record."""
    path = max(folder.segments.glob("*.seg"))
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def no_segment(folder: LogFolder) -> None:
    """Lose all records."""
    for path in folder.segments.glob("*.seg"):
        path.unlink()


def no_keys(folder: LogFolder) -> None:
    """Lose the keys."""
    for path in folder.keys_path.glob("*.keys"):
        path.unlink()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda folder: folder.lock.unlink(), "log.lock-missing"),
        (lambda folder: flip(folder.public / "tile/entries/000.p/15", b"outreach"), "log.entry-"),
        (lambda folder: flip(first_segment(folder), b"outreach"), "record.damaged"),
        (last_byte, "record.damaged"),
        (no_segment, "record.missing"),
        (no_keys, "content.key-missing"),
    ],
    ids=["lock", "entry", "leaf", "content", "segments", "keys"],
)
def test_each_damage_is_named(world: World, damage: Callable[[LogFolder], None], code: str) -> None:
    """In the log that has it, and in no other."""
    damage(world.store.logs()[0])

    first, second = codes(world)

    assert any(one.startswith(code) for one in first), first
    assert second == []


def test_records_that_are_not_those_published_are_named(world: World) -> None:
    """Whole frames of another log, under this one's checkpoint."""
    first, second = world.store.logs()
    for path in first.segments.glob("*.seg"):
        path.unlink()
    path = first_segment(second)
    (first.segments / path.name).write_bytes(path.read_bytes())

    assert codes(world) == [["record.damaged", "record.missing"], []]
