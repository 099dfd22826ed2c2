"""fsck names every damaged file: one changed bit in each kind of file that a log keeps."""

import shutil
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.edge import frame
from sunlit.log.files import DirectoryFiles
from sunlit.log.fsck import LOCK, fsck_directory
from tests.log.store.making import ORIGIN, SIGNER, create, numbered


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log of 515 entries in several commits, which is never written to."""
    where = tmp_path_factory.mktemp("sound")
    with create(where) as log:
        for batch in (range(250), range(250, 513), range(513, 514), range(514, 515)):
            log.append(numbered(*batch))
    return where


def found(where: Path, *, lock: bool = True) -> dict[str, set[str]]:
    """Return what fsck says: path -> codes."""
    report = fsck_directory(
        where / "log", SIGNER.verifier, lock=where / "lock.db" if lock else None
    )
    assert report.holds == (not report.problems)
    codes: dict[str, set[str]] = {}
    for problem in report.problems:
        codes.setdefault(problem.path, set()).add(problem.code)
    return codes


KEPT = [
    "tile/entries/000",
    "tile/entries/001",
    "tile/entries/002.p/1",
    "tile/entries/002.p/3",
    "tile/0/000",
    "tile/0/002.p/2",
    "tile/0/002.p/3",
    "tile/1/000.p/2",
    "checkpoint",
    "checkpoints/250",
    "checkpoints/515",
]


def test_a_sound_log_has_no_problems(sound: Path) -> None:
    """With its lock store and without."""
    assert found(sound) == found(sound, lock=False) == {}
    assert all((sound / "log" / path).exists() for path in KEPT)


@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_changed_bit_in_any_kind_of_file_is_found(
    sound: Path, tmp_path: Path, path: str, where: str
) -> None:
    """And the file is named."""
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    data = bytearray((copy / "log" / path).read_bytes())
    # A changed bit in the last byte of a note is its newline's.
    at = {"first": 0, "middle": len(data) // 2, "last": len(data) - 1}[where]
    data[at] ^= 1
    (copy / "log" / path).write_bytes(data)

    assert path in found(copy)


@pytest.mark.parametrize("path", KEPT)
def test_a_missing_file_is_found(sound: Path, tmp_path: Path, path: str) -> None:
    """Unless it is an archived checkpoint that nobody can know of."""
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    (copy / "log" / path).unlink()

    codes = found(copy)

    if path.startswith("checkpoints/"):
        assert codes == {}
    else:
        assert codes[path] == {"log.file-missing"}


@pytest.mark.parametrize(
    "path",
    ["tile/0/003", "tile/x/000", "tile/0/000.p/x", "tile/0/00", "tile/entries/002.p/4",
     "tile/99/000", "tile/notes", "tile/0/002.p/300", "tile/0/002", "tile/0/x000/000"],
)  # fmt: skip
def test_a_stray_file_is_found(sound: Path, tmp_path: Path, path: str) -> None:
    """Where the log has none at its size; what an interrupted replacement left is passed over."""
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    for name in (path, "tile/0/000.tmp", "checkpoints/515.tmp"):
        (copy / "log" / name).parent.mkdir(exist_ok=True)
        (copy / "log" / name).write_bytes(b"stray")

    assert found(copy) == {path: {"log.stray-file"}}


def test_a_bundle_of_other_width_is_found(sound: Path, tmp_path: Path) -> None:
    """An entry too few."""
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    path = copy / "log/tile/entries/002.p/3"
    (copy / "log/tile/0/002.p/3").unlink()
    path.write_bytes((copy / "log/tile/entries/002.p/2").read_bytes())

    codes = found(copy)

    assert codes["tile/entries/002.p/3"] == {"log.bundle-width"}
    assert codes["tile/0/002.p/3"] == {"log.file-missing"}


def test_archived_checkpoints_must_be_of_this_history(sound: Path, tmp_path: Path) -> None:
    """Another root, another size than its name, more than the log has."""
    copy = tmp_path / "copy"
    shutil.copytree(sound, copy)
    for name, size in (("7", 7), ("8", 9), ("900", 900)):
        note = sign_checkpoint(Checkpoint(ORIGIN, size, bytes(32)), SIGNER).to_bytes()
        (copy / "log/checkpoints" / name).write_bytes(note)

    codes = found(copy)

    assert codes["checkpoints/7"] == {"log.root-differs"}
    assert codes["checkpoints/8"] == codes["checkpoints/900"] == {"log.stray-file"}


def test_entries_that_go_back_in_time_or_are_not_canonical_are_found(tmp_path: Path) -> None:
    """A log whose writer was wrong, whole and signed as it is."""
    head = b'{"admitted":"2026-01-0%dT00:00:00Z","envelope":{},"v":1}'
    with create(tmp_path) as log:
        log.append(numbered(1, 2, 3))
    bundle = frame([head % 2, head % 1, b'{"v":1}'])
    (tmp_path / "log/tile/entries/000.p/3").write_bytes(bundle)

    codes = found(tmp_path)["tile/entries/000.p/3"]

    assert {"log.time-backwards", "log.entry-form"} <= codes


def test_a_lock_that_says_something_else_is_found(sound: Path, tmp_path: Path) -> None:
    """No store, another origin, another last time: each is a problem of the lock."""
    import sqlite3

    for number, sql in enumerate(
        ("UPDATE head SET origin = 'x'", "UPDATE head SET admitted = 1", "DROP TABLE head")
    ):
        copy = tmp_path / str(number)
        shutil.copytree(sound, copy)
        database = sqlite3.connect(copy / "lock.db")
        database.execute(sql)
        database.commit()
        database.close()
        assert found(copy) == {LOCK: {"log.lock-corrupt"}}
    (copy / "lock.db").unlink()
    assert found(copy) == {LOCK: {"log.lock-missing"}}


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    """A directory stands where a file should, or a file where a directory should."""
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    files = DirectoryFiles(tmp_path)

    with pytest.raises(UnavailableError) as caught:
        files.get("checkpoint")
    with pytest.raises(UnavailableError):
        files.listing("loop")

    assert caught.value.code == "log.file-unreadable"
    assert files.get("checkpoint/x/y") is files.get("none") is None
    assert files.listing("none") == ()


def test_a_broken_checkpoint_is_named_with_the_kept_one_that_it_is_a_link_of(
    tmp_path: Path,
) -> None:
    """One damaged sector is two damaged files: fsck does not stop at the first."""
    with create(tmp_path) as log:
        log.append(numbered(*range(3)))
    kept = tmp_path / "log" / "checkpoints" / "3"
    data = bytearray(kept.read_bytes())
    data[0] ^= 1
    kept.write_bytes(data)

    named = found(tmp_path)

    assert {"checkpoint", "checkpoints/3"} <= set(named)
