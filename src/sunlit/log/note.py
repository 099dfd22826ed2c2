"""C2SP signed-note: a text signed by one or more keys, and the keys' written form (vkeys)."""

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.log.fields import check_name, strict_base64

ED25519: Final = 0x01
COSIGNATURE_V1: Final = 0x04
ML_DSA_44: Final = 0x06
KEY_SIZES: Final = {ED25519: 32, COSIGNATURE_V1: 32, ML_DSA_44: 1312}

# signed-note: cap the total, but take at least 16 signatures of nearly 5 kB.
MAX_SIGNATURES: Final = 64
MAX_NOTE: Final = 512 * 1024

_SIGNATURE_LINE: Final = re.compile("\u2014 ([^ ]+) ([^ ]+)")
_VKEY_FORM: Final = "<name>+<hex key ID>+<base64 of type and key>"
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """Return the 4 byte ID of a key (signed-note, "Signatures").

    Raises:
        MalformedError: `note.key-name`.
    """
    check_name(name)
    return sha256(b"%s\n%c%s" % (name.encode(), kind, key)).digest()[:4]


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key by which notes are verified: its name, signature type and key material."""

    name: str
    kind: int
    key: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.kind not in KEY_SIZES:
            raise MalformedError(
                "note.key-type",
                "a verifier key has an unknown signature type",
                expected="0x01, 0x04 or 0x06",
                got=f"{self.kind:#04x}",
            )
        if len(self.key) != KEY_SIZES[self.kind]:
            raise MalformedError(
                "note.key-size",
                "a verifier key has a wrong size",
                expected=f"{KEY_SIZES[self.kind]} bytes",
                got=f"{len(self.key)} bytes",
            )

    @property
    def key_id(self) -> bytes:
        """The 4 byte key ID."""
        return key_id(self.name, self.kind, self.key)

    @property
    def vkey(self) -> str:
        """The written form: `<name>+<hex key ID>+<base64 of type and key>`."""
        material = base64.b64encode(bytes([self.kind]) + self.key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a vkey and check its key ID.

        Raises:
            MalformedError: `note.vkey`, `note.key-name`, `note.key-type`, `note.key-size`,
                `note.base64`.
        """
        parts = vkey.split("+", 2)  # base64 may hold more plus signs
        material = strict_base64(parts[2], "a verifier key") if len(parts) == 3 else b""
        if not material:
            raise MalformedError("note.vkey", "a verifier key is malformed", expected=_VKEY_FORM)
        found = cls(parts[0], material[0], material[1:])
        if found.key_id.hex() != parts[1]:
            raise MalformedError(
                "note.vkey",
                "a verifier key's ID does not belong to its name and key",
                expected=found.key_id.hex(),
                mend="copy the key again from where you trust it",
            )
        return found

    def verify(self, text: bytes, signature: bytes) -> None:
        """Check a plain Ed25519 signature (type 0x01) over a note's text.

        Raises:
            MalformedError: `note.wrong-key-type` for a cosigner's key.
            VerificationError: `note.bad-signature`.
        """
        if self.kind != ED25519:
            raise MalformedError(
                "note.wrong-key-type",
                "a cosigner's key cannot sign a plain note",
                expected="signature type 0x01",
                got=f"{self.kind:#04x}",
            )
        verify_ed25519(self, text, signature)


def verify_ed25519(verifier: NoteVerifier, message: bytes, signature: bytes) -> None:
    """Check an Ed25519 signature over a message.

    Raises:
        VerificationError: `note.bad-signature`.
    """
    try:
        Ed25519PublicKey.from_public_bytes(verifier.key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise bad_signature(verifier) from error


def bad_signature(verifier: NoteVerifier) -> VerificationError:
    """Return the refusal of a note whose signature by a known key does not verify."""
    return VerificationError(
        "note.bad-signature",
        f"the signature of {verifier.name} does not verify",
        expected=f"a signature by key {verifier.key_id.hex()}",
        mend="fetch the note again; do not use this one",
    )


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: the key's name and ID, and what that key's type puts behind them."""

    name: str
    key_id: bytes
    payload: bytes

    def to_line(self) -> bytes:
        """Return the line with its newline."""
        encoded = base64.b64encode(self.key_id + self.payload).decode()
        return f"\u2014 {self.name} {encoded}\n".encode()

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a signature line without its newline.

        Raises:
            MalformedError: `note.signature-line`, `note.key-name`, `note.base64`.
        """
        match = _SIGNATURE_LINE.fullmatch(line)
        if match is None:
            raise _malformed_line()
        name = match[1]
        check_name(name)
        data = strict_base64(match[2], "a note signature")
        if len(data) <= 4:  # the key ID alone
            raise _malformed_line()
        return cls(name, data[:4], data[4:])

    def is_by(self, verifier: NoteVerifier) -> bool:
        """Say whether the line names this key: both name and ID, not one alone."""
        return self.name == verifier.name and self.key_id == verifier.key_id


def _malformed_line() -> MalformedError:
    return MalformedError(
        "note.signature-line",
        "a signature line is malformed",
        expected="em dash, space, key name, space, base64 of key ID and signature",
    )


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """Signs notes: a verifier's private half, wherever that lies.

    `sign_bytes` returns a raw Ed25519 signature over the bytes that it is given.
    """

    verifier: NoteVerifier
    sign_bytes: Callable[[bytes], bytes]

    @classmethod
    def from_ed25519(cls, name: str, key: Ed25519PrivateKey, kind: int = ED25519) -> Self:
        """Return a signer that holds the key: of notes (0x01) or cosignatures (0x04)."""
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return cls(NoteVerifier(name, kind, public), key.sign)

    def sign(self, text: bytes) -> NoteSignature:
        """Sign a note's text (type 0x01)."""
        return NoteSignature(self.verifier.name, self.verifier.key_id, self.sign_bytes(text))


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures below it. Reading it verifies nothing."""

    text: bytes
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a signed note.

        Raises:
            MalformedError: `note.too-large`, `note.not-text`, `note.form`,
                `note.signature-line`, `note.key-name`, `note.base64`.
        """
        if len(data) > MAX_NOTE:
            raise MalformedError(
                "note.too-large", "a note is too large", expected=f"at most {MAX_NOTE} bytes"
            )
        # signed-note: the text is separated from the signatures by the last empty line.
        text, blank, lines = _decoded(data).rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise MalformedError(
                "note.form",
                "a note is malformed",
                expected="text, an empty line, signature lines, each ending in a newline",
            )
        found = lines[:-1].split("\n")
        if len(found) > MAX_SIGNATURES:
            raise MalformedError(
                "note.too-large",
                "a note has too many signatures",
                expected=f"at most {MAX_SIGNATURES}",
                got=str(len(found)),
            )
        return cls(f"{text}\n".encode(), tuple(NoteSignature.parse(line) for line in found))

    def to_bytes(self) -> bytes:
        """Return the note as it is written."""
        return b"".join([self.text, b"\n", *(found.to_line() for found in self.signatures)])

    def with_signatures(self, more: Iterable[NoteSignature]) -> "Note":
        """Return the note with further signatures below those that it has."""
        return Note(self.text, (*self.signatures, *more))

    def by(self, verifier: NoteVerifier) -> tuple[NoteSignature, ...]:
        """Return the signatures that name this key, unverified."""
        return tuple(found for found in self.signatures if found.is_by(verifier))

    def verified_by(self, verifiers: Iterable[NoteVerifier]) -> tuple[NoteVerifier, ...]:
        """Return those of the plain (0x01) keys that signed; other keys' lines are ignored.

        Raises:
            MalformedError: `note.wrong-key-type`.
            VerificationError: `note.bad-signature` if one of these keys' signatures fails,
                `note.no-known-signature` if none of them signed.
        """
        found = tuple(key for key in dict.fromkeys(verifiers) if self._signed_by(key))
        if not found:
            raise VerificationError(
                "note.no-known-signature",
                "no key that you trust signed this note",
                mend="check that you use the right key, and the note of the right log",
            )
        return found

    def _signed_by(self, verifier: NoteVerifier) -> bool:
        signatures = self.by(verifier)
        for found in signatures:
            verifier.verify(self.text, found.payload)
        return bool(signatures)


def sign(text: bytes, signers: Sequence[NoteSigner]) -> Note:
    """Return `text`, which ends in a newline, signed by each signer (type 0x01).

    Raises:
        MalformedError: `note.not-text`, `note.form`.
    """
    if not _decoded(text).endswith("\n"):
        raise MalformedError("note.form", "a note's text does not end in a newline")
    return Note(text, tuple(signer.sign(text) for signer in signers))


def _decoded(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedError("note.not-text", "a note is not UTF-8") from error
    if _CONTROL.search(text):
        raise MalformedError(
            "note.not-text",
            "a note holds a control character",
            expected="no control characters but newlines",
            mend="if it passed through a tool that writes CR LF line ends, fetch it again",
        )
    return text
