"""An assessor puts its word to exact digests, plans changes, or takes a statement back."""

from dataclasses import replace

from sunlit.base.errors import VerificationError
from sunlit.claims.assurance import Attestation, ChangePlan, Withdrawal
from sunlit.claims.provenance import Resource
from sunlit.registry.admit import Ledger
from sunlit.registry.blobs import keep_blob
from sunlit.registry.manifests import keep_manifest
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import Said, say
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer


def attest(
    ledger: Ledger,
    component: ComponentFolder,
    attestation: Attestation,
    signer: Signer,
    *,
    report: tuple[str, bytes] | None = None,
) -> Said:
    """Admit an attestation over the release's manifest digest; the report becomes a blob.

    `report` is its name and bytes. The statement carries its digest only.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    if report is not None:
        name, data = report
        digest = keep_blob(ledger.home, data)
        attestation = replace(attestation, report=Resource(name=name, digest={"sha256": digest}))
    return say(ledger, attestation, component.subject(), signer)


def plan_change(
    ledger: Ledger, component: ComponentFolder, plan: ChangePlan, signer: Signer
) -> Said:
    """Admit the changes that an assessor agrees to in advance, for an attestation of its own.

    The list of the release's files is kept: what changes later is compared with it.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    keep_manifest(ledger.home, component)
    return say(ledger, plan, component.subject(), signer)


def withdraw(ledger: Ledger, statement: str, reason: str, signer: Signer) -> Said:
    """Take back a statement of one's own organisation; its entry stays in the log.

    Raises:
        VerificationError: `attest.no-such-statement`, `admit.refused`.
    """
    for said in ledger.history.statements:
        if said.statement_id == statement:
            subject = said.subjects[0] if said.subjects else Subject(None, {"sha256": statement})
            return say(ledger, Withdrawal(statement=statement, reason=reason), subject, signer)
    raise VerificationError(
        "attest.no-such-statement", "this log holds no statement of that id", got=statement[:64],
        mend="sunlit log show --home HOME, to see the statements",
    )  # fmt: skip
