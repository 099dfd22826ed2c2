"""W3C Trace Context, level 1: read what came, take part with a span id of our own, pass it on."""

import re
import secrets
from dataclasses import dataclass
from typing import Final, Self

from sunlit.proxy.headers import Headers

_PARENT: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
MAX_STATE: Final = 2048  # 3.3.1.5 asks for at least 512 characters to be passed on
MAX_MEMBERS: Final = 32  # 3.3.1.1
SAMPLED: Final = 1
_NO_TRACE: Final = "0" * 32
_NO_SPAN: Final = "0" * 16


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where a request stands in a distributed trace."""

    trace_id: str
    span_id: str
    flags: int = 0
    state: str = ""

    @classmethod
    def read(cls, headers: Headers) -> Self | None:
        """Return what the caller sent; None where it is absent or invalid (3.2.2, 4.3)."""
        sent = headers.getall("traceparent", [])
        found = _PARENT.fullmatch(sent[0].strip()) if len(sent) == 1 else None
        if found is None:
            return None
        version, trace_id, span_id, flags, more = found.groups()
        # ff is forbidden; version 00 has no more fields; a later one may have.
        if version == "ff" or (version == "00" and more) or trace_id == _NO_TRACE:
            return None
        if span_id == _NO_SPAN:
            return None
        return cls(trace_id, span_id, int(flags, 16) & SAMPLED, _state(headers))

    @classmethod
    def new(cls) -> Self:
        """Start a trace: nobody before us did. Not sampled, as nothing is sent anywhere."""
        return cls(secrets.token_hex(16), secrets.token_hex(8))

    def child(self) -> "TraceContext":
        """Return the same trace with a span id of our own, tracestate untouched (3.4)."""
        return TraceContext(self.trace_id, secrets.token_hex(8), self.flags, self.state)

    @property
    def traceparent(self) -> str:
        """Return the header in version 00."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"

    def to_headers(self) -> dict[str, str]:
        """Return the headers for the upstream."""
        parent = {"traceparent": self.traceparent}
        return {**parent, "tracestate": self.state} if self.state else parent


def _state(headers: Headers) -> str:
    # 3.3.1: several headers are one list. One that is too long is dropped whole, which 3.3.1.5
    # allows; it never fails the request.
    joined = ",".join(one.strip() for one in headers.getall("tracestate", []) if one.strip())
    return joined if len(joined) <= MAX_STATE and joined.count(",") < MAX_MEMBERS else ""
