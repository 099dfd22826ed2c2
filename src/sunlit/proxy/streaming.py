"""A stream of server-sent events, recorded in two steps.

1. `opened`, with the input committed, is durable before the first byte goes out.
2. Bytes pass as they come: each piece of the upstream's is one write.
3. `closed`, with the output committed, is durable before the end of the body is told; after a
   break it says `aborted`, and the client's connection is cut, so that no client can take a part
   for the whole.

Whoever dies in between leaves no `closed` record, and the decision shows as unfinished.
"""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Final

import aiohttp
from aiohttp import web

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.content import JSON
from sunlit.decision.record import State
from sunlit.proxy.events import Watcher
from sunlit.proxy.exchange import Exchange, media_type
from sunlit.proxy.headers import content_length, to_client
from sunlit.proxy.ports import Allowed, Written
from sunlit.proxy.release import GoneError, cut, write
from sunlit.proxy.upstream import Pieces, is_delimited, too_large

LOG: Final = logging.getLogger("sunlit.proxy")
EVENTS: Final = "text/event-stream"
COMPLETE: Final = "complete"
ABORTED: Final = "aborted"
CLIENT_GONE: Final = "client-gone"
STOPPED: Final = "stopped"
LOOK_SECONDS: Final = 1.0  # how often a quiet stream looks whether its client is still there


def is_stream(answer: aiohttp.ClientResponse) -> bool:
    """Tell whether an answer is a stream of events."""
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == EVENTS


class Relay:
    """Passes one stream on."""

    def __init__(
        self, exchange: Exchange, answer: aiohttp.ClientResponse, allowed: Allowed
    ) -> None:
        self._exchange, self._answer, self._allowed = exchange, answer, allowed
        self._request, self._limits = exchange.request, exchange.parts.limits
        self._watcher = Watcher(
            exchange.route.api, answer.headers.get("Content-Encoding"), self._limits.response_bytes
        )
        self._sent: list[bytes] = []
        self._size = 0
        self._looking: asyncio.TimerHandle | None = None

    async def run(self) -> web.StreamResponse:
        """Record the opening, relay, record the end.

        Raises:
            SunlitError: before the first byte only: the opening could not be recorded.
        """
        one, answer = self._exchange, self._answer
        values = {
            "input": one.input(),
            "details": (JSON, one.call(answer.status).to_bytes(one.parts.prices)),
        }
        opened = await one.decide(self._allowed, values, opened=True)
        state = State.OPENED if self._allowed.state is State.RELEASED else self._allowed.state
        response = web.StreamResponse(
            status=answer.status, reason=answer.reason,
            headers=to_client(answer.headers, one.own_headers(state)),
        )  # fmt: skip
        response.content_length = content_length(answer.headers)
        broken = STOPPED
        try:
            broken = await self._relay(response)
        finally:  # also when the proxy is stopped in the middle
            closing = asyncio.ensure_future(self._close(opened, broken))
            one.parts.under_way.add(closing)
            closing.add_done_callback(one.parts.under_way.discard)
            is_closed = await asyncio.shield(closing)
        if broken or not is_closed:
            cut(self._request)
        else:
            await self._end(response)
        return response

    async def _relay(self, response: web.StreamResponse) -> str:
        """Pass all pieces on; return what broke it off, or nothing."""
        self._look_for_client()
        try:
            await self._write(response.prepare(self._request))
            async with Pieces(self._answer, self._limits.idle_seconds) as pieces:
                while data := await pieces.next():
                    self._keep(data)
                    await self._write(response.write(data))
        except GoneError:
            return CLIENT_GONE
        except SunlitError as error:
            return CLIENT_GONE if self._client_is_gone() else error.code
        finally:
            if self._looking is not None:
                self._looking.cancel()
        ended = is_delimited(self._answer.headers) or self._watcher.done
        return "" if ended else "proxy.upstream-broken"

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limits.response_bytes:
            raise too_large(self._limits.response_bytes)
        self._sent.append(data)
        self._watcher.feed(data)

    async def _write(self, writing: Coroutine[None, None, object]) -> None:
        await write(writing, self._limits.write_seconds)

    def _look_for_client(self) -> None:
        if self._client_is_gone():
            self._answer.close()  # wakes whoever waits for the next piece
            return
        self._looking = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look_for_client)

    def _client_is_gone(self) -> bool:
        transport = self._request.transport
        return transport is None or transport.is_closing()

    async def _close(self, opened: Written, broken: str) -> bool:
        one, watcher = self._exchange, self._watcher
        one.answer = watcher.answer
        call = replace(
            one.call(self._answer.status, broken or None), events=watcher.events,
            done=watcher.done,
        )  # fmt: skip
        values = {
            "output": (media_type(self._answer.headers), b"".join(self._sent)),
            "details": (JSON, call.to_bytes(one.parts.prices)),
        }
        try:
            await one.parts.gate.end(opened, ABORTED if broken else COMPLETE, values)
        except UnavailableError as error:
            LOG.error("a stream's end could not be recorded: %s", error)  # noqa: TRY400
            return False
        return True

    async def _end(self, response: web.StreamResponse) -> None:
        try:
            await self._write(response.write_eof())
        except GoneError:
            cut(self._request)  # all of it had been sent, and is recorded
