"""Going back to an earlier word: suspended, valid, suspended again.

A statement is admitted once for each of its signers, so the same words again would change
nothing, silently. Said again they therefore name what they replace, and are another statement.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.decision import Hold, Retention
from sunlit.claims.lifecycle import Publication, TokenStatus
from sunlit.claims.risk import Use, Vote

# Of these the latest counts. The fields tell what a claim decides.
DECIDED: Final[dict[type[Claim], tuple[str, ...]]] = {
    Hold: ("origin", "deployer", "indices"),
    Publication: ("organisation", "statement"),
    Retention: ("use", "deployer"),
    TokenStatus: ("grant",),
    Use: ("id", "deployer"),
    Vote: ("board", "release", "use", "deployer"),
}


def anew(claim: Claim, known: Sequence[Admitted], key: str) -> Claim:
    """Return the claim as `key` can say it now so that it counts after what was said last."""
    if isinstance(claim, Hold) and claim.lifted:
        return claim  # it names what it lifts already
    fields = DECIDED.get(type(claim), ())
    decided = [
        said
        for said in known
        if fields
        and type(said.claim) is type(claim)
        and all(getattr(said.claim, name) == getattr(claim, name) for name in fields)
        # A vote is one member's; the other words are their organisation's.
        and (not isinstance(claim, Vote) or key in said.signers)
    ]
    before = any(said.claim == claim and key in said.signers for said in decided)
    if not before or decided[-1].claim == claim:
        return claim
    return replace(claim, supersedes=decided[-1].statement_id)
