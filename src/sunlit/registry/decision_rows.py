"""What the private search index keeps of a record, and its file: schema, key, lock."""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import format_time
from sunlit.decision.record import Pointer, Record

VERSION: Final = 1
KEY_SIZE: Final = 32
KEPT: Final = "kept"
ERASED: Final = "erased"
UNREADABLE: Final = "unreadable"
SCHEMA: Final = """
PRAGMA journal_mode = TRUNCATE;
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS source (
    log TEXT PRIMARY KEY, next INTEGER NOT NULL, last TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS record (
    log TEXT NOT NULL, place INTEGER NOT NULL, leaf TEXT NOT NULL, id TEXT NOT NULL,
    kind TEXT NOT NULL, time TEXT NOT NULL, use TEXT, release TEXT, state TEXT, break_glass TEXT,
    role TEXT, result TEXT, of_log TEXT, of_place INTEGER, of_leaf TEXT, content TEXT NOT NULL,
    PRIMARY KEY (log, place)
);
CREATE INDEX IF NOT EXISTS record_id ON record (id);
CREATE INDEX IF NOT EXISTS record_time ON record (time, log, place);
CREATE INDEX IF NOT EXISTS record_of ON record (of_log, of_place);
CREATE INDEX IF NOT EXISTS record_content ON record (content, log, place);
CREATE TABLE IF NOT EXISTS lookup (
    log TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, mac TEXT NOT NULL,
    PRIMARY KEY (log, place, name)
);
CREATE INDEX IF NOT EXISTS lookup_mac ON lookup (mac);
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What the index holds of one record: the leaf's plain fields, and whether content is kept."""

    log: str
    place: int
    leaf: str
    id: str
    kind: str
    time: str
    use: str | None
    release: str | None
    state: str | None
    break_glass: str | None
    role: str | None
    result: str | None
    of_log: str | None
    of_place: int | None
    of_leaf: str | None
    content: str

    @property
    def pointer(self) -> Pointer:
        """Where the record stands."""
        return Pointer(log=self.log, index=self.place, leaf=self.leaf)


COLUMNS: Final = ", ".join(f"record.{one.name}" for one in fields(Row))


@contextmanager
def alone(root: Path, name: str) -> Iterator[None]:
    """Hold `root/name` against other processes (and other openings in this one); wait for it."""
    handle = os.open(root / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def row_of(pointer: Pointer, record: Record, content: str) -> Row:
    """Return what the index keeps of a record."""
    of = record.of
    return Row(
        pointer.log, pointer.index, pointer.leaf, record.id, str(record.kind),
        format_time(record.time), record.use, record.release,
        None if record.state is None else str(record.state), record.break_glass, record.role,
        record.result, None if of is None else of.log, None if of is None else of.index,
        None if of is None else of.leaf, content,
    )  # fmt: skip


def read_key(path: Path) -> bytes:
    """Return the store's secret; made once. Hold the index's lock around it."""
    if path.exists() and len(found := path.read_bytes()) == KEY_SIZE:
        return found
    made = os.urandom(KEY_SIZE)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made


def connect(path: Path, key: bytes) -> sqlite3.Connection:
    """Open the index; one that is damaged, of another version or key is made again."""
    # What this number stands for: the format, and the key that the rows were made with.
    stamp = int.from_bytes(hashlib.sha256(bytes([VERSION]) + key).digest()[:4], "big") >> 1
    if path.exists():
        connection = sqlite3.connect(path, timeout=30.0)
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] == stamp:
                connection.executescript(SCHEMA)
                return connection
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
        connection.close()
        path.unlink()
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, timeout=30.0)
    connection.executescript(SCHEMA)
    connection.execute(f"PRAGMA user_version = {stamp}")
    connection.commit()
    return connection


def utf8(text: str) -> bytes:
    """Return what somebody typed as bytes.

    Raises:
        MalformedError: `decision.text`.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise MalformedError(
            "decision.text", "what was typed is no text in UTF-8", mend="type it again"
        ) from error


def unusable() -> UnavailableError:
    """Return the error for an index that SQLite or the system cannot use."""
    return UnavailableError(
        "decision.index", "the search index of the decision store cannot be opened or written",
        expected="a directory that this user may write to",
        mend="mend the permissions or free some space; where index.sqlite itself is "
        "damaged, delete it: it is made from the logs",
    )  # fmt: skip
