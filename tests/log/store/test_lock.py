"""The lock's contract, held by the SQLite store, by PostgreSQL and by the fake alike."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.log.lock import SQLiteLock
from sunlit.log.ports import Batch, Lock
from sunlit.testing.lock import FakeLock
from sunlit.testing.power import Power

AT = datetime(2026, 1, 1, tzinfo=UTC)


def note(size: int) -> bytes:
    """Return what looks like a checkpoint of that size."""
    return b"log.example.org\n%d\nAAAA\n" % size


def swap(lock: Lock, old: int, new: int, *, expected: int | None = None) -> None:
    """Stage and swap one batch."""
    bundle = lock.stage(old, b"bundle %d" % old)
    lock.swap(
        note(old if expected is None else expected),
        Batch(old_size=old, old_root=b"root", checkpoint=note(new), bundle=bundle),
        admitted_at=AT,
        keys={b"key %d" % old: old},
    )


@pytest.fixture(params=["sqlite", "fake", "postgresql"])
def lock(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lock]:
    """Give each kind of lock."""
    made: Lock
    if request.param == "sqlite":
        made = SQLiteLock.create(tmp_path / "lock.db", origin="o", checkpoint=note(0))
    elif request.param == "fake":
        made = FakeLock(Power(), origin="o", checkpoint=note(0))
    else:
        from sunlit.adapters.sql.lock import PostgresLock

        url = request.getfixturevalue("postgres")
        made = PostgresLock.create(url, origin="o", checkpoint=note(0))
    yield made
    made.close()
    made.close()


def test_a_new_lock_holds_the_first_checkpoint(lock: Lock) -> None:
    """Nothing is staged and nothing was admitted."""
    head = lock.head()

    assert (head.origin, head.checkpoint, head.admitted_at) == ("o", note(0), None)
    assert (lock.batches(), lock.find([b"key 0"])) == ((), {})


def test_a_swap_keeps_head_batch_and_keys_together(lock: Lock) -> None:
    """What was staged is given back as it was put in."""
    swap(lock, 0, 2)
    swap(lock, 2, 5)

    assert (lock.head().checkpoint, lock.head().admitted_at) == (note(5), AT)
    assert [found.bundle for found in lock.batches()] == [b"bundle 0", b"bundle 2"]
    assert lock.find([b"key 2", b"other", b"key 0"]) == {b"key 2": 2, b"key 0": 0}


def test_durable_batches_are_dropped(lock: Lock) -> None:
    """Only those that end at or below the durable size."""
    swap(lock, 0, 2)
    swap(lock, 2, 5)
    swap(lock, 5, 6)
    lock.drop(2)
    assert [found.old_size for found in lock.batches()] == [2, 5]

    lock.drop(6)

    assert lock.batches() == ()


def test_what_was_dropped_is_never_copied_into_the_database(tmp_path: Path) -> None:
    """A staged batch is written once, and its pages are used again by the next ones."""
    lock = SQLiteLock.create(tmp_path / "lock.db", origin="o", checkpoint=note(0))
    sizes: list[tuple[int, int]] = []

    for old in range(4):
        bundle = lock.stage(old, bytes(1_000_000))
        batch = Batch(old_size=old, old_root=b"root", checkpoint=note(old + 1), bundle=bundle)
        lock.swap(note(old), batch, admitted_at=AT, keys={b"key %d" % old: old})
        lock.drop(old + 1)
        files = (tmp_path / "lock.db", tmp_path / "lock.db-wal")
        sizes.append((files[0].stat().st_size, files[1].stat().st_size))

    assert all(database < 100_000 and log < 1_100_000 for database, log in sizes)
    lock.close()


def test_a_lost_race_keeps_nothing(lock: Lock) -> None:
    """The checkpoint is not the expected one: nothing of the commit stays."""
    swap(lock, 0, 2)

    with pytest.raises(VerificationError) as caught:
        swap(lock, 2, 5, expected=1)

    assert caught.value.code == "log.lost-race"
    assert lock.head().checkpoint == note(2)
    assert [found.old_size for found in lock.batches()] == [0]
    swap(lock, 2, 5)


def test_what_was_staged_and_not_swapped_is_gone_after_closing(tmp_path: Path) -> None:
    """A process that dies in a commit leaves nothing of it."""
    lock = SQLiteLock.create(tmp_path / "lock.db", origin="o", checkpoint=note(0))
    lock.stage(0, b"bundle")
    lock.close()

    with_it = SQLiteLock(tmp_path / "lock.db")
    swap(with_it, 0, 1)
    with_it.close()


def test_an_unfinished_creation_is_in_nobodys_way(tmp_path: Path) -> None:
    """A crash left the half-made store under its temporary name."""
    (tmp_path / "lock.db.new").write_bytes(b"half")

    SQLiteLock.create(tmp_path / "lock.db", origin="o", checkpoint=note(0)).close()

    assert not (tmp_path / "lock.db.new").exists()
    assert (tmp_path / "lock.db").stat().st_mode & 0o777 == 0o600


def failing(lock: SQLiteLock, code: int) -> Callable[[], None]:
    """Return an act that fails in SQLite with a result code."""

    def act() -> None:
        error = sqlite3.OperationalError("injected")
        error.sqlite_errorcode = code
        with lock._or_rollback():
            raise error

    return act


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (sqlite3.SQLITE_FULL, "log.disk-full"),
        (sqlite3.SQLITE_BUSY, "log.writer-busy"),
        (sqlite3.SQLITE_IOERR_FSYNC, "log.lock-failed"),
        (sqlite3.SQLITE_CORRUPT, "log.lock-corrupt"),
        (0, "log.lock-failed"),
    ],
)
def test_sqlite_errors_have_codes(tmp_path: Path, result: int, code: str) -> None:
    """Each family of SQLite's results is one that the caller can act on."""
    lock = SQLiteLock.create(tmp_path / "lock.db", origin="o", checkpoint=note(0))

    with pytest.raises(SunlitError) as caught:
        failing(lock, result)()

    assert caught.value.code == code
    lock.close()


def test_a_second_connection_in_a_commit_is_told_that_the_log_is_busy(tmp_path: Path) -> None:
    """SQLite's own lock stands behind the operating system's."""
    first = SQLiteLock.create(tmp_path / "lock.db", origin="o", checkpoint=note(0))
    second = SQLiteLock(tmp_path / "lock.db")
    second._db.execute("PRAGMA busy_timeout = 0")
    first.stage(0, b"bundle")

    with pytest.raises(UnavailableError) as caught:
        second.stage(0, b"bundle")

    assert caught.value.code == "log.writer-busy"
    first.close()
    second.close()
