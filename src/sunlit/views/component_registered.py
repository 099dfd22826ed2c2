"""What organisations entered of a component in their catalogues, as far as it is published."""

from sunlit.base.purl import bare, called
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import maintainers
from sunlit.views.component_words import tidy

PUBLISH = "publish"
MAX_NAME = 120  # characters


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


def registered(evidence: Evidence) -> tuple[Admitted, Registration] | None:
    """Return the last registration by whom it names: the maintainer's before others'."""
    found = registrations(evidence)
    keepers = maintainers(evidence)
    own = [pair for pair in found if pair[1].organisation in keepers]
    return (own or found)[-1] if found else None


def component_name(evidence: Evidence) -> str:
    """Return what the component is called, or the end of its package URL where nobody said it."""
    found = registered(evidence)
    if found is not None and found[1].name.strip():
        return tidy(found[1].name, MAX_NAME)
    return tidy(called(evidence.component or ""), MAX_NAME)
