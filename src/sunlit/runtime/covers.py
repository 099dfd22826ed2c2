"""What a verifier asks of a token, and whether the token covers it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sunlit.base.errors import VerificationError
from sunlit.claims.lifecycle import TokenGrant, TokenKind
from sunlit.runtime import statuslist
from sunlit.runtime.statuslist import StatusListToken
from sunlit.statement.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a verifier wants to know; None, or no kinds, asks nothing.

    `files` is the manifest of what is really there. `staleness` is how long after its expiry
    a status list may still be relied on.
    """

    at: datetime
    files: Manifest | None = None
    use: str | None = None
    deployer: str | None = None
    jurisdiction: str | None = None
    data_class: str | None = None
    kinds: tuple[TokenKind, ...] = ()
    staleness: timedelta = timedelta(0)


def expect_valid(found: StatusListToken, index: int) -> None:
    """Check that a verified list calls the token at `index` valid.

    Raises:
        VerificationError: `status.out-of-bounds`, `status.revoked`, `status.suspended`,
            `status.unknown-value`.
    """
    status = found.statuses.status(index)
    if status == statuslist.VALID:
        return
    if status == statuslist.INVALID:
        raise VerificationError(
            "status.revoked", "the issuer has revoked the token", mend="stop using it"
        )
    if status == statuslist.SUSPENDED:
        raise VerificationError(
            "status.suspended", "the issuer has suspended the token",
            mend="use the fallback that the token names until the issuer lifts it",
        )  # fmt: skip
    raise VerificationError(
        "status.unknown-value", "the status list gives the token a status that has no meaning",
        expected="0, 1 or 2", got=str(status),
    )  # fmt: skip


def expect_covers(claims: TokenGrant, asked: Asked) -> str | None:
    """Check what was asked against what the token covers; None when nothing was asked.

    Raises:
        VerificationError: `token.other-use`, `token.other-deployer`,
            `token.other-jurisdiction`, `token.other-data`, `token.other-kind`.
    """
    if asked.use not in (None, claims.use):
        raise _not_covered("token.other-use", "use", claims.use, asked.use)
    if asked.deployer not in (None, claims.deployer):
        raise _not_covered("token.other-deployer", "deployer", claims.deployer, asked.deployer)
    place = asked.jurisdiction
    if place is not None and not any(_within(place, one) for one in claims.jurisdictions):
        raise _not_covered("token.other-jurisdiction", "place", claims.jurisdictions, place)
    if asked.data_class is not None and asked.data_class not in claims.data_classes:
        raise _not_covered("token.other-data", "data", claims.data_classes, asked.data_class)
    if asked.kinds and claims.kind not in asked.kinds:
        raise _not_covered("token.other-kind", "demand", asked.kinds, claims.kind)
    given = (asked.use, asked.deployer, place, asked.data_class, *asked.kinds)
    if not any(given):
        return None
    return f"It covers {claims.use} by {claims.deployer}, as a {claims.kind} token."


def _within(place: str, covered: str) -> bool:
    # ISO 3166-2: AU-NSW lies in AU.
    return place == covered or place.startswith(f"{covered}-")


def _not_covered(
    code: str, what: str, covered: str | tuple[str, ...], asked: object
) -> VerificationError:
    listed = covered if isinstance(covered, str) else " or ".join(covered) or "none: not provided"
    return VerificationError(
        code, f"the token does not cover this {what}", expected=listed, got=str(asked)[:80],
        mend="ask for a token that covers it",
    )  # fmt: skip
