"""The lock store in SQLite.

Why the staged entries stand in the same transaction as the checkpoint is said in
docs/adr/0003-staging-in-the-lock-store.md.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.times import from_unix
from sunlit.log.ports import Batch, Head
from sunlit.log.writer import busy

FORMAT: Final = 1  # PRAGMA user_version; an unknown one is refused

SCHEMA: Final = """
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT NOT NULL,
                   checkpoint BLOB NOT NULL, admitted INTEGER) STRICT;
CREATE TABLE batch (old_size INTEGER PRIMARY KEY, size INTEGER NOT NULL, old_root BLOB NOT NULL,
                    checkpoint BLOB NOT NULL) STRICT;
CREATE TABLE staged (old_size INTEGER PRIMARY KEY, bundle BLOB NOT NULL) STRICT;
CREATE TABLE seen (key BLOB PRIMARY KEY, idx INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""


class SQLiteLock:
    """`Lock` in one SQLite file (WAL, synchronous=FULL: one fsync a commit)."""

    def __init__(self, path: Path) -> None:
        """Open a lock store that exists; a typo must not start a second history.

        Raises:
            UnavailableError: `log.lock-missing`, `log.writer-busy`, `log.lock-failed`.
            VerificationError: `log.lock-corrupt`.
        """
        if not path.is_file():
            raise UnavailableError(
                "log.lock-missing",
                f"there is no lock store at {path}",
                mend="check the path; a new home has a new log: `sunlit org new ID --home DIR`",
            )
        with _translated():
            self._db = _connect(path)
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found != FORMAT:
            self._db.close()
            raise VerificationError(
                "log.lock-corrupt",
                "the lock store is of another format",
                expected=str(FORMAT),
                got=str(found),
            )

    @classmethod
    def create(cls, path: Path, *, origin: str, checkpoint: bytes) -> "SQLiteLock":
        """Make the lock store of a new log, whole or not at all.

        Raises:
            MalformedError: `log.lock-exists`.
        """
        unfinished = path.with_name(path.name + ".new")
        unfinished.unlink(missing_ok=True)
        with _translated():
            database = _connect(unfinished, make=True)
            database.executescript(SCHEMA)
            database.execute("INSERT INTO head VALUES (1, ?, ?, NULL)", (origin, checkpoint))
            database.execute(f"PRAGMA user_version = {FORMAT}")
            database.close()
        unfinished.chmod(0o600)
        try:
            path.hardlink_to(unfinished)  # never replaces: link(2) fails where a file stands
        except FileExistsError as error:
            raise MalformedError(
                "log.lock-exists",
                f"a lock store exists already at {path}",
                mend="open that log, or choose another place for the new one",
            ) from error
        finally:
            unfinished.unlink()
        _fsync_dir(path.parent)
        return cls(path)

    def head(self) -> Head:
        """Return the checkpoint that was swapped in last."""
        with _translated():
            row = self._db.execute("SELECT origin, checkpoint, admitted FROM head").fetchone()
        if row is None:
            raise VerificationError("log.lock-corrupt", "the lock store has no checkpoint")
        admitted = None if row[2] is None else from_unix(row[2])
        return Head(origin=row[0], checkpoint=row[1], admitted_at=admitted)

    def batches(self) -> tuple[Batch, ...]:
        """Return the staged batches, oldest first."""
        with _translated():
            rows = self._db.execute(
                "SELECT old_size, old_root, checkpoint, bundle FROM batch JOIN staged"
                " USING (old_size) ORDER BY old_size"
            ).fetchall()
        return tuple(
            Batch(old_size=size, old_root=root, checkpoint=note, bundle=bundle)
            for size, root, note, bundle in rows
        )

    def batch_rows(self) -> list[tuple[int, int, bytes, bytes]]:
        """Return old size, size, old root and checkpoint of each batch, oldest first."""
        with _translated():
            return self._db.execute(
                "SELECT old_size, size, old_root, checkpoint FROM batch ORDER BY old_size"
            ).fetchall()

    def begin(self) -> None:
        """Open the commit."""
        with self._or_rollback():
            self._db.execute("BEGIN IMMEDIATE")

    def find(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the entry index of each key that is known."""
        found: dict[bytes, int] = {}
        with _translated():
            for key in keys:
                row = self._db.execute(
                    "SELECT idx FROM seen WHERE key = ?", (_short(key),)
                ).fetchone()
                if row is not None:
                    found[key] = row[0]
        return found

    def seen(self) -> dict[bytes, int]:
        """Return the index by the SHA-256 of each key: for moving to another store."""
        with _translated():
            return dict(self._db.execute("SELECT key, idx FROM seen").fetchall())

    def stage(self, old_size: int, bundle: bytes) -> bytes:
        """Open the commit, put the entries in it and return them as read back from it."""
        with self._or_rollback():
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("INSERT INTO staged VALUES (?, ?)", (old_size, bundle))
            back: bytes = self._db.execute(
                "SELECT bundle FROM staged WHERE old_size = ?", (old_size,)
            ).fetchone()[0]
            return back

    def swap(
        self,
        expected: bytes,
        batch: Batch,
        *,
        admitted_at: datetime,
        keys: Mapping[bytes, int],
    ) -> None:
        """Commit: replace the checkpoint if it still is `expected`, and keep what was staged."""
        run = self._db.execute
        size = int(batch.checkpoint.split(b"\n", 2)[1])
        with self._or_rollback():
            swapped = run(
                "UPDATE head SET checkpoint = ?, admitted = ? WHERE one = 1 AND checkpoint = ?",
                (batch.checkpoint, int(admitted_at.timestamp()), expected),
            )
            if swapped.rowcount != 1:
                raise lost_race()
            run(
                "INSERT INTO batch VALUES (?, ?, ?, ?)",
                (batch.old_size, size, batch.old_root, batch.checkpoint),
            )
            self._insert_keys(keys)
            run("COMMIT")

    def drop(self, durable_size: int) -> None:
        """Forget the staged batches that end at or below `durable_size`."""
        run = self._db.execute
        done = (durable_size,)
        with self._or_rollback():
            run("BEGIN IMMEDIATE")
            run(
                "DELETE FROM staged WHERE old_size IN (SELECT old_size FROM batch WHERE size <= ?)",
                done,
            )
            run("DELETE FROM batch WHERE size <= ?", done)
            run("COMMIT")
            # In this order: auto_vacuum has just cut the dropped pages off the database, so their
            # frames are not copied into it; and the next commits write over the log's old frames,
            # where a sync has no new length of the file to make durable.
            run("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Let go of the store; what was not committed is gone. The second time does nothing."""
        self._db.close()

    def _insert_keys(self, keys: Mapping[bytes, int]) -> None:
        rows = sorted((_short(key), index) for key, index in keys.items())
        self._db.executemany("INSERT INTO seen VALUES (?, ?)", rows)

    @contextmanager
    def _or_rollback(self) -> Iterator[None]:
        try:
            with _translated():
                yield
        except SunlitError:
            if self._db.in_transaction:
                self._db.rollback()
            raise


def lost_race() -> VerificationError:
    """Return the refusal of a swap whose expected checkpoint is not there any more."""
    return VerificationError(
        "log.lost-race",
        "another writer moved this log's checkpoint",
        mend="find the second writer and stop it, then open the log again",
    )


def _connect(path: Path, *, make: bool = False) -> sqlite3.Connection:
    mode = "rwc" if make else "rw"
    database = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=1.0,
    )
    if make:
        # A staged batch is long; but a commit of one entry, or of many keys, writes whole pages.
        database.execute("PRAGMA page_size = 8192")
        database.execute("PRAGMA auto_vacuum = FULL")  # see `drop`
    database.execute("PRAGMA journal_mode = WAL")
    # `drop` checkpoints. This is for what goes by it: 64 MiB, more than is staged between two.
    database.execute("PRAGMA wal_autocheckpoint = 8192")
    # Some builds write zeros over what is deleted. What is staged is in the public files too.
    database.execute("PRAGMA secure_delete = OFF")
    database.execute("PRAGMA synchronous = FULL")  # a commit returns when it is on the disk
    database.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone stops at the drive's cache
    return database


def _short(key: bytes) -> bytes:
    return sha256(key).digest()


def _fsync_dir(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn SQLite's errors into ours, by its result code."""
    try:
        yield
    except sqlite3.Error as error:
        raise _ours(getattr(error, "sqlite_errorcode", 0)) from error


def _ours(code: int) -> SunlitError:
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return UnavailableError(
                "log.disk-full",
                "the lock store's disk is full; nothing was accepted",
                mend="free some space and submit again",
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return busy()
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            return VerificationError(
                "log.lock-corrupt",
                "the lock store is damaged",
                mend="do not restore an old one: see operator recovery in the documentation",
            )
        case _:
            return UnavailableError(
                "log.lock-failed",
                "the lock store could not be read or written",
                got=f"SQLite result {code}",
                mend="look at the disk and its messages, then open the log again",
            )
