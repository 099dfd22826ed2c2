"""Webhooks over https, signed as Standard Webhooks 1.0 says; no redirect is followed.

A receiver checks `webhook-signature` over id, timestamp and body, refuses an old timestamp, and
takes an id once.
"""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.node.notify import Delivery, Hook

TIMEOUT: Final = 10.0
PREFIX: Final = "whsec_"
GONE: Final = 410  # Standard Webhooks: the receiver wants no more of it


@dataclass(frozen=True, slots=True)
class HttpHooks:
    """`Hooks` over httpx. `secret` reads the secret of a hook from its file's name."""

    secret: Callable[[str], str]
    transport: httpx.BaseTransport | None = None

    def send(self, hook: Hook, delivery: Delivery) -> None:
        """Deliver a message; see `Hooks.send`."""
        stamp = str(int(delivery.at.timestamp()))
        signature = signed(self.secret(hook.secret_file), delivery.id, stamp, delivery.body)
        headers = {
            "content-type": "application/json", "webhook-id": delivery.id,
            "webhook-timestamp": stamp, "webhook-signature": signature,
        }  # fmt: skip
        try:
            with (
                httpx.Client(
                    transport=self.transport, timeout=TIMEOUT, follow_redirects=False,
                    trust_env=False,
                ) as client,
                # What it says besides is not for us, so it is not read.
                client.stream("POST", hook.url, content=delivery.body, headers=headers) as answer,
            ):  # fmt: skip
                status = answer.status_code
        except httpx.HTTPError as error:
            raise _again(type(error).__name__) from error
        if status == GONE:
            raise VerificationError(
                "webhook.refused", "the receiver wants no more of this", got=str(status),
                mend="take the webhook out of the settings",
            )  # fmt: skip
        if not httpx.codes.is_success(status):
            raise _again(str(status))


def signed(secret: str, delivery: str, stamp: str, body: bytes) -> str:
    """Return the signature header: `v1,` and base64 of HMAC-SHA256 over id, timestamp and body.

    Raises:
        UnavailableError: `webhook.secret`: somebody has to mend it, then it is tried again.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _secret() from error
    if len(key) < 24:  # Standard Webhooks: 24 to 64 bytes
        raise _secret()
    content = b".".join((delivery.encode(), stamp.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, content, 'sha256')).decode()}"


def _secret() -> UnavailableError:
    return UnavailableError(
        "webhook.secret", "a webhook's secret is malformed",
        expected="whsec_ and base64 of 24 to 64 random bytes", mend="make a new one",
    )  # fmt: skip


def _again(got: str) -> UnavailableError:
    return UnavailableError(
        "webhook.failed", "a webhook was not taken", expected="an answer of 200 to 299", got=got,
        mend="look at the receiver; it is tried again",
    )  # fmt: skip
