"""Large files are hashed side by side, and nobody can tell but by the clock."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.statement import manifest
from sunlit.statement.hashing import FileState
from sunlit.statement.manifest import read_manifest
from sunlit.statement.together import LARGE


def folder(root: Path) -> dict[str, bytes]:
    """Write large and small files; return their bytes by name, in order."""
    files = {
        "a.bin": b"a" * (3 * LARGE),
        "b.json": b"{}",
        "c.bin": b"c" * LARGE,
        "d.bin": b"d" * (LARGE + 1),
        "e.txt": b"",
    }
    for name, content in files.items():
        (root / name).write_bytes(content)
    return files


def test_large_files_side_by_side_give_the_same_manifest(tmp_path: Path) -> None:
    """Order, sizes and digests are those of hashing one file after the other."""
    files = folder(tmp_path)

    manifest = read_manifest(tmp_path)

    assert [(one.name, one.size, one.sha256) for one in manifest.files] == [
        (name, len(content), hashlib.sha256(content).hexdigest()) for name, content in files.items()
    ]


def test_progress_of_many_threads_is_told_by_one_at_a_time(tmp_path: Path) -> None:
    """What is heard only grows, chunk by chunk, up to the total."""
    total = sum(len(content) for content in folder(tmp_path).values())
    heard: list[int] = []

    read_manifest(tmp_path, progress=lambda done, _: heard.append(done))

    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0, total)


class OwnThread:
    """A digest cache that only the thread that made it may use, as SQLite's connections are."""

    def __init__(self) -> None:
        self.known: dict[FileState, str] = {}
        self._thread = threading.get_ident()

    def get(self, state: FileState) -> str | None:
        """Return what is kept."""
        assert threading.get_ident() == self._thread
        return self.known.get(state)

    def put(self, state: FileState, sha256: str) -> None:
        """Keep a digest."""
        assert threading.get_ident() == self._thread
        self.known[state] = sha256


def test_the_cache_is_used_in_the_callers_thread(tmp_path: Path) -> None:
    """Every digest is kept, and the second time none is computed."""
    folder(tmp_path)
    cache = OwnThread()
    first = read_manifest(tmp_path, cache=cache)
    kept = dict(cache.known)

    assert read_manifest(tmp_path, cache=cache) == first
    assert cache.known == kept
    assert len(kept) == 5


def test_the_first_file_in_order_that_fails_is_the_one_that_is_named(tmp_path: Path) -> None:
    """Also when a later one failed before it."""
    folder(tmp_path)

    def progress(done: int, _total: int) -> None:
        if done == 0:
            for name in ("d.bin", "a.bin"):
                (tmp_path / name).write_bytes(b"other")

    with pytest.raises(UnavailableError, match=r"a\.bin"):
        read_manifest(tmp_path, progress=progress)


def test_after_a_failure_no_thread_reads_on(tmp_path: Path) -> None:
    """A large file whose digest nobody will ask for is let go at the next chunk."""
    (tmp_path / "a.bin").write_bytes(b"a" * LARGE)
    with (tmp_path / "b.bin").open("wb") as file:
        file.truncate(4096 * LARGE)  # a hole: it takes no room, and seconds to read to its end
    heard: list[int] = []

    def progress(done: int, _total: int) -> None:
        heard.append(done)
        if done == 0:
            os.truncate(tmp_path / "a.bin", 1)

    with pytest.raises(UnavailableError) as refused:
        read_manifest(tmp_path, progress=progress)

    assert refused.value.code == "manifest.changed-while-reading"
    assert heard[-1] < 2048 * LARGE


def test_a_thread_that_is_told_to_stop_ends_at_its_next_chunk() -> None:
    """What the test above meets only if a thread was in the middle of a file just then."""
    reader = manifest._Reader(-1, 1, None, None)
    reader._stop()

    with pytest.raises(manifest._StoppedError):
        reader._step(1)
