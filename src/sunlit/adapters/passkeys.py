"""Registering a passkey (Web Authentication Level 2, section 7.1), by py_webauthn.

Only ES256 and only authenticators that check who is there: what the log's verifiers ask of an
assertion (`sunlit.statement.webauthn`) has to be possible. Attestation is not asked for: which
maker's device it is would tell about a person, and nothing here depends on it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sunlit.base.errors import VerificationError
from sunlit.statement.encoding import encode_base64url
from sunlit.statement.keys import WEBAUTHN_ES256, PublicKey
from sunlit.statement.webauthn import RelyingParty

if TYPE_CHECKING:
    from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey

_ES256: Final = -7  # COSE's number of ECDSA with SHA-256


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey: its credential id (base64url) and its key."""

    credential: str
    key: PublicKey


def creation_options(
    party: RelyingParty, node: str, person: str, label: str, challenge: bytes,
    known: Iterable[bytes],
) -> dict[str, Any]:  # fmt: skip
    """Return what `navigator.credentials.create` is asked, as JSON; `known` it makes no more."""
    import webauthn  # noqa: PLC0415 - heavy; a node that starts makes no passkey yet
    from webauthn.helpers import options_to_json, structs  # noqa: PLC0415 - the same
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415 - the same

    options = webauthn.generate_registration_options(
        rp_id=party.rp_id, rp_name=node, user_id=bytes.fromhex(person), user_name=label,
        challenge=challenge, supported_pub_key_algs=[COSEAlgorithmIdentifier(_ES256)],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
    )  # fmt: skip
    document: dict[str, Any] = json.loads(options_to_json(options))
    return document


def registered(answer: str, challenge: bytes, party: RelyingParty) -> Registered:
    """Return the passkey that was made, once everything about the answer holds.

    Raises:
        VerificationError: `passkey.not-registered`.
    """
    import webauthn  # noqa: PLC0415 - see `creation_options`
    from webauthn.helpers import decode_credential_public_key  # noqa: PLC0415 - the same
    from webauthn.helpers.cose import COSEAlgorithmIdentifier  # noqa: PLC0415 - the same
    from webauthn.helpers.decode_credential_public_key import (  # noqa: PLC0415 - the same
        DecodedEC2PublicKey,
    )
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415 - the same

    try:
        found = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=party.rp_id,
            expected_origin=list(party.origins), require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(_ES256)],
        )  # fmt: skip
        key = decode_credential_public_key(found.credential_public_key)
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused() from error
    if not isinstance(key, DecodedEC2PublicKey):
        raise _refused()
    return Registered(encode_base64url(found.credential_id), _public(key, party))


def _public(key: "DecodedEC2PublicKey", party: RelyingParty) -> PublicKey:
    x, y = int.from_bytes(key.x, "big"), int.from_bytes(key.y, "big")
    try:
        native = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise _refused() from error
    spki = native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey(WEBAUTHN_ES256, spki, party.rp_id, party.origins)


def _refused() -> VerificationError:
    return VerificationError(
        "passkey.not-registered", "the new passkey could not be checked, so it was not kept",
        mend="try again; use a device that asks for your fingerprint, face or PIN",
    )  # fmt: skip
