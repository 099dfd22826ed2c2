"""Code, weights and data, sealed for the one court that ordered them; `spec/bundle.md` says how.

The key of the file is sealed to the court's X25519 key by HPKE (RFC 9180: base mode,
DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM); the first line is bound in as its `info`.
The content is sealed in chunks of 1 MiB under that key, so that no model need fit into memory.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, VerificationError

FORMAT: Final = "sunlit-inspection/1"
CHUNK: Final = 1024 * 1024
TAG: Final = 16
KEY_SIZE: Final = 32
MAX_LINE: Final = 16 * 1024
INFO: Final = b"sunlit-inspection-v1\x00"
MALFORMED: Final = "inspection.malformed"
SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_MEMBERS: Final = {"format", "recipient", "order", "bundle", "chunk", "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """For whom something is sealed, by which order, beside which decision (leaf hash, hex)."""

    recipient: str
    order: str
    leaf: str

    def bound(self) -> bytes:
        """Return what is bound into the sealed key."""
        document = {
            "format": FORMAT, "recipient": self.recipient, "order": self.order,
            "bundle": self.leaf, "chunk": CHUNK,
        }  # fmt: skip
        return canonical.encode(document)


def recipient_of(key: X25519PublicKey) -> str:
    """Return what names a court's key: the hex SHA-256 of its 32 bytes."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def seal(plain: IO[bytes], to: IO[bytes], key: X25519PublicKey, *, order: str, leaf: str) -> str:
    """Seal a stream for the holder of one key; return the hex SHA-256 of what was written."""
    sealing = Sealing(recipient=recipient_of(key), order=order, leaf=leaf)
    content_key = os.urandom(KEY_SIZE)
    sealed_key = SUITE.encrypt(content_key, key, INFO + sealing.bound())
    document = canonical.decode_object(sealing.bound())
    document["key"] = base64.b64encode(sealed_key).decode()
    digest = hashlib.sha256()
    for part in _sealed(canonical.encode(document) + b"\n", plain, AESGCM(content_key)):
        digest.update(part)
        to.write(part)
    return digest.hexdigest()


def _sealed(line: bytes, plain: IO[bytes], aead: AESGCM) -> Iterator[bytes]:
    yield line
    number, chunk = 0, plain.read(CHUNK)
    while True:
        after = plain.read(CHUNK)
        yield aead.encrypt(_nonce(number, last=not after), chunk, None)
        if not after:
            return
        number, chunk = number + 1, after


def _nonce(number: int, *, last: bool) -> bytes:
    # The key seals one file, once; the last chunk is marked, so that none can be cut off.
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def unseal(sealed: IO[bytes], to: IO[bytes], key: X25519PrivateKey) -> Sealing:
    """Open what `seal` sealed. On an error what was written is to be thrown away.

    Raises:
        MalformedError: `inspection.malformed`.
        VerificationError: `inspection.key`, `inspection.changed`.
    """
    sealing, sealed_key = _head(sealed.readline(MAX_LINE))
    try:
        content_key = SUITE.decrypt(sealed_key, key, INFO + sealing.bound())
        aead = AESGCM(content_key)
    except (InvalidTag, ValueError) as error:
        raise VerificationError(
            "inspection.key", "this key does not open the inspection file",
            expected=f"the key {sealing.recipient}", got=recipient_of(key.public_key()),
        ) from error  # fmt: skip
    number, chunk = 0, sealed.read(CHUNK + TAG)
    while True:
        after = sealed.read(CHUNK + TAG)
        try:
            to.write(aead.decrypt(_nonce(number, last=not after), chunk, None))
        except (InvalidTag, ValueError) as error:
            raise VerificationError(
                "inspection.changed", "the inspection file was changed or cut short",
                mend="compare its SHA-256 with the bundle's manifest, and ask for it again",
            ) from error  # fmt: skip
        if not after:
            return sealing
        number, chunk = number + 1, after


def _head(line: bytes) -> tuple[Sealing, bytes]:
    document = canonical.decode_object(line, what="the first line of the inspection file")
    if document.get("format") != FORMAT or document.get("chunk") != CHUNK:
        raise MalformedError(MALFORMED, "this is no inspection file of a known version")
    texts = {name: document.get(name) for name in ("recipient", "order", "bundle", "key")}
    if document.keys() != _MEMBERS or not all(isinstance(one, str) for one in texts.values()):
        raise MalformedError(MALFORMED, "the first line of the inspection file is malformed")
    try:
        sealed_key = base64.b64decode(str(texts["key"]).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise MalformedError(MALFORMED, "the sealed key is no base64") from error
    sealing = Sealing(
        recipient=str(texts["recipient"]), order=str(texts["order"]), leaf=str(texts["bundle"])
    )
    return sealing, sealed_key
