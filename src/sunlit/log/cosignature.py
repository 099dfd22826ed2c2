"""C2SP tlog-cosignature: a witness says that it saw a checkpoint, and when.

Ed25519 `cosignature/v1` (type 0x04) is written and verified, ML-DSA-44 `subtree/v1` (type
0x06) is verified. Neither covers more of a checkpoint of ours than the other, because ours
have no extension lines.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import format_time, from_unix
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.note import (
    COSIGNATURE_V1,
    ED25519,
    ML_DSA_44,
    Note,
    NoteSignature,
    NoteSigner,
    NoteVerifier,
    bad_signature,
    verify_ed25519,
)

TIME_SIZE: Final = 8
PAYLOAD_SIZES: Final = {COSIGNATURE_V1: TIME_SIZE + 64, ML_DSA_44: TIME_SIZE + 2420}
LAST_TIME: Final = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that RFC 3339 can write


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified cosignature.

    `at` is None where an ML-DSA cosigner says only that the tree is consistent with what it
    saw, and not that it is the largest (tlog-cosignature: a timestamp of zero).
    """

    verifier: NoteVerifier
    at: datetime | None


def cosign(text: bytes, signer: NoteSigner, at: datetime) -> NoteSignature:
    """Cosign a checkpoint's text with an Ed25519 cosigner's key (type 0x04).

    The caller has checked that the checkpoint is consistent with all that it cosigned before.

    Raises:
        MalformedError: `note.wrong-key-type`, `note.cosignature-time`, `time.naive`,
            `log.checkpoint-form`, `log.checkpoint-root`.
    """
    verifier = signer.verifier
    _expect_kind(verifier, (COSIGNATURE_V1,))
    Checkpoint.parse(text)
    format_time(at)  # refuses a time without a zone
    seconds = _checked_time(int(at.timestamp()))
    signature = signer.sign_bytes(v1_message(text, seconds))
    payload = seconds.to_bytes(TIME_SIZE, "big") + signature
    return NoteSignature(verifier.name, verifier.key_id, payload)


def v1_message(text: bytes, seconds: int) -> bytes:
    """Return what an Ed25519 cosigner signs: a header, the time and the whole note text."""
    return b"cosignature/v1\ntime %d\n%s" % (seconds, text)


def subtree_message(name: str, seconds: int, checkpoint: Checkpoint) -> bytes:
    """Return what an ML-DSA-44 cosigner signs: the structure `cosigned_message`."""
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    return b"".join(
        [
            b"subtree/v1\n\0",
            bytes([len(cosigner)]),
            cosigner,
            seconds.to_bytes(TIME_SIZE, "big"),
            bytes([len(origin)]),
            origin,
            bytes(8),  # start: a checkpoint covers the tree from its first leaf
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        ]
    )


def verify_cosignature(text: bytes, verifier: NoteVerifier, payload: bytes) -> Cosignature:
    """Check one cosignature of type 0x04 or 0x06 over a checkpoint's text.

    Raises:
        MalformedError: `note.wrong-key-type`, `note.cosignature-size`,
            `note.cosignature-time`, and `log.checkpoint-form`, `log.checkpoint-root`.
        VerificationError: `note.bad-signature`.
        UnavailableError: `note.no-ml-dsa`.
    """
    _expect_kind(verifier, (COSIGNATURE_V1, ML_DSA_44))
    if len(payload) != PAYLOAD_SIZES[verifier.kind]:
        raise MalformedError(
            "note.cosignature-size",
            "a cosignature has a wrong size",
            expected=f"{PAYLOAD_SIZES[verifier.kind]} bytes",
            got=f"{len(payload)} bytes",
        )
    checkpoint = Checkpoint.parse(text)
    seconds = _checked_time(int.from_bytes(payload[:TIME_SIZE], "big"))
    if verifier.kind == COSIGNATURE_V1:
        verify_ed25519(verifier, v1_message(text, seconds), payload[TIME_SIZE:])
        return Cosignature(verifier, from_unix(seconds))
    message = subtree_message(verifier.name, seconds, checkpoint)
    _verify_ml_dsa(verifier, message, payload[TIME_SIZE:])
    return Cosignature(verifier, from_unix(seconds) if seconds else None)


def cosignatures(note: Note, verifiers: Iterable[NoteVerifier]) -> tuple[Cosignature, ...]:
    """Return the cosignatures of those of the keys that cosigned, one a key.

    Where a key cosigned twice, the later time counts. Other keys' lines are ignored.

    Raises:
        MalformedError, VerificationError, UnavailableError: as `verify_cosignature`, if any
            line of one of these keys fails.
    """
    found: list[Cosignature] = []
    for verifier in dict.fromkeys(verifiers):
        lines = note.by(verifier)
        ours = [verify_cosignature(note.text, verifier, line.payload) for line in lines]
        found += sorted(ours, key=_time_of)[-1:]
    return tuple(found)


def _time_of(cosignature: Cosignature) -> float:
    return cosignature.at.timestamp() if cosignature.at else 0.0


def _expect_kind(verifier: NoteVerifier, kinds: tuple[int, ...]) -> None:
    if verifier.kind not in kinds:
        raise MalformedError(
            "note.wrong-key-type",
            "the key is not one that can do this cosignature",
            expected=" or ".join(f"signature type {kind:#04x}" for kind in kinds),
            got=f"{verifier.kind:#04x}" + (", a log's key" if verifier.kind == ED25519 else ""),
        )


def _checked_time(seconds: int) -> int:
    if not 0 <= seconds <= LAST_TIME:
        raise MalformedError(
            "note.cosignature-time",
            "a cosignature's time is out of range",
            expected="1970 to 9999",
            got=f"{seconds} s",
        )
    return seconds


def _verify_ml_dsa(verifier: NoteVerifier, message: bytes, signature: bytes) -> None:
    try:
        MLDSA44PublicKey.from_public_bytes(verifier.key).verify(signature, message)
    except UnsupportedAlgorithm as error:
        raise UnavailableError(
            "note.no-ml-dsa",
            "this machine's cryptography has no ML-DSA-44",
            mend="install the cryptography wheel from PyPI",
        ) from error
    except (InvalidSignature, ValueError) as error:
        raise bad_signature(verifier) from error
