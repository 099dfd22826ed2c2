"""Counts for operators: requests by route and status, time taken, size of each log."""

import time
from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sunlit.base.errors import SunlitError
from sunlit.bootstrap.site import Site
from sunlit.web.logs import route_of

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Logs(Collector):
    """The size of each log, read when somebody asks."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the sizes; a log that cannot be read has none."""
        sizes = GaugeMetricFamily("sunlit_log_size", "Entries in a log", labels=["origin"])
        for home in self._site.homes:
            try:
                size = home.reader().checkpoint.size
            except (SunlitError, OSError):
                continue
            sizes.add_metric([home.origin], size)
        yield sizes


class Measures:
    """The counts of one process, in a registry of its own."""

    def __init__(self, site: Site) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(Logs(site))
        self.requests = Counter(
            "sunlit_requests", "Requests answered", ["method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "sunlit_request_seconds", "Time until the answer began", ["route"], buckets=BOUNDS,
            registry=self.registry,
        )  # fmt: skip

    def text(self) -> bytes:
        """Return all of them in Prometheus's text format."""
        found: bytes = generate_latest(self.registry)
        return found


class Measured:
    """Counts each request under its route's pattern, never under its address."""

    def __init__(self, app: ASGIApp, *, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and count when the answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                route, status = route_of(scope), str(message["status"])
                self._measures.requests.labels(_method(scope), route, status).inc()
                self._measures.seconds.labels(route).observe(time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, counting)


def _method(scope: Scope) -> str:
    # Anybody may send any word as a method: only those that exist become a label.
    method: str = scope["method"]
    return method if method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} else "other"
