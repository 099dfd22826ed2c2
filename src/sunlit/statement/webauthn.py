"""Passkey signatures: a WebAuthn assertion whose challenge is the SHA-256 of the message.

Verification, in the order of Web Authentication Level 2, section 7.2 (its step numbers beside):
1. the signature is the canonical JSON of authenticatorData, clientDataJSON and signature;
2. clientDataJSON is JSON and its type is `webauthn.get` (11);
3. its challenge is base64url(SHA-256(message)) (12);
4. its origin is one of the key's, and the call was not made from a frame of another site (13);
5. authenticatorData is for the key's relying party (15);
6. the user was present (16) and verified (17): these are acts of people, so the touch of
   whoever happens to hold the device does not do;
7. the ES256 signature over authenticatorData || SHA-256(clientDataJSON) (19, 20); by the caller.

Signature counters are not checked: synced passkeys send 0, and a log needs no counter to show
the order of statements.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.statement.encoding import decode_base64, encode_base64url

MAX_ASSERTION: Final = 8192  # bytes
BAD: Final = "key.bad-signature"

USER_PRESENT: Final = 0x01
USER_VERIFIED: Final = 0x04
HAS_EXTENSIONS: Final = 0x80
_FIELDS: Final = ("authenticatorData", "clientDataJSON", "signature")
_PLAIN_LENGTH: Final = 37  # rpIdHash 32, flags 1, signCount 4


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """What a passkey is bound to: the relying party's id and the origins it may be used on."""

    rp_id: str
    origins: tuple[str, ...]


def challenge_for(message: bytes) -> str:
    """Return the challenge to hand to `navigator.credentials.get`, in base64url."""
    return encode_base64url(hashlib.sha256(message).digest())


def pack(authenticator_data: bytes, client_data_json: bytes, signature: bytes) -> bytes:
    """Return one signature from the three parts of an assertion."""
    parts = (authenticator_data, client_data_json, signature)
    return encode(dict(zip(_FIELDS, map(encode_base64url, parts), strict=True)))


def signed_parts(message: bytes, signature: bytes, party: RelyingParty) -> tuple[bytes, bytes]:
    """Return (bytes that the authenticator signed, its DER signature), after steps 1 to 6.

    Raises:
        VerificationError: `key.bad-signature`.
    """
    try:
        data, client, der = _unpacked(signature)
        claims = decode_object(client, what="clientDataJSON", limit=MAX_ASSERTION)
    except MalformedError as error:
        raise VerificationError(BAD, "the passkey signature cannot be read") from error
    _check_client(claims, message, party)
    _check_authenticator(data, party)
    return data + hashlib.sha256(client).digest(), der


def _unpacked(signature: bytes) -> tuple[bytes, ...]:
    document = decode_object(signature, what="the passkey signature", limit=MAX_ASSERTION)
    parts = tuple(decode_base64(document.get(name), BAD, name) for name in _FIELDS)
    if len(parts) != len(document) or pack(*parts) != signature:
        raise MalformedError(BAD, "the passkey signature is not canonical")
    return parts


def _check_client(claims: dict[str, object], message: bytes, party: RelyingParty) -> None:
    if claims.get("type") != "webauthn.get":
        raise VerificationError(BAD, "the passkey was used for something else than signing")
    if claims.get("challenge") != challenge_for(message):
        raise VerificationError(BAD, "the passkey signed a challenge for other bytes")
    if claims.get("origin") not in party.origins:
        raise VerificationError(BAD, "the passkey was used on an origin that is not the key's")
    if claims.get("crossOrigin", False) is not False:
        raise VerificationError(BAD, "the passkey was used from a frame of another site")


def _check_authenticator(data: bytes, party: RelyingParty) -> None:
    flags = data[32] if len(data) >= _PLAIN_LENGTH else 0
    if len(data) > _PLAIN_LENGTH and not flags & HAS_EXTENSIONS:
        raise VerificationError(BAD, "the authenticator data has bytes that nothing announces")
    if data[:32] != hashlib.sha256(party.rp_id.encode()).digest():
        raise VerificationError(BAD, "the passkey answered for another relying party")
    if not flags & USER_PRESENT or not flags & USER_VERIFIED:
        raise VerificationError(BAD, "the passkey did not check who was there")
