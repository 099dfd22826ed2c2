"""Running the proxy: one event loop, a listening socket, and a shutdown that drains."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from sunlit.base.errors import UnavailableError
from sunlit.base.times import Clock
from sunlit.proxy.app import make_app
from sunlit.proxy.config import ProxyConfig
from sunlit.proxy.declared import NOTHING, Declared
from sunlit.proxy.masking import Plan
from sunlit.proxy.parts import Parts
from sunlit.proxy.ports import Gate
from sunlit.proxy.routes import Routes
from sunlit.proxy.tracing import Tracer, Untraced
from sunlit.proxy.upstream import Upstream
from sunlit.proxy.watch import Drafts, Watch

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
IDLE_CLIENT: Final = 75.0  # seconds that a client's idle connection is kept
LINGER: Final = 2.0  # seconds that an unread body is read for a client to see the refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What to serve, where: everything that is not the configuration file's."""

    gate: Gate
    upstream: str
    config: ProxyConfig
    clock: Clock
    drafts: Path
    use: str
    deployer: str
    host: str = "127.0.0.1"
    port: int = 8089
    fixed: Declared = NOTHING
    plan: Plan | None = None
    tracer: Tracer = field(default_factory=Untraced)


class Running:
    """A proxy that listens; for tests and for `serve`."""

    def __init__(self, service: Service) -> None:
        """Make it within a running loop; it listens after `start`.

        Raises:
            MalformedError: `proxy.config`.
        """
        config, loop = service.config, asyncio.get_running_loop()
        drafts = Drafts(service.drafts, service.clock, use=service.use, deployer=service.deployer)
        self._service = service
        self.parts = Parts(
            gate=service.gate, upstream=Upstream(service.upstream, config.limits),
            watch=Watch(config.detectors, drafts), now=loop.time, routes=Routes(config.plain),
            limits=config.limits, prices=config.prices, fixed=service.fixed, tracer=service.tracer,
            plan=service.plan,
        )  # fmt: skip
        self._runner = web.AppRunner(
            make_app(self.parts), access_log=None, auto_decompress=False,
            keepalive_timeout=IDLE_CLIENT, lingering_time=LINGER, logger=_quiet(),
            shutdown_timeout=float(config.limits.drain_seconds),
        )  # fmt: skip

    async def start(self) -> int:
        """Listen; return the port.

        Raises:
            UnavailableError: `proxy.listen`.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._service.host, self._service.port)
        try:
            await site.start()
        except OSError as error:
            raise UnavailableError(
                "proxy.listen", "the proxy cannot listen there", got=error.strerror,
                expected=f"{self._service.host}:{self._service.port} to be free",
                mend="--listen HOST:PORT",
            ) from error  # fmt: skip
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Take no new request, wait for those under way, then let go of everything."""
        self.parts.is_draining = True
        await self._runner.cleanup()
        # The server cancels what outlasts the drain, and does not wait for it: a stream that is cut
        # off still has its end to record. Nor does it cancel what is asked for a client who has
        # left: that breaks off with its connection, and would wait for minutes without.
        await self.parts.upstream.close()
        while self.parts.under_way:
            await asyncio.wait(self.parts.under_way)
        await asyncio.to_thread(self.parts.tracer.close)


def _quiet() -> logging.Logger:
    """Return a logger for the HTTP server that tells that a request failed, and nothing of it.

    A parser's error quotes the bytes that it refused: a case, a name, a key.
    """
    logger = logging.getLogger("sunlit.proxy.http")
    logger.filters[:] = [_without_quotes]
    return logger


def _without_quotes(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0] if record.exc_info else None
    record.msg = "a request could not be served: it was malformed, or broke off (%s)"
    record.args = ("unknown" if kind is None else kind.__name__,)
    record.exc_info = record.exc_text = None
    return True


async def serve(service: Service, said: Callable[[int], None]) -> None:
    """Serve until a signal asks to stop; `said` is told the port.

    Raises:
        UnavailableError: `proxy.listen`.
        MalformedError: `proxy.config`.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in SIGNALS:
        loop.add_signal_handler(one, asked.set)
    try:
        running = Running(service)
        try:
            said(await running.start())
            await asked.wait()
        finally:
            await running.stop()
    finally:
        service.gate.close()


def make_tracer() -> Tracer:
    """Return a tracer that sends spans where the environment names an endpoint.

    Raises:
        UnavailableError: `proxy.otel-missing`.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return Untraced()
    try:
        from sunlit.proxy.otel import OtelTracer  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise UnavailableError(
            "proxy.otel-missing",
            "an OTLP endpoint is configured, but OpenTelemetry is missing",
            mend="pip install 'sunlit[otel]', or unset OTEL_EXPORTER_OTLP_ENDPOINT",
        ) from error
    return OtelTracer()
