"""A deployer declares what it uses a component for, and what it does about a risk of it."""

from dataclasses import dataclass
from datetime import datetime

from sunlit.claims.names import named_digest
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import Acceptance, Measure, Mitigation, Use
from sunlit.registry.admit import Ledger
from sunlit.registry.blobs import keep_blob
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import Said, find_use, say
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer


def declare_use(ledger: Ledger, use: Use, signer: Signer) -> Said:
    """Admit a use, signed by an operator of its deployer.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    name = f"{use.deployer}#{use.id}"
    return say(ledger, use, Subject(name, {"sha256": named_digest("use", name)}), signer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is said of one practice: evidence, a legal ground why not, or a promise.

    A promise names an owner and when it is due, and evidences nothing.
    """

    practice: str
    evidence: str | None = None
    ground: str | None = None
    owner: str | None = None
    due: datetime | None = None


def mitigate(
    ledger: Ledger,
    component: ComponentFolder,
    use: tuple[str, str | None],
    done: Done,
    *,
    valid_until: datetime,
    signer: Signer,
) -> Said:
    """Admit what is said of one practice.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`, `use.unknown`,
            `use.ambiguous`.
    """
    declared = find_use(ledger.history, *use)
    claim = Mitigation(
        practice=done.practice, use=declared.id, deployer=declared.deployer,
        evidence=done.evidence, not_needed_ground=done.ground, valid_until=valid_until,
        owner=done.owner, due=done.due,
    )  # fmt: skip
    return say(ledger, claim, component.subject(), signer)


def declare_measure(
    ledger: Ledger,
    use: tuple[str, str | None],
    *,
    topic: str,
    text: str,
    document: tuple[str, bytes] | None,
    owner: str | None,
    valid_until: datetime,
    signer: Signer,
) -> Said:
    """Admit what a deployer did for a duty that no tool can look at; its document is kept.

    Raises:
        VerificationError: as `mitigate`.
        UnavailableError: `home.cannot-write`.
    """
    declared = find_use(ledger.history, *use)
    evidence = None
    if document is not None:
        name, data = document
        evidence = Resource(name=name, digest={"sha256": keep_blob(ledger.home, data)})
    claim = Measure(
        use=declared.id, deployer=declared.deployer, topic=topic, text=text, evidence=evidence,
        owner=owner, decided_on=ledger.now(), valid_until=valid_until,
    )  # fmt: skip
    name = f"{declared.deployer}#{declared.id}"
    return say(ledger, claim, Subject(name, {"sha256": named_digest("use", name)}), signer)


def accept_risk(
    ledger: Ledger,
    component: ComponentFolder,
    use: tuple[str, str | None],
    *,
    what: str,
    reason: str,
    owner: str,
    valid_until: datetime,
    signer: Signer,
) -> Said:
    """Admit that a risk which is left is accepted for a time; it turns no finding.

    Raises:
        VerificationError: as `mitigate`.
    """
    declared = find_use(ledger.history, *use)
    claim = Acceptance(
        use=declared.id, deployer=declared.deployer, what=what, reason=reason, owner=owner,
        accepted_on=ledger.now(), valid_until=valid_until,
    )  # fmt: skip
    return say(ledger, claim, component.subject(), signer)
