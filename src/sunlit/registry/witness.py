"""Cosign another organisation's checkpoint: the largest consistent tree seen for its origin.

The check of the old size and the update are one atomic step, durable before anything is signed
(C2SP tlog-witness): else an older answer could roll back a newer one.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.cosignature import cosign
from sunlit.log.note import COSIGNATURE_V1, Note, NoteSignature, NoteVerifier
from sunlit.log.reader import Files, LogReader
from sunlit.registry.home import Home, note_signer

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL
) WITHOUT ROWID
"""


def witness_vkey(home: Home) -> str:
    """Return the witness's own verifier key (signed-note type 0x04)."""
    return note_signer(home.organisation, home.signer("witness"), COSIGNATURE_V1).verifier.vkey


def witness(home: Home, files: Files, log_key: NoteVerifier, at: datetime) -> NoteSignature:
    """Check that the log grew from what was last seen, remember it, and cosign.

    Raises:
        VerificationError: `witness.rolled-back`, `witness.forked`, or whatever the log's
            checkpoint, tiles and proofs fail with.
        UnavailableError: `witness.raced`, `witness.store`.
    """
    reader = LogReader.open(files, log_key)
    note = Note.parse(_present(files))
    new = open_checkpoint(note.to_bytes(), log_key)
    try:
        with closing(_open(home.root / "witness.sqlite")) as store:
            old = _seen(store, new.origin)
            if old is not None:
                _expect_growth(reader, old, new)
            _remember(store, old, new)
    except sqlite3.Error as error:
        raise UnavailableError(
            "witness.store", "what was seen before could not be read or kept; nothing was signed",
            got=type(error).__name__, mend="mend the home's witness.sqlite, then cosign again",
        ) from error  # fmt: skip
    signer = note_signer(home.organisation, home.signer("witness"), COSIGNATURE_V1)
    return cosign(note.text, signer, at)


def _present(files: Files) -> bytes:
    data = files.get("checkpoint")
    if data is None:
        raise UnavailableError("witness.no-checkpoint", "the log has no checkpoint")
    return data


def _open(path: Path) -> sqlite3.Connection:
    store = sqlite3.connect(path, isolation_level=None, timeout=5)
    store.execute("PRAGMA synchronous = FULL")
    store.execute(SCHEMA)
    return store


def _seen(store: sqlite3.Connection, origin: str) -> Checkpoint | None:
    row = store.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else Checkpoint(origin, int(row[0]), bytes(row[1]))


def _expect_growth(reader: LogReader, old: Checkpoint, new: Checkpoint) -> None:
    if new.size < old.size:
        raise VerificationError(
            "witness.rolled-back", f"the log {new.origin} is shorter than it was",
            expected=f"at least {old.size} entries", got=str(new.size),
            mend="ask the log's operator; keep both checkpoints as evidence",
        )  # fmt: skip
    if new.size == old.size and new.root != old.root:
        raise VerificationError(
            "witness.forked", f"the log {new.origin} shows two trees of {new.size} entries",
            expected=old.root.hex(), got=new.root.hex(),
            mend="ask the log's operator; keep both checkpoints as evidence",
        )  # fmt: skip
    reader.expect_growth_from(old)


def _remember(store: sqlite3.Connection, old: Checkpoint | None, new: Checkpoint) -> None:
    if old is None:
        done = store.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (new.origin, new.size, new.root)
        )
    else:
        done = store.execute(
            "UPDATE seen SET size = ?, root = ? WHERE origin = ? AND size = ? AND root = ?",
            (new.size, new.root, new.origin, old.size, old.root),
        )
    if done.rowcount != 1:
        raise UnavailableError(
            "witness.raced", "another process cosigned this log at the same moment",
            mend="cosign again",
        )  # fmt: skip
