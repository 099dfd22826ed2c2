"""A token that was verified, the status list that was last accepted, and the limits it sets.

A snapshot: whoever holds one sees the same token and the same list until they let go of it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.guard.limits import Constraints, read_constraints
from sunlit.runtime.covers import Asked, expect_valid
from sunlit.runtime.grant import expect_key_in_force
from sunlit.runtime.statuslist import StatusListToken, read_list
from sunlit.runtime.steps import Step, StepOutcome, Verification
from sunlit.runtime.token import IssuerKey, SafetyToken, issuer_keys
from sunlit.runtime.verify import TokenParts, verify_binding, verify_token

PASSING: Final = frozenset({
    "token.expired", "token.not-yet-valid", "status.missing", "status.expired", "status.revoked",
    "status.suspended",
})  # fmt: skip
"""What may be otherwise tomorrow: the guard opens with it, and each check refuses by name."""
_LONG_AGO: Final = timedelta(days=36_525)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status list whose signature, issuer and address hold."""

    found: StatusListToken
    signer: IssuerKey
    digest: str
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What every check looks at."""

    token: SafetyToken
    trust: TrustFile
    constraints: Constraints
    staleness: timedelta
    parts: TokenParts = field(repr=False)
    status: Status | None = None

    @property
    def release(self) -> str:
        """The manifest digest of the release that the token is for."""
        return self.token.claims.release

    def read(self, raw: bytes, at: datetime) -> Status:
        """Verify a status list; it may have expired, and it may say that the token is revoked.

        Raises:
            MalformedError, VerificationError: `status.*`, `token.key-not-in-force`.
        """
        return read_status(raw, self.token, self.trust, at)

    def with_status(self, status: Status) -> "Standing":
        """Return the same with a newer list.

        Raises:
            VerificationError: `guard.older-status`.
        """
        known = self.status
        if known is not None and self._is_older(status, known):
            raise VerificationError(
                "guard.older-status", "the status list is older than the one that is known",
                expected=f"made from {known.found.issued_at:%Y-%m-%dT%H:%M:%SZ} on",
                got=f"{status.found.issued_at:%Y-%m-%dT%H:%M:%SZ}",
                mend="get the issuer's latest list",
            )  # fmt: skip
        return replace(self, status=status)

    def _is_older(self, new: Status, known: Status) -> bool:
        """Tell whether a list is older; of two of one second, the one that refuses is the newer."""
        if new.found.issued_at != known.found.issued_at:
            return new.found.issued_at < known.found.issued_at
        index = self.token.claims.status_index
        return _is_good(new, index) and not _is_good(known, index)


def _is_good(status: Status, index: int) -> bool:
    try:
        expect_valid(status.found, index)
    except VerificationError:
        return False
    return True


def read_status(raw: bytes, token: SafetyToken, trust: TrustFile, at: datetime) -> Status:
    """Verify a status list of a token; see `Standing.read`."""
    claims = token.claims
    if trust.status_lists and claims.status_list not in trust.status_lists:
        raise VerificationError(
            "status.unknown-list", "the trust file does not name the token's status list",
            expected=" or ".join(trust.status_lists), got=claims.status_list[:80],
        )  # fmt: skip
    mine = [one for one in issuer_keys(trust) if one.organisation == claims.issuer]
    keys = [one.key for one in mine]
    try:
        found = read_list(raw, keys, uri=claims.status_list, at=at)
    except VerificationError as error:
        if error.code != "status.expired":
            raise
        # It has expired already, so this sum stays far from the end of time.
        found = read_list(raw, keys, uri=claims.status_list, at=at, staleness=_LONG_AGO)
    signer = next(one for one in mine if one.key.key_id == found.key_id)
    expect_key_in_force(signer, found.issued_at, "the status list")
    return Status(found=found, signer=signer, digest=sha256(raw).hexdigest(), raw=raw)


def stand(parts: TokenParts, trust: TrustFile, at: datetime, staleness: timedelta) -> Standing:
    """Verify a token by the eight steps; only its time and its status may be amiss.

    Raises:
        SunlitError: with the code of the step that does not hold.
    """
    found = verify_token(parts, trust, Asked(at=at, staleness=staleness))
    failure = found.first_failure
    if failure is not None and failure.code in PASSING:
        found = verify_binding(parts, trust, Asked(at=at))
        failure = found.first_failure
    if failure is not None:
        raise error_of(failure)
    return _standing(found, parts, trust, at, staleness)


def _standing(
    found: Verification, parts: TokenParts, trust: TrustFile, at: datetime, staleness: timedelta
) -> Standing:
    token = found.token
    assert token is not None  # noqa: S101 - step 2 holds
    status = None if parts.status is None else read_status(parts.status, token, trust, at)
    return Standing(
        token=token, trust=trust, constraints=read_constraints(token.claims.constraints),
        staleness=staleness, parts=parts, status=status,
    )  # fmt: skip


def error_of(step: Step) -> SunlitError:
    """Return the error that a step was made of; its code is documented where it was raised."""
    kind = UnavailableError if step.outcome is StepOutcome.UNKNOWN else VerificationError
    words = step.words.removesuffix(".")
    error = kind("token.expired", words[:1].lower() + words[1:], mend=step.mend)
    error.code = step.code or error.code
    return error
