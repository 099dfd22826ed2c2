"""Rows of attestations, tests and bias audits, counter-evidence and withdrawals."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Index

from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, CounterEvidence, TestResult, Withdrawal
from sunlit.claims.bias import BiasAudit
from sunlit.projection.facts import fact, refers
from sunlit.projection.rooms import Place, Row, row
from sunlit.projection.tables import log_table, text
from sunlit.projection.threads import bounded

ATTESTATION: Final = log_table(
    "assurance_attestation",
    text("digest"), text("assessor"), text("scope"), text("result"), text("use", blank=True),
    text("assessed_on"), text("valid_until"),
)  # fmt: skip
# `kind` is that of a test, or `bias-audit`; `result` is empty where the claim says none.
TEST: Final = log_table(
    "assurance_test",
    text("digest"), text("kind"), text("result"), text("tool", blank=True),
    text("tested_on", blank=True), text("valid_until", blank=True),
)  # fmt: skip
# What speaks against a statement, or takes it back.
AGAINST: Final = log_table("assurance_against", text("kind"), text("statement"), text("reason"))
Index("assurance_attestation_digest", ATTESTATION.c.digest)
Index("assurance_test_digest", TEST.c.digest)
Index("assurance_against_statement", AGAINST.c.statement)

TABLES: Final = (ATTESTATION, TEST, AGAINST)
CLAIMS: Final = frozenset({Attestation, TestResult, BiasAudit, CounterEvidence, Withdrawal})


def rows(said: Admitted, place: Place) -> Iterator[Row]:
    """Yield the rows of one statement."""
    digest = next((it.digest["sha256"] for it in said.subjects if "sha256" in it.digest), "")
    match said.claim:
        case Attestation() as claim:
            yield row(
                ATTESTATION, place, bounded(digest), claim.assessor, " ".join(claim.scope),
                claim.result.value, claim.use, format_time(claim.assessed_on),
                format_time(claim.valid_until),
            )  # fmt: skip
        case TestResult() as claim:
            tested, until = claim.sunlit_tested_on, claim.sunlit_valid_until
            yield row(
                TEST, place, bounded(digest), claim.sunlit_kind or "", claim.result.value,
                claim.sunlit_tool, format_time(tested) if tested else None,
                format_time(until) if until else None,
            )  # fmt: skip
        case BiasAudit():
            yield row(TEST, place, bounded(digest), "bias-audit", "", None, None, None)
        case CounterEvidence() as claim:
            against = bounded(claim.statement)
            yield row(AGAINST, place, "counter-evidence", against, claim.finding)
        case Withdrawal() as claim:
            yield row(AGAINST, place, "withdrawal", bounded(claim.statement), claim.reason)
            yield fact(place, refers(claim.statement), "withdrawal", {})
