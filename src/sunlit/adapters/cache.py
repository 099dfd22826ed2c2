"""A cache of file digests and producers' results in one SQLite file of the user's.

It is only a cache: deleting it changes no answer. It may be lost, so it is not synchronous;
when it cannot be opened at all, there is none and everything is computed.
"""

import os
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from sunlit.statement.hashing import FileState

SCHEMA: Final = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS digest (
    path TEXT PRIMARY KEY, state TEXT NOT NULL, sha256 TEXT NOT NULL, used INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS result (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL
);
"""
GRAIN_NS: Final = 2_000_000_000  # a file touched within two seconds may change again unseen
KEEP_SECONDS: Final = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class SqliteCache:
    """Both caches over one connection (`sunlit.statement.hashing.DigestCache` and results)."""

    connection: sqlite3.Connection

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """Open or make the cache; None where that is not possible."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
            connection.executescript(SCHEMA)
            oldest = int(time.time()) - KEEP_SECONDS
            connection.execute("DELETE FROM digest WHERE used < ?", (oldest,))
            connection.execute("DELETE FROM result WHERE used < ?", (oldest,))
        except (OSError, sqlite3.Error):
            return None
        return cls(connection)

    def get(self, state: FileState) -> str | None:
        """Return the digest kept for exactly this state of a file."""
        row = self._one("SELECT state, sha256 FROM digest WHERE path = ?", state.path)
        return str(row[1]) if row is not None and row[0] == _written(state) else None

    def put(self, state: FileState, sha256: str) -> None:
        """Keep a digest, unless the file is so young that it could change unseen."""
        if time.time_ns() - max(state.ctime_ns, state.mtime_ns) < GRAIN_NS:
            return
        self._write(
            "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?)", state.path, _written(state), sha256
        )

    def get_result(self, key: str) -> bytes | None:
        """Return what is kept under `key`."""
        row = self._one("SELECT value FROM result WHERE key = ?", key)
        return row[0] if row is not None and isinstance(row[0], bytes) else None

    def put_result(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""
        self._write("INSERT OR REPLACE INTO result VALUES (?, ?, ?)", key, value)

    def _one(self, query: str, key: str) -> tuple[object, ...] | None:
        try:
            row: tuple[object, ...] | None = self.connection.execute(query, (key,)).fetchone()
        except sqlite3.Error:
            return None  # a cache that is locked or damaged knows nothing
        return row

    def _write(self, query: str, *values: object) -> None:
        try:
            self.connection.execute(query, (*values, int(time.time())))
        except sqlite3.Error:
            return  # not kept; it will be computed again


def default_path() -> Path:
    """Return the user's cache file (XDG_CACHE_HOME, or ~/.cache)."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118 - Path.home raises without a home
    return Path(base) / "sunlit" / "cache.sqlite"


def _written(state: FileState) -> str:
    return f"{state.device}:{state.inode}:{state.size}:{state.mtime_ns}:{state.ctime_ns}"
