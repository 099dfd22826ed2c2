"""Start-up refuses what a lock and files that do not belong together would fork."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from tests.log.store.making import ORIGIN, SIGNER, create, numbered, reopen


def refused(where: Path) -> str:
    """Return the code with which the log refuses to open."""
    with pytest.raises(SunlitError) as caught:
        reopen(where)
    return caught.value.code


def history(where: Path) -> None:
    """Make a log of 3 entries, copy it to `where`/old, then let it grow to 5."""
    with create(where) as log:
        log.append(numbered(1, 2, 3))
    shutil.copytree(where / "log", where / "old")
    shutil.copy(where / "lock.db", where / "old.db")
    with reopen(where) as log:
        log.append(numbered(4, 5))


def test_an_old_lock_store_is_refused(tmp_path: Path) -> None:
    """Restored from a backup, it would sign a second history of what is published."""
    history(tmp_path)
    shutil.copy(tmp_path / "old.db", tmp_path / "lock.db")

    assert refused(tmp_path) == "log.storage-newer"


def test_old_files_are_refused(tmp_path: Path) -> None:
    """Nothing staged leads from them to the lock's checkpoint."""
    history(tmp_path)
    shutil.rmtree(tmp_path / "log")
    shutil.copytree(tmp_path / "old", tmp_path / "log")

    assert refused(tmp_path) == "log.storage-behind"


def test_lost_files_are_refused(tmp_path: Path) -> None:
    """An empty directory is not where this log was."""
    history(tmp_path)
    shutil.rmtree(tmp_path / "log")

    assert refused(tmp_path) == "log.storage-behind"


def test_another_history_of_the_same_size_is_refused(tmp_path: Path) -> None:
    """Equal size, different root: two logs signed with one key."""
    history(tmp_path)
    note = sign_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)), SIGNER).to_bytes()
    (tmp_path / "log/checkpoint").write_bytes(note)

    assert refused(tmp_path) == "log.storage-forked"


def test_a_damaged_checkpoint_is_refused_once_nothing_is_staged(tmp_path: Path) -> None:
    """A crash cannot have done it: every file was durable."""
    history(tmp_path)
    (tmp_path / "log/checkpoint").write_bytes(b"torn")

    assert refused(tmp_path) == "note.form"


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("tile/0/000.p/5", b"short", "log.edge-differs"),
        ("tile/0/000.p/5", bytes(160), "log.edge-differs"),
        ("tile/0/000.p/5", None, "log.file-missing"),
        ("tile/entries/000.p/5", None, "log.file-missing"),
        ("tile/entries/000.p/5", b"\0\1", "log.edge-differs"),
        ("tile/entries/000.p/5", b"\0\1x", "log.edge-differs"),
    ],
)
def test_a_damaged_right_edge_is_refused(
    tmp_path: Path, path: str, data: bytes | None, code: str
) -> None:
    """The newest tiles and entries are read and hashed again before anything is signed."""
    history(tmp_path)
    damaged = tmp_path / "log" / path
    damaged.unlink() if data is None else damaged.write_bytes(data)

    assert refused(tmp_path) == code


def test_a_damaged_tile_above_the_entries_is_refused(tmp_path: Path) -> None:
    """The root of the edge must be the lock's."""
    with create(tmp_path) as log:
        log.append(numbered(*range(300)))
    (tmp_path / "log/tile/1/000.p/1").write_bytes(bytes(32))

    assert refused(tmp_path) == "log.edge-differs"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE head SET checkpoint = x'00'", "log.lock-corrupt"),
        ("DELETE FROM head", "log.lock-corrupt"),
        ("DROP TABLE batch", "log.lock-corrupt"),
        ("PRAGMA user_version = 9", "log.lock-corrupt"),
    ],
)
def test_a_damaged_lock_store_is_refused(tmp_path: Path, sql: str, code: str) -> None:
    """Whatever is wrong with it, nothing is signed over it."""
    history(tmp_path)
    database = sqlite3.connect(tmp_path / "lock.db")
    database.execute(sql)
    database.commit()
    database.close()

    assert refused(tmp_path) == code


def test_a_lock_store_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file of another kind stands at its path."""
    history(tmp_path)
    (tmp_path / "lock.db").write_bytes(b"no database" * 1000)

    assert refused(tmp_path) == "log.lock-corrupt"
