"""A node over HTTP: its logs are read and checked, statements are handed in, little is believed."""

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sunlit.adapters import node_http
from sunlit.adapters.node_http import HttpFiles, expect_safe, send
from sunlit.authority.statements import sign_claim
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.claims.authority import Organisation, Role
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.registry.mirror import open_files, take_from
from sunlit.testing.authority import ROOT, START, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import admit, give_trust, home_at, trust_for

NODE = "https://node.example"
Answer = Callable[[httpx.Request], httpx.Response]


def answering(status: int, body: object = None, **headers: str) -> httpx.MockTransport:
    """Return a node that always answers so."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.MockTransport(lambda _: httpx.Response(status, content=data, headers=headers))


def serving(home: Home) -> httpx.MockTransport:
    """Return a node that serves a home's log."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = home.log_directory / request.url.path.removeprefix("/logs/x/")
        return httpx.Response(200, content=path.read_bytes()) if path.is_file() else (
            httpx.Response(404)
        )  # fmt: skip

    return httpx.MockTransport(answer)


@pytest.fixture
def homes(tmp_path: Path) -> tuple[Home, Home]:
    """Two homes that name each other's logs; the first one's holds a statement."""
    clock = SetClock(START)
    first = home_at(tmp_path / "first", ROOT, clock, [Role.OPERATOR])
    second = home_at(tmp_path / "second", ROOT, clock, [Role.OPERATOR], origin="second.example/log")
    give_trust(trust_for(first, second), first, second)
    claim = Organisation(id="new.example", name="New")
    admit(first, sign_claim(claim, [named_key(f"{ROOT}/operator")]), clock)
    return first, second


def test_a_log_that_a_node_serves_is_taken_over(homes: tuple[Home, Home]) -> None:
    """As from a directory: every file is checked by the checkpoint, whoever served it."""
    first, second = homes
    files = HttpFiles(f"{NODE}/logs/x/", transport=serving(first))
    with open_ledger(second, SetClock(START)) as ledger:
        reader = open_files(files, second.trust(START), "x")
        taken = take_from(ledger, reader, lambda _done, _all: None)

    assert (taken.new, taken.refused) == (1, [])
    assert second.reader().size == 1


def test_a_node_that_changes_a_file_is_found_out(homes: tuple[Home, Home]) -> None:
    """Its answer is refused by the checkpoint's root, not believed."""
    first, second = homes
    inner = serving(first)

    def forged(request: httpx.Request) -> httpx.Response:
        found = inner.handle_request(request)
        data = found.read()
        if "/tile/0/" in request.url.path:
            data = bytes([data[0] ^ 1]) + data[1:]
        return httpx.Response(found.status_code, content=data)

    files = HttpFiles(f"{NODE}/logs/x", transport=httpx.MockTransport(forged))
    with pytest.raises(VerificationError, match="do not lead to the root"):
        open_files(files, second.trust(START), "x")


@pytest.mark.parametrize(
    "url",
    ["http://node.example", "ftp://x", "https://", "https://a@b.example", "https://x/?a=1",
     "node.example", "file:///etc/passwd"],
)  # fmt: skip
def test_only_https_or_this_machine_is_spoken_to(url: str) -> None:
    """Anything else is refused before anything is sent."""
    with pytest.raises(MalformedError, match="no address to talk to"):
        expect_safe(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost/", "http://[::1]:1"])
def test_this_machine_is_spoken_to_without_https(url: str) -> None:
    """A development server is on loopback."""
    assert expect_safe(url) == url.rstrip("/")


def test_a_missing_file_is_none_and_anything_else_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A redirect is not followed; an endless file is cut off."""
    assert HttpFiles(NODE, transport=answering(404)).get("checkpoint") is None
    for transport in (answering(302, location="https://elsewhere.example"), answering(500)):
        with pytest.raises(UnavailableError, match="does not answer"):
            HttpFiles(NODE, transport=transport).get("checkpoint")
    monkeypatch.setattr(node_http, "MAX_FILE", 3)
    with pytest.raises(UnavailableError, match="does not answer"):
        HttpFiles(NODE, transport=answering(200, b"xxxx")).get("checkpoint")


def test_a_receipt_comes_back_or_a_place_to_ask(homes: tuple[Home, Home]) -> None:
    """201 and 200 with the entry and its proof, 202 with where they will be."""
    del homes
    receipt = {"entry": b64encode(b"e").decode(), "proof": b64encode(b"p").decode(), "index": 3,
               "log": "log.example"}  # fmt: skip
    done = send(NODE, b"{}", answering(201, {"receipt": receipt}))
    waits = send(NODE, b"{}", answering(202, {"submission": "ab", "receipt": None}))

    assert (done.entry, done.proof, done.index, done.log) == (b"e", b"p", 3, "log.example")
    assert (waits.entry, waits.later) == (None, "/api/v1/submissions/ab")


@pytest.mark.parametrize(
    ("transport", "code"),
    [
        (answering(409, {"code": "admit.refused", "what": "no\x1b[2J", "mend": "m"}),
         "remote.refused"),
        (answering(404, {}), "remote.refused"),
        (answering(429, {}), "remote.busy"),
        (answering(503, b"down"), "remote.busy"),
        (answering(200, b"<html>"), "remote.answer"),
        (answering(200, [1]), "remote.answer"),
        (answering(201, {"receipt": {"entry": "?", "proof": "", "index": 0}}), "remote.answer"),
        (answering(201, {"receipt": {"entry": "", "proof": "", "index": "x"}}), "remote.answer"),
    ],
)  # fmt: skip
def test_what_a_node_answers_instead_is_said_in_words(
    transport: httpx.MockTransport, code: str
) -> None:
    """Refused, busy, or no Sunlit node at all; nothing that a terminal obeys is repeated."""
    with pytest.raises(SunlitError) as caught:
        send(NODE, b"{}", transport)

    assert caught.value.code == code
    assert "\x1b" not in str(caught.value)


def test_a_connection_that_breaks_is_unavailable() -> None:
    """It may be tried again."""

    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    with pytest.raises(UnavailableError, match="does not answer"):
        send(NODE, b"{}", httpx.MockTransport(broken))
