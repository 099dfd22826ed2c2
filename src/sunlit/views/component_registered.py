"""What organisations entered of a component in their catalogues, as far as it is published."""

from sunlit.base.purl import bare
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.rubric.evidence import Evidence

PUBLISH = "publish"


def registrations(evidence: Evidence) -> tuple[tuple[Admitted, Registration], ...]:
    """Return the component's entries that a second person of the organisation published."""
    return evidence.once("registrations", lambda: _registrations(evidence))


def _registrations(evidence: Evidence) -> tuple[tuple[Admitted, Registration], ...]:
    decided = {
        (claim.statement, claim.organisation): claim.decision
        for said, claim in evidence.current(Publication)
        if claim.organisation in evidence.organisations(said)
    }
    return tuple(
        (said, claim)
        for said, claim in evidence.current(Registration)
        if claim.organisation in evidence.organisations(said)
        and bare(claim.component) == bare(evidence.component or "")
        and decided.get((said.statement_id, claim.organisation)) == PUBLISH
    )
