"""Serving a node with uvicorn: one process with all in it, or several over PostgreSQL."""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from fastapi import FastAPI

from sunlit.base.errors import UnavailableError
from sunlit.bootstrap.growing import Growing
from sunlit.bootstrap.site import open_site
from sunlit.web.app import create_app
from sunlit.web.limits import Limits
from sunlit.web.logs import LOGGER, configure
from sunlit.web.patient import PatientProtocol

if TYPE_CHECKING:
    from sunlit.web.dev_idp import DemoPerson

KEEP_ALIVE: Final = 15  # seconds that an idle connection stays open
GRACE: Final = 20  # seconds for what is under way when the server is told to stop
LOOKS: Final = 0.05  # seconds between two looks at whether a process listens
AT_ONCE: Final = 400  # connections of one process; more are answered 503
SWITCH_SECONDS: Final = 0.0005  # for which a thread that computes keeps others waiting
OPTIONS: Final[Mapping[str, Any]] = {
    "http": PatientProtocol, "loop": "sunlit.web.serving:OwnSocketLoop", "ws": "none",
    "lifespan": "on", "log_config": None, "access_log": False, "server_header": False,
    "timeout_keep_alive": KEEP_ALIVE,
    "timeout_graceful_shutdown": GRACE, "limit_concurrency": AT_ONCE,
    "h11_max_incomplete_event_size": 32_768,  # bytes that are held of an unfinished head
}  # fmt: skip


class OwnSocketLoop(asyncio.SelectorEventLoop):
    """Gives each of several processes a socket of its own on their one port.

    Of one that they share, whichever is awake takes all there is: of sixteen clients that connect
    at once one process had all, and the others' cores had nothing to do. Now the kernel deals.
    """

    async def create_server(
        self, *args: Any, **how: Any  # noqa: ANN401 - as asyncio has them
    ) -> asyncio.Server:  # fmt: skip
        """Listen on a socket of our own, where the one that is given says so."""
        given: socket.socket = how["sock"]
        if given.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT):
            # What uvicorn hands on says that it is of another family than it is.
            with socket.socket(fileno=os.dup(given.fileno())) as same:
                how["sock"] = _bound(same.family, same.getsockname(), shared=True)
        return await super().create_server(*args, **how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a node is served: `rate` requests a second and address (0: no limit).

    `admits`: this process admits what is submitted too; else a worker does (`sunlit work`).
    `projects`: it projects too; else the process that started it does.
    """

    root: Path
    host: str = "127.0.0.1"
    port: int = 8080
    dev: bool = False
    workers: int = 1
    rate: float = Limits().rate
    admits: bool = True
    projects: bool = True

    def to_environment(self) -> dict[str, str]:
        """Return what a process of its own reads with `from_environment`."""
        return {
            "SUNLIT_SERVE_ROOT": str(self.root), "SUNLIT_SERVE_RATE": str(self.rate),
            "SUNLIT_SERVE_ADMITS": "1" if self.admits else "",
            "SUNLIT_SERVE_PROJECTS": "1" if self.projects else "",
        }  # fmt: skip

    @classmethod
    def from_environment(cls, found: Mapping[str, str]) -> "Serving":
        """Read what `to_environment` wrote."""
        return cls(
            root=Path(found["SUNLIT_SERVE_ROOT"]), rate=float(found["SUNLIT_SERVE_RATE"]),
            admits=bool(found["SUNLIT_SERVE_ADMITS"]),
            projects=bool(found["SUNLIT_SERVE_PROJECTS"]),
        )  # fmt: skip


def make_app(serving: Serving, url: str | None = None) -> FastAPI:
    """Open the node and return its website, which closes the node when it stops."""
    sys.setswitchinterval(SWITCH_SECONDS)  # projecting beside it computes for long
    site = open_site(serving.root, dev=serving.dev, url=url)
    growing = Growing(
        site, admits=serving.admits, projects=serving.projects, told=_failed
    )  # fmt: skip
    return create_app(
        site, limits=Limits(rate=serving.rate), growing=growing,
        metrics_token=os.environ.get("SUNLIT_METRICS_TOKEN") or None,
    )  # fmt: skip


def _failed(code: str) -> None:
    LOGGER.error("growing", code=code)


def from_environment() -> FastAPI:
    """Make the app of one of several processes; what started them replaces one that ends."""
    configure(sys.stderr)
    app = make_app(Serving.from_environment(os.environ))
    app.state.growing.gave_up = lambda: os.kill(os.getpid(), signal.SIGTERM)
    return app


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

    def end(self) -> None:
        """Finish what is under way, and end: it is looked at ten times a second."""
        self.should_exit = True


def serve(
    serving: Serving, ready: Callable[[str], None],
    people: "Callable[[Sequence[DemoPerson]], None]" = lambda _: None,
) -> None:  # fmt: skip
    """Serve until told to stop; `ready` gets the address once requests are answered.

    `people` gets, before that, who can sign in without a password, where anybody can (`dev`).

    Raises:
        UnavailableError: `serve.gave-up`.
    """
    listening = listen(serving)
    configure(sys.stderr, quiet=serving.dev)
    port = listening.getsockname()[1]
    # People try things out at `localhost`: only there a browser offers passkeys without https.
    url = f"http://localhost:{port}" if serving.dev else None
    said = url or f"http://{_bracketed(serving.host)}:{port}"
    if serving.workers > 1:
        _serve_many(serving, listening, lambda: ready(said))
        return
    app = make_app(serving, url)
    growing: Growing = app.state.growing
    server = _Server(uvicorn.Config(app, **OPTIONS), lambda: ready(said))
    growing.gave_up = server.end
    with _beside(app, port) if serving.dev else nullcontext(()) as known:
        people(known)
        server.run(sockets=[listening])
    _expect_going_on(growing)


def _beside(app: FastAPI, port: int) -> "AbstractContextManager[Sequence[DemoPerson]]":
    from sunlit.web.trying_out import trying_out  # noqa: PLC0415 - heavy, and only for --dev

    return trying_out(app, port + 1)


def _serve_many(serving: Serving, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve from processes of their own; this one answers nobody, so it projects for all."""
    told = replace(serving, projects=False)
    os.environ.update(told.to_environment())  # the processes are started anew and read it
    site = open_site(serving.root)
    growing = Growing(site, admits=False, serves=False, told=_failed)
    growing.gave_up = lambda: os.kill(os.getpid(), signal.SIGTERM)  # ends the others too
    growing.start()
    ended = threading.Event()
    where = (listening.family, listening.getsockname())
    telling = threading.Thread(target=_tell, args=(*where, ready, ended))
    telling.start()
    try:
        uvicorn.run(
            "sunlit.web.serving:from_environment", factory=True, workers=serving.workers,
            fd=listening.fileno(), **OPTIONS,
        )  # fmt: skip
    finally:
        ended.set()
        telling.join()
        listening.close()
        growing.stop()
        site.close()
    _expect_going_on(growing)


def _tell(
    family: int, address: tuple[Any, ...], ready: Callable[[], None], ended: threading.Event
) -> None:
    """Say that the first process listens, once it does."""
    while not ended.wait(LOOKS):
        with socket.socket(family) as asked:
            if asked.connect_ex(address) == 0:
                ready()
                return


def _expect_going_on(growing: Growing) -> None:
    if growing.given_up:
        raise UnavailableError(
            "serve.gave-up", "what works beside the website failed too often",
            mend="look at the log for growing; start the server again",
        )  # fmt: skip


def listen(serving: Serving) -> socket.socket:
    """Return the socket on which a node is asked, bound and not yet listening."""
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    listening = _bound(family, (serving.host, serving.port))
    if serving.workers > 1:  # nobody else has this port: from here on our processes share it
        address = listening.getsockname()
        listening.close()
        listening = _bound(family, address, shared=True)
    listening.set_inheritable(True)
    return listening


def _bound(
    family: int, address: tuple[Any, ...], *, shared: bool = False
) -> socket.socket:  # fmt: skip
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, shared)
    # Connections have it from here. asyncio sets it on sockets that it knows to be TCP, which it
    # does not of one that another process made: an answer's body then waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
