"""OpenTelemetry: spans where configured, in the caller's trace, without anything personal."""

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sunlit.base.errors import UnavailableError
from sunlit.proxy.otel import OtelTracer
from sunlit.proxy.serve import make_tracer
from sunlit.proxy.tracecontext import TraceContext
from sunlit.proxy.tracing import ALLOWED, Untraced
from tests.proxy.stage import CHAT, USE, answering, post, recorded, run, stage

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.enable_socket
def test_a_span_stands_between_caller_and_upstream() -> None:
    """One trace: the caller's span is the parent, ours is what the upstream sees."""
    exporter = InMemorySpanExporter()

    async def test() -> None:
        async with stage(answering(recorded("chat")), tracer=OtelTracer(exporter)) as on:
            headers = (USE, "Sunlit-Case: 17", f"traceparent: {TRACE}", "tracestate: a=1")
            await on.send(post(CHAT, recorded("chat", "request"), *headers))
            await on.send(post(CHAT, b"{}"))
            head = on.sent[0].split(b"\r\n\r\n")[0].decode().lower()
            assert "tracestate: a=1" in head
            (line,) = [one for one in head.split("\r\n") if one.startswith("traceparent")]
            assert line.split("-")[1] == TRACE.split("-")[1]
            assert line.split("-")[2] != TRACE.split("-")[2]
            exporter.sent_to = line.split("-")[2]  # type: ignore[attr-defined]

    run(test())
    span, refused = exporter.get_finished_spans()
    assert span.parent is not None
    assert span.context is not None
    assert f"{span.parent.span_id:016x}" == TRACE.split("-")[2]
    assert f"{span.context.span_id:016x}" == exporter.sent_to  # type: ignore[attr-defined]
    assert set(span.attributes or {}) <= ALLOWED
    assert (span.attributes or {})["gen_ai.usage.input_tokens"] == 36
    assert (refused.attributes or {})["sunlit.code"] == "proxy.use-undeclared"


def test_a_trace_is_begun_where_there_is_none() -> None:
    """Sampled, as it is sent; what is not allowed is dropped."""
    exporter = InMemorySpanExporter()
    tracer = OtelTracer(exporter)
    span = tracer.begin(None, "/v1/embeddings")
    span.end({"http.route": "/v1/embeddings", "name": "A. Resident"})
    tracer.close()

    assert isinstance(span.context, TraceContext)
    assert span.context.flags == 1
    assert dict(exporter.get_finished_spans()[0].attributes or {}) == {
        "http.route": "/v1/embeddings"
    }


def test_nothing_is_sent_unless_an_endpoint_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the environment, as OpenTelemetry has it."""
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    assert isinstance(make_tracer(), Untraced)

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    tracer = make_tracer()
    assert isinstance(tracer, OtelTracer)
    tracer.close()


def test_telemetry_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Configured and missing is an error, not silence."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(__import__("sys").modules, "sunlit.proxy.otel", None)
    with pytest.raises(UnavailableError) as refused:
        make_tracer()

    assert refused.value.code == "proxy.otel-missing"
