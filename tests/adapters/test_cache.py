"""The cache remembers exactly what it was told, and nothing hangs on it."""

import os
import sqlite3
import time
from pathlib import Path

import pytest

from sunlit.adapters.cache import SqliteCache, default_path
from sunlit.adapters.clock import SystemClock
from sunlit.statement.hashing import FileState


def state(size: int = 1, age_seconds: int = 60) -> FileState:
    """Return a file's state, last changed so long ago."""
    then = time.time_ns() - age_seconds * 1_000_000_000
    return FileState("/model/weights", 1, 2, size, then, then)


def opened(path: Path) -> SqliteCache:
    """Open a cache that must open."""
    cache = SqliteCache.open(path)
    assert cache is not None
    return cache


def test_a_digest_is_found_for_exactly_the_same_state(tmp_path: Path) -> None:
    """Any other size or time means another file."""
    cache = opened(tmp_path / "deep" / "cache.sqlite")
    seen = state()

    cache.put(seen, "ab" * 32)

    assert cache.get(seen) == "ab" * 32
    assert cache.get(state(size=2)) is None


def test_a_file_that_changed_a_moment_ago_is_not_remembered(tmp_path: Path) -> None:
    """A second write in the same tick of the clock would leave no trace."""
    cache = opened(tmp_path / "cache.sqlite")
    young = state(age_seconds=0)

    cache.put(young, "ab" * 32)

    assert cache.get(young) is None


def test_results_outlive_the_process(tmp_path: Path) -> None:
    """What one run kept, the next one finds."""
    opened(tmp_path / "cache.sqlite").put_result("key", b"result")

    assert opened(tmp_path / "cache.sqlite").get_result("key") == b"result"
    assert opened(tmp_path / "cache.sqlite").get_result("other") is None


def test_a_cache_that_cannot_be_opened_is_none(tmp_path: Path) -> None:
    """Where nothing can be kept, everything is computed."""
    (tmp_path / "file").write_text("in the way")

    assert SqliteCache.open(tmp_path / "file" / "cache.sqlite") is None


def test_a_damaged_cache_knows_nothing(tmp_path: Path) -> None:
    """Losing the tables below a running process is no error either."""
    path = tmp_path / "cache.sqlite"
    cache = opened(path)
    with sqlite3.connect(path) as other:
        other.executescript("DROP TABLE digest; DROP TABLE result")
    other.close()

    cache.put(state(), "ab" * 32)
    cache.put_result("key", b"x")

    assert cache.get(state()) is None
    assert cache.get_result("key") is None


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "HOME"])
def test_the_cache_is_the_users(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands where caches stand, so that it is thrown away with them."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(name, os.fspath(tmp_path))

    assert default_path().is_relative_to(tmp_path)


def test_the_system_clock_tells_whole_aware_seconds() -> None:
    """Times in Sunlit have no fractions and always a zone."""
    now = SystemClock().now()

    assert now.tzinfo is not None
    assert now.microsecond == 0
