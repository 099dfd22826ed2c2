"""What passes between pages and authenticators: what they are asked, what they answer.

Every challenge is SHA-256 of a message: of a statement's PAE, or, to show that somebody is there,
of `sunlit-presence-v1`, a zero byte and a random text. The two cannot be taken for each other.
"""

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request

from sunlit.base.canonical import decode_object
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.node.people import Passkey
from sunlit.statement import webauthn
from sunlit.statement.encoding import decode_base64
from sunlit.statement.keys import WEBAUTHN_ES256
from sunlit.web import sessions

MAX_ANSWER: Final = 16 * 1024  # characters
MALFORMED: Final = "passkey.malformed"
PRESENCE: Final = b"sunlit-presence-v1\x00"
TIMEOUT: Final = 300_000  # milliseconds


def party(request: Request) -> webauthn.RelyingParty:
    """Return what passkeys of this node are bound to: its host and its origin."""
    url = sessions.site_of(request).node.url
    parts = urlsplit(url)
    return webauthn.RelyingParty(parts.hostname or "", (f"{parts.scheme}://{parts.netloc}",))


def assertion_options(
    request: Request, challenge: str, keys: Iterable[Passkey]
) -> dict[str, object]:
    """Return what `navigator.credentials.get` is asked, as JSON."""
    return {
        "challenge": challenge,
        "rpId": party(request).rp_id,
        "userVerification": "required",
        "timeout": TIMEOUT,
        "allowCredentials": [
            {"type": "public-key", "id": one.credential} for one in keys if is_passkey(one)
        ],
    }


def is_passkey(key: Passkey) -> bool:
    """Tell a passkey from a key that signs on the command line."""
    return key.key.kind == WEBAUTHN_ES256


def presence(state: str) -> bytes:
    """Return the message by which somebody shows that they are there."""
    return PRESENCE + state.encode()


def read_answer(answer: str) -> tuple[str, tuple[bytes, bytes, bytes]]:
    """Return the credential's id and (authenticatorData, clientDataJSON, signature).

    Raises:
        MalformedError: `passkey.malformed`, `json.*`.
    """
    document = decode_object(answer.encode(), what="the passkey's answer", limit=MAX_ANSWER)
    response, credential = document.get("response"), document.get("id")
    if not isinstance(response, Mapping) or not isinstance(credential, str):
        raise MalformedError(MALFORMED, "the passkey's answer is not what browsers send")
    data, client, signature = (
        decode_base64(response.get(name), MALFORMED, name)
        for name in ("authenticatorData", "clientDataJSON", "signature")
    )
    return credential, (data, client, signature)


def expect_presence(
    request: Request, visit: sessions.Visit, state: str, kept: Mapping[str, str], answer: str
) -> None:
    """Check that the person of this session is there, by one of their passkeys.

    Raises:
        VerificationError: `passkey.not-you`, `key.bad-signature`.
        MalformedError: as `read_answer`.
    """
    credential, parts = read_answer(answer)
    found = sessions.people(request).passkey(credential)
    mine = {one.credential for one in sessions.people(request).passkeys(visit.person.id)}
    if found is None or credential not in mine or kept.get("person") != visit.person.id:
        raise VerificationError(
            "passkey.not-you", "this did not show that it is you",
            mend="try again with a passkey of your account",
        )  # fmt: skip
    found.key.verify(presence(state), webauthn.pack(*parts))
