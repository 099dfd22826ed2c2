"""The safety token: a logged grant as a compact JWS that names it.

Registered JWT claims (RFC 7519) carry what has one: `iss`, `sub` (the component's purl), `iat`,
`nbf`, `exp`, and `status` (Token Status List). `grant` is the grant's statement id; everything
else the grant says stands under `sunlit`, in the words of the grant. `spec/token.md` is the
long form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.base.times import format_time, from_unix
from sunlit.claims.lifecycle import TokenGrant
from sunlit.runtime import jws
from sunlit.runtime.statuslist import MAX_UNIX
from sunlit.statement.keys import PublicKey, Signer

TOKEN_TYPE: Final = "sunlit-token+jwt"  # noqa: S105 - a name, no secret
MALFORMED: Final = "token.malformed"

# JWT claim -> name in the grant's predicate
_TEXTS: Final = {"iss": "issuer", "sub": "component"}
_TIMES: Final = {"iat": "grantedOn", "nbf": "validFrom", "exp": "validUntil"}
_MOVED: Final = frozenset({*_TEXTS.values(), *_TIMES.values(), "statusList", "statusIndex"})


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """A key that a trust file names for a token issuer, in force in an interval."""

    organisation: str
    key: PublicKey
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def was_valid(self, at: datetime) -> bool:
        """Tell whether the key was in force at `at`."""
        started = self.valid_from is None or self.valid_from <= at
        return started and (self.valid_until is None or at < self.valid_until)


def issuer_keys(trust: TrustFile) -> tuple[IssuerKey, ...]:
    """Return the keys of every token issuer; a guard asks once and keeps them."""
    return tuple(
        IssuerKey(
            organisation=issuer.organisation, key=one.public,
            valid_from=one.valid_from, valid_until=one.valid_until,
        )
        for issuer in trust.token_issuers
        for one in issuer.keys
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyToken:
    """A token whose signature holds: what it says, the grant it names, the key that signed."""

    grant_id: str
    claims: TokenGrant
    signed_by: IssuerKey
    payload: Mapping[str, object] = field(repr=False)

    def expect_in_force(self, at: datetime) -> None:
        """Check the token's own time window.

        Raises:
            VerificationError: `token.not-yet-valid`, `token.expired`.
        """
        if at < self.claims.valid_from:
            raise VerificationError(
                "token.not-yet-valid", "the token is not valid yet",
                expected=f"a time from {format_time(self.claims.valid_from)} on",
                got=format_time(at),
            )  # fmt: skip
        if at >= self.claims.valid_until:
            raise VerificationError(
                "token.expired", "the token has expired",
                expected=f"a time before {format_time(self.claims.valid_until)}",
                got=format_time(at), mend="ask the issuer for a new token",
            )  # fmt: skip


def payload_of(grant: TokenGrant, grant_id: str) -> dict[str, object]:
    """Return the JWT claims of the token for a grant: one grant, one payload."""
    said = grant.to_predicate()
    return {
        "iss": grant.issuer,
        "sub": grant.component,
        "iat": int(grant.granted_on.timestamp()),
        "nbf": int(grant.valid_from.timestamp()),
        "exp": int(grant.valid_until.timestamp()),
        "grant": grant_id,
        "status": {"status_list": {"idx": grant.status_index, "uri": grant.status_list}},
        "sunlit": {name: value for name, value in said.items() if name not in _MOVED},
    }


def sign_token(grant: TokenGrant, grant_id: str, signer: Signer) -> str:
    """Return the token for a grant that stands in a log.

    Raises:
        MalformedError: `token.algorithm` for keys that sign no tokens.
    """
    return jws.sign(encode(payload_of(grant, grant_id)), signer, typ=TOKEN_TYPE)


def open_token(text: bytes, issuers: Iterable[IssuerKey]) -> SafetyToken:
    """Verify a token's signature by a key of the issuer that it names, then read it.

    Raises:
        MalformedError: `token.malformed`, `token.too-large`.
        VerificationError: `token.type`, `token.algorithm`, `token.critical`,
            `token.unknown-key`, `token.signature`, `token.other-issuer`.
    """
    known = {one.key.key_id: one for one in issuers}
    key, payload = jws.verify_by_named(
        jws.parse(text, typ=TOKEN_TYPE), (one.key for one in known.values())
    )
    token = _read(payload, known[key.key_id])
    # SLSA VSA, "How to verify": the pair (key, verifier.id) must be one that you trust.
    if token.claims.issuer != token.signed_by.organisation:
        raise VerificationError(
            "token.other-issuer", "the token names another issuer than the one whose key signed it",
            expected=token.signed_by.organisation, got=token.claims.issuer[:80],
        )  # fmt: skip
    return token


def _read(payload: bytes, signed_by: IssuerKey) -> SafetyToken:
    try:
        claims = decode_object(payload, what="the token")
        grant_id = _text(claims, "grant")
        grant = TokenGrant.from_predicate(_predicate(claims))
    except SunlitError as error:
        raise MalformedError(
            MALFORMED, f"the token's claims are malformed: {error.what}",
            expected=error.expected, got=error.got,
        ) from error  # fmt: skip
    return SafetyToken(grant_id=grant_id, claims=grant, signed_by=signed_by, payload=claims)


def _predicate(claims: Mapping[str, object]) -> dict[str, object]:
    said = _object(claims, "sunlit")
    twice = _MOVED & said.keys()
    if twice:
        raise MalformedError(MALFORMED, f"{min(twice)} stands in `sunlit` as well")
    status = _object(_object(claims, "status"), "status_list")
    texts = {name: _text(claims, claim) for claim, name in _TEXTS.items()}
    times = {name: _time(claims, claim) for claim, name in _TIMES.items()}
    index = status.get("idx")
    if type(index) is not int or index < 0:
        raise MalformedError(MALFORMED, "`idx` is no whole number from 0 on")
    return {**said, **texts, **times, "statusIndex": index, "statusList": _text(status, "uri")}


def _object(claims: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = claims.get(name)
    if not isinstance(value, dict):
        raise MalformedError(MALFORMED, f"`{name}` is no object")
    return value


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise MalformedError(MALFORMED, f"`{name}` is no text")
    return value


def _time(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if type(value) is not int or not 0 <= value <= MAX_UNIX:
        raise MalformedError(MALFORMED, f"`{name}` is no time in whole seconds")
    return format_time(from_unix(value))


def differences(token: SafetyToken, grant: TokenGrant) -> tuple[str, ...]:
    """Return the names of the claims in which a token differs from the grant it names."""
    expected = payload_of(grant, token.grant_id)
    return tuple(sorted({*_differing(token.payload, expected, "")}))


def _differing(
    found: Mapping[str, object], expected: Mapping[str, object], prefix: str
) -> Iterable[str]:
    for name in {*found, *expected}:
        left, right = found.get(name), expected.get(name)
        if isinstance(left, dict) and isinstance(right, dict):
            yield from _differing(left, right, f"{prefix}{name}.")
        elif left != right or (name in found) != (name in expected):
            yield prefix + name
