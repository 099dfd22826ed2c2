"""Signing a trust file: by several holders of root keys, one after the other."""

from collections.abc import Sequence
from dataclasses import replace

from sunlit.authority.trustfile import PAYLOAD_TYPE, TrustFile, open_envelope
from sunlit.base.errors import MalformedError
from sunlit.statement.dsse import MAX_SIGNATURES, sign
from sunlit.statement.keys import Signer


def sign_trust(trust: TrustFile, signers: Sequence[Signer]) -> bytes:
    """Return the signed file's bytes; `add_signatures` lets others sign later.

    Raises:
        MalformedError: `trust.*` when the file itself is not in order.
    """
    trust.check()
    return sign(trust.to_payload(), signers, PAYLOAD_TYPE).to_bytes()


def add_signatures(data: bytes, signers: Sequence[Signer]) -> bytes:
    """Return the file signed by more keys, over the very bytes that are there.

    Raises:
        MalformedError: as `TrustFile.parse`, and `trust.too-many-signatures`.
    """
    envelope = open_envelope(data)
    TrustFile.parse(envelope.payload)
    added = sign(envelope.payload, signers, PAYLOAD_TYPE).signatures
    names = {one.keyid for one in added}
    kept = tuple(one for one in envelope.signatures if one.keyid not in names)
    if len(kept) + len(added) > MAX_SIGNATURES:
        raise MalformedError(
            "trust.too-many-signatures", "the trust file has no room for another signature",
            expected=f"at most {MAX_SIGNATURES}",
        )  # fmt: skip
    return replace(envelope, signatures=kept + added).to_bytes()
