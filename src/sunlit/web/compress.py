"""Answers on their way out: compressed where that is safe, without a body for HEAD.

What nobody may keep is not compressed: a page for one person may hold a secret beside what the
visitor typed, and the length of a compressed page tells of both (BREACH).
"""

import gzip
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST: Final = 600  # bytes; below that nothing is won
LEVEL: Final = 5
KINDS: Final = ("text/", "application/json", "application/ld+json", "image/svg+xml")


class Outgoing:
    """Compresses whole answers, and answers HEAD as GET without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; change what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wants = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        bare = scope["method"] == "HEAD"
        told = dict(scope, method="GET") if bare else scope
        await self._app(told, receive, _Answer(send, wants=wants, bare=bare).send)


class _Answer:
    def __init__(self, send: Send, *, wants: bool, bare: bool) -> None:
        self._send = send
        self._wants = wants
        self._bare = bare
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Hold the start back until it is known whether the body is whole."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._pack(start, message)
            await self._send(start)
        await self._send({**message, "body": b""} if self._bare else message)

    def _pack(self, start: Message, message: Message) -> None:
        headers, body = MutableHeaders(scope=start), message.get("body", b"")
        if not self._wants or len(body) < LEAST or not _may(headers):
            return
        message["body"] = gzip.compress(body, LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(message["body"]))
        headers.add_vary_header("Accept-Encoding")


def _may(headers: MutableHeaders) -> bool:
    kind, keep = headers.get("content-type", ""), headers.get("cache-control", "")
    return "no-store" not in keep and "content-encoding" not in headers and kind.startswith(KINDS)
