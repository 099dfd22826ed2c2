"""Keys of OpenSSF Model Signing's `key` method: ECDSA on P-256, P-384 and P-521.

They are apart from our own kinds: a model's signature is made for other people's tools.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from sunlit.base.errors import MalformedError, VerificationError

# Sigstore's algorithm registry: each curve with the hash of its size.
_HASH: Final[dict[str, hashes.HashAlgorithm]] = {
    "secp256r1": hashes.SHA256(),
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}


@dataclass(frozen=True, slots=True)
class ModelKey:
    """A public key that may sign models."""

    native: ec.EllipticCurvePublicKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: bytes) -> "ModelKey":
        """Read a SubjectPublicKeyInfo in PEM.

        Raises:
            MalformedError: `oms.key`.
        """
        try:
            return cls(_on_curve(load_pem_public_key(pem)))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _bad_key() from error

    @classmethod
    def from_spki(cls, spki: bytes) -> "ModelKey":
        """Read a SubjectPublicKeyInfo in DER.

        Raises:
            MalformedError: `oms.key`.
        """
        try:
            return cls(_on_curve(load_der_public_key(spki)))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _bad_key() from error

    @property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo in DER."""
        return self.native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def pem(self) -> bytes:
        """The SubjectPublicKeyInfo in PEM."""
        return self.native.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def hint(self) -> str:
        """What `publicKey.hint` says: the hex SHA-256 of the PEM text, as model-signing does."""
        return hashlib.sha256(self.pem).hexdigest()

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check an ECDSA signature in DER.

        Raises:
            VerificationError: `oms.bad-signature`.
        """
        try:
            self.native.verify(signature, message, ec.ECDSA(_HASH[self.native.curve.name]))
        except InvalidSignature as error:
            raise VerificationError(
                "oms.bad-signature", "the model signature does not match this key"
            ) from error


class HasSPKI(Protocol):
    """A public key that can say its SubjectPublicKeyInfo."""

    @property
    def spki(self) -> bytes:
        """The SubjectPublicKeyInfo in DER."""
        ...


class ModelSigner(Protocol):
    """Whatever can sign models: `keys.PrivateKey` on P-256, or `ModelPrivateKey`."""

    @property
    def public(self) -> HasSPKI:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return an ECDSA signature in DER over the hash that belongs to the curve."""
        ...


@dataclass(frozen=True, slots=True)
class ModelPrivateKey:
    """A private key that may sign models. Its text form never shows the secret."""

    native: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> "ModelPrivateKey":
        """Read a private key in PEM.

        Raises:
            MalformedError: `oms.key`.
        """
        try:
            native = load_pem_private_key(pem, passphrase)
        except (TypeError, ValueError, UnsupportedAlgorithm) as error:
            raise _bad_key() from error
        if isinstance(native, ec.EllipticCurvePrivateKey) and native.curve.name in _HASH:
            return cls(native)
        raise _bad_key()

    @property
    def public(self) -> ModelKey:
        """The public half."""
        return ModelKey(self.native.public_key())

    def sign(self, message: bytes) -> bytes:
        """Return an ECDSA signature in DER over the hash that belongs to the curve."""
        return self.native.sign(message, ec.ECDSA(_HASH[self.native.curve.name]))


def _on_curve(key: object) -> ec.EllipticCurvePublicKey:
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _HASH:
        return key
    raise _bad_key()


def _bad_key() -> MalformedError:
    return MalformedError(
        "oms.key", "this is no key for model signatures", expected="ECDSA P-256, P-384 or P-521"
    )
