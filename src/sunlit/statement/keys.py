"""Keys of three kinds: Ed25519, ECDSA P-256, and passkeys (WebAuthn ES256).

A key is its public bytes: `key_id` is the SHA-256 of the SubjectPublicKeyInfo (DER), and only
the one DER form that every library writes is accepted, so one key cannot appear under two ids.
"""

import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.statement import webauthn
from sunlit.statement.encoding import decode_base64, encode_base64

ED25519: Final = "ed25519"
ECDSA_P256: Final = "ecdsa-p256"
WEBAUTHN_ES256: Final = "webauthn-es256"
KINDS: Final = (ED25519, ECDSA_P256, WEBAUTHN_ES256)

MALFORMED: Final = "key.malformed"
MAX_SPKI: Final = 256  # bytes; a P-256 SPKI has 91, an Ed25519 one 44
MAX_ORIGINS: Final = 16

_Native: TypeAlias = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey
_NativePrivate: TypeAlias = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: its kind, its SPKI (DER), and for passkeys the relying party it serves.

    Raises:
        MalformedError: `key.malformed`, `key.unknown-kind`.
    """

    kind: str
    spki: bytes
    rp_id: str | None = None
    origins: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a key that could not verify anything."""
        if self.kind not in KINDS:
            raise MalformedError(
                "key.unknown-kind", "the kind of key is unknown",
                expected=", ".join(KINDS), got=repr(self.kind)[:40],
            )  # fmt: skip
        _native(self.kind, self.spki)
        is_passkey = self.kind == WEBAUTHN_ES256
        if is_passkey != bool(self.rp_id) or is_passkey != bool(self.origins):
            raise MalformedError(MALFORMED, "rpId and origins belong to passkeys, and only there")

    @property
    def key_id(self) -> str:
        """The hex SHA-256 of the SPKI (DER)."""
        return _key_id(self.spki)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check that this key signed `message`.

        Raises:
            VerificationError: `key.bad-signature`, whatever is wrong with the signature.
        """
        native = _native(self.kind, self.spki)
        try:
            if isinstance(native, ed25519.Ed25519PublicKey):
                native.verify(signature, message)
                return
            if self.rp_id is not None:
                party = webauthn.RelyingParty(self.rp_id, self.origins)
                message, signature = webauthn.signed_parts(message, signature, party)
            native.verify(signature, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise VerificationError(
                "key.bad-signature", "the signature does not match this key and these bytes",
                expected=f"a signature by key {self.key_id[:16]}",
            ) from error  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """Return `{"kind", "public"}` and, for passkeys, `rpId` and `origins`."""
        known: dict[str, object] = {"kind": self.kind, "public": encode_base64(self.spki)}
        if self.rp_id is not None:
            known |= {"rpId": self.rp_id, "origins": list(self.origins)}
        return known

    @classmethod
    def from_json(cls, value: object) -> "PublicKey":
        """Read what `to_json` writes; unknown fields are ignored.

        Raises:
            MalformedError: `key.malformed`, `key.unknown-kind`.
        """
        if not isinstance(value, Mapping):
            raise MalformedError(MALFORMED, "a key is a JSON object", got=type(value).__name__)
        spki = decode_base64(value.get("public"), MALFORMED, "the key's `public`")
        kind, rp_id = value.get("kind"), value.get("rpId")
        if not isinstance(kind, str) or not isinstance(rp_id, str | None):
            raise MalformedError(MALFORMED, "the key's `kind` and `rpId` are texts")
        return cls(kind, spki, rp_id, _origins(value.get("origins", [])))


def _origins(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_ORIGINS:
        raise MalformedError(MALFORMED, f"`origins` is a list of at most {MAX_ORIGINS} texts")
    if not all(isinstance(origin, str) for origin in value):
        raise MalformedError(MALFORMED, "each of `origins` is a text")
    return tuple(value)


@lru_cache(maxsize=4096)
def _key_id(spki: bytes) -> str:
    return hashlib.sha256(spki).hexdigest()


@lru_cache(maxsize=1024)
def _native(kind: str, spki: bytes) -> _Native:
    """Load the key, and refuse any encoding but the one that `cryptography` writes."""
    if len(spki) > MAX_SPKI:
        raise MalformedError(MALFORMED, "the public key is too long", got=f"{len(spki)} bytes")
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedError(
            MALFORMED, "the public key is not a SubjectPublicKeyInfo in DER"
        ) from error
    native = _of_kind(kind, key)
    if native is None:
        raise MalformedError(MALFORMED, "the public key is of another kind", expected=kind)
    if native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != spki:
        raise MalformedError(
            MALFORMED,
            "the public key is encoded in an unusual way",
            expected="DER with a named curve and an uncompressed point",
        )
    return native


def _of_kind(kind: str, key: object) -> _Native | None:
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key if kind == ED25519 and _is_sound(key) else None
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key if kind != ED25519 else None
    return None


_FIELD: Final = 2**255 - 19
# The y coordinates of the eight points of small order on Curve25519 (RFC 8032 accepts them):
# with such a key anybody can sign anything, so its holder could deny every signature.
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


def _is_sound(key: ed25519.Ed25519PublicKey) -> bool:
    y = int.from_bytes(key.public_bytes_raw(), "little") % 2**255
    return y < _FIELD and y not in _SMALL_ORDER


class Signer(Protocol):
    """Whatever can sign with one key: a file, a hardware token, a KMS, a fake."""

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this signs."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the signature over `message`, in the form that `public.verify` reads."""
        ...


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """An Ed25519 or ECDSA P-256 key in memory. Its text form never shows the secret."""

    native: _NativePrivate = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The public half."""
        is_ed25519 = isinstance(self.native, ed25519.Ed25519PrivateKey)
        public = self.native.public_key()
        spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return PublicKey(ED25519 if is_ed25519 else ECDSA_P256, spki)

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes (Ed25519) or a DER signature over SHA-256 (ECDSA)."""
        if isinstance(self.native, ed25519.Ed25519PrivateKey):
            return self.native.sign(message)
        return self.native.sign(message, ec.ECDSA(hashes.SHA256()))

    def to_pem(self, passphrase: bytes | None = None) -> bytes:
        """Return PKCS #8 in PEM, encrypted when there is a passphrase."""
        how: KeySerializationEncryption = NoEncryption()
        if passphrase:
            how = BestAvailableEncryption(passphrase)
        return self.native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> "PrivateKey":
        """Read what `to_pem` writes.

        Raises:
            MalformedError: `key.malformed`, `key.passphrase`, `key.unknown-kind`.
        """
        try:
            native = load_pem_private_key(pem, passphrase)
        except TypeError as error:  # `cryptography` says so when a passphrase is missing or spare
            raise MalformedError("key.passphrase", _WRONG_USE) from error
        except (ValueError, UnsupportedAlgorithm, binascii.Error) as error:
            code = "key.passphrase" if passphrase else MALFORMED
            raise MalformedError(
                code, "the private key cannot be read", expected="PKCS #8 in PEM",
                mend="check the file and, if it is encrypted, the passphrase",
            ) from error  # fmt: skip
        if isinstance(native, ec.EllipticCurvePrivateKey) and native.curve.name == "secp256r1":
            return cls(native)
        if isinstance(native, ed25519.Ed25519PrivateKey):
            return cls(native)
        raise MalformedError(
            "key.unknown-kind", "the private key is of a kind that is not used here",
            expected="Ed25519 or ECDSA P-256",
        )  # fmt: skip


_WRONG_USE: Final = "the private key needs a passphrase, or was given one it does not need"


def generate(kind: str = ED25519) -> PrivateKey:
    """Make a new key of `kind`: "ed25519" or "ecdsa-p256".

    Raises:
        MalformedError: `key.unknown-kind`; passkeys are made by their authenticator.
    """
    if kind == ED25519:
        return PrivateKey(ed25519.Ed25519PrivateKey.generate())
    if kind == ECDSA_P256:
        return PrivateKey(ec.generate_private_key(ec.SECP256R1()))
    raise MalformedError(
        "key.unknown-kind", "a key of this kind cannot be made here",
        expected=f"{ED25519} or {ECDSA_P256}", got=repr(kind)[:40],
    )  # fmt: skip
