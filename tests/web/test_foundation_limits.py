"""What a request may ask for: host, size, pace, patience; and a log's files, nothing else."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from starlette.testclient import TestClient
from starlette.types import Message

from sunlit.base.slugs import slug
from sunlit.bootstrap.site import Site
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from sunlit.web.limits import Buckets, Limits, _Body, client_of
from sunlit.web.patient import PatientProtocol
from sunlit.web.serving import OPTIONS

SMALL = Limits(body=1000, fields=5, headers=2000, address=200, rate=0)


@pytest.fixture(scope="module")
def bounded(shared_site: Site) -> Iterator[TestClient]:
    """Return a client of a site with small limits and a route that reads what is sent."""
    app: FastAPI = create_app(shared_site, limits=SMALL)

    @app.post("/read")
    async def read(request: Request) -> dict[str, int]:
        return {"fields": len(await request.form())}

    with TestClient(app, base_url=URL, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("host", ["evil.example", "", "node.example.evil.example", "[::2]", "a/b"])
def test_another_host_is_refused(bounded: TestClient, host: str) -> None:
    """Only the node's own name and this machine's are answered; ports do not matter."""
    assert bounded.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["node.example", "NODE.example:8443", "localhost:1", "[::1]:80"])
def test_the_nodes_own_host_is_answered(bounded: TestClient, host: str) -> None:
    """Behind a proxy, and on the machine itself."""
    assert bounded.get("/", headers={"Host": host}).status_code == 200


def test_what_is_too_large_is_refused_before_it_is_read(bounded: TestClient) -> None:
    """Bodies that say so, bodies that do not, heads, addresses, a form with many fields."""

    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b"a" * 100

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert bounded.post("/read", content=b"a" * 1001).status_code == 413
    assert bounded.post("/read", content=pieces(), headers=form).status_code == 413
    assert bounded.get("/", headers={"X-A": "a" * 3000}).status_code == 431
    assert bounded.get("/?" + "a" * 300).status_code == 414
    assert bounded.post("/read", content=b"a=1&b=2&c=3&d=4&e=5&f=6", headers=form).status_code == 413  # fmt: skip  # noqa: E501
    assert bounded.post("/read", data={"a": "1", "b": "2"}).json() == {"fields": 2}
    assert bounded.get("/", headers={"Content-Length": "-5"}).status_code == 413


def test_a_client_has_a_bucket_that_fills_again() -> None:
    """A burst is let in, then so many a second; others are not held up; few are remembered."""
    at = [0.0]
    buckets = Buckets(Limits(rate=2, burst=3, clients=2), now=lambda: at[0])

    assert [buckets.takes("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.takes("b")
    at[0] = 0.5
    assert [buckets.takes("a") for _ in range(2)] == [True, False]
    assert buckets.takes("c")
    assert buckets.takes("b")
    assert Buckets(Limits(rate=0)).takes("a")


def test_too_many_requests_are_told_to_wait(shared_site: Site) -> None:
    """429 with a time to wait, as a page."""
    app = create_app(shared_site, limits=Limits(rate=0.001, burst=1))
    with TestClient(app, base_url=URL) as client:
        assert client.get("/").status_code == 200
        found = client.get("/")

    assert found.status_code == 429
    assert found.headers["retry-after"]
    assert "Too many requests" in found.text


@pytest.mark.parametrize(("host", "bucket"), [
    ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ("2001:db8::1", "20010db800000000"), ("2001:db8::2", "20010db800000000"), ("unix", "unix"),
])  # fmt: skip
def test_a_network_shares_a_bucket(host: str, bucket: str) -> None:
    """Whoever has one IPv6 address has a /64 of them."""
    assert client_of({"client": (host, 1)}) == bucket
    assert client_of({}) == ""


def test_a_slow_body_is_not_waited_for() -> None:
    """408 when a piece does not come in time; after the last piece there is no limit."""

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def whole() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def play() -> None:
        slow = _Body(never, Limits(pause=0.01), {})
        with pytest.raises(HTTPException) as caught:
            await slow.receive()
        assert caught.value.status_code == 408
        done = _Body(whole, Limits(pause=0), {})
        done._until = asyncio.get_running_loop().time() + 5
        done._limits = Limits(pause=5)
        await done.receive()
        assert (await done.receive())["type"] == "http.request"

    asyncio.run(play())


@contextmanager
def served(app: Callable[..., object], patience: float) -> Iterator[int]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # whoever comes before the server is there waits
    hasty = type("Hasty", (PatientProtocol,), {"patience": patience})
    told = {"log_config": None, "lifespan": "off", "timeout_keep_alive": 1}
    config = uvicorn.Config(app, **{**OPTIONS, **told, "http": hasty})
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.mark.enable_socket
def test_a_head_that_does_not_end_is_hung_up_on(shared_site: Site) -> None:
    """Nothing, half a head, half a second head: closed; a whole one is answered first."""
    head = b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n"
    with served(create_app(shared_site), 0.2) as port:
        for sent, answered in ((b"", False), (head, False), (head + b"\r\n" + head, True)):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
                connection.sendall(sent)
                found = b""
                while piece := connection.recv(65536):
                    found += piece
            assert (b"200 OK" in found) == answered


# --- a log's files --------------------------------------------------------------------------


def test_a_logs_files_are_served_as_they_are(shared_client: TestClient, shared_site: Site) -> None:
    """Every file of the log's public directory, byte for byte, with its tag; 304 for it."""
    home = shared_site.homes[0]
    base = f"/logs/{slug(home.origin)}/"
    files = [path for path in home.log_directory.rglob("*") if path.is_file()]
    assert len(files) > 4
    for path in files:
        name = path.relative_to(home.log_directory).as_posix()
        found = shared_client.get(base + name)
        assert found.content == path.read_bytes(), name
        tag = {"If-None-Match": found.headers["etag"]}
        assert shared_client.get(base + name, headers=tag).status_code == 304
        immutable = "immutable" in found.headers["cache-control"]
        assert immutable == (name != "checkpoint")
        assert found.headers["access-control-allow-origin"] == "*"


HOSTILE = (
    "../sunlit-home.json", "../private/keys/log.pem", "../lock.sqlite", "..%2fsunlit-home.json",
    "%2e%2e/sunlit-home.json", "tile/../../private/keys/log.pem", "tile/0/..%2f..%2ftrust.json",
    "checkpoint%00", "checkpoint/", "/checkpoint", "tile/0/000/../../../../trust.json", "",
    "tile/0/0", "tile/99/000", "tile/0/x00/000", "tile/entries/000.p/256000", "checkpoints/..",
    "checkpoints/-1", "tile\\0\\000", "tile/0/%D9%A0%D9%A0%D9%A0", "lock.sqlite",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_else_of_a_home_has_an_address(
    shared_client: TestClient, shared_site: Site, name: str
) -> None:
    """Keys, settings, the lock: no path leads to them, however it is written."""
    base = f"/logs/{slug(shared_site.homes[0].origin)}/"
    request = shared_client.build_request("GET", base)
    raw = request.url.copy_with(raw_path=(base + name.replace("\\", "%5C")).encode())

    found = shared_client.get(raw)

    assert found.status_code == (400 if "%00" in name else 404), found.text[:200]
    assert b"PRIVATE" not in found.content


def test_a_link_out_of_the_log_is_not_followed(client: TestClient, site: Site) -> None:
    """Only names of the log's own form are read; an unknown log has none."""
    directory = site.homes[0].log_directory
    (directory / "secret").symlink_to(Path(site.homes[0].root) / "sunlit-home.json")

    assert client.get(f"/logs/{slug(site.homes[0].origin)}/secret").status_code == 404
    assert client.get("/logs/nobody.example/checkpoint").status_code == 404
