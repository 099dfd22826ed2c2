"""Conformity -> SLSA Verification Summary Attestation v1 (https://slsa.dev/verification_summary/v1).

A VSA knows PASSED and FAILED only: UNKNOWN maps to FAILED, and `sunlit_outcome` and
`sunlit_findings` say the rest. `inputAttestations` is left out: the specification wants all
inputs or none, and a log's size names them all more exactly.
"""

from typing import Final

from sunlit.base.times import format_time
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.finding import Outcome
from sunlit.statement.intoto import Statement, Subject

PREDICATE_TYPE: Final = "https://slsa.dev/verification_summary/v1"
SLSA_VERSION: Final = "1.2"
PASSED_LEVEL: Final = "SUNLIT_ALL_CONTROLS_HOLD"  # levels of others must not start with SLSA_


def to_vsa(conformity: Conformity, *, verifier: str, rubric_uri: str | None = None) -> Statement:
    """Return the unsigned statement. `verifier` is the URI of whoever computed the findings."""
    passed = conformity.outcome is Outcome.HOLDS
    return Statement(
        subjects=(Subject(name=conformity.component, digest={"sha256": conformity.release}),),
        predicate_type=PREDICATE_TYPE,
        predicate={
            "verifier": {"id": verifier, "version": {"sunlit": conformity.engine}},
            "timeVerified": format_time(conformity.at),
            "resourceUri": conformity.component or f"urn:sunlit:release:{conformity.release}",
            "policy": {
                "uri": rubric_uri or f"urn:sunlit:rubric:{conformity.rubric}",
                "digest": {"sha256": conformity.rubric},
            },
            "verificationResult": "PASSED" if passed else "FAILED",
            "verifiedLevels": [PASSED_LEVEL if passed else "FAILED"],
            "slsaVersion": SLSA_VERSION,
            "sunlit_outcome": str(conformity.outcome),
            "sunlit_use": conformity.use,
            "sunlit_deployer": conformity.deployer,
            "sunlit_expires": conformity.expires,
            "sunlit_conformity": conformity.digest,
            "sunlit_logs": [{"origin": it.origin, "size": it.size} for it in conformity.logs],
            "sunlit_findings": [finding.to_json() for finding in conformity.findings],
            "sunlit_notApplicable": [one.to_json() for one in conformity.not_applicable],
        },
    )
