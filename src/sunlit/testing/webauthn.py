"""A fake authenticator: makes passkey assertions as a browser and a security key would."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sunlit.statement import webauthn
from sunlit.statement.keys import WEBAUTHN_ES256, PublicKey

RP_ID: Final = "board.example"
ORIGIN: Final = "https://board.example"
HELD_AND_UNLOCKED: Final = webauthn.USER_PRESENT | webauthn.USER_VERIFIED


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class FakePasskey:
    """A passkey for `board.example`. Implements `Signer`; `assertion` can also misbehave."""

    native: ec.EllipticCurvePrivateKey = field(default_factory=_new_key, repr=False)
    rp_id: str = RP_ID
    origins: tuple[str, ...] = (ORIGIN,)

    @property
    def public(self) -> PublicKey:
        """The key as an authority statement would register it."""
        spki = self.native.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return PublicKey(WEBAUTHN_ES256, spki, self.rp_id, self.origins)

    def sign(self, message: bytes) -> bytes:
        """Return an honest assertion over `message`."""
        return self.assertion(message)

    def assertion(
        self,
        message: bytes,
        *,
        flags: int = HELD_AND_UNLOCKED,
        rp_id: str | None = None,
        extensions: bytes = b"",
        **client: object,
    ) -> bytes:
        """Return an assertion; keyword arguments replace fields of clientDataJSON."""
        data = hashlib.sha256((rp_id or self.rp_id).encode()).digest()
        data += bytes([flags]) + (7).to_bytes(4, "big") + extensions
        claims: dict[str, object] = {
            "type": "webauthn.get",
            "challenge": webauthn.challenge_for(message),
            "origin": self.origins[0],
            "crossOrigin": False,
            **client,
        }
        client_data = json.dumps(claims, separators=(",", ":")).encode()
        signed = data + hashlib.sha256(client_data).digest()
        return webauthn.pack(data, client_data, self.native.sign(signed, ec.ECDSA(hashes.SHA256())))
