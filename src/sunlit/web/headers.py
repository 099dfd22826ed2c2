"""What every answer says to a browser: nothing from elsewhere, no frames, no guessing, no leaks."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What a browser may ask for: passkeys, and nothing else.
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
    "Referrer-Policy": "same-origin",  # addresses may hold a decision's reference
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HSTS: Final = "max-age=63072000; includeSubDomains"


def security(*, https: bool) -> dict[str, str]:
    """Return the headers of every answer; `https`: the node is reached by https only."""
    return {**ALWAYS, "Strict-Transport-Security": HSTS} if https else dict(ALWAYS)


class SecurityHeaders:
    """Adds them to what goes out; what an answer says itself stays."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = security(https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and add on the way back."""

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, adding if scope["type"] == "http" else send)
