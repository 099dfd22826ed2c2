"""What organisations have entered in their catalogue, and another person published. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sunlit.authority.directory import Directory
from sunlit.capabilities.lifecycle.publishing import PUBLISH
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Publication, Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A registration, with what was said last about publishing it."""

    said: Admitted
    claim: Registration
    publication: Admitted | None = None
    decision: str | None = None

    @property
    def is_public(self) -> bool:
        """Tell whether it was published and not taken back."""
        return self.decision == PUBLISH


def entered(said: Iterable[Admitted], directory: Directory) -> tuple[Entered, ...]:
    """Return every registration by its own organisation, in order, as it stands."""
    found: dict[str, Entered] = {}
    for one in said:
        claim = one.claim
        if isinstance(claim, Registration) and claim.organisation in directory.organisations(one):
            found.setdefault(one.statement_id, Entered(said=one, claim=claim))
        elif isinstance(claim, Publication) and claim.statement in found:
            known = found[claim.statement]
            if claim.organisation in directory.organisations(one) & {known.claim.organisation}:
                found[claim.statement] = replace(known, publication=one, decision=claim.decision)
    return tuple(found.values())
