"""C2SP tlog-checkpoint: the signed head of a log."""

import base64
from dataclasses import dataclass
from typing import Self

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.log.fields import MAX_NAME, strict_base64, strict_decimal
from sunlit.log.merkle import EMPTY_ROOT, HASH_SIZE
from sunlit.log.note import Note, NoteSigner, NoteVerifier, sign


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin, its number of entries and its root hash: what a checkpoint says."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Read a checkpoint's text (without signatures); extension lines are not kept.

        Raises:
            MalformedError: `log.checkpoint-form`, `log.checkpoint-root`, `note.decimal`,
                `note.base64`.
        """
        try:
            lines = text.decode().split("\n")
        except UnicodeDecodeError as error:
            raise _malformed() from error
        # tlog-checkpoint: at least three lines, all of them non-empty; the last newline
        # leaves one empty rest behind it.
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise _malformed()
        if len(lines[0].encode()) > MAX_NAME:
            raise _malformed()
        size = strict_decimal(lines[1], "the tree size")
        root = strict_base64(lines[2], "the root hash")
        _check_root(size, root)
        return cls(lines[0], size, root)

    def to_text(self) -> bytes:
        """Return the three lines; no extension lines are ever written.

        Raises:
            MalformedError: `log.checkpoint-form`, `log.checkpoint-root`, `note.decimal`.
        """
        root = base64.b64encode(self.root).decode()
        text = f"{self.origin}\n{self.size}\n{root}\n".encode("utf-8", "surrogatepass")
        if Checkpoint.parse(text) != self:
            raise _malformed()
        return text


def _check_root(size: int, root: bytes) -> None:
    if len(root) != HASH_SIZE or (size == 0 and root != EMPTY_ROOT):
        raise MalformedError(
            "log.checkpoint-root",
            "a checkpoint's root hash is malformed",
            expected="32 bytes, and SHA-256 of nothing at size 0",
            got=f"{len(root)} bytes at size {size}",
        )


def _malformed() -> MalformedError:
    return MalformedError(
        "log.checkpoint-form",
        "a checkpoint is malformed",
        expected="the lines origin, size and root, none of them empty",
    )


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> Note:
    """Return the checkpoint signed by the log, whose key name must be the origin.

    Raises:
        MalformedError: as `Checkpoint.to_text`.
        VerificationError: `log.other-origin`.
    """
    _expect_origin(checkpoint, signer.verifier)
    return sign(checkpoint.to_text(), [signer])


def open_checkpoint(data: bytes, log_key: NoteVerifier) -> Checkpoint:
    """Verify a signed checkpoint against the log's key, then read it.

    Raises:
        MalformedError: `note.*`, `log.checkpoint-form`, `log.checkpoint-root`.
        VerificationError: `note.bad-signature`, `note.no-known-signature`,
            `log.other-origin`.
    """
    return open_note(Note.parse(data), log_key)


def open_note(note: Note, log_key: NoteVerifier) -> Checkpoint:
    """Do what `open_checkpoint` does for a note that was read already."""
    note.verified_by([log_key])
    checkpoint = Checkpoint.parse(note.text)
    _expect_origin(checkpoint, log_key)
    return checkpoint


def _expect_origin(checkpoint: Checkpoint, log_key: NoteVerifier) -> None:
    # tlog-checkpoint says SHOULD; tlog-policy says MUST, and every log of ours is in a policy.
    if checkpoint.origin != log_key.name:
        raise VerificationError(
            "log.other-origin",
            "the checkpoint is of another log than the key",
            expected=log_key.name,
            got=checkpoint.origin,
            mend="give the key of the log that the checkpoint is of",
        )
