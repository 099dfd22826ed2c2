"""Compact JWS (RFC 7515) with EdDSA over Ed25519 (RFC 8037) and ES256, and nothing else.

By hand, because the libraries for it bring every algorithm of JWA and start slower than
everything else here together. What is refused follows RFC 8725: `none`, algorithms that do not
fit the key, critical extensions, and text that has a second form.

Reading and verifying, in order:
1. three base64url parts without padding, each in its one canonical form, of bounded size;
2. the header is a JSON object without duplicate names and without `crit`;
3. `alg` is EdDSA or ES256, and the key is of the kind that it names;
4. the signature covers the first two parts exactly as they came;
5. only then is the payload handed out, to be parsed.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import load_der_public_key

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.statement.keys import ECDSA_P256, ED25519, PublicKey, Signer

MAX_TOKEN: Final = 65_536  # characters; a safety token has about 2,000
MAX_HEADER: Final = 1_024  # characters
MAX_KID: Final = 128  # characters
SIGNATURE_SIZE: Final = 64  # bytes, for both algorithms (RFC 8037, 3.1; RFC 7518, 3.4)

ALGORITHM_OF_KIND: Final[Mapping[str, str]] = {ED25519: "EdDSA", ECDSA_P256: "ES256"}
_Native: TypeAlias = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
_ECDSA: Final = ec.ECDSA(hashes.SHA256())


@dataclass(frozen=True, slots=True)
class JWS:
    """A token that was read and not verified: `header`, and bytes nobody may parse yet."""

    header: Mapping[str, object]
    signing_input: bytes
    signature: bytes
    unverified_payload: bytes = field(repr=False)

    @property
    def algorithm(self) -> str:
        """The `alg` of the header: "EdDSA" or "ES256"."""
        return str(self.header["alg"])

    @property
    def key_id(self) -> str | None:
        """The `kid` of the header: a hint, like DSSE's."""
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None


def encode_part(data: bytes) -> str:
    """Return base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_part(text: bytes, what: str) -> bytes:
    """Read base64url without padding, and only the one text that each value has.

    Raises:
        MalformedError: `token.malformed`.
    """
    try:
        data = base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        data = None
    # Re-encoding finds foreign characters, padding, white space and stray bits at once.
    if data is None or base64.urlsafe_b64encode(data).rstrip(b"=") != text:
        raise MalformedError(
            "token.malformed", f"{what} is not base64url", expected="RFC 7515 base64url, unpadded"
        )
    return data


def sign(payload: bytes, signer: Signer, *, typ: str) -> str:
    """Return the compact JWS of `payload`; `typ` says what it is (RFC 8725, section 3.11).

    Raises:
        MalformedError: `token.algorithm` for keys that can sign no token (passkeys).
    """
    public = signer.public
    algorithm = _algorithm_for(public)
    header = encode({"alg": algorithm, "kid": public.key_id, "typ": typ})
    signing_input = f"{encode_part(header)}.{encode_part(payload)}"
    signature = signer.sign(signing_input.encode("ascii"))
    if algorithm == "ES256":
        # RFC 7518, section 3.4: R and S as 32 bytes each, where X.509 has DER.
        r, s = decode_dss_signature(signature)
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{signing_input}.{encode_part(signature)}"


def _algorithm_for(key: PublicKey) -> str:
    algorithm = ALGORITHM_OF_KIND.get(key.kind)
    if algorithm is None:
        raise MalformedError(
            "token.algorithm", "a key of this kind signs no tokens",
            expected=" or ".join(ALGORITHM_OF_KIND), got=key.kind,
        )  # fmt: skip
    return algorithm


def parse(text: bytes, *, typ: str | None, limit: int = MAX_TOKEN) -> JWS:
    """Read a compact JWS, steps 1 to 3 without the key. `typ` None accepts any type.

    Raises:
        MalformedError: `token.too-large`, `token.malformed`.
        VerificationError: `token.type`, `token.algorithm`, `token.critical`.
    """
    # 1. three canonical parts, bounded
    if len(text) > limit:
        raise MalformedError(
            "token.too-large", "the token is too large",
            expected=f"at most {limit} bytes", got=f"{len(text)} bytes",
        )  # fmt: skip
    parts = text.split(b".")
    if len(parts) != 3 or len(parts[0]) > MAX_HEADER:
        raise MalformedError(
            "token.malformed", "this is no compact JWS",
            expected=f"three parts, the first of at most {MAX_HEADER} characters",
        )  # fmt: skip
    payload = decode_part(parts[1], "the token's payload")
    signature = decode_part(parts[2], "the token's signature")
    # 2. and 3. the header
    header = _header(decode_part(parts[0], "the token's header"))
    if typ is not None and header.get("typ") != typ:
        raise VerificationError(
            "token.type", "this is a signed token of another type",
            expected=typ, got=_shown(header.get("typ")),
        )  # fmt: skip
    return JWS(header, text[: text.rindex(b".")], signature, payload)


def _header(data: bytes) -> Mapping[str, object]:
    try:
        header = decode_object(data, what="the token's header")
    except SunlitError as error:
        raise MalformedError(
            "token.malformed", "the token's header is not a JSON object with unique names"
        ) from error
    if "crit" in header:
        # RFC 7515, section 4.1.11: what is critical and not understood must be refused.
        raise VerificationError("token.critical", "the token has critical extensions")
    if header.get("alg") not in ALGORITHM_OF_KIND.values():
        raise VerificationError(
            "token.algorithm", "the token's algorithm is not accepted",
            expected=" or ".join(ALGORITHM_OF_KIND.values()), got=_shown(header.get("alg")),
        )  # fmt: skip
    kid = header.get("kid", "")
    if not isinstance(kid, str) or len(kid) > MAX_KID:
        raise MalformedError("token.malformed", f"`kid` is no text of at most {MAX_KID} characters")
    return header


def _shown(value: object) -> str:
    return repr(value)[:40] if value is not None else "nothing"


def verify(jws: JWS, key: PublicKey) -> bytes:
    """Return the payload once `key` is shown to have signed it (steps 3 to 5).

    Raises:
        VerificationError: `token.algorithm`, `token.signature`.
    """
    # 3. the algorithm is the one of the key, never the other way round
    if ALGORITHM_OF_KIND.get(key.kind) != jws.algorithm:
        raise VerificationError(
            "token.algorithm", "the token's algorithm does not fit the key",
            expected=str(ALGORITHM_OF_KIND.get(key.kind)), got=jws.algorithm,
        )  # fmt: skip
    # 4. the signature
    if len(jws.signature) != SIGNATURE_SIZE:
        raise _bad_signature(key)
    native = _native(key.spki)
    try:
        if isinstance(native, ed25519.Ed25519PublicKey):
            native.verify(jws.signature, jws.signing_input)
        else:
            native.verify(_der(jws.signature), jws.signing_input, _ECDSA)
    except InvalidSignature as error:
        raise _bad_signature(key) from error
    # 5. the payload
    return jws.unverified_payload


def verify_by_named(jws: JWS, keys: Iterable[PublicKey]) -> tuple[PublicKey, bytes]:
    """Return the one of `keys` that the header's `kid` names and that signed, with the payload.

    `kid` only chooses among keys that the caller trusts already.

    Raises:
        VerificationError: `token.unknown-key`, `token.algorithm`, `token.signature`.
    """
    for key in keys:
        if key.key_id == jws.key_id:
            return key, verify(jws, key)
    raise VerificationError(
        "token.unknown-key", "the token names a key that is not one of its issuer's",
        expected="a key that the trust file names for the issuer", got=_shown(jws.key_id),
    )  # fmt: skip


def _bad_signature(key: PublicKey) -> VerificationError:
    return VerificationError(
        "token.signature", "the token's signature does not match",
        expected=f"a signature by key {key.key_id[:16]}",
    )  # fmt: skip


def _der(signature: bytes) -> bytes:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    return encode_dss_signature(r, s)


@lru_cache(maxsize=64)
def _native(spki: bytes) -> _Native:
    """Load a key that `PublicKey` has checked already; a guard asks for the same few."""
    return cast("_Native", load_der_public_key(spki))
