"""Taking part in a distributed trace: one span per request, sent nowhere unless configured."""

from collections.abc import Mapping
from typing import Final, Protocol

from sunlit.proxy.tracecontext import TraceContext

Attributes = Mapping[str, str | int]

# What may stand in a span: nothing of a request or an answer, no record's id, no case.
ALLOWED: Final = frozenset(
    {
        "http.request.method", "http.route", "http.response.status_code", "sunlit.use",
        "sunlit.state", "sunlit.code", "gen_ai.response.model", "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
    }
)  # fmt: skip


class Span(Protocol):
    """This hop of one trace."""

    @property
    def context(self) -> TraceContext:
        """What goes on to the upstream: the trace's id, and a span id of our own."""
        ...

    def end(self, attributes: Attributes) -> None:
        """End it; attributes that are not allowed are dropped."""
        ...


class Tracer(Protocol):
    """Begins spans."""

    def begin(self, incoming: TraceContext | None, name: str) -> Span:
        """Begin this hop: of the caller's trace, or of a new one."""
        ...

    def close(self) -> None:
        """Send what is waiting."""
        ...


class _Silent:
    __slots__ = ("context",)

    def __init__(self, context: TraceContext) -> None:
        self.context = context

    def end(self, attributes: Attributes) -> None:
        """Send nothing."""


class Untraced:
    """Keeps the trace context, and sends no span."""

    def begin(self, incoming: TraceContext | None, name: str) -> Span:
        """Return a span id of our own in the caller's trace, or in a new one."""
        del name
        return _Silent(incoming.child() if incoming else TraceContext.new())

    def close(self) -> None:
        """Nothing is waiting."""
