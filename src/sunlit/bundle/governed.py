"""Checks 7 and 8: the token that the record names, and whether it allowed the decision."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.times import format_time, from_unix
from sunlit.bundle.archive import Archive
from sunlit.bundle.layout import FILE_LIST, GRANT, GRANT_PROOF, MAX_JSON, MAX_PROOF, STATUS, TOKEN
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.record import Binding, Kind, Record, State
from sunlit.guard.judge import ARRANGEMENTS, BREAKABLE
from sunlit.guard.limits import read_constraints
from sunlit.log.proof import verify_receipt
from sunlit.log.tiles import MAX_ENTRY
from sunlit.runtime.covers import Asked, expect_covers, expect_valid
from sunlit.runtime.grant import expect_key_in_force, read_grant
from sunlit.runtime.jws import MAX_TOKEN
from sunlit.runtime.statuslist import MAX_LIST, SUSPENDED, read_list
from sunlit.runtime.steps import Step, StepOutcome, Verification
from sunlit.runtime.token import SafetyToken, differences, issuer_keys, open_token
from sunlit.runtime.verify import TokenParts, verify_token

BINDING_STEPS: Final = 6  # of the eight: files and use are checks of their own here
# Of the refusals that break-glass may override, those that the token's verification finds too.
BREAKABLE_STEPS: Final = frozenset(code for code in BREAKABLE if not code.startswith("guard."))


def read_token(archive: Archive) -> TokenParts:
    """Return the token's files, unverified; None where one is missing.

    Raises:
        UnavailableError: `bundle.file-missing` where there is no token.
        MalformedError: `bundle.*`.
    """
    return TokenParts(
        token=archive.read(TOKEN, limit=MAX_TOKEN),
        entry=_maybe(archive, GRANT, MAX_ENTRY),
        receipt=_maybe(archive, GRANT_PROOF, MAX_PROOF),
        status=_maybe(archive, STATUS, MAX_LIST),
        manifest=_maybe(archive, FILE_LIST, MAX_JSON),
    )


def _maybe(archive: Archive, path: str, limit: int) -> bytes | None:
    return archive.read(path, limit=limit) if path in archive else None


def check_token(parts: TokenParts, trust: TrustFile, record: Record) -> tuple[TokenGrant, str]:
    """Check the token as of the record's time; return its claims and a sentence.

    Raises:
        VerificationError: `bundle.other-token`, `bundle.other-status`, and what the steps of
            a token's verification end with.
        UnavailableError: `bundle.stale-status`, and as above.
        MalformedError: as above.
    """
    _expect_status(parts, record)
    found = verify_token(parts, trust, Asked(at=record.time))
    failure = _failure(found)
    if failure is None and found.token is not None:
        return _named(found.token, record), (
            f"{found.token.claims.issuer} gave the token, which was in force on "
            f"{format_time(record.time)}."
        )
    code = failure.code if failure else None
    if code is not None and code == record.break_glass and code in BREAKABLE_STEPS:
        claims = _named(_beyond_status(parts, trust, record.time), record)
        return claims, f"{claims.issuer} gave the token. The guard was overridden: {code}."
    if code == "status.expired":
        _named(_beyond_status(parts, trust, record.time), record)
        raise UnavailableError(
            "bundle.stale-status", "the status list on which the guard relied had expired by then",
            expected="a list in force at the record's time", got=format_time(record.time),
            mend="ask the deployer for how long its guard may rely on an expired list",
        )  # fmt: skip
    raise _as_error(found)


def _expect_status(parts: TokenParts, record: Record) -> None:
    relied = sha256(parts.status).hexdigest() if parts.status is not None else None
    # The first code that was overridden stands in the record: an expired token comes before that.
    if record.break_glass in ("status.missing", "token.expired") and record.status is None:
        return
    if relied != record.status or relied is None:
        raise VerificationError(
            "bundle.other-status", "the status list is not the one on which the guard relied",
            expected=f"SHA-256 {record.status}", got=str(relied),
        )  # fmt: skip


def _failure(found: Verification) -> Step | None:
    accepted = (StepOutcome.HOLDS, StepOutcome.NOT_ASKED)
    steps = (one for one in found.steps[:BINDING_STEPS] if one.outcome not in accepted)
    return next(steps, None)


def _as_error(found: Verification) -> VerificationError | UnavailableError:
    step = found.first_failure
    words = step.words.rstrip(".") if step else "the token does not hold"
    words = f"{words[:1].lower()}{words[1:]}"
    mend = step.mend if step else None
    if step is not None and step.outcome is StepOutcome.UNKNOWN:
        return UnavailableError("bundle.token-unknown", words, mend=mend)
    return VerificationError("bundle.token", words, mend=mend)


def _beyond_status(parts: TokenParts, trust: TrustFile, at: datetime) -> SafetyToken:
    """Verify all that no emergency lifts: signature, grant, claims, and that it is not revoked."""
    issuers = issuer_keys(trust)
    token = open_token(parts.token, issuers)
    expect_key_in_force(token.signed_by, token.claims.granted_on, "the token")
    if parts.entry is None or parts.receipt is None:
        raise UnavailableError("bundle.token-unknown", "the grant or its receipt is missing")
    grant = read_grant(parts.entry, token, issuers)
    verify_receipt(parts.entry, parts.receipt, trust.policy)
    if differences(token, grant):
        raise VerificationError("bundle.token", "the token does not say what was granted")
    if parts.status is not None:
        _expect_not_revoked(parts.status, token, trust, at)
    return token


def _expect_not_revoked(raw: bytes, token: SafetyToken, trust: TrustFile, at: datetime) -> None:
    """Check what even a list that has expired says for ever: revoked is revoked."""
    claims = token.claims
    if trust.status_lists and claims.status_list not in trust.status_lists:
        raise VerificationError(
            "bundle.token", "the trust file does not name the token's status list"
        )
    own = [one for one in issuer_keys(trust) if one.organisation == claims.issuer]
    found = read_list(
        raw, [one.key for one in own], uri=claims.status_list, at=at, staleness=at - from_unix(0)
    )
    signer = next(one for one in own if one.key.key_id == found.key_id)
    for time in (found.issued_at, *((at,) if at < found.expires_at else ())):
        expect_key_in_force(signer, time, "the status list")
    if found.statuses.status(claims.status_index) != SUSPENDED:
        expect_valid(found, claims.status_index)


def _named(token: SafetyToken, record: Record) -> TokenGrant:
    if token.grant_id != record.token:
        raise VerificationError(
            "bundle.other-token", "the token is not the one that the record names",
            expected=str(record.token), got=token.grant_id,
        )  # fmt: skip
    return token.claims


def check_use(claims: TokenGrant, record: Record, later: tuple[Record, ...]) -> str:
    """Check that the token allowed what the record says; return a sentence.

    Raises:
        VerificationError: `bundle.use`, `token.other-*`.
    """
    if record.release != claims.release:
        raise VerificationError(
            "bundle.use", "the release that decided is not the one that the token is for",
            expected=claims.release, got=str(record.release),
        )  # fmt: skip
    expect_covers(claims, Asked(
        at=record.time, use=record.use, deployer=record.deployer,
        jurisdiction=record.jurisdiction, data_class=record.data_class,
    ))  # fmt: skip
    _expect_declared(claims, record)
    _expect_binding(claims, record)
    _expect_oversight(claims, record)
    glass = _break_glass(claims, record, later)
    return (
        f"The token allows {record.use} by {record.deployer}; it was the release that the token "
        f"is for ({record.binding}).{glass}"
    )


def _expect_binding(claims: TokenGrant, record: Record) -> None:
    least = claims.minimum_binding
    if record.binding is None or least not in set(Binding):
        raise VerificationError("bundle.use", "nobody knows how the release was bound to the model")
    if not record.binding.is_at_least(Binding(least)):
        raise VerificationError(
            "bundle.use", "the release was bound to the model more weakly than the token asks",
            expected=f"at least {least}", got=str(record.binding),
        )  # fmt: skip


def _expect_oversight(claims: TokenGrant, record: Record) -> None:
    asked, kept = claims.oversight, record.oversight
    known = asked in ARRANGEMENTS and kept in ARRANGEMENTS
    if not known or ARRANGEMENTS.index(str(kept)) > ARRANGEMENTS.index(asked):
        raise VerificationError(
            "bundle.use", "the token asks for more human oversight than the record says",
            expected=asked, got=str(kept)[:80],
        )  # fmt: skip
    if kept == ARRANGEMENTS[0] and record.state is State.RELEASED:
        raise VerificationError(
            "bundle.use", "a decision that a human must make was released without one",
            expected=str(State.PROPOSED), got=str(record.state),
        )  # fmt: skip


def _expect_declared(claims: TokenGrant, record: Record) -> None:
    for name, limited, said in (
        ("place", claims.jurisdictions, record.jurisdiction),
        ("class of data", claims.data_classes, record.data_class),
    ):
        if limited and said is None:
            raise VerificationError(
                "bundle.use", f"the token limits the {name}, and the record names none",
                expected=" or ".join(limited),
            )  # fmt: skip
    missing = set(read_constraints(claims.constraints).masks) - set(record.masked)
    if missing:
        raise VerificationError(
            "bundle.use", "the token orders masking that the record does not show",
            expected=min(missing),
        )  # fmt: skip


def _break_glass(claims: TokenGrant, record: Record, later: tuple[Record, ...]) -> str:
    if record.break_glass is None:
        return ""
    if not claims.break_glass or record.break_glass not in BREAKABLE:
        raise VerificationError(
            "bundle.use", "the guard was overridden where the token allows no override",
            got=record.break_glass[:80],
        )  # fmt: skip
    reviews = [one.result for one in later if one.kind is Kind.REVIEW]
    review = f"its review says: {reviews[-1]}" if reviews else "no review of that is recorded here"
    return f" The guard was overridden ({record.break_glass}), which the token allows; {review}."
