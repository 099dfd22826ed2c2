"""Which headers pass: RFC 9110 section 7.6 for an intermediary, and nothing of the guard's own."""

import re
from typing import Final

from multidict import CIMultiDict, CIMultiDictProxy

OWN: Final = "sunlit-"
# RFC 9110 7.6.1, and RFC 9112 for framing. `Expect` was answered here; `Host` is the upstream's.
HOP_BY_HOP: Final = frozenset(
    {
        "connection", "content-length", "expect", "host", "keep-alive", "proxy-authenticate",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    }
)  # fmt: skip
TRACE: Final = frozenset({"traceparent", "tracestate"})
VIA: Final = "1.1 sunlit"

# What aiohttp drops (bytes that are no UTF-8, read as surrogates) or will not write.
_UNCLEAN: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

Headers = CIMultiDict[str] | CIMultiDictProxy[str]


def to_upstream(headers: Headers, trace: dict[str, str]) -> CIMultiDict[str]:
    """Return the request headers that go on, with `Via` and this hop's trace context."""
    kept = _end_to_end(headers, without=HOP_BY_HOP | TRACE)
    kept.update(trace)
    # RFC 9110 7.6.3: a gateway MUST send Via in each inbound request message.
    kept.add("Via", VIA)
    return kept


def to_client(headers: Headers, own: dict[str, str]) -> CIMultiDict[str]:
    """Return the response headers that go on, with the guard's own.

    An upstream's `Sunlit-*` headers are dropped: only the guard speaks for the guard.
    """
    kept = _end_to_end(headers, without=HOP_BY_HOP)
    kept.update(own)
    return kept


def is_clean(headers: Headers, reason: str = "") -> bool:
    """Tell whether headers and a status line's reason can be written again as they were read."""
    return not any(
        _UNCLEAN.search(text) for text in (reason, *(one for row in headers.items() for one in row))
    )


def content_length(headers: Headers) -> int | None:
    """Return the length that the upstream announced; None for a body of unknown length."""
    text = headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _end_to_end(headers: Headers, *, without: frozenset[str]) -> CIMultiDict[str]:
    # RFC 9110 7.6.1: what Connection nominates is for this hop only.
    nominated = {
        token.strip().lower()
        for line in headers.getall("Connection", [])
        for token in line.split(",")
    }
    dropped = without | nominated
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in dropped and not name.lower().startswith(OWN)
    )
