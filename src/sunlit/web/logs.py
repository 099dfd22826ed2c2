"""Structured logs, a JSON object a line. No query string, no address of a person, no content."""

import logging
import sys
import time
import traceback
from typing import Final, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import EventDict, Processor, WrappedLogger

LOGGER: Final = structlog.get_logger("sunlit.web")
QUIET: Final = ("/healthz", "/static/", "/metrics")


def configure(out: TextIO = sys.stderr, *, quiet: bool = False) -> None:
    """Write JSON lines; the server's own messages go the same way.

    `quiet` leaves out what only says that all goes well, where somebody reads along.
    """
    level = logging.WARNING if quiet else logging.INFO
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        processor=structlog.processors.JSONRenderer(), foreign_pre_chain=shared,
    ))  # fmt: skip
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
    for name in ("alembic", "httpcore", "httpx"):  # the last two would tell whole addresses
        logging.getLogger(name).setLevel(logging.WARNING)
    # An access log of uvicorn's holds addresses and query strings; ours does not.
    logging.getLogger("uvicorn.access").disabled = True


def without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tell of an exception its type and where it happened; its message may hold a person's data."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = [
            f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


class Requests:
    """Logs each request: method, route, status, time. Not who, and not what was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and tell afterwards."""
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            LOGGER.info(
                "request", method=scope["method"], route=route_of(scope), status=status,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )  # fmt: skip


def route_of(scope: Scope) -> str:
    """Return the route's pattern: a path itself may name a decision or a person."""
    return str(getattr(scope.get("route"), "path", "none"))


# Before anybody configures anything: a program that only imports this prints no frame's values.
if not structlog.is_configured():
    structlog.configure(processors=[
        structlog.processors.add_log_level, without_values, structlog.processors.JSONRenderer(),
    ])  # fmt: skip
