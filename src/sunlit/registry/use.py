"""A deployer declares what it uses a component for, and what it does about a risk of it."""

from datetime import datetime

from sunlit.claims.names import named_digest
from sunlit.claims.risk import Mitigation, Use
from sunlit.registry.admit import Ledger
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


def declare_mitigation(
    ledger: Ledger,
    component: ComponentFolder,
    use: tuple[str, str | None],
    *,
    practice: str,
    evidence: str | None,
    ground: str | None,
    valid_until: datetime,
    signer: Signer,
) -> Said:
    """Admit the evidence for one practice, or the legal ground on which it is not needed.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`, `use.unknown`,
            `use.ambiguous`.
    """
    declared = find_use(ledger.history, *use)
    claim = Mitigation(
        practice=practice, use=declared.id, deployer=declared.deployer, evidence=evidence,
        not_needed_ground=ground, valid_until=valid_until,
    )  # fmt: skip
    return say(ledger, claim, component.subject(), signer)
