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
from sunlit.base.times import Clock
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.cosignature import cosign, verify_cosignature
from sunlit.log.note import COSIGNATURE_V1, Note, NoteSignature
from sunlit.log.reader import LogReader
from sunlit.registry.admit import writing
from sunlit.registry.home import Home, note_signer

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS seen (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL
) WITHOUT ROWID
"""


def witness_vkey(home: Home) -> str:
    """Return the witness's own verifier key (signed-note type 0x04)."""
    return note_signer(home.organisation, home.signer("witness"), COSIGNATURE_V1).verifier.vkey


def witness(home: Home, reader: LogReader, at: datetime) -> NoteSignature:
    """Check that the log grew from what was last seen, remember it, and cosign.

    `reader` was opened under a key that the trust file names.

    Raises:
        VerificationError: `log.rolled-back`, `proof.consistency`, or whatever else the log's
            checkpoint and tiles fail with; both checkpoints are evidence then.
        UnavailableError: `witness.raced`, `witness.store`.
    """
    new = reader.checkpoint
    try:
        with closing(_open(home.root / "witness.sqlite")) as store:
            old = _seen(store, new.origin)
            if old is not None:
                reader.expect_growth_from(old)
            _remember(store, old, new)
    except sqlite3.Error as error:
        raise UnavailableError(
            "witness.store", "what was seen before could not be read or kept; nothing was signed",
            got=type(error).__name__, mend="mend the home's witness.sqlite, then cosign again",
        ) from error  # fmt: skip
    signer = note_signer(home.organisation, home.signer("witness"), COSIGNATURE_V1)
    return cosign(new.to_text(), signer, at)


def accept(home: Home, lines: str, clock: Clock) -> tuple[str, ...]:
    """Verify cosignature lines over the newest checkpoint, put them on it, return the names.

    Raises:
        VerificationError: `witness.unknown`, `note.*` when one does not hold.
        MalformedError: `note.*` for a line that is no signature line.
    """
    with writing(home, clock) as log:
        note = Note.parse(log.checkpoint)
        known = {one.verifier.vkey: one.verifier for one in home.trust(clock.now()).witnesses}
        found = [NoteSignature.parse(line) for line in lines.splitlines() if line]
        for signature in found:
            verifier = next((key for key in known.values() if signature.is_by(key)), None)
            if verifier is None:
                raise VerificationError(
                    "witness.unknown", "the trust file names no such witness", got=signature.name,
                )  # fmt: skip
            verify_cosignature(note.text, verifier, signature.payload)
        log.add_cosignatures(log.size, found)
    return tuple(signature.name for signature in found)


def _open(path: Path) -> sqlite3.Connection:
    store = sqlite3.connect(path, isolation_level=None, timeout=5)
    store.execute("PRAGMA synchronous = FULL")
    store.execute(SCHEMA)
    return store


def _seen(store: sqlite3.Connection, origin: str) -> Checkpoint | None:
    row = store.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else Checkpoint(origin, int(row[0]), bytes(row[1]))


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
