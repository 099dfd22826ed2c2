"""Which statements of a log bear on one release: by digest, by use, and by what refers to those."""

from collections.abc import Iterable, Sequence
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.lifecycle import Release
from sunlit.claims.provenance import Provenance
from sunlit.claims.risk import Use

ROUNDS: Final = 8  # how far "a statement about a statement" is followed


def bearing_on(
    said: Sequence[Admitted],
    release: str,
    files: Iterable[str],
    use: str | None,
    deployer: str | None,
) -> tuple[Admitted, ...]:
    """Return the statements about the release, its files, what those were made from, and its use.

    Also those that correct, supersede or withdraw one of them. The order is kept. One pass
    over the log per round of reference; a round that finds nothing ends it.
    """
    digests = {release, *files}
    chosen: set[int] = set()
    ids: set[str] = set()
    for _ in range(ROUNDS):
        found = {
            place
            for place, one in enumerate(said)
            if place not in chosen and _bears(one, digests, ids, use, deployer)
        }
        if not found:
            break
        chosen |= found
        for place in found:
            ids.add(said[place].statement_id)
            digests |= _leads_to(said[place])
    return tuple(said[place] for place in sorted(chosen))


def _bears(
    one: Admitted, digests: set[str], ids: set[str], use: str | None, deployer: str | None
) -> bool:
    claim = one.claim
    if isinstance(claim, Use):
        return claim.id == use and claim.deployer == deployer
    if any(subject.digest.get("sha256") in digests for subject in one.subjects):
        return True
    targets = {claim.corrects, claim.supersedes}
    if isinstance(claim, Withdrawal):
        targets.add(claim.statement)
    return bool(targets & ids)


def _leads_to(one: Admitted) -> set[str]:
    """Return the digests that a statement brings in: inputs of a build, the earlier release."""
    if isinstance(one.claim, Provenance):
        inputs = one.claim.build_definition.resolved_dependencies
        return {str(item.digest["sha256"]) for item in inputs if "sha256" in item.digest}
    if isinstance(one.claim, Release) and one.claim.sunlit_rollback:
        return {one.claim.sunlit_rollback}
    return set()
