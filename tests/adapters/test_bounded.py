"""A server that means ill: endless, slow or packed answers, and where the node speaks to at all."""

import ast
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import httpx
import pytest

import sunlit
from sunlit.adapters.bounded import asked
from sunlit.adapters.oidc import Provider, Settings
from sunlit.base.errors import UnavailableError
from sunlit.testing.clock import SetClock

AT = datetime(2026, 2, 1, tzinfo=UTC)
URL = "https://there.example/x"
# What opens a connection to another machine, by who may.
SPEAKERS = {"httpx", "urllib.request", "http.client", "smtplib", "requests", "aiohttp"}
MAY = {"adapters": {"bounded.py", "mail.py", "node_http.py", "oidc.py", "reach.py", "webhook.py"}}
# The guard beside a model, and audits of one: commands of their own, which no node runs.
BESIDE = {"guard", "proxy", "producers"}


class Drip(httpx.SyncByteStream):
    """A body that never ends."""

    def __init__(self, part: bytes) -> None:
        self.part, self.given = part, 0

    def __iter__(self) -> Iterator[bytes]:
        """Give the same again and again."""
        while True:
            self.given += 1
            yield self.part


def _client(answer: httpx.Response) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(lambda _: answer))


def test_an_endless_answer_is_left_early() -> None:
    """Not read whole and measured then."""
    body = Drip(b"x" * 100)

    with pytest.raises(httpx.ReadError), _client(httpx.Response(200, stream=body)) as client:
        asked(client, "GET", URL, most=1000)

    assert body.given == 11


def test_an_answer_that_drips_is_left() -> None:
    """Each piece comes in time; all of them would take for ever."""
    ticks = count(0, 20)
    body = Drip(b"x")

    with pytest.raises(httpx.ReadTimeout), _client(httpx.Response(200, stream=body)) as client:
        asked(client, "GET", URL, most=10**9, clock=lambda: next(ticks))

    assert body.given < 6


def test_a_packed_answer_is_not_unpacked() -> None:
    """Ten kilobytes that unpack to ten megabytes stay ten kilobytes."""
    bomb = httpx.Response(
        200, headers={"content-encoding": "gzip"},
        stream=httpx.ByteStream(gzip.compress(bytes(10**7))),
    )  # fmt: skip

    with pytest.raises(httpx.DecodingError), _client(bomb) as client:
        asked(client, "GET", URL, most=10**6)


@pytest.mark.parametrize("body", [b"[" * 100_000, b"x" * 300_000, b"{}", b"\xff"])
def test_whatever_the_provider_answers_nobody_sees_a_mistake_of_ours(body: bytes) -> None:
    """Nested deep, too long, empty, no UTF-8: it cannot be used now."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    settings = Settings(issuer="https://idp.example", client_id="node")
    provider = Provider(settings=settings, clock=SetClock(AT), transport=transport)

    with pytest.raises(UnavailableError) as told:
        provider.begin("https://node.example/sign-in/return")

    assert told.value.code == "signin.provider"


def test_only_these_modules_speak_to_other_machines() -> None:
    """Each speaks to an address of the settings or the command line, none to one of a statement."""
    root = Path(sunlit.__file__).parent
    found: dict[str, set[str]] = {}
    for path in root.rglob("*.py"):
        if _imported(path) & SPEAKERS:
            found.setdefault(path.relative_to(root).parts[0], set()).add(path.name)

    assert {part: names for part, names in found.items() if part not in BESIDE} == MAY


def _imported(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    if not any(name in text for name in SPEAKERS):
        return set()
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {str(node.module)} | {f"{node.module}.{one.name}" for one in node.names}
    return names
