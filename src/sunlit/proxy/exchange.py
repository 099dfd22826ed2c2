"""One request that is a decision: check, mask, ask the model, record, and only then release.

1. Read what the client declares; refuse what declares no use.
2. Read the body, within size and time.
3. Check the use against the token.
4. Mask what the token orders.
5. Ask the upstream.
6. A whole answer: record the decision; when the record is durable, release the answer.
   A stream of events: see `streaming`.

A refusal in 1 to 4, a broken upstream, and a record that cannot be written release nothing.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

import aiohttp
from aiohttp import web

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.decision.content import JSON
from sunlit.proxy.answers import UNKNOWN, Answer
from sunlit.proxy.config import Limits
from sunlit.proxy.declared import NOTHING, Declared, read_declared
from sunlit.proxy.details import Call
from sunlit.proxy.detectors import Sample
from sunlit.proxy.headers import Headers, is_clean, to_upstream
from sunlit.proxy.masking import Masked, mask_body
from sunlit.proxy.parts import Parts
from sunlit.proxy.ports import Allowed, Values, Written
from sunlit.proxy.problem import undeclared
from sunlit.proxy.reading import Asked, read_asked, read_output, read_said
from sunlit.proxy.release import release
from sunlit.proxy.routes import Api, Route
from sunlit.proxy.tracecontext import TraceContext
from sunlit.proxy.upstream import Pieces

ONE_BY_ONE: Final = 64 << 10  # a larger body is masked in a thread, so that the loop goes on
LOOK_BYTES: Final = 8 << 20  # a larger answer is not parsed: it would hold up the loop
MAX_TARGET: Final = 4096
_TARGET: Final = re.compile(rf"[!-\"$-~]{{1,{MAX_TARGET}}}")
_UNPRINTABLE: Final = re.compile(r"[^ -~]")
OCTETS: Final = "application/octet-stream"


@dataclass(slots=True)
class Exchange:
    """What is known of one request, step by step."""

    parts: Parts
    request: web.Request
    route: Route
    trace: TraceContext
    began: float
    declared: Declared = NOTHING
    allowed: Allowed | None = None
    body: bytes = field(default=b"", repr=False)
    masked: Masked | None = field(default=None, repr=False)
    answer: Answer = UNKNOWN
    written: Written | None = None
    asked: Asked = field(default=Asked(), repr=False)
    code: str | None = None  # of a refusal
    is_recorded: bool = False  # a refusal that the gate has recorded already

    async def prepare(self) -> Allowed:
        """Take steps 1 to 4.

        Raises:
            SunlitError: why it is refused.
        """
        self.declared = read_declared(self.request.headers, self.parts.fixed)
        if self.declared.use is None:
            raise undeclared()
        expect_sendable(self.request)
        self.body = await read_body(self.request, self.parts.limits)
        await self._read()
        if self.asked.case is not None and self.declared.case is None:
            self.declared = replace(self.declared, case=self.asked.case)
        with self._gate_records():
            allowed = await self.parts.gate.check(self.declared, self.trace.traceparent)
        self.allowed = allowed
        if allowed.masks or self.parts.plan is not None:
            await self._mask(allowed.masks)
        return allowed

    async def _mask(self, names: tuple[str, ...]) -> None:
        encoding, plan = self.request.headers.get("Content-Encoding"), self.parts.plan
        self.masked = (
            await asyncio.to_thread(mask_body, self.body, names, encoding=encoding, plan=plan)
            if len(self.body) > ONE_BY_ONE
            else mask_body(self.body, names, encoding=encoding, plan=plan)
        )
        if self.masked.body != self.body:
            self.body = self.masked.body
            await self._read()

    async def _read(self) -> None:
        self.asked = await read_asked(self.route, self.body, self.parts.watch.fields)
        self.input()  # refuse before the model is asked

    async def ask(self) -> aiohttp.ClientResponse:
        """Take step 5."""
        return await self.parts.upstream.ask(
            self.request.method, self.request.raw_path,
            to_upstream(self.request.headers, self.trace.to_headers()), self.body,
        )  # fmt: skip

    async def whole(self, answer: aiohttp.ClientResponse, allowed: Allowed) -> web.StreamResponse:
        """Take step 6 for an answer that comes whole."""
        async with Pieces(answer, self.parts.limits.idle_seconds) as pieces:
            body = await pieces.whole(self.parts.limits.response_bytes)
        await self._look_at(answer, body)
        values = {
            "input": self.input(),
            "output": await self._output(answer, body),
            "details": (JSON, self.call(answer.status).to_bytes(self.parts.prices)),
        }
        await self.decide(allowed, values)
        return await release(
            self.request, answer, body, self.own_headers(allowed.state),
            self.parts.limits.write_seconds,
        )  # fmt: skip

    async def decide(self, allowed: Allowed, values: Values, *, opened: bool = False) -> Written:
        """Record the decision; when this returns it is durable.

        Raises:
            SunlitError: nothing may be released.
        """
        with self._gate_records():
            self.written = await self.parts.gate.decide(allowed, values, opened=opened)
        return self.written

    @contextmanager
    def _gate_records(self) -> Iterator[None]:
        try:
            yield
        except SunlitError:
            self.is_recorded = True
            raise

    def own_headers(self, state: str) -> dict[str, str]:
        """Return the guard's response headers."""
        assert self.written is not None  # noqa: S101 - a record is durable before any answer
        return {
            "Sunlit-Decision": self.written.id, "Sunlit-Check-Code": self.written.check_code,
            "Sunlit-State": state,
        }  # fmt: skip

    def call(self, status: int | None, ended: str | None = None) -> Call:
        """Return the details so far."""
        return Call(
            route=self.route, target=self.request.raw_path, status=status, ended=ended,
            answer=self.answer,
            milliseconds=round((self.parts.now() - self.began) * 1000),
            masked=self.masked.counts if self.masked else {},
            plan=(self.parts.plan.digest, self.masked.plan)
            if self.parts.plan is not None and self.masked else None,
            tracestate=self.trace.state or None,
        )  # fmt: skip

    async def refused(self, error: SunlitError) -> None:
        """Record that nothing was released, and why, unless the gate has."""
        self.code = error.code
        if not self.is_recorded:
            await self.parts.gate.refuse(self.declared, error, self.trace.traceparent)

    def observe(self) -> None:
        """Show this request to the detectors."""
        refused = self.code is not None or (self.route.api.generates and self.answer.refuses)
        self.parts.watch.see(
            Sample(at=self.parts.now(), refused=refused, numbers=self.asked.numbers)
        )

    async def _look_at(self, answer: aiohttp.ClientResponse, body: bytes) -> None:
        if self.route.api is Api.PLAIN or len(body) > LOOK_BYTES:
            return
        encoding = answer.headers.get("Content-Encoding")
        self.answer = await read_said(self.route.api, body, encoding, LOOK_BYTES)

    async def _output(self, answer: aiohttp.ClientResponse, body: bytes) -> tuple[str, bytes]:
        found = await read_output(self.route, body)
        # Where the place is not there (an error, say), the whole answer is what was released.
        return (media_type(answer.headers), body) if found is None else (JSON, found)

    def input(self) -> tuple[str, bytes]:
        """Return what a decision commits to as its input: what the model was given.

        Raises:
            MalformedError: `proxy.input-missing`.
        """
        if self.route.input is None:
            return media_type(self.request.headers), self.body
        if self.asked.input is None:
            raise MalformedError(
                "proxy.input-missing", "the request has no input where the configuration says",
                expected=f"a value at {self.route.input}", mend="send it, or correct route.input",
            )  # fmt: skip
        return JSON, self.asked.input


def expect_sendable(request: web.Request) -> None:
    """Check that what goes on to the model is what came: aiohttp would drop or change the rest.

    Raises:
        MalformedError: `proxy.target`, `proxy.header`.
    """
    if not _TARGET.fullmatch(request.raw_path):
        raise MalformedError(
            "proxy.target", "the request's path and query are malformed or too long",
            expected=f"at most {MAX_TARGET} printable ASCII characters, and no #",
            mend="send what is long in the body",
        )  # fmt: skip
    if not is_clean(request.headers):
        raise MalformedError(
            "proxy.header", "a request header cannot go on as it came",
            expected="headers in UTF-8 without control characters",
        )  # fmt: skip


def media_type(headers: Headers) -> str:
    """Return the type that a body is recorded under; a coding that it has stays on it."""
    kind = headers.get("Content-Type") or OCTETS
    coding = headers.get("Content-Encoding")
    whole = f"{kind}; content-encoding={coding}" if coding else kind
    # A record's media types are printable ASCII (spec/decision-record.md).
    return _UNPRINTABLE.sub("?", whole)


async def read_body(request: web.Request, limits: Limits) -> bytes:
    """Return a request's body as it was sent, still encoded.

    Raises:
        MalformedError: `proxy.too-large`.
        UnavailableError: `proxy.slow-client`: it broke off, or takes too long.
    """
    if (request.content_length or 0) > limits.request_bytes:
        raise _too_large(limits)
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        raise _too_large(limits) from error
    except (web.RequestPayloadError, aiohttp.ClientError, OSError) as error:  # TimeoutError too
        raise UnavailableError(
            "proxy.slow-client", "the request's body did not arrive, or not in time",
            expected=f"all of it within {limits.body_seconds} s",
        ) from error  # fmt: skip


def _too_large(limits: Limits) -> MalformedError:
    return MalformedError(
        "proxy.too-large", "the request's body is too large",
        expected=f"at most {limits.request_bytes} bytes", mend="raise limits.request_bytes",
    )  # fmt: skip
