"""Whoever holds the guarded cube checks the claim: the commitment, and every figure in it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, cast

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.bias import BiasAudit
from sunlit.producers.audit.bias.claim import FORMAT, Asked, Audit, audit
from sunlit.producers.audit.bias.claim_figures import How
from sunlit.producers.audit.bias.commitment import Guarded

SAME: Final = (
    "rows", "favourable", "adverse", "outcome", "threshold", "attributes", "cube", "figures",
    "intervals", "floor", "left_to_report",
)  # fmt: skip


def checked(claim: BiasAudit, guarded: Guarded) -> Audit:
    """Return the audit as the guarded cube gives it, where the claim says the same.

    Raises:
        VerificationError: `statement.opening` for another cube, `bias.not-from-cube` where the
            claim says something else than its cube.
        MalformedError: `bias.settings`.
    """
    guarded.check(claim.commitment)
    again = audit(guarded.cube, asked_of(claim), guarded.salt)
    differ = [name for name in SAME if getattr(again.claim, name) != getattr(claim, name)]
    if differ:
        raise VerificationError(
            "bias.not-from-cube", "the audit does not follow from its own cube",
            got=", ".join(differ), expected=f"what {FORMAT} computes from the guarded counts",
            mend="ask who signed it to audit again, or withdraw it",
        )  # fmt: skip
    return again


def asked_of(claim: BiasAudit) -> Asked:
    """Return how an audit was made, as it says itself.

    Raises:
        MalformedError: `bias.settings`.
    """
    try:
        return _asked(claim, cast("Mapping[str, Any]", claim.intervals))
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise MalformedError(
            "bias.settings", "the audit does not say how its figures were computed",
            expected="replicates, seed, level, rule, minShare, intersect",
            mend="check it with the tool that made it",
        ) from error  # fmt: skip


def _asked(claim: BiasAudit, said: Mapping[str, Any]) -> Asked:
    named = {
        one.name: one.reference
        for one in claim.attributes
        if one.reference_rule == "named" and one.reference is not None
    }
    how = How(
        rule=said["rule"], named=named, min_share=Decimal(said["minShare"]),
        replicates=int(said["replicates"]), seed=int(said["seed"]), level=Decimal(said["level"]),
    )  # fmt: skip
    return Asked(
        data=claim.data, at=claim.audited_on, how=how, floor=claim.floor,
        characteristics={one.name: one.characteristic for one in claim.attributes},
        intersect=int(said["intersect"]), adverse=claim.adverse,
        not_analysed={one.what: one.reason for one in claim.not_analysed},
        data_kind=claim.data_kind, contract=claim.contract,
    )  # fmt: skip
