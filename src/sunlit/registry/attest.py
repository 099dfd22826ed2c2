"""An assessor puts its word to exact digests, plans changes, contests, or takes something back."""

from dataclasses import replace

from sunlit.base.errors import VerificationError
from sunlit.claims.assurance import Attestation, ChangePlan, CounterEvidence, Reply, Withdrawal
from sunlit.claims.provenance import Resource
from sunlit.registry.admit import Ledger
from sunlit.registry.blobs import keep_blob
from sunlit.registry.manifests import keep_manifest
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import Said, say
from sunlit.rubric.contested import tested_digests
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
    subject, *_ = _subjects(ledger, statement)
    return say(ledger, Withdrawal(statement=statement, reason=reason), subject, signer)


def contest(
    ledger: Ledger,
    claim: CounterEvidence,
    signer: Signer,
    *,
    report: tuple[str, bytes] | None = None,
) -> Said:
    """Bring counter-evidence against a statement of this log; its subjects are that statement's.

    Also the files that a test says it was made on: so a later release with the same model does
    not leave it behind. `report` is its name and bytes: it becomes a blob.

    Raises:
        VerificationError: `attest.no-such-statement`, `admit.refused`.
    """
    first, *more = _tested(ledger, claim.statement)
    if report is not None:
        name, data = report
        digest = keep_blob(ledger.home, data)
        claim = replace(claim, report=Resource(name=name, digest={"sha256": digest}))
    return say(ledger, claim, first, signer, *more)


def answer(ledger: Ledger, component: ComponentFolder, reply: Reply, signer: Signer) -> Said:
    """Reply to findings on a release, or to statements, in the name of one's organisation.

    Raises:
        VerificationError: `attest.no-such-statement`, `admit.refused`.
    """
    for statement in reply.statements:
        _subjects(ledger, statement)
    return say(ledger, reply, component.subject(), signer)


def _tested(ledger: Ledger, statement: str) -> tuple[Subject, ...]:
    subjects = _subjects(ledger, statement)
    said = next(it for it in ledger.history.statements if it.statement_id == statement)
    known = {one.digest.get("sha256") for one in subjects}
    more = sorted(tested_digests(said.claim) - known)
    return (*subjects, *(Subject(None, {"sha256": digest}) for digest in more))


def _subjects(ledger: Ledger, statement: str) -> tuple[Subject, ...]:
    for said in ledger.history.statements:
        if said.statement_id == statement:
            return said.subjects or (Subject(None, {"sha256": statement}),)
    raise VerificationError(
        "attest.no-such-statement", "this log holds no statement of that id", got=statement[:64],
        mend="sunlit log show --home HOME, to see the statements",
    )  # fmt: skip
