"""What is tried on the wire: two requests in one, other hosts, odd names; and what logs tell."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup
from starlette.testclient import TestClient

from sunlit.base.slugs import slug
from sunlit.base.wording import text
from sunlit.bootstrap.site import Site
from sunlit.node.known import use_key
from sunlit.node.permission import Role
from sunlit.web.app import create_app
from sunlit.web.pages import TURNS, seen
from tests.rubric.story import DEPLOYER
from tests.web.hostile import said_more
from tests.web.people import sign_in
from tests.web.test_foundation_limits import served

HOST = b"Host: localhost\r\n"
HIDDEN = b"GET /healthz/live HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
POST = b"POST /api/v1/statements HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
ODD = (
    "%00", "%FF%FE", "9" * 400, "-1", "%2e%2e%2f", "%0d%0aX:y", "%E2%80%AE", "_00", "_ed_a0_80",
    "18446744073709551616", "'--",
)  # fmt: skip


@pytest.fixture(scope="module")
def port(shared_site: Site) -> Iterator[int]:
    """Serve the node as it is served."""
    with served(create_app(shared_site), 1.0) as found:
        yield found


def _answers(port: int, sent: bytes) -> tuple[list[int], bytes]:
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(sent)
        while piece := connection.recv(65536):
            found += piece
    return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3}) ", found)], found


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        POST + b"Content-Length: 4\r\nContent-Length: 90\r\n\r\nabcd" + HIDDEN,
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
        POST + b"Content-Length: +4\r\n\r\nabcd" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n" + HIDDEN,
        b"GET / HTTP/1.1\r\nHost: evil.example@localhost\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n" + HIDDEN,
    ],
)
def test_no_second_request_hides_in_one(port: int, sent: bytes) -> None:
    """What two servers could read differently is refused, and the connection is closed."""
    answers, _ = _answers(port, sent)

    assert answers == [400]


@pytest.mark.enable_socket
def test_no_line_end_gets_into_an_answers_head(port: int) -> None:
    """Nothing that an address says makes a header; no header says where the node is."""
    for path in (b"/kept/%0d%0aX-Y:z/%0d%0aSet-Cookie:x=y", b"/cy/%0d%0aSet-Cookie:x=y", b"/work"):
        asked = b"GET " + path + b" HTTP/1.1\r\n" + HOST
        forged = b"X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n"
        _, found = _answers(port, asked + forged + b"Connection: close\r\n\r\n")
        head = found.split(b"\r\n\r\n")[0].lower()
        assert b"\nset-cookie: x" not in head
        assert b"\nx-y:" not in head
        assert b"evil.example" not in head


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_name_is_nothings_name(shared_client: TestClient, odd: str) -> None:
    """Zeros, halves of pairs, numbers without end: nothing is there, and nothing breaks."""
    for path in (
        "/components/{}", "/records/{}/{}", "/organisations/{}", "/boards/{}", "/register/{}/{}",
        "/log/{}", "/log/{}/{}", "/statements/{}", "/problems/{}", "/kept/report/{}",
        "/api/v1/components/{}", "/api/v1/records/{}/{}", "/api/v1/logs/{}/entries/{}",
        "/api/v1/submissions/{}", "/components?source={}", "/figures/{}",
    ):  # fmt: skip
        found = shared_client.get(path.replace("{}", odd))
        assert found.status_code in {200, 400, 404, 414, 422}, (path, found.status_code)


@pytest.mark.enable_socket
def test_a_server_tells_no_version(port: int) -> None:
    """Neither what serves nor with what; no other origin may read it, nobody learns whence."""
    for path in (b"/", b"/nowhere", b"/api/v1/logs"):
        asked = b"GET " + path + b" HTTP/1.1\r\nOrigin: https://evil.example\r\n" + HOST
        _, found = _answers(port, asked + b"Connection: close\r\n\r\n")
        head = found.split(b"\r\n\r\n")[0].lower()
        assert not re.search(rb"\n(server|via|x-powered-by|access-control-[a-z-]+):", head)
        assert b"\nreferrer-policy: same-origin" in head
        assert b"\nx-frame-options: deny" in head


def test_every_answer_says_its_type(shared_client: TestClient) -> None:
    """With its characters, where it is text."""
    for path in ("/", "/nowhere", "/components.csv", "/api/v1/logs", "/api/v1/nowhere", "/healthz"):
        kind = shared_client.get(path).headers["content-type"]
        assert "json" in kind or "charset=utf-8" in kind


def test_no_page_turns_or_hides_letters(client: TestClient, site: Site) -> None:
    """Cells, entries, lists of work: a text that would read as another one is shown by number."""
    said_more(site)
    sign_in(client, site, DEPLOYER, Role.OFFICER, Role.ASSESSOR)
    entry = f"{slug(site.homes[0].origin)}/{site.homes[0].reader().size - 1}"
    for path in (
        f"/register/{use_key(DEPLOYER, '<b>other</b>')}/M1", f"/log/{entry}",
        "/work/uses", "/work/reviews", "/components", "/register",
    ):  # fmt: skip
        found = client.get(path)
        assert found.status_code == 200, path
        assert not TURNS.search(found.text), path
    assert seen(Markup("<b>\u202e</b>")) == Markup("<b>[U+202E]</b>")
    assert seen(text("of %(name)s", name="\u202e")) == "of [U+202E]"  # a sentence of ours


def test_a_sentence_with_a_hostile_name_breaks_no_page(shared_client: TestClient) -> None:
    """What is put into a page may be a sentence that knows its pattern, told or not."""
    made = shared_client.app.state.environments["cy"]  # type: ignore[attr-defined] # our own
    hostile = text("%(name)s owns it", name="a\u202e%s {0}<b>")
    page = made.from_string("{{ said }} {{ said|first_capital }}").render(said=hostile)
    assert page == "a[U+202E]%s {0}&lt;b&gt; owns it A[U+202E]%s {0}&lt;b&gt; owns it"


def test_an_unconfigured_log_tells_no_values() -> None:
    """A program that only imports the website prints where it failed, and nothing of what."""
    text = (
        "from sunlit.web.logs import LOGGER\n"
        "def f(secret):\n"
        "    raise ValueError(secret)\n"
        "try:\n"
        "    f('Margaret')\n"
        "except ValueError as error:\n"
        "    LOGGER.error('unexpected', exc_info=error)\n"
    )

    found = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip

    assert "ValueError" in found.stdout
    assert "Margaret" not in found.stdout + found.stderr
