"""Checkpoints that are kept: those that receipts name, and at least one an hour."""

from collections.abc import Iterable
from datetime import datetime

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.log.note import Note, NoteSignature


def an_hour_began(last: datetime | None, now: datetime) -> bool:
    """Say whether `now` is in another hour than the last commit: its checkpoint is kept."""
    return last is None or (last.date(), last.hour) != (now.date(), now.hour)


def with_cosignatures(data: bytes | None, size: int, more: Iterable[NoteSignature]) -> bytes:
    """Return an archived checkpoint with witnesses' cosignatures; a newer one replaces.

    The caller has verified them. The log's own signature, which stands first, stays.

    Raises:
        UnavailableError: `log.not-archived`.
        MalformedError: `log.cosignature-by-log`.
    """
    if data is None:
        raise UnavailableError(
            "log.not-archived",
            f"the checkpoint of {size} entries was not kept",
            mend="cosign the newest checkpoint, or one that a receipt names",
        )
    note = Note.parse(data)
    own = note.signatures[0]
    found = {(line.name, line.key_id): line for line in note.signatures}
    for line in more:
        if (line.name, line.key_id) == (own.name, own.key_id):
            raise MalformedError("log.cosignature-by-log", "a log does not cosign itself")
        found[line.name, line.key_id] = line
    return Note(note.text, tuple(found.values())).to_bytes()
