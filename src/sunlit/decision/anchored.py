"""What an anchor says of a decision log, open or opened: its checkpoint and its counts.

A closed anchor commits to canonical JSON `{"checkpoint","counts","size"}`; its opening is
`{"content","salt","v":1}`: that JSON as a text, byte for byte, and the salt in hex.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.claims.codec import read_fields, write_fields
from sunlit.claims.decision import Anchor, Counts
from sunlit.decision.record import Kind
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.note import NoteVerifier
from sunlit.statement.withheld import check_opening, commitment, read_salt

MALFORMED: Final = "anchor.malformed"
COUNTED: Final = {
    Kind.DECISION: "decisions",
    Kind.REFUSAL: "refusals",
    Kind.CLOSED: "closed",
    Kind.OUTCOME: "outcomes",
    Kind.CONTEST: "contests",
    Kind.CONTEST_RESULT: "contest_results",
    Kind.REVIEW: "reviews",
    Kind.ACCESS: "accesses",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """A decision log at an anchor: the signed checkpoint, what it says, and the counts."""

    note: bytes
    checkpoint: Checkpoint
    counts: Counts

    @property
    def size(self) -> int:
        """How many records stand below the anchor."""
        return self.checkpoint.size

    def content(self) -> bytes:
        """Return the canonical JSON that a closed anchor commits to."""
        return canonical.encode(
            {
                "checkpoint": self.note.decode(),
                "counts": write_fields(self.counts),
                "size": self.size,
            }
        )


def counted(kinds: Iterable[Kind], start: Counts) -> Counts:
    """Return the counts after records of these kinds."""
    numbers = {name: getattr(start, name) for name in COUNTED.values()}
    for kind in kinds:
        numbers[COUNTED[kind]] += 1
    return Counts(**numbers)


def closed_form(anchored: Anchored, salt: bytes) -> tuple[str, bytes]:
    """Return the commitment of a closed anchor, and the opening that is kept in private."""
    content = anchored.content()
    document = {"v": 1, "salt": salt.hex(), "content": content.decode()}
    return commitment(salt, content), canonical.encode(document)


def read_anchor(anchor: Anchor, log_key: NoteVerifier, opening: bytes | None = None) -> Anchored:
    """Return what an anchor says, checked against the key that the log was registered with.

    Raises:
        MalformedError: `anchor.malformed`, `note.*`, `log.checkpoint-*`.
        VerificationError: `anchor.differs`, `statement.opening`, `note.*`, `log.other-origin`.
        UnavailableError: `anchor.closed` when it is closed and there is no opening.
    """
    flaw = anchor.flaw()
    if flaw is not None:
        raise MalformedError(MALFORMED, f"the anchor is malformed: {flaw}")
    note, size, counts = _said(anchor, opening)
    checkpoint = open_checkpoint(note, log_key)
    if not (checkpoint.size == size == counts.total and counts.is_from(Counts())):
        raise VerificationError(
            "anchor.differs", "the anchor's checkpoint, size and counts do not belong together",
            expected=f"{checkpoint.size} records", got=f"size {size}, counts of {counts.total}",
        )  # fmt: skip
    return Anchored(note=note, checkpoint=checkpoint, counts=counts)


def _said(anchor: Anchor, opening: bytes | None) -> tuple[bytes, int, Counts]:
    if anchor.commitment is not None:
        return _opened(anchor.commitment, opening)
    # `flaw` has seen that all three are there.
    return (anchor.checkpoint or "").encode(), anchor.size or 0, anchor.counts or Counts()


def _opened(committed: str, opening: bytes | None) -> tuple[bytes, int, Counts]:
    if opening is None:
        raise UnavailableError(
            "anchor.closed", "the anchor is closed, and nothing opens it",
            mend="ask the deployer for its opening",
        )  # fmt: skip
    document = canonical.decode_object(opening, what="the opening of an anchor")
    text = document.get("content")
    if document.get("v") != 1 or not isinstance(text, str):
        raise MalformedError(MALFORMED, "this is no opening of an anchor")
    content = text.encode("utf-8", "surrogatepass")
    check_opening(committed, read_salt(document.get("salt")), content)
    said = canonical.decode_object(content, what="what the anchor commits to")
    note, size, counts = (said.get(name) for name in ("checkpoint", "size", "counts"))
    if not isinstance(note, str) or type(size) is not int or not isinstance(counts, dict):
        raise MalformedError(MALFORMED, "what the anchor commits to is malformed")
    return note.encode("utf-8", "surrogatepass"), size, read_fields(Counts, counts)
