"""A board opens a vote on documents, and a member stands aside."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sunlit.base import canonical
from sunlit.claims.assurance import Attestation
from sunlit.claims.provenance import Resource
from sunlit.claims.risk import BoardSession, Recusal, Use
from sunlit.registry.admit import Ledger
from sunlit.registry.assure import Question, judge
from sunlit.registry.blobs import keep_blob
from sunlit.registry.board import find_board
from sunlit.registry.manifests import keep_manifest, kept_manifests
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import Said, say
from sunlit.registry.trust import read_file
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.attested import Attested, counts
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.risk_code import scheme
from sunlit.rubric.standing import about
from sunlit.statement.keys import Signer


def open_session(
    ledger: Ledger,
    component: ComponentFolder,
    question: Question,
    board: str,
    *,
    closes_on: datetime,
    signer: Signer,
    note: str | None = None,
    documents: Sequence[Path] = (),
) -> Said:
    """Open a session on what the log holds now: conformity, assessment, attestations, files.

    The conformity is kept as a blob under the digest that the session names, and so is each file.

    Raises:
        VerificationError: `board.unknown`, `admit.refused`.
        UnavailableError: `trust.unreadable`, for a document.
    """
    find_board(ledger.history, board)
    question = replace(question, manifests=kept_manifests(ledger.home, ledger.history))
    found = judge(component, (), (), ledger.history, question)
    keep_blob(ledger.home, canonical.encode(found.conformity.to_json()))
    keep_manifest(ledger.home, component)
    given = [
        Resource(name="conformity", digest={"sha256": found.conformity.digest}),
        *_statements(found.evidence),
        *(Resource(name=path.name, digest={"sha256": keep_blob(ledger.home, read_file(path))})
          for path in documents),
    ]  # fmt: skip
    claim = BoardSession(
        board=board, release=component.release, use=question.use or "",
        deployer=question.deployer or "", scheme=scheme().id, opened_on=ledger.now(),
        closes_on=closes_on, documents=tuple(given), note=note,
    )  # fmt: skip
    return say(ledger, claim, component.subject(), signer)


def _statements(evidence: Evidence) -> Iterator[Resource]:
    """Yield the assessment and the attestations that count, by statement id."""
    assessed = assessment(evidence)
    if assessed is not None:
        yield Resource(name="assessment", digest={"sha256": assessed.said.statement_id})
    for said, claim in about(evidence, Attestation):
        if isinstance(counts(evidence, said, claim), Attested):
            name = f"attestation by {claim.assessor}"
            yield Resource(name=name, digest={"sha256": said.statement_id})


def recuse(
    ledger: Ledger, component: ComponentFolder, use: Use, board: str, reason: str, signer: Signer
) -> Said:
    """Let a member stand aside, for good: their vote on this never counts, cast before or after.

    Raises:
        VerificationError: `board.unknown`, `admit.refused`.
    """
    find_board(ledger.history, board)
    claim = Recusal(
        board=board, release=component.release, use=use.id, deployer=use.deployer,
        reason=reason, recused_on=ledger.now(),
    )  # fmt: skip
    return say(ledger, claim, component.subject(), signer)
