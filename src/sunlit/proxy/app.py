"""The proxy as a web application: one handler for everything; deny by default."""

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.proxy.exchange import Exchange
from sunlit.proxy.headers import to_upstream
from sunlit.proxy.parts import Parts
from sunlit.proxy.problem import MEDIA_TYPE, RETRY_SECONDS, document, not_served, status_of
from sunlit.proxy.release import UNTYPED, release
from sunlit.proxy.routes import Route
from sunlit.proxy.streaming import Relay, is_stream
from sunlit.proxy.tracecontext import TraceContext
from sunlit.proxy.upstream import Pieces

ACCESS: Final = logging.getLogger("sunlit.proxy.access")
OURS: Final = "/.sunlit/"
# Refused before the component was looked at; the guard has nothing to say about these.
_NO_RECORD: Final = frozenset({"proxy.no-route", "proxy.too-large", "proxy.slow-client"})


def make_app(parts: Parts) -> web.Application:
    """Return the application."""
    app = web.Application(client_max_size=parts.limits.request_bytes)
    door = _Door(parts)
    app.router.add_route("*", "/{path:.*}", door.handle)
    app.on_response_prepare.append(_as_it_came)
    return app


@dataclass(slots=True)
class _Door:
    parts: Parts

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer any request."""
        began = self.parts.now()
        path = request.raw_path.partition("?")[0]
        if path.startswith(OURS):
            return self._own(request.method, path)
        route = self.parts.routes.match(request.method, path)
        name = route.name if route else "(none)"
        response = await self._answer(request, route, began)
        ACCESS.info(
            "%s %s %s %.1f ms %s", request.method, name, response.status,
            (self.parts.now() - began) * 1000, response.headers.get("Sunlit-Decision", "-"),
        )  # fmt: skip
        return response

    async def _answer(
        self, request: web.Request, route: Route | None, began: float
    ) -> web.StreamResponse:
        parts = self.parts
        if route is None:
            return _problem(not_served())
        if parts.is_draining or parts.active >= parts.limits.concurrent:
            return _problem(_busy(is_draining=parts.is_draining))
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a handler runs in one
        parts.under_way.add(task)
        parts.active += 1
        try:
            if route.recorded:
                return await self._recorded(request, route, began)
            return await self._passed(request)
        finally:
            parts.active -= 1
            parts.under_way.discard(task)

    async def _recorded(self, request: web.Request, route: Route, began: float) -> (
        web.StreamResponse
    ):  # fmt: skip
        span = self.parts.tracer.begin(TraceContext.read(request.headers), route.name)
        one = Exchange(self.parts, request, route, span.context, began)
        status = 500
        try:
            response = await self._decided(one)
            status = response.status
            return response
        finally:
            one.observe()
            span.end(_attributes(one, status))

    async def _decided(self, one: Exchange) -> web.StreamResponse:
        try:
            allowed = await one.prepare()
            answer = await one.ask()
            try:
                if is_stream(answer):
                    return await Relay(one, answer, allowed).run()
                return await one.whole(answer, allowed)
            finally:
                answer.close()  # nothing is left of it, unless something broke
        except SunlitError as error:
            return await self._refused(one, error)

    async def _refused(self, one: Exchange, error: SunlitError) -> web.Response:
        fallback = self.parts.gate.fallback
        one.code = error.code
        if error.code in _NO_RECORD:
            return _problem(error)
        await one.refused(error)
        return _problem(error, fallback=fallback, own={"Sunlit-State": "refused"})

    async def _passed(self, request: web.Request) -> web.StreamResponse:
        """Pass on what is no decision: a list of models, health, metadata."""
        incoming = TraceContext.read(request.headers)
        trace = (incoming.child() if incoming else TraceContext.new()).to_headers()
        try:
            answer = await self.parts.upstream.ask(
                request.method, request.raw_path, to_upstream(request.headers, trace), None
            )
            async with Pieces(answer, self.parts.limits.idle_seconds) as pieces:
                body = await pieces.whole(self.parts.limits.response_bytes)
        except SunlitError as error:
            return _problem(error)
        return await release(request, answer, body, {}, self.parts.limits.write_seconds)

    def _own(self, method: str, path: str) -> web.Response:
        if method != "GET" or path not in (f"{OURS}healthz", f"{OURS}readyz"):
            return _problem(not_served())
        if path.endswith("healthz"):
            return _status({"status": "up"}, 200)
        try:
            if self.parts.is_draining:
                raise _busy(is_draining=True)
            self.parts.gate.expect_ready()
        except SunlitError as error:
            return _status({"status": "not-ready", "code": error.code}, 503)
        return _status({"status": "ready"}, 200)


def _attributes(one: Exchange, status: int) -> dict[str, str | int]:
    """Return what a span may say: nothing of a request or an answer, and no id of a record."""
    answer = one.answer
    known: dict[str, str | int | None] = {
        "http.request.method": one.request.method,
        "http.route": one.route.name,
        "http.response.status_code": status,
        "sunlit.use": None if one.allowed is None else one.declared.use,
        "sunlit.state": None if one.allowed is None else str(one.allowed.state),
        "sunlit.code": one.code,
        "gen_ai.response.model": answer.model,
        "gen_ai.usage.input_tokens": answer.prompt_tokens,
        "gen_ai.usage.output_tokens": answer.completion_tokens,
    }
    return {name: value for name, value in known.items() if value is not None}


def _busy(*, is_draining: bool) -> UnavailableError:
    if is_draining:
        return UnavailableError(
            "proxy.draining", "the proxy is shutting down", mend="send it again, elsewhere or later"
        )
    return UnavailableError(
        "proxy.busy", "as many requests are under way as the limit allows",
        mend="send it again later, or raise limits.concurrent",
    )  # fmt: skip


def _problem(
    error: SunlitError, *, fallback: str | None = None, own: dict[str, str] | None = None
) -> web.Response:
    status = status_of(error)
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store", **(own or {})}
    if status in (429, 503):
        headers["Retry-After"] = RETRY_SECONDS
    return web.Response(status=status, body=document(error, fallback=fallback), headers=headers)


def _status(document_: dict[str, str], status: int) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(document_).encode(), content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )  # fmt: skip


async def _as_it_came(_request: web.Request, response: web.StreamResponse) -> None:
    """Take away what aiohttp adds: its own name, and a type where the upstream gave none."""
    if response.headers.get("Server", "").startswith("Python/"):
        del response.headers["Server"]
    if response.get(UNTYPED):
        response.headers.pop("Content-Type", None)  # a body that is empty was given none
