"""Which word about a decision log counts: registrations, anchors, holds. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sunlit.authority.directory import Directory
from sunlit.base.errors import SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.decision import Anchor, Hold, LogRegistration
from sunlit.claims.names import named_digest
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.note import ED25519, NoteVerifier
from sunlit.statement.intoto import Subject

OfLog = TypeVar("OfLog", LogRegistration, Anchor, Hold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A decision log whose registration counts: the statement, the claim, the log's key."""

    said: Admitted
    claim: LogRegistration
    key: NoteVerifier


def log_subject(origin: str) -> Subject:
    """Return the subject of what is said about a decision log."""
    return Subject(origin, {"sha256": named_digest("decision-log", origin)})


def use_subject(use: str, deployer: str) -> Subject:
    """Return the subject of what is said about a deployer's use."""
    name = f"{deployer}#{use}"
    return Subject(name, {"sha256": named_digest("use", name)})


def log_key(claim: LogRegistration) -> NoteVerifier | None:
    """Return the key that a registration names, None where it is no log's key of this origin."""
    try:
        key = NoteVerifier.parse(claim.vkey)
    except SunlitError:
        return None
    return key if key.kind == ED25519 and key.name == claim.origin else None


def registrations(said: Iterable[Admitted], directory: Directory) -> tuple[Registered, ...]:
    """Return the decision logs, each by the first registration of its origin that counts.

    A key serves one log: who registers it again registers nothing.
    """
    found: dict[str, Registered] = {}
    keys: set[bytes] = set()
    for one, claim in _counting(said, directory, LogRegistration):
        key = log_key(claim)
        if key is not None and claim.origin not in found and key.key not in keys:
            keys.add(key.key)
            found[claim.origin] = Registered(said=one, claim=claim, key=key)
    return tuple(found.values())


def registration_of(
    said: Iterable[Admitted], directory: Directory, origin: str, deployer: str
) -> Registered | None:
    """Return the registration of a deployer's decision log; None where nobody's word counts."""
    for one in registrations(said, directory):
        if (one.claim.origin, one.claim.deployer) == (origin, deployer):
            return one
    return None


def anchors_of(
    said: Iterable[Admitted], directory: Directory, registered: Registered
) -> tuple[tuple[Admitted, Anchor], ...]:
    """Return the deployer's anchors of a log that are no nonsense, in log order."""
    log = (registered.claim.origin, registered.claim.deployer)
    return tuple(
        (one, claim)
        for one, claim in _counting(said, directory, Anchor)
        if (claim.origin, claim.deployer) == log and claim.flaw() is None
    )


def open_head(claim: Anchor, key: NoteVerifier) -> Checkpoint | str:
    """Return the checkpoint of an open anchor, or why it does not hold.

    The same as `sunlit.decision.anchored.read_anchor` finds, which opens closed ones too.
    """
    try:
        head = open_checkpoint((claim.checkpoint or "").encode("utf-8", "surrogatepass"), key)
    except SunlitError as error:
        return error.what
    if head.size != claim.size:
        return "its size is not the anchor's"
    return head


def latest_open(
    anchors: Sequence[tuple[Admitted, Anchor]], key: NoteVerifier
) -> tuple[Anchor, Checkpoint] | None:
    """Return the last of these anchors that is open and signed by the log's key.

    None before it says more: each was admitted only as growth from those before.
    """
    for _, claim in reversed(anchors):
        head = "closed" if claim.is_closed else open_head(claim, key)
        if isinstance(head, Checkpoint):
            return claim, head
    return None


def holds_in_force(
    said: Sequence[Admitted], directory: Directory, origin: str, deployer: str
) -> tuple[tuple[Admitted, Hold], ...]:
    """Return the deployer's legal holds on a log that nobody has lifted.

    Only a hold that says `lifted` ends another; a withdrawal or a correction does not.
    """
    pairs = [
        (one, claim)
        for one, claim in _counting(said, directory, Hold)
        if (claim.origin, claim.deployer) == (origin, deployer)
    ]
    ended = {claim.supersedes for _, claim in pairs if claim.lifted}
    return tuple(
        (one, claim)
        for one, claim in pairs
        if not claim.lifted and claim.flaw() is None and one.statement_id not in ended
    )


def _counting(
    said: Iterable[Admitted], directory: Directory, kind: type[OfLog]
) -> Iterator[tuple[Admitted, OfLog]]:
    for one in said:
        claim = one.claim
        if isinstance(claim, kind) and _counts(one, claim, directory):
            yield one, claim


def _counts(said: Admitted, claim: LogRegistration | Anchor | Hold, directory: Directory) -> bool:
    if said.admitted_at is None or not said.is_about(log_subject(claim.origin).digest["sha256"]):
        return False
    return directory.may(
        said, Role.OPERATOR, organisation=claim.deployer, at=said.admitted_at
    ).allowed
