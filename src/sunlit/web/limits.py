"""How much, how long, how often: what a request may ask for before any route sees it."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sunlit.web import errors

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORM: Final = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one server process.

    `body` and `headers` in bytes, `address` in characters of the path and query, `fields` of one
    form. `rate` requests a second from one address on average, `burst` at once; a rate of 0 sets
    no limit. `pause` seconds between two pieces of a body, `whole` for all of it.
    """

    body: int = 2_000_000
    headers: int = 32_768
    address: int = 8_192
    fields: int = 1_000
    rate: float = 100.0
    burst: int = 1_000
    pause: float = 20.0
    whole: float = 120.0
    clients: int = 20_000


GENEROUS: Final = Limits()


@dataclass(slots=True)
class Buckets:
    """A token bucket for each client, in memory; the ones used longest ago are forgotten first."""

    limits: Limits
    now: Callable[[], float] = time.monotonic
    _kept: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def takes(self, client: str) -> bool:
        """Take one token of a client's; False where it has none."""
        if self.limits.rate <= 0:
            return True
        at = self.now()
        left, last = self._kept.pop(client, (float(self.limits.burst), at))
        left = min(float(self.limits.burst), left + (at - last) * self.limits.rate)
        allowed = left >= 1
        self._kept[client] = (left - 1 if allowed else left, at)
        if len(self._kept) > self.limits.clients:
            self._kept.popitem(last=False)
        return allowed


def client_of(scope: Scope) -> str:
    """Return whose bucket a request takes from: an IPv4 address, or the /64 of an IPv6 one."""
    host = (scope.get("client") or ("",))[0]
    try:
        found = ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or found.packed[:8].hex())
    return host


class Bounded:
    """Refuses what is too large, too often, too slow, or meant for another host."""

    def __init__(self, app: ASGIApp, *, url: str, limits: Limits = GENEROUS) -> None:
        self._app = app
        self._limits = limits
        self._buckets = Buckets(limits)
        self._hosts = LOOPBACK | {_host(urlsplit(url).netloc)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what keeps to the limits; answer the rest."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = self._refusal(scope)
        if status is None:
            await self._app(scope, _Body(receive, self._limits, _headers(scope)).receive, send)
            return
        answer = errors.answer(Request(scope), status)
        answer.headers["Connection"] = "close"  # the body that nobody reads is not waited for
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> int | None:
        headers = _headers(scope)
        # 400: a Host that is none of ours. Addresses are never built from it either.
        host = _host(headers.get(b"host", b"").decode("latin-1"))
        if host not in self._hosts or _is_crooked(scope, headers):
            return 400
        if sum(len(name) + len(value) for name, value in scope["headers"]) > self._limits.headers:
            return 431
        if len(scope["path"]) + len(scope.get("query_string", b"")) > self._limits.address:
            return 414
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._limits.body:
            return 413
        return None if self._buckets.takes(client_of(scope)) else 429


class _Body:
    """A request's body, counted and timed while it is read."""

    def __init__(self, receive: Receive, limits: Limits, headers: Mapping[bytes, bytes]) -> None:
        self._receive = receive
        self._limits = limits
        self._size = 0
        self._fields = 1
        self._form = headers.get(b"content-type", b"").split(b";")[0].strip().lower() == FORM
        self._open = True
        self._until: float | None = None

    async def receive(self) -> Message:
        """Return the next piece; after the last one, wait for the visitor to leave."""
        if not self._open:
            return await self._receive()
        message = await self._in_time()
        body = message.get("body", b"")
        self._size += len(body)
        self._fields += body.count(b"&") if self._form else 0
        if self._size > self._limits.body or self._fields > self._limits.fields:
            raise HTTPException(413)
        self._open = bool(message.get("more_body", False))
        return message

    async def _in_time(self) -> Message:
        clock = asyncio.get_running_loop().time
        until = self._until = self._until or clock() + self._limits.whole
        try:
            async with asyncio.timeout(max(0.0, min(self._limits.pause, until - clock()))):
                return await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, headers={"Connection": "close"}) from error


def _is_crooked(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    # RFC 9112, section 6.1: who sends both may be smuggling a second request past a proxy.
    if b"transfer-encoding" in headers and b"content-length" in headers:
        return True
    # No name of anything holds a zero, and PostgreSQL takes none: nothing is looked up by it.
    return "\x00" in scope["path"] or b"%00" in scope.get("query_string", b"")


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return {name.lower(): value for name, value in reversed(scope["headers"])}


def _host(netloc: str) -> str:
    """Return a host without its port, in lower case; one with a user before it is another."""
    whole = netloc.lower()
    return whole.partition("]")[0] + "]" if whole.startswith("[") else whole.partition(":")[0]
