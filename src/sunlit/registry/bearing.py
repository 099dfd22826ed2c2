"""Which statements of a log bear on one release: by digest, by use, and by what refers to those."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Component, Provenance
from sunlit.claims.risk import Use
from sunlit.rubric.standing import bare

ROUNDS: Final = 8  # how far "a statement about a statement" is followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What it is about: a release by digest, its files, its component, a use by a deployer."""

    release: str
    files: Collection[str] = ()
    component: str | None = None
    use: str | None = None
    deployer: str | None = None


def bearing_on(said: Sequence[Admitted], matter: Matter) -> tuple[Admitted, ...]:
    """Return the statements about the release, its files, what those were made from, and its use.

    Also those that say what the component's other releases are (they tell who keeps its
    name), and those that correct, supersede or withdraw one of all these. The order is kept.
    One pass over the log per round of reference; a round that finds nothing ends it.
    """
    digests = {matter.release, *matter.files}
    chosen: set[int] = set()
    ids: set[str] = set()
    for _ in range(ROUNDS):
        found = {
            place
            for place, one in enumerate(said)
            if place not in chosen and _bears(one, digests, ids, matter)
        }
        if not found:
            break
        chosen |= found
        for place in found:
            ids.add(said[place].statement_id)
            digests |= _leads_to(said[place], digests)
    return tuple(said[place] for place in sorted(chosen))


def _bears(one: Admitted, digests: set[str], ids: set[str], matter: Matter) -> bool:
    claim = one.claim
    if isinstance(claim, Use):
        return (claim.id, claim.deployer) == (matter.use, matter.deployer)
    if _is_about(one, digests):
        return True
    if isinstance(claim, Component | Release) and matter.component is not None:
        return bare(claim.purl) == bare(matter.component)
    targets = {claim.corrects, claim.supersedes}
    if isinstance(claim, Withdrawal):
        targets.add(claim.statement)
    return bool(targets & ids)


def _is_about(one: Admitted, digests: set[str]) -> bool:
    return any(subject.digest.get("sha256") in digests for subject in one.subjects)


def _leads_to(one: Admitted, digests: set[str]) -> set[str]:
    """Return the digests that a statement brings in: inputs of a build, the earlier release."""
    if isinstance(one.claim, Provenance):
        inputs = one.claim.build_definition.resolved_dependencies
        return {str(item.digest["sha256"]) for item in inputs if "sha256" in item.digest}
    if isinstance(one.claim, Release) and one.claim.sunlit_rollback and _is_about(one, digests):
        return {one.claim.sunlit_rollback}
    return set()
