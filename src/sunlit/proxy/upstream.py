"""The model's endpoint: one request to it, byte for byte, and its answer in pieces."""

import asyncio
import io
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from sunlit.base.errors import UnavailableError
from sunlit.proxy.config import Limits
from sunlit.proxy.headers import is_clean

# Longer than uvicorn's 5 seconds would race with the upstream's closing of an idle connection.
KEEP_ALIVE: Final = 4.0
FINAL: Final = 200  # below are answers that are none yet; aiohttp passes on a 101
LARGE: Final = 1 << 20  # from here on a body is written in pieces, so that the loop goes on
_NOT_OURS: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_MEND: Final = "see that the model's endpoint runs and that --upstream names it"


class Upstream:
    """Asks one endpoint. Nothing is followed, decompressed, retried or remembered."""

    def __init__(self, url: str, limits: Limits) -> None:
        """Take the endpoint's URL; call it within a running loop."""
        self._url = url
        self._limits = limits
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect_seconds, sock_read=None
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_NOT_OURS,
            max_field_size=32_768,
            max_line_size=32_768,
        )

    async def ask(
        self, method: str, raw_path: str, headers: CIMultiDict[str], body: bytes | None
    ) -> aiohttp.ClientResponse:
        """Send a request; return when the answer's headers are there. `raw_path` stays encoded.

        Raises:
            UnavailableError: `proxy.upstream-unreachable`, `proxy.upstream-timeout`,
                `proxy.upstream-broken`.
        """
        try:
            async with asyncio.timeout(self._limits.answer_seconds):
                answer = await self._session.request(
                    method, URL(self._url + raw_path, encoded=True), headers=headers,
                    data=io.BytesIO(body) if body is not None and len(body) >= LARGE else body,
                    allow_redirects=False,
                )  # fmt: skip
        except TimeoutError as error:
            raise UnavailableError(
                "proxy.upstream-timeout", "the model's endpoint did not answer in time",
                expected=f"an answer within {self._limits.answer_seconds} s", mend=_MEND,
            ) from error  # fmt: skip
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnavailableError(
                "proxy.upstream-unreachable", "the model's endpoint cannot be reached",
                got=type(error).__name__, mend=_MEND,
            ) from error  # fmt: skip

        if answer.status < FINAL:
            answer.close()
            raise UnavailableError(
                "proxy.upstream-broken", "the model's endpoint changed to another protocol",
                expected="an answer in HTTP", mend=_MEND,
            )  # fmt: skip
        if not is_clean(answer.headers, answer.reason or ""):
            answer.close()
            raise UnavailableError(
                "proxy.upstream-broken", "the model's endpoint answered with an odd header",
                expected="a status and headers in UTF-8 without control characters",
                mend="correct the header that the model's endpoint sends",
            )  # fmt: skip
        return answer

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()


class Pieces:
    """An answer's body as it comes: one piece for each chunk, or less where it came in parts."""

    def __init__(self, answer: aiohttp.ClientResponse, seconds: int) -> None:
        self._answer = answer
        self._seconds = seconds

    async def __aenter__(self) -> Self:
        """Do nothing: the connection is there."""
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """Let go of the connection: back to the pool where the body was read to its end."""
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()

    async def next(self) -> bytes:
        """Return the next piece; nothing at the end.

        Raises:
            UnavailableError: `proxy.upstream-broken`, `proxy.upstream-timeout`.
        """
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    data, ends_chunk = await self._answer.content.readchunk()
                    if data or not ends_chunk:
                        return data
        except TimeoutError as error:
            raise UnavailableError(
                "proxy.upstream-timeout", "the model's endpoint stopped in the middle",
                expected=f"a next piece within {self._seconds} s", mend=_MEND,
            ) from error  # fmt: skip
        except (aiohttp.ClientError, OSError) as error:
            raise UnavailableError(
                "proxy.upstream-broken", "the model's endpoint broke off its answer",
                got=type(error).__name__, mend=_MEND,
            ) from error  # fmt: skip

    async def whole(self, most: int) -> bytes:
        """Return the whole body.

        Raises:
            UnavailableError: as `next`; `proxy.response-too-large`.
        """
        parts: list[bytes] = []
        size = 0
        while data := await self.next():
            size += len(data)
            if size > most:
                raise too_large(most)
            parts.append(data)
        return b"".join(parts)


def too_large(most: int) -> UnavailableError:
    """Return the error for an answer of which no record could be kept."""
    return UnavailableError(
        "proxy.response-too-large", "the answer is larger than what may be recorded",
        expected=f"at most {most} bytes", mend="raise limits.response_bytes",
    )  # fmt: skip


def is_delimited(headers: Iterable[str]) -> bool:
    """Tell whether the end of a body is told apart from a lost connection (RFC 9112 6.3)."""
    names = {name.lower() for name in headers}
    return bool(names & {"content-length", "transfer-encoding"})
