"""Check 5: the decision log only grew from one anchor to the next, with the record between."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.history import History
from sunlit.base import canonical
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.base.times import format_time
from sunlit.bundle.archive import Archive
from sunlit.bundle.decided import SKEW, InLog
from sunlit.bundle.layout import CONSISTENCY, MAX_JSON, OPENING_SUFFIX
from sunlit.bundle.logged import Logged, said_at
from sunlit.claims.authority import Role
from sunlit.claims.decision import Anchor
from sunlit.decision.anchored import Anchored, read_anchor
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.merkle import HASH_SIZE, verify_consistency
from sunlit.log.note import NoteVerifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchorage:
    """A verified anchor: what it says, and since when a witnessed log holds it."""

    anchored: Anchored
    at: datetime
    anchored_on: datetime
    seen_at: datetime | None


def check_anchor(
    archive: Archive, logged: Logged, history: History, found: InLog, key: NoteVerifier
) -> Anchorage:
    """Check one anchor, and that the decision log only grew between it and the record's proof.

    Raises:
        VerificationError: `bundle.anchor`, `proof.*`, and as `read_anchor`.
        UnavailableError: `anchor.closed`, `bundle.file-missing`.
        MalformedError: as `read_anchor`; `bundle.consistency`.
    """
    said = said_at(history, logged.place)
    claim = said.claim if said else None
    if said is None or not isinstance(claim, Anchor):
        raise VerificationError(
            "bundle.anchor", "the statement is no anchor, or counts for nothing"
        )
    deployer = found.record.deployer
    answer = history.directory.may(
        said, Role.OPERATOR, organisation=deployer, at=logged.admitted_at
    )
    if not answer.allowed or (claim.deployer, claim.origin) != (deployer, found.pointer.log):
        raise VerificationError(
            "bundle.anchor", "the anchor is not the deployer's, of this decision log",
            expected=f"{deployer}, {found.pointer.log}", got=f"{claim.deployer}, {claim.origin}",
        )  # fmt: skip
    path = logged.name + OPENING_SUFFIX
    opening = archive.read(path, limit=MAX_JSON) if path in archive else None
    anchored = read_anchor(claim, key, opening)
    _check_growth(archive.read(logged.name + CONSISTENCY, limit=MAX_JSON), anchored.checkpoint,
                  found.checkpoint)  # fmt: skip
    return Anchorage(
        anchored=anchored, at=logged.admitted_at, anchored_on=claim.anchored_on,
        seen_at=logged.seen_at,
    )  # fmt: skip


def _check_growth(data: bytes, one: Checkpoint, other: Checkpoint) -> None:
    old, new = sorted((one, other), key=lambda top: top.size)
    document = canonical.decode_object(data, what="a consistency proof")
    hashes = document.get("hashes")
    sizes = (document.get("v"), document.get("oldSize"), document.get("newSize"))
    if sizes != (1, old.size, new.size) or not isinstance(hashes, list):
        raise MalformedError(
            "bundle.consistency", "a consistency proof is malformed or between other sizes",
            expected=f"from {old.size} to {new.size}",
        )  # fmt: skip
    verify_consistency(old.size, new.size, [_hash(one) for one in hashes], old.root, new.root)


def _hash(text: object) -> bytes:
    try:
        found = (
            base64.b64decode(text.encode("ascii"), validate=True) if isinstance(text, str) else b""
        )
    except (binascii.Error, UnicodeEncodeError):
        found = b""
    if len(found) != HASH_SIZE:
        raise MalformedError("bundle.consistency", "a hash of a consistency proof is malformed")
    return found


def write_consistency(old: int, new: int, hashes: Sequence[bytes]) -> bytes:
    """Return a `.consistency.json`."""
    texts = [base64.b64encode(one).decode() for one in hashes]
    return canonical.encode({"v": 1, "oldSize": old, "newSize": new, "hashes": texts})


def check_between(found: InLog, before: Anchorage | None, after: Anchorage | None) -> None:
    """Check that the record stands between its anchors, in the log and in time.

    Raises:
        VerificationError: `bundle.anchor-place`, `bundle.anchor-time`.
    """
    index, time = found.pointer.index, found.record.time
    if before is not None and before.anchored.size > index:
        raise _misplaced("the anchor before covers the record already")
    if after is not None and after.anchored.size <= index:
        raise _misplaced("the anchor after does not cover the record")
    counts = [one.anchored.counts for one in (before, after) if one is not None]
    if len(counts) > 1 and not counts[1].is_from(counts[0]):
        raise _misplaced("the anchor before counts more records than the one after")
    # Back-dated by whoever writes the log: the clock is the deployer's, the anchors are not.
    if before is not None and time < before.anchored_on - SKEW:
        raise _mistimed(f"after {format_time(before.anchored_on)}, when the log was shorter", time)
    if after is not None and time > after.at + SKEW:
        raise _mistimed(f"before {format_time(after.at)}, when it was anchored", time)


def _misplaced(why: str) -> VerificationError:
    return VerificationError("bundle.anchor-place", f"an anchor is in the wrong place: {why}")


def _mistimed(expected: str, time: datetime) -> VerificationError:
    return VerificationError(
        "bundle.anchor-time", "the record's own time cannot be right", expected=expected,
        got=format_time(time),
    )  # fmt: skip
