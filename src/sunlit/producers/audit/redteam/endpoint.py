"""Asks an OpenAI-compatible endpoint: one host, no redirect, bounded answers, nothing else.

The standard library's client keeps one connection a worker. Proxies of the environment are not
used, compressed answers are not asked for, and no header says who asks.
"""

import json
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from socket import SHUT_RDWR
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from sunlit.base.errors import MalformedError
from sunlit.producers.audit.redteam.probes import Probe
from sunlit.producers.audit.redteam.target import MAX_TEXT, Answer, Sampling

MAX_BYTES: Final = 4 * 1024 * 1024  # of one answer
_PIECE: Final = 65_536
_BUSY: Final = (429, 500, 502, 503, 504)


class Endpoint:
    """An endpoint's base URL, such as `http://127.0.0.1:8000/v1`."""

    def __init__(
        self, url: str, sampling: Sampling, *, key: str = "", before: str = "", seconds: float = 120
    ) -> None:
        """Take the URL; `before` is the deployer's own system prompt, `seconds` bound an answer.

        Raises:
            MalformedError: `redteam.endpoint`.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
            raise _no_endpoint(url)
        try:
            self.port = parts.port
        except ValueError as error:
            raise _no_endpoint(url) from error
        self.host, self.is_tls = parts.hostname, parts.scheme == "https"
        self.path = parts.path.rstrip("/").removesuffix("/chat/completions") + "/chat/completions"
        self.sampling, self.before, self.seconds = sampling, before, seconds
        self.kind = "loopback" if _is_loopback(self.host) else "other"
        self.headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            if not self.is_tls and self.kind != "loopback":
                raise MalformedError(
                    "redteam.endpoint", "a key would travel in the clear",
                    expected="https, or a host of this machine", mend="use the https address",
                )  # fmt: skip
            self.headers["Authorization"] = f"Bearer {key}"

    def asker(self) -> "_Asker":
        """Return a connection of its own."""
        return _Asker(self)

    def connection(self) -> HTTPConnection:
        """Return a new, unopened connection."""
        made = HTTPSConnection if self.is_tls else HTTPConnection
        return made(self.host, self.port, timeout=self.seconds)

    def body(self, probe: Probe, seed: int) -> bytes:
        """Return the request's body."""
        asked = self.sampling
        return json.dumps({
            "model": asked.model, "messages": probe.messages(self.before),
            "temperature": asked.temperature, "max_tokens": asked.max_tokens, "seed": seed,
            "stream": False,
        }).encode()  # fmt: skip


class _Asker:
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._connection = endpoint.connection()
        self._until = 0.0
        self._cut = False

    def ask(self, probe: Probe, seed: int) -> Answer:
        """Ask once, and open the connection again after any trouble."""
        until = self._until = monotonic() + self._endpoint.seconds
        try:
            self._connection.request(
                "POST",
                self._endpoint.path,
                self._endpoint.body(probe, seed),
                self._endpoint.headers,
            )
            response = self._connection.getresponse()
            answer = _answer(response.status, _read(response, until))
        except _TooLargeError:
            answer = Answer(error="too-large")
        except (HTTPException, OSError) as error:
            late = isinstance(error, TimeoutError) or monotonic() > until
            answer = Answer(error="timeout" if late else "connection")
        self._until = 0.0
        if self._cut:  # what came is the part before it was broken off, whatever it looks like
            self._cut, answer = False, Answer(error="timeout")
        if answer.error:
            self.close()
        return answer

    def watch(self, *, at_once: bool = False) -> None:
        """Break off what takes too long: an endpoint may send a byte now and then for ever."""
        held = self._connection.sock
        late = self._until and (at_once or monotonic() > self._until)
        if late and held is not None:
            self._cut = True
            with suppress(OSError):
                held.shutdown(SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        with suppress(OSError):
            self._connection.close()


class _TooLargeError(Exception):
    pass


def _read(response: HTTPResponse, until: float) -> bytes:
    """Read to the end, within the time for the whole and the size that is bearable."""
    parts, size = list[bytes](), 0
    while data := response.read(_PIECE):
        size += len(data)
        if size > MAX_BYTES:
            raise _TooLargeError
        if monotonic() > until:
            raise TimeoutError
        parts.append(data)
    if response.length:  # fewer bytes came than were announced
        raise ConnectionError
    return b"".join(parts)


def _answer(status: int, body: bytes) -> Answer:
    """Read an answer; what is none of the format says so and is never taken for a refusal."""
    if status in _BUSY:
        return Answer(error="busy")
    if status != 200:
        return Answer(error="redirect" if 300 <= status < 400 else f"status-{status}")
    try:
        document = json.loads(body)
        choice = document["choices"][0]
        message = choice["message"]
        text = message.get("content") or message.get("refusal") or ""
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return Answer(error="malformed")
    if not isinstance(text, str):
        return Answer(error="malformed")
    return Answer(
        text=text[:MAX_TEXT].encode("utf-8", "replace").decode(),
        finish=_word(choice.get("finish_reason")), model=_word(document.get("model")),
    )  # fmt: skip


def _word(value: object) -> str:
    return value[:200].encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _no_endpoint(url: str) -> MalformedError:
    del url  # it may hold a secret
    return MalformedError(
        "redteam.endpoint", "the endpoint is no address that can be asked",
        expected="http:// or https://, a host, no user name", mend="--endpoint http://127.0.0.1:8000/v1",
    )  # fmt: skip
