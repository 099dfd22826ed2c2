"""DSSE v1.0.2: an envelope of bytes, their type, and signatures over both.

Verify the bytes, then parse them: `verify` hands out the very bytes that the signatures cover.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.statement.encoding import decode_base64, encode_base64
from sunlit.statement.keys import PublicKey, Signer

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"

# What one sender can make a verifier do is bounded before anything is verified. The log itself
# takes envelopes of at most 65,535 bytes; model signatures over many files are larger.
MAX_ENVELOPE: Final = 16 * 1024 * 1024  # bytes
MAX_SIGNATURES: Final = 16
MAX_SIGNATURE: Final = 8192  # bytes; a passkey assertion has about 600, ML-DSA-44 2,420
MAX_HINT: Final = 1024  # characters of keyid and of payloadType

MALFORMED: Final = "statement.malformed-envelope"
_OBJECT: Final = (dict, Mapping)  # to ask an abstract class takes longer
_MEND: Final = "get the envelope again from whoever signed it"


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the pre-authentication encoding: the bytes that are signed.

    DSSE: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths in bytes, ASCII decimal.
    """
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


class Signature(NamedTuple):  # every entry of a log has one
    """One signature; `keyid` is an unauthenticated hint that never decides anything."""

    keyid: str
    sig: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, its type, and one to 16 signatures."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """The PAE of type and payload."""
        return pae(self.payload_type, self.payload)

    @property
    def statement_id(self) -> str:
        """The hex SHA-256 of the PAE: it names what was said, whoever signed it."""
        return hashlib.sha256(self.signed_bytes).hexdigest()

    @classmethod
    def parse(cls, data: bytes) -> "Envelope":
        """Read an envelope's JSON; unknown fields are ignored, as DSSE asks.

        Raises:
            MalformedError: `json.*`, `statement.malformed-envelope`.
        """
        return cls.from_json(decode_object(data, what="the envelope", limit=MAX_ENVELOPE))

    @classmethod
    def from_json(cls, value: object) -> "Envelope":
        """Read an envelope from parsed JSON.

        Raises:
            MalformedError: `statement.malformed-envelope`.
        """
        if not isinstance(value, _OBJECT):
            raise MalformedError(MALFORMED, "an envelope is a JSON object", mend=_MEND)
        payload = decode_base64(value.get("payload"), MALFORMED, "the envelope's payload")
        signatures = value.get("signatures")
        if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
            raise MalformedError(
                MALFORMED, "the envelope's signatures are no list of the right length",
                expected=f"1 to {MAX_SIGNATURES} signatures", mend=_MEND,
            )  # fmt: skip
        kind = _hint(value.get("payloadType"), "payloadType")
        return cls(kind, payload, tuple([_signature(item) for item in signatures]))

    def to_json(self) -> dict[str, object]:
        """Return the envelope as DSSE's JSON object, in standard base64."""
        return {
            "payload": encode_base64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": one.keyid, "sig": encode_base64(one.sig)} for one in self.signatures
            ],
        }

    def to_bytes(self) -> bytes:
        """Return the canonical JSON of the envelope."""
        return encode(self.to_json())


def _signature(value: object) -> Signature:
    if not isinstance(value, _OBJECT):
        raise MalformedError(MALFORMED, "a signature is a JSON object", mend=_MEND)
    sig = decode_base64(value.get("sig"), MALFORMED, "a signature")
    if not 1 <= len(sig) <= MAX_SIGNATURE:
        raise MalformedError(
            MALFORMED, "a signature is empty or too long",
            expected=f"1 to {MAX_SIGNATURE} bytes", got=f"{len(sig)} bytes", mend=_MEND,
        )  # fmt: skip
    # DSSE: an unset keyid is treated as an empty one. Protocol buffers may write null.
    keyid = value.get("keyid")
    return Signature("" if keyid is None else _hint(keyid, "keyid"), sig)


def _hint(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_HINT or not _is_utf8(value):
        raise MalformedError(
            MALFORMED, f"{name} is no text of at most {MAX_HINT} characters", mend=_MEND
        )
    return value


def _is_utf8(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def sign(payload: bytes, signers: Sequence[Signer], payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """Sign `payload` with every one of `signers`, in order.

    Raises:
        MalformedError: `statement.malformed-envelope` without signers or with more than 16.
    """
    if not 1 <= len(signers) <= MAX_SIGNATURES:
        raise MalformedError(
            MALFORMED, "an envelope carries 1 to 16 signatures", got=str(len(signers))
        )
    message = pae(payload_type, payload)
    signatures = tuple(Signature(one.public.key_id, one.sign(message)) for one in signers)
    return Envelope(payload_type, payload, signatures)


Check = Callable[[PublicKey, bytes, bytes], bool]
"""Tells whether a key signed a message with a signature; `verifies` is one."""


def verifies(key: PublicKey, message: bytes, signature: bytes) -> bool:
    """Tell whether a key signed a message."""
    try:
        key.verify(message, signature)
    except VerificationError:
        return False
    return True


def verified_by(
    envelope: Envelope, keys: Iterable[PublicKey], check: Check = verifies
) -> tuple[PublicKey, ...]:
    """Return the distinct keys, in the order given, that signed the envelope.

    Keys are one when their public bytes are one, whatever kind they are listed as and however
    often (DSSE: "t-out-of-n ... unique public keys, not signatures"). A signature that matches
    no key is passed over. `check` answers as `verifies` does.
    """
    message = envelope.signed_bytes
    found: dict[str, PublicKey] = {}
    for key in keys:
        key_id = key.key_id
        if key_id not in found and _signed(key, message, envelope.signatures, check):
            found[key_id] = key
    return tuple(found.values())


def _signed(
    key: PublicKey, message: bytes, signatures: tuple[Signature, ...], check: Check
) -> bool:
    if len(signatures) == 1:
        return check(key, message, signatures[0].sig)
    # The hint only chooses what is tried first.
    likely_first = sorted(signatures, key=lambda one: one.keyid != key.key_id)
    return any(check(key, message, one.sig) for one in likely_first)


def verify(
    envelope: Envelope,
    keys: Iterable[PublicKey],
    *,
    threshold: int = 1,
    payload_type: str = PAYLOAD_TYPE,
) -> bytes:
    """Return the payload, once `threshold` distinct keys have signed it as `payload_type`.

    Raises:
        VerificationError: `statement.payload-type`, `statement.threshold`.
        MalformedError: `statement.threshold-range` for a threshold below 1.
    """
    if threshold < 1:
        raise MalformedError("statement.threshold-range", "a threshold is at least 1")
    if envelope.payload_type != payload_type:
        raise VerificationError(
            "statement.payload-type", "the envelope holds something else",
            expected=payload_type, got=repr(envelope.payload_type)[:80],
        )  # fmt: skip
    signed = verified_by(envelope, keys)
    if len(signed) < threshold:
        raise VerificationError(
            "statement.threshold", "too few of the expected keys signed this",
            expected=f"{threshold} distinct keys", got=str(len(signed)),
        )  # fmt: skip
    return envelope.payload
