"""W3C Trace Context: what is kept, what is made, what is dropped."""

import pytest
from multidict import CIMultiDict

from sunlit.proxy.tracecontext import TraceContext
from sunlit.proxy.tracing import Untraced

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def read(*lines: tuple[str, str]) -> TraceContext | None:
    """Read headers."""
    return TraceContext.read(CIMultiDict(lines))


def test_a_participant_keeps_the_trace_and_makes_a_span_of_its_own() -> None:
    """Trace id, flags and tracestate stay; the parent id changes."""
    found = read(("traceparent", GOOD), ("tracestate", "a=1,b=2"), ("tracestate", "c=3"))

    assert found is not None
    child = found.child()
    assert found.traceparent == GOOD
    assert (child.trace_id, child.flags, child.state) == (found.trace_id, 1, "a=1,b=2,c=3")
    assert child.span_id != found.span_id
    assert child.to_headers()["tracestate"] == "a=1,b=2,c=3"


@pytest.mark.parametrize(
    "text",
    [
        "", "00", GOOD.upper(), GOOD + "-", GOOD + "-more", GOOD.replace("00-", "ff-", 1),
        "00-" + "0" * 32 + GOOD[35:], GOOD[:36] + "0" * 16 + "-01", GOOD[1:],
        GOOD.replace("-", "_"),
    ],
)  # fmt: skip
def test_an_invalid_parent_is_dropped_with_its_state(text: str) -> None:
    """3.2.2 and 4.3: as if there had been none."""
    assert read(("traceparent", text), ("tracestate", "a=1")) is None


def test_a_later_version_is_read_as_this_one() -> None:
    """4.1: the fields that are known count, and version 00 goes on."""
    found = read(("traceparent", GOOD.replace("00-", "cc-", 1) + "-what"))

    assert found is not None
    assert found.traceparent == GOOD


def test_two_parents_are_none() -> None:
    """Nobody knows which one counts."""
    assert read(("traceparent", GOOD), ("traceparent", GOOD)) is None


@pytest.mark.parametrize("state", ["x=" + "y" * 3000, ",".join(f"k{n}=v" for n in range(33))])
def test_a_state_that_is_too_long_is_dropped_alone(state: str) -> None:
    """The trace goes on."""
    found = read(("traceparent", GOOD), ("tracestate", state))

    assert found is not None
    assert found.to_headers() == {"traceparent": GOOD}


def test_where_there_is_none_one_is_begun() -> None:
    """Not sampled, since nothing is sent anywhere."""
    tracer = Untraced()
    span = tracer.begin(None, "x")
    span.end({})
    tracer.close()

    assert span.context.traceparent.endswith("-00")
    assert read(("traceparent", span.context.traceparent)) == span.context
