"""OpenTelemetry spans, where an exporter is configured: a copy for operators, never the evidence.

The names are our own and stable ones of the HTTP conventions, with those of the GenAI conventions
that there are; those conventions are still in development and are not relied on elsewhere.
"""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    TraceState,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan

from sunlit.proxy.tracecontext import SAMPLED, TraceContext
from sunlit.proxy.tracing import ALLOWED, Attributes, Span


class _OtelSpan:
    def __init__(self, span: OtelSpan, state: str) -> None:
        self._span = span
        found = span.get_span_context()
        self.context = TraceContext(
            f"{found.trace_id:032x}", f"{found.span_id:016x}", found.trace_flags & SAMPLED, state
        )

    def end(self, attributes: Attributes) -> None:
        """Set the attributes that are allowed, and end the span."""
        for name, value in attributes.items():
            if name in ALLOWED:
                self._span.set_attribute(name, value)
        self._span.end()


class OtelTracer:
    """Begins spans of an SDK of its own; the program's global provider is left alone."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        """Send to the exporter; by default to the OTLP endpoint of the environment."""
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "sunlit-guard-proxy"}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("sunlit.proxy")

    def begin(self, incoming: TraceContext | None, name: str) -> Span:
        """Begin a span in the caller's trace, or in a new one."""
        parent = None
        if incoming is not None:
            context = SpanContext(
                int(incoming.trace_id, 16), int(incoming.span_id, 16), is_remote=True,
                trace_flags=TraceFlags(incoming.flags),
                trace_state=TraceState.from_header([incoming.state] if incoming.state else []),
            )  # fmt: skip
            parent = set_span_in_context(NonRecordingSpan(context))
        span = self._tracer.start_span(name, context=parent, kind=SpanKind.SERVER)
        return _OtelSpan(span, incoming.state if incoming else "")

    def close(self) -> None:
        """Send what is waiting; this may take as long as the exporter's own timeout."""
        self._provider.shutdown()
