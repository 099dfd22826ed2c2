"""May this decision be made now? The cheap check: a token that was verified before is compared.

In this order, so that break-glass never opens what it may not open: what no emergency lifts
first (trust, uses, oversight, binding, revocation), then time, status, and the limits last, so
that nothing is counted that is refused anyway.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.times import format_time
from sunlit.base.wording import text
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.record import Binding, State
from sunlit.guard.declared import Declared
from sunlit.guard.standing import Standing
from sunlit.runtime.covers import Asked, expect_covers, expect_valid
from sunlit.runtime.grant import expect_key_in_force
from sunlit.runtime.statuslist import SUSPENDED

BREAKABLE: Final = frozenset({
    "status.expired", "status.missing", "status.suspended", "token.expired",
    "guard.rate-exceeded", "guard.volume-exceeded",
})  # fmt: skip
"""The refusals that break-glass may override, where the token has a rule for it."""
_PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3}){0,3}")
ARRANGEMENTS: Final = ("human-decides", "human-reviews", "none")  # strongest first


def expect_allowed(standing: Standing, declared: Declared, at: datetime) -> None:
    """Check all that no emergency lifts.

    Raises:
        SunlitError: `trust.expired`, `token.other-*`, `token.not-yet-valid`,
            `token.key-not-in-force`, `status.revoked`, `status.unknown-value`,
            `status.out-of-bounds`, `guard.*`.
    """
    standing.trust.expect_current(at)
    grant = standing.token.claims
    _expect_declared(grant, declared)
    _expect_place(declared.jurisdiction)
    expect_covers(grant, Asked(
        at=at, use=declared.use, deployer=declared.deployer,
        jurisdiction=declared.jurisdiction, data_class=declared.data_class,
    ))  # fmt: skip
    _expect_purpose(grant, declared)
    strongest_oversight(grant, declared)
    _expect_binding(grant, declared.binding)
    standing.constraints.expect_known()
    _expect_masks(standing, declared)
    if at < grant.valid_from:
        standing.token.expect_in_force(at)
    _expect_not_revoked(standing)


def expect_now(standing: Standing, at: datetime) -> Iterator[SunlitError]:
    """Yield what time and status have against it now; an emergency may lift each of them."""
    try:
        standing.token.expect_in_force(at)
    except VerificationError as error:
        yield error
    try:
        _expect_status(standing, at)
    except SunlitError as error:
        yield error


def _expect_status(standing: Standing, at: datetime) -> None:
    status = standing.status
    claims = standing.token.claims
    if status is None:
        raise UnavailableError(
            "status.missing",
            "there is no status list: nobody knows whether it still counts",
            mend=text(
                "get %(list)s and put it beside the token as status.jwt", list=claims.status_list
            ),
        )
    found = status.found
    if at >= found.expires_at and at - found.expires_at >= standing.staleness:
        raise VerificationError(
            "status.expired",
            "the status list has expired, so it says nothing any more",
            expected=text("valid at %(time)s", time=format_time(at)),
            got=text("expired %(time)s", time=format_time(found.expires_at)),
            mend="get the issuer's latest status list and put it in place of status.jwt",
        )
    expect_key_in_force(status.signer, at, "the status list")
    expect_valid(found, claims.status_index)


def _expect_not_revoked(standing: Standing) -> None:
    """Check what even a stale list says for ever: revoked is revoked."""
    if standing.status is not None:
        found, index = standing.status.found, standing.token.claims.status_index
        if found.statuses.status(index) != SUSPENDED:
            expect_valid(found, index)


def _expect_declared(grant: TokenGrant, declared: Declared) -> None:
    for limited, said, name in (
        (grant.deployer, declared.deployer, "deployer"),
        (grant.jurisdictions, declared.jurisdiction, "jurisdiction"),
        (grant.data_classes, declared.data_class, "data_class"),
    ):
        if limited and said is None:
            listed = limited if isinstance(limited, str) else " or ".join(limited)
            raise VerificationError(
                "guard.undeclared",
                text("the token limits the %(name)s, and nobody declared it", name=name),
                expected=listed,
                mend=text("open the guard with %(name)s=…", name=name),
            )


def _expect_place(place: str | None) -> None:
    # A record's leaf is public, and "US-CA-" and anything else would lie within US-CA.
    if place is not None and _PLACE.fullmatch(place) is None:
        raise VerificationError(
            "guard.place", "the place is no ISO 3166 code", expected="a code such as US-CA",
            mend="declare the code of the place",
        )  # fmt: skip


def _expect_purpose(grant: TokenGrant, declared: Declared) -> None:
    prohibited = {_plain(one) for one in grant.prohibited}
    said = [_plain(one) for one in (declared.use, declared.purpose) if one is not None]
    if prohibited.intersection(said):
        raise VerificationError(
            "guard.prohibited", "the token prohibits this use",
            expected="none of: " + "; ".join(grant.prohibited),
        )  # fmt: skip
    if declared.purpose is not None and _plain(declared.purpose) not in {
        _plain(one) for one in (grant.use, *grant.permitted)
    }:
        raise VerificationError(
            "guard.not-permitted", "the token does not permit this purpose",
            expected=" or ".join(grant.permitted) or grant.use,
            mend="name the purpose in the token's words, or ask for a token that covers it",
        )  # fmt: skip


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def strongest_oversight(grant: TokenGrant, declared: Declared) -> str:
    """Return the arrangement to keep: the token's, or the service's own stronger one.

    Raises:
        VerificationError: `guard.oversight`.
    """
    said = grant.oversight if declared.oversight is None else declared.oversight
    if grant.oversight not in ARRANGEMENTS or said not in ARRANGEMENTS:
        raise VerificationError(
            "guard.oversight", "the oversight arrangement is not one that a guard can keep",
            expected=" or ".join(ARRANGEMENTS), got=f"{grant.oversight[:40]} and {said[:40]}",
            mend="ask for a token with one of these",
        )  # fmt: skip
    if ARRANGEMENTS.index(said) > ARRANGEMENTS.index(grant.oversight):
        raise VerificationError(
            "guard.oversight", "the token asks for more human oversight than there is",
            expected=grant.oversight, got=said,
            mend=text("arrange the work so that it is %(way)s", way=grant.oversight),
        )  # fmt: skip
    return said


def state_under(oversight: str) -> State:
    """Return what a decision is when it is recorded: a proposal where a human decides."""
    return State.PROPOSED if oversight == ARRANGEMENTS[0] else State.RELEASED


def _expect_binding(grant: TokenGrant, binding: Binding) -> None:
    if grant.minimum_binding not in set(Binding) or not binding.is_at_least(
        Binding(grant.minimum_binding)
    ):
        raise VerificationError(
            "guard.binding", "the token asks for a stronger tie between model and release",
            expected=grant.minimum_binding[:40], got=str(binding),
            mend="load the model with `guard.load`, which hashes its files",
        )  # fmt: skip


def _expect_masks(standing: Standing, declared: Declared) -> None:
    missing = [one for one in standing.constraints.masks if one not in declared.masks]
    if missing:
        raise VerificationError(
            "guard.mask-missing", "the token orders masking that nobody here applies",
            expected=missing[0], mend="give the guard a function for it: masks={name: function}",
        )  # fmt: skip
