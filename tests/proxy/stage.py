"""A proxy on loopback between a client and an upstream that both speak raw bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.base.times import Clock, from_unix
from sunlit.decision.record import Pointer, State
from sunlit.proxy.config import Limits, ProxyConfig
from sunlit.proxy.declared import NOTHING, Declared
from sunlit.proxy.masking import Plan
from sunlit.proxy.ports import Gate, Values
from sunlit.proxy.serve import Running, Service
from sunlit.proxy.tracing import Tracer, Untraced
from sunlit.testing.clock import SetClock

LLAMA: Final = Path(__file__).parent / "fixtures" / "llama-cpp"
FALLBACK: Final = "Decide by hand, by the paper form."
POINTER: Final = Pointer(log="city.example/decisions/00", index=7, leaf="0" * 64)
T = TypeVar("T")


@dataclass
class FakeWritten:
    id: str
    check_code: str = "0000-0000-0000-0000"
    pointer: Pointer = POINTER


@dataclass
class FakeAllowed:
    state: State = State.RELEASED
    masks: tuple[str, ...] = ()


@dataclass
class FakeGate:
    """Allows what it is told to, and keeps what was recorded in order."""

    allowed: FakeAllowed = field(default_factory=FakeAllowed)
    refusal: SunlitError | None = None
    cannot_write: bool = False
    cannot_end: bool = False
    not_ready: SunlitError | None = None
    records: list[tuple[str, dict[str, tuple[str, bytes]]]] = field(default_factory=list)
    asked: list[Declared] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    traces: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    may_write: asyncio.Event = field(default_factory=asyncio.Event)
    end_seconds: float = 0.0
    is_closed: bool = False
    fallback: str = FALLBACK

    def __post_init__(self) -> None:
        self.may_write.set()

    def expect_ready(self) -> None:
        if self.not_ready:
            raise self.not_ready

    async def check(self, declared: Declared, trace: str) -> FakeAllowed:
        self.asked.append(declared)
        self.traces.append(trace)
        if self.refusal is not None:
            raise self.refusal
        return self.allowed

    async def decide(self, allowed: object, values: Values, *, opened: bool = False) -> FakeWritten:
        await self.may_write.wait()
        if self.cannot_write:
            raise UnavailableError("recorder.disk", "the disk is full")
        self.records.append(("opened" if opened else "decision", dict(values)))
        return FakeWritten(f"{len(self.records):032x}")

    async def refuse(self, declared: Declared, error: SunlitError, trace: str) -> None:
        self.refusals.append(error.code)

    async def end(self, opened: object, result: str, values: Values) -> None:
        if self.cannot_end:
            raise UnavailableError("recorder.disk", "the disk is full")
        await asyncio.sleep(self.end_seconds)
        self.records.append((result, dict(values)))
        self.ended.set()

    def close(self) -> None:
        self.is_closed = True


Play = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def answering(*pieces: bytes) -> Play:
    """Write these pieces and close."""

    async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return play


def recorded(name: str, suffix: str = "response") -> bytes:
    """Return what the real server was sent, or sent."""
    return (LLAMA / f"{name}.{suffix}").read_bytes()


def response(body: bytes, *headers: str, status: str = "200 OK", version: str = "1.1") -> bytes:
    """Return a response with a length."""
    lines = [f"HTTP/{version} {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Stage:
    """Where a test stands: the proxy's port, and what the upstream was sent."""

    port: int
    upstream_port: int
    running: Running
    gate: Any
    sent: list[bytes]

    async def send(self, request: bytes, port: int | None = None) -> bytes:
        """Send a request on a connection of its own; return all that comes back."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port or self.port)
        try:
            writer.write(request)
            return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def stage(
    play: Play | None = None, gate: Gate | None = None, *, fixed: Declared = NOTHING,
    config: ProxyConfig | None = None, clock: Clock | None = None, drafts: Path = Path("unused"),
    tracer: Tracer | None = None, plan: Plan | None = None, **limits: int,
) -> AsyncIterator[Stage]:  # fmt: skip
    """Start an upstream that plays `play` to every request, and a proxy before it."""
    sent: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            sent.append(await read_request(reader))
            await (play or answering())(sent[-1], writer)
        writer.close()

    chosen = gate or FakeGate()
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 27)
    port = server.sockets[0].getsockname()[1]
    found = config or ProxyConfig()
    running = Running(
        Service(
            gate=chosen, upstream=f"http://127.0.0.1:{port}", port=0, fixed=fixed,
            config=replace(found, limits=Limits(**limits)) if limits else found,
            clock=clock or SetClock(from_unix(1_800_000_000)), drafts=drafts,
            use="outreach", deployer="city.example", tracer=tracer or Untraced(),
            plan=plan,
        )
    )  # fmt: skip
    try:
        yield Stage(await running.start(), port, running, chosen, sent)
    finally:
        await running.stop()
        server.close()
        await server.wait_closed()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what has no event; a caller bounds it with a timeout."""
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """Read one request, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return head + await reader.readexactly(int(line.split(b":")[1]))
    return head


def post(path: str, body: bytes, *headers: str, version: str = "1.1") -> bytes:
    """Return a request that ends its connection."""
    lines = [
        f"POST {path} HTTP/{version}", "Host: guard", "Connection: close",
        f"Content-Length: {len(body)}", "Content-Type: application/json", *headers,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(path: str, *headers: str) -> bytes:
    """Return a request that ends its connection."""
    lines = [f"GET {path} HTTP/1.1", "Host: guard", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


@dataclass
class Answered:
    """A response taken apart. `chunks` are as they were framed."""

    status: int
    headers: dict[str, str]
    body: bytes
    chunks: list[bytes]
    ended: bool


def taken_apart(raw: bytes) -> Answered:
    """Take a raw response apart by RFC 9112, chunk by chunk."""
    head, _, rest = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    status = int(first.split(" ")[1])
    if "chunked" not in headers.get("transfer-encoding", ""):
        return Answered(status, headers, rest, [rest], ended=True)
    chunks: list[bytes] = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if not size or int(size, 16) == 0:
            return Answered(status, headers, b"".join(chunks), chunks, ended=bool(size))
        chunks.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return Answered(status, headers, b"".join(chunks), chunks, ended=False)


def run(test: Coroutine[Any, Any, T]) -> T:
    """Run one asynchronous test."""
    return asyncio.run(test)


USE: Final = "Sunlit-Use: outreach"
CHAT: Final = "/v1/chat/completions"
