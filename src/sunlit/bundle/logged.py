"""Entries of a bundle that a witnessed log vouches for, and the history that they make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import VerificationError
from sunlit.bundle.archive import Archive
from sunlit.bundle.layout import ENTRY, MAX_PROOF, PROOF
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import (
    Attestation,
    ChangePlan,
    CounterEvidence,
    Effort,
    Reply,
    WeightBinding,
)
from sunlit.claims.authority import Accreditation, Key, Organisation
from sunlit.claims.base import Claim, Opaque
from sunlit.claims.decision import Anchor, Erasure, Hold, LogRegistration, Retention
from sunlit.claims.lifecycle import Publication, Registration, TokenGrant
from sunlit.claims.privacy import Review
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Measure,
    Recusal,
    RiskAssessment,
    RiskCode,
    Use,
    Vote,
)
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.log.policy import Policy
from sunlit.log.proof import TlogProof, verify_inclusion_of
from sunlit.log.tiles import MAX_ENTRY
from sunlit.statement.dsse import Envelope

# The field of a claim that names for whom it speaks.
SPEAKERS: Final[Mapping[type[Claim], str]] = {
    **dict.fromkeys((Use, RiskAssessment, Measure, Acceptance), "deployer"),
    **dict.fromkeys((LogRegistration, Anchor, Erasure, Hold, Retention), "deployer"),
    **dict.fromkeys((Attestation, ChangePlan, CounterEvidence), "assessor"),
    **dict.fromkeys((Vote, RiskCode, BoardSession, Recusal), "board"),
    **dict.fromkeys((Reply, Effort), "organisation"),
    **dict.fromkeys((Registration, Publication), "organisation"),
    Review: "reviewer",
    TokenGrant: "issuer",
    WeightBinding: "bound_by",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An entry under a quorum of witnesses; `seen_at` is when the last of them saw the log."""

    name: str
    entry: bytes
    index: int
    checkpoint: Checkpoint
    admitted_at: datetime
    seen_at: datetime | None

    @property
    def place(self) -> tuple[str, int]:
        """The log's origin, and the entry's index there."""
        return self.checkpoint.origin, self.index


def read_logged(archive: Archive, name: str, policy: Policy) -> Logged:
    """Read `<name>.entry.json` and check its receipt beside it.

    Raises:
        UnavailableError: `bundle.file-missing`.
        MalformedError, VerificationError: as `verify_receipt`, `Entry.parse`, `Envelope.from_json`.
    """
    entry = archive.read(name + ENTRY, limit=MAX_ENTRY)
    receipt = TlogProof.parse(archive.read(name + PROOF, limit=MAX_PROOF))
    found = verify_inclusion_of(leaf_hash(entry), receipt, policy)
    parsed = Entry.parse(entry)
    Envelope.from_json(parsed.envelope)  # a log takes any object; the fold takes envelopes only
    return Logged(
        name=name, entry=entry, index=receipt.index, checkpoint=found.checkpoint,
        admitted_at=parsed.admitted_at,
        seen_at=max((one.at for one in found.cosignatures if one.at), default=None),
    )  # fmt: skip


def expect_one_history(logged: Iterable[Logged]) -> None:
    """Check that no two of these show two histories of one log.

    Raises:
        VerificationError: `bundle.two-histories`.
    """
    roots: dict[tuple[str, int], bytes] = {}
    entries: dict[tuple[str, int], bytes] = {}
    for one in logged:
        top = (one.checkpoint.origin, one.checkpoint.size)
        same_root = roots.setdefault(top, one.checkpoint.root) == one.checkpoint.root
        if not same_root or entries.setdefault(one.place, one.entry) != one.entry:
            raise VerificationError(
                "bundle.two-histories", f"the log {one.checkpoint.origin} shows two histories here",
                got=one.name, mend="keep the bundle: it is evidence against the log",
            )  # fmt: skip


def history_of(
    logged: Iterable[Logged], trust: TrustFile, until: datetime | None = None
) -> History:
    """Fold the entries in the order of time, those up to `until` where it is given."""
    return folded(((one.admitted_at, *one.place, one.entry) for one in logged), trust, until)


def folded(
    entries: Iterable[tuple[datetime, str, int, bytes]], trust: TrustFile,
    until: datetime | None = None,
) -> History:  # fmt: skip
    """Fold entries given as (admitted, origin, index, entry): by time, then as logs are listed."""
    rank = {log.origin: place for place, log in enumerate(trust.logs)}
    found = {
        (admitted, rank.get(origin, len(rank)), origin, index): entry
        for admitted, origin, index, entry in entries
        if until is None or admitted <= until
    }
    history = History(trust)
    for (_, _, origin, index), entry in sorted(found.items()):
        history.feed(entry, origin=origin, index=index)
    return history


def said_at(history: History, place: tuple[str, int]) -> Admitted | None:
    """Return what a history says at a place."""
    said = (one for one in history.statements if (one.origin, one.index) == place)
    return next(said, None)


def why_unsaid(said: Admitted, directory: Directory) -> str | None:
    """Return why nobody who may has said this, None when somebody has."""
    if isinstance(said.claim, Opaque):
        return "its type is unknown, or it was said before"
    signers = directory.organisations(said)
    if not signers:
        return "no key that the trust file, or a statement rooted in it, gives to anybody signed it"
    if isinstance(said.claim, Organisation | Key | Accreditation):
        return None if said.statement_id in directory.acted_on else "its signer may not say this"
    speaker = speaker_of(said.claim)
    if speaker is not None and speaker not in signers:
        return f"it speaks for {speaker} and is signed by {', '.join(sorted(signers))}"
    return None


def speaker_of(claim: Claim) -> str | None:
    """Return the organisation for which a claim speaks, where the claim names it."""
    field = SPEAKERS.get(type(claim))
    return None if field is None else str(getattr(claim, field))
