"""Checks 3, 4 and 9: the decision log, the record in it, and what became of the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.times import format_time
from sunlit.bundle.archive import Archive
from sunlit.bundle.layout import (
    LATER,
    LOG_SUFFIX,
    MAX_PROOF,
    PROOF,
    RECORD,
    RECORD_PROOF,
    RECORD_SUFFIX,
)
from sunlit.bundle.logged import Logged, said_at
from sunlit.bundle.manifest import Manifest
from sunlit.capabilities.decision.standing import log_key, log_subject
from sunlit.claims.authority import Role
from sunlit.claims.decision import LogRegistration
from sunlit.decision.record import Kind, Pointer, Record, State
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.merkle import leaf_hash, verify_inclusion
from sunlit.log.note import NoteVerifier
from sunlit.log.proof import TlogProof

# Two clocks of one deployer may differ by this much before a time is called impossible.
SKEW: Final = timedelta(minutes=5)
MAX_RECORD: Final = 64 * 1024


def expect_past(seen: datetime, at: datetime) -> None:
    """Check that what a bundle holds had happened by the time as of which one asks.

    Raises:
        UnavailableError: `bundle.clock`: the reader's clock is wrong, or the time too early.
    """
    if seen > at + SKEW:
        raise UnavailableError(
            "bundle.clock", "you ask as of a time at which not all of this had happened",
            expected=f"a time from {format_time(seen)} on", got=format_time(at),
            mend="set this computer's clock, or ask with --at as of a later time",
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InLog:
    """A record at its place in a decision log."""

    record: Record
    pointer: Pointer
    checkpoint: Checkpoint
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrant:
    """Who must have registered a decision log, for which use, and by when; None: not asked."""

    deployer: str
    use: str | None = None
    by: datetime | None = None


def check_registration(
    logged: Logged, history: History, origin: str | None, asked: Registrant | None
) -> NoteVerifier:
    """Check that the deployer registered the decision log before the record; return its key.

    Raises:
        VerificationError: `bundle.registration`.
    """
    said = said_at(history, logged.place)
    claim = said.claim if said else None
    if said is None or not isinstance(claim, LogRegistration):
        raise _unregistered("the statement registers no decision log, or counts for nothing")
    asked = asked or Registrant(deployer=claim.deployer)
    answer = history.directory.may(
        said, Role.OPERATOR, organisation=asked.deployer, at=logged.admitted_at
    )
    key = log_key(claim)
    reasons = (
        (answer.allowed, answer.reason),
        (claim.deployer == asked.deployer, "it is another deployer's"),
        (origin in (None, claim.origin), "it is of another log"),
        (said.is_about(log_subject(claim.origin).digest["sha256"]), "it is about another log"),
        (None in (claim.use, asked.use) or claim.use == asked.use, "it is for another use"),
        (asked.by is None or logged.admitted_at <= asked.by + SKEW, "it is later than the record"),
        (key is not None, "its key is no log's key of this origin"),
    )
    for holds, reason in reasons:
        if not holds:
            raise _unregistered(reason)
    assert key is not None  # noqa: S101 - among the reasons
    return key


def _unregistered(reason: str) -> VerificationError:
    return VerificationError(
        "bundle.registration", f"the deployer did not register this decision log: {reason}",
        mend="ask the deployer for the registration of the log that the record stands in",
    )  # fmt: skip


def read_record(archive: Archive, manifest: Manifest) -> Record:
    """Read the decision's record; checks no proof.

    Raises:
        MalformedError: `record.malformed`.
        VerificationError: `bundle.other-record`.
        UnavailableError: `bundle.file-missing`.
    """
    leaf = archive.read(RECORD, limit=MAX_RECORD)
    record = Record.parse(leaf)
    shown = (manifest.decision.leaf, manifest.decision_id, Kind.DECISION)
    found = (leaf_hash(leaf).hex(), record.id, record.kind)
    if shown != found:
        raise VerificationError(
            "bundle.other-record", "the record is not the decision that the manifest names",
            expected=f"{shown[2]} {shown[1]}", got=f"{found[2]} {found[1]}",
        )  # fmt: skip
    return record


def check_record(archive: Archive, manifest: Manifest, record: Record, key: NoteVerifier) -> InLog:
    """Check that the record stands in its decision log at the index that the manifest names.

    Raises:
        MalformedError, VerificationError: `proof.*`, `note.*`, `log.*`, `bundle.other-record`.
    """
    found = _in_log(record, archive.read(RECORD, limit=MAX_RECORD),
                    archive.read(RECORD_PROOF, limit=MAX_PROOF), key)  # fmt: skip
    if found.pointer != manifest.decision:
        raise VerificationError(
            "bundle.other-record", "the record stands elsewhere than the manifest says",
            expected=f"{manifest.decision.log} #{manifest.decision.index}",
            got=f"{found.pointer.log} #{found.pointer.index}",
        )  # fmt: skip
    return found


def _in_log(record: Record, leaf: bytes, proof: bytes, key: NoteVerifier) -> InLog:
    receipt = TlogProof.parse(proof)
    checkpoint = open_checkpoint(receipt.checkpoint, key)
    hashed = leaf_hash(leaf)
    verify_inclusion(hashed, receipt.index, checkpoint.size, receipt.hashes, checkpoint.root)
    pointer = Pointer(log=checkpoint.origin, index=receipt.index, leaf=hashed.hex())
    return InLog(record=record, pointer=pointer, checkpoint=checkpoint)


def later_names(archive: Archive) -> tuple[str, ...]:
    """Return the names of the later records, in order."""
    return tuple(
        path.removesuffix(RECORD_SUFFIX)
        for path in sorted(archive.sizes, key=lambda one: (len(one), one))  # 100 after 99
        if path.startswith(LATER) and path.endswith(RECORD_SUFFIX)
    )


def check_later(
    archive: Archive, name: str, known: Mapping[Pointer, InLog], key: NoteVerifier
) -> InLog:
    """Check that a later record stands in its log and points to one of those known.

    Raises:
        VerificationError: `bundle.later`, `proof.*`, `note.*`.
        MalformedError: `record.malformed`, `proof.*`, `note.*`.
        UnavailableError: `bundle.file-missing`.
    """
    leaf = archive.read(name + RECORD_SUFFIX, limit=MAX_RECORD)
    record = Record.parse(leaf)
    found = _in_log(record, leaf, archive.read(name + PROOF, limit=MAX_PROOF), key)
    if record.of is None or record.of not in known:
        raise VerificationError("bundle.later", f"{name} does not point to this decision")
    if found.pointer in known:
        raise VerificationError("bundle.later", f"{name} stands here twice")
    # One checkpoint of each log, or two histories of it could be shown side by side.
    if any(
        one.pointer.log == found.pointer.log and one.checkpoint != found.checkpoint
        for one in known.values()
    ):
        raise VerificationError(
            "bundle.later", f"{name} stands under another checkpoint than others of its log"
        )
    if found.pointer.log == record.of.log and found.pointer.index <= record.of.index:
        raise VerificationError("bundle.later", f"{name} is earlier than what it points to")
    return InLog(record=record, pointer=found.pointer, checkpoint=found.checkpoint, name=name)


def other_log(archive: Archive, name: str) -> str | None:
    """Return the name of the registration of a later record's own decision log, if it has one."""
    path = name + LOG_SUFFIX
    return path if f"{path}.entry.json" in archive else None


def aftermath(record: Record, later: Sequence[Record]) -> str:
    """Say what became of the decision, by the records that point to it.

    Raises:
        UnavailableError: `bundle.undecided`, `bundle.unfinished`.
    """
    kinds = [one.kind for one in later]
    if record.state is State.PROPOSED and Kind.OUTCOME not in kinds:
        raise UnavailableError(
            "bundle.undecided", "no human's outcome is here: the proposal is undecided",
            mend="ask the deployer what became of it",
        )  # fmt: skip
    if record.state is State.OPENED and Kind.CLOSED not in kinds:
        raise UnavailableError(
            "bundle.unfinished", "the answer was begun, and no record here says that it ended"
        )
    if not later:
        return "No later record points to the decision, and none had to."
    told = ", then ".join(
        f"{one.kind}" + (f" ({one.result})" if one.result else "") for one in later
    )
    return f"What came after stands in the decision log and points to it: {told}."


def counted_later(later: Sequence[Record]) -> dict[str, int]:
    """Return how many later records there are, by the section of the manifest."""
    contests = sum(one.kind in (Kind.CONTEST, Kind.CONTEST_RESULT) for one in later)
    return {"human": len(later) - contests, "contest": contests}
