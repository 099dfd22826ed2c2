"""A log that cannot be opened stops nobody while another one of the store is idle."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.decision.folder import KEY, LogFolder
from sunlit.decision.store import DecisionStore
from tests.decision.making import ORIGIN, a_store, a_writer, drafts

SECOND = "decisions.example.org/2"


def lost(folder: LogFolder) -> None:
    """Lose the lock store."""
    folder.lock.unlink()


def garbled(folder: LogFolder) -> None:
    """Write something else over it."""
    folder.lock.write_bytes(b"no database at all" * 100)


def emptied(folder: LogFolder) -> None:
    """Leave an empty file: a database of another format."""
    folder.lock.write_bytes(b"")


def other_key(folder: LogFolder) -> None:
    """Put another log's key there."""
    shutil.copy(folder.path.parent / "02" / KEY, folder.path / KEY)


def no_segments(folder: LogFolder) -> None:
    """Lose the records."""
    shutil.rmtree(folder.segments)


DAMAGES = [
    (lost, "log.lock-missing"),
    (garbled, "log.lock-corrupt"),
    (emptied, "log.lock-corrupt"),
    (other_key, "store.other-key"),
    (no_segments, "record.unreadable"),
]


def damaged(tmp_path: Path, damage: Callable[[LogFolder], None]) -> DecisionStore:
    """Return a store of two logs whose first, with records, is damaged."""
    store = a_store(tmp_path, 2)
    with a_writer(store) as log:
        log.append(drafts(2))
        log.checkpoint()
    damage(store.log(ORIGIN))
    return store


@pytest.mark.parametrize(("damage", "code"), DAMAGES, ids=lambda one: getattr(one, "__name__", one))
def test_a_damaged_log_is_passed_over(
    tmp_path: Path, damage: Callable[[LogFolder], None], code: str
) -> None:
    """Another idle one is taken; its own error is raised once none is idle."""
    store = damaged(tmp_path, damage)

    with a_writer(store) as log:
        assert log.origin == SECOND
        with pytest.raises(SunlitError) as caught:
            a_writer(store)

    assert caught.value.code == code


@pytest.mark.parametrize("damage", [lost, garbled, emptied])
def test_the_mend_fits_a_decision_log(tmp_path: Path, damage: Callable[[LogFolder], None]) -> None:
    """It adds a log to the store; it makes no new home."""
    store = damaged(tmp_path, damage)

    with a_writer(store), pytest.raises(SunlitError) as caught:
        a_writer(store)

    assert "sunlit guard init DIR" in (caught.value.mend or "")
    assert "org new" not in (caught.value.mend or "")


def test_contents_of_a_log_without_its_lock_store_open(tmp_path: Path) -> None:
    """Reading asks for segments and keys, not for a writer."""
    store = a_store(tmp_path, 2)
    with a_writer(store) as log:
        pointers = log.append(drafts(2))
    lost(store.log(ORIGIN))

    assert [store.content(one).fields["input"].value for one in pointers] == [b"0", b"1"]


def test_an_unused_log_is_not_taken_when_the_keys_are_not_mounted(tmp_path: Path) -> None:
    """Else a volume that is not there would be noticed by the first decision only."""
    store = a_store(tmp_path, 2)
    with a_writer(store) as log:
        log.append(drafts(1))
    shutil.rmtree(store.keys)

    with pytest.raises(SunlitError) as caught:
        a_writer(store)

    assert caught.value.code == "content.key-missing"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o700])
def test_a_key_that_others_could_read_is_refused(tmp_path: Path, mode: int) -> None:
    """As keys on the command line are; the mend says how to go on."""
    store = a_store(tmp_path)
    key = store.log(ORIGIN).path / KEY
    key.chmod(mode)

    with pytest.raises(SunlitError) as caught:
        a_writer(store)

    assert caught.value.code == "key.file-mode"
    assert caught.value.mend == f"chmod 600 {key}"
    key.chmod(0o600)
    a_writer(store).close()


def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Without it the log takes no more; its records stay."""
    store = a_store(tmp_path)
    (store.log(ORIGIN).path / KEY).unlink()

    with pytest.raises(SunlitError) as caught:
        a_writer(store)

    assert caught.value.code == "key.file-unreadable"
