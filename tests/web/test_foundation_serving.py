"""Making a node, serving it, and what grows beside the server."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from sunlit.authority.statements import sign_claim
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.bootstrap.growing import Growing
from sunlit.bootstrap.site import Site
from sunlit.claims.names import named_digest
from sunlit.cli.main import cli
from sunlit.node.place import Node
from sunlit.node.submit import State
from sunlit.projection.catalogue_index import index_of
from sunlit.projection.engine import open_projections
from sunlit.registry.home import Home
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import ISSUER
from sunlit.web.serving import OwnSocketLoop, Serving, from_environment, listen, make_app, serve
from tests.registry.telling import CITY
from tests.rubric.story import DEPLOYER, USE, use
from tests.web.memory_log import logged
from tests.web.nodes import told

SECONDS = 30.0


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A server sets up logging for its process, which here is that of all tests."""
    with logged():
        yield


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def _made(root: Path, *more: object) -> Result:
    model, _ = told()
    given = ("--name", "A node", "--home", model / "issuer", "--operator", ISSUER, "--url",
             "https://ai.example/", "--trust", model / "trust.json")  # fmt: skip
    return _run("node", "new", root, *given, *more)


def test_a_node_is_made_shown_and_grows(tmp_path: Path) -> None:
    """Settings and trust file are written; homes stay where they are; another one joins."""
    model, _ = told()
    root = tmp_path / "node"

    assert _made(root).exit_code == 0
    assert Node.open(root).url == "https://ai.example"
    assert _run("node", "add-home", model / "city", "--at", root).exit_code == 0
    shown = json.loads(_run("node", "show", "--at", root, "--json").output)
    assert sorted(shown["sizes"]) == sorted([ISSUER, DEPLOYER])
    assert shown["trust"] == 1
    assert "run by" in _run("node", "show", "--at", root).output


def test_a_node_that_cannot_be_is_not_made(tmp_path: Path) -> None:
    """Twice in one place, a home twice, an operator without a home, an address that is none."""
    model, _ = told()
    _made(tmp_path / "node")
    wrong = (
        ("node.exists", _made(tmp_path / "node")),
        ("node.two-homes", _made(tmp_path / "b", "--home", model / "issuer")),
        ("node.operator", _made(tmp_path / "c", "--operator", "nobody.example")),
        ("node.url", _made(tmp_path / "d", "--url", "https://me@ai.example/path")),
    )

    for code, result in wrong:
        assert isinstance(result.exception, SunlitError), code
        assert result.exception.code == code
    assert not (tmp_path / "b").exists()


def test_what_is_not_safe_is_not_served(site: Site) -> None:
    """Signing in without a password only on loopback; several processes only on PostgreSQL."""
    at = ("--at", site.node.root)
    open_to_all = _run("serve", *at, "--dev", "--host", "0.0.0.0")  # noqa: S104 - it is refused
    many = _run("serve", *at, "--workers", "2")

    assert isinstance(open_to_all.exception, SunlitError)
    assert open_to_all.exception.code == "serve.not-loopback"
    assert isinstance(many.exception, SunlitError)
    assert many.exception.code == "serve.needs-postgresql"


@pytest.mark.enable_socket
def test_where_somebody_listens_already_nobody_else_can(site: Site) -> None:
    """The error names the address and how to take another."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        error = _run("serve", "--at", site.node.root, "--port", port).exception

    assert isinstance(error, SunlitError)
    assert error.code == "serve.cannot-listen"


@pytest.mark.enable_socket
def test_no_part_of_an_answer_waits_for_the_part_before(site: Site) -> None:
    """Each connection sends at once (no Nagle), also where several processes share the socket."""
    serving = Serving(root=site.node.root, port=0)
    with listen(serving) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.enable_socket
def test_each_of_several_processes_has_a_socket_of_its_own(site: Site) -> None:
    """Together they have the port, and nobody else; a single process shares nothing."""

    async def addresses(serving: Serving) -> set[object]:
        loop = asyncio.get_running_loop()
        with listen(serving) as given:
            servers = [await loop.create_server(asyncio.Protocol, sock=given) for _ in range(2)]
            found = [server.sockets[0] for server in servers]
            assert [one.fileno() == given.fileno() for one in found] == [False, False]
            told = {one.getsockname() for one in found} | {given.getsockname()}
        for server in servers:
            server.close()
        return told

    many = Serving(root=site.node.root, port=0, workers=2)
    with asyncio.Runner(loop_factory=OwnSocketLoop) as runner:
        assert len(runner.run(addresses(many))) == 1
    with listen(many) as ours:
        ours.listen()
        with pytest.raises(OSError, match="in use"):
            listen(replace(many, port=ours.getsockname()[1]))
    with listen(replace(many, workers=1)) as alone:
        assert not alone.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT)


@pytest.mark.enable_socket
def test_a_server_says_when_it_is_ready_and_ends_when_told(site: Site) -> None:
    """The command line: an address, a page, an interruption, exit code 0, JSON lines as a log."""
    site.close()
    command = [sys.executable, "-m", "sunlit", "serve", "--at", str(site.node.root)]
    server = subprocess.Popen(
        [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        url = re.findall(r"http://127\.0\.0\.1:\d+/", line)[0]
        with urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - our own
            assert b"<h1" in answer.read()
        server.send_signal(signal.SIGINT)
        _, log = server.communicate(timeout=SECONDS)
    finally:
        server.kill()
    assert server.returncode == 0
    assert all(json.loads(one) for one in log.splitlines())


def test_one_of_several_processes_reads_how_to_serve(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one process writes into the environment, another makes the same app of."""
    site.close()
    serving = Serving(root=site.node.root, rate=5.0, admits=False)
    for name, value in serving.to_environment().items():
        monkeypatch.setenv(name, value)

    assert Serving.from_environment(os.environ) == serving
    with TestClient(from_environment(), base_url=site.node.url) as client:
        assert client.get("/healthz").json()["ready"]


def test_what_is_submitted_is_admitted_and_projected_beside_the_server(site: Site) -> None:
    """One process is enough: put, admitted, projected; stopping ends the threads."""
    site.close()
    app = make_app(Serving(root=site.node.root))
    served: Site = app.state.site
    growing: Growing = app.state.growing
    claim = replace(use(), description="Whom to write to first")
    about = Subject(None, {"sha256": named_digest("use", f"{DEPLOYER}#{USE}")})
    with TestClient(app, base_url=site.node.url) as client:
        assert growing.ready.wait(SECONDS)
        assert client.get("/healthz").json()["warm"]
        index = index_of(served.projections)  # nobody has searched yet
        assert index.having("all", "") > 0
        before = served.positions()
        ticket = served.submissions.put(ISSUER, sign_claim(claim, [CITY], [about]).to_bytes())
        outcome = served.submissions.wait(ticket, SECONDS)
        assert outcome.state is State.ADMITTED, outcome.error
        assert served.project() >= 0
        assert served.positions() != before
        assert client.get("/").status_code == 200
        assert client.get("/healthz").json()["growing"]
        growing.stop()
        assert client.get("/healthz").status_code == 503


def test_a_projection_that_fails_is_told_and_tried_again(site: Site) -> None:
    """Without a trust file no log is read; the code is told, and the server goes on."""
    (site.node.root / "trust.json").unlink()
    heard: list[str] = []
    growing = Growing(site, admits=False, told=heard.append)
    growing.start()

    assert growing.ready.wait(SECONDS)
    growing.stop()
    assert "node.no-trust" in heard


def test_of_several_processes_one_projects_and_the_others_look_again(
    site: Site, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What each would do is the same; on SQLite there is one process."""
    with site.alone() as first, site.alone() as second:
        assert (first, second) == (True, True)
    engine = open_projections(postgres)
    shared, done = replace(site, projections=engine), list[str]()
    monkeypatch.setattr(Site, "project", lambda _: done.append("projected"))
    growing = Growing(shared, admits=False)

    with shared.alone() as first:
        assert first
        assert not growing._follow()
    assert growing._follow()
    assert done == ["projected"]
    engine.dispose()


def test_who_serves_nobody_projects_and_who_serves_reads_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Projecting computes for long: no request waits for it in a process of its own."""
    done: list[str] = []
    monkeypatch.setattr(Site, "project", lambda _: done.append("projected"))
    monkeypatch.setattr(Site, "warm", lambda _: done.append("read"))

    assert Growing(site, admits=False, serves=False)._follow()
    assert done == ["projected"]
    reads = Growing(site, admits=False, projects=False)
    assert reads._follow()
    assert done == ["projected", "read"]
    assert reads._grown() == site.positions()


def _several(
    site: Site, monkeypatch: pytest.MonkeyPatch, run: Callable[[], bool],
    told: Callable[[], None] = lambda: None,
) -> list[str]:  # fmt: skip
    """Serve from several processes, whose part `run` takes; it tells whether all is as it is to.

    Returns the addresses that were said; `told` is called after each.
    """
    heard: list[str] = []

    def hear(address: str) -> None:
        heard.append(address)
        told()

    site.close()
    for name in Serving(root=site.node.root).to_environment():
        monkeypatch.setenv(name, "")
    ran: list[bool] = []
    monkeypatch.setattr("uvicorn.run", lambda *_, **__: ran.append(run()))
    try:
        serve(Serving(root=site.node.root, port=0, workers=2), hear)
    finally:
        assert ran == [True]
    return heard


@pytest.mark.enable_socket
def test_what_starts_several_processes_projects_for_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers nobody; they are told that they need not."""
    projected = Event()
    monkeypatch.setattr(Site, "project", lambda _: projected.set())

    def run() -> bool:
        return projected.wait(SECONDS) and not Serving.from_environment(os.environ).projects

    assert _several(site, monkeypatch, run) == []


@pytest.mark.enable_socket
def test_several_processes_are_ready_when_one_of_them_listens(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before: whoever is told asks at once."""
    sockets: list[socket.socket] = []
    bound = listen
    told = Event()

    def kept(serving: Serving) -> socket.socket:
        sockets.append(bound(serving))
        return sockets[-1]

    def run() -> bool:
        sockets[0].listen()
        return told.wait(SECONDS)

    monkeypatch.setattr("sunlit.web.serving.listen", kept)
    (said,) = _several(site, monkeypatch, run, told.set)
    assert said.startswith("http://127.0.0.1:")


@pytest.mark.enable_socket
def test_what_starts_several_processes_ends_where_its_projecting_cannot_go_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And ends them: they would show what was for as long as they go on."""
    killed: Event = Event()
    monkeypatch.setattr("os.kill", lambda *_: killed.set())
    monkeypatch.setattr("sunlit.bootstrap.supervising.FIRST_PAUSE", 0.0)

    def broken(_: Site) -> str:
        raise RuntimeError

    monkeypatch.setattr(Site, "grown", broken)

    with pytest.raises(UnavailableError, match="failed too often"):
        _several(site, monkeypatch, lambda: killed.wait(SECONDS))


def test_what_fails_at_every_look_is_told_once_for_a_while(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that cannot be read fills no disk with a line a second."""
    (site.node.root / "trust.json").unlink()
    monkeypatch.setattr("sunlit.bootstrap.growing.LOOK_SECONDS", 0.0)
    heard, looks, seen = list[str](), list[str](), Event()

    def grown(it: Site) -> str:
        looks.append(it.node.name)
        if len(looks) > 5:
            seen.set()
        return "grown"

    monkeypatch.setattr(Site, "grown", grown)
    growing = Growing(site, admits=False, told=heard.append)
    growing.start()

    assert seen.wait(SECONDS)
    growing.stop()
    assert heard == ["node.no-trust"]


def test_a_log_that_cannot_be_projected_keeps_no_other_from_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others' entries are there, and what is wrong with the first is told."""
    done: list[str] = []

    def project(_engine: object, home: Home, _trust: object) -> int:
        done.append(home.origin)
        if len(done) == 1:
            raise UnavailableError("log.broken", "no")
        return 1

    monkeypatch.setattr("sunlit.bootstrap.site.project", project)
    many = replace(site, homes=(*site.homes, *site.homes))

    with pytest.raises(UnavailableError, match="no"):
        many.project()
    assert len(done) == 2 * len(site.homes)


@pytest.mark.enable_socket
def test_a_server_whose_projecting_cannot_go_on_ends_with_an_error(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What started it starts it again; an end without an error would leave it ended."""
    site.close()

    def broken(_: Site) -> str:
        raise RuntimeError

    monkeypatch.setattr(Site, "grown", broken)
    monkeypatch.setattr("sunlit.bootstrap.supervising.FIRST_PAUSE", 0.0)

    found = _run("serve", "--at", site.node.root, "--port", "0")

    assert isinstance(found.exception, UnavailableError)
    assert (found.exception.code, found.exception.exit_code) == ("serve.gave-up", 3)


def test_one_of_several_processes_that_cannot_go_on_is_replaced(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stops as it does when it is told to; its parent begins another."""
    killed: list[tuple[int, int]] = []
    for name, value in Serving(root=site.node.root).to_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("os.kill", lambda *given: killed.append(given))
    app = from_environment()

    app.state.growing.gave_up()
    app.state.site.close()

    assert killed == [(os.getpid(), signal.SIGTERM)]


def test_a_database_that_went_away_is_told(site: Site) -> None:
    """The driver's own error is named by its kind, and its text is kept from the log."""

    class GoneError(Exception):
        pass

    class Broken(Site):
        def project(self) -> int:
            raise GoneError("password=hunter2")

    broken = Broken(**{**vars(site), "lost": (GoneError,)})
    heard: list[str] = []
    growing = Growing(broken, admits=False, told=heard.append)
    growing.start()

    assert growing.ready.wait(SECONDS)
    growing.stop()
    assert set(heard) == {"GoneError"}
