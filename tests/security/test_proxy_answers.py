"""Odd answers of an upstream: none is followed, none is lost, none turns into another protocol."""

import asyncio

import pytest

from tests.proxy.stage import FakeGate, answering, post, response, stage

SWITCH = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframes"
)


def asked(upstream: bytes, gate: FakeGate) -> tuple[bytes, int]:
    """Return what a client gets, and how many requests the upstream saw."""

    async def run() -> tuple[bytes, int]:
        async with stage(answering(upstream), gate) as one:
            request = post("/v1/chat/completions", b"{}", "Sunlit-Use: outreach")
            return await asyncio.wait_for(one.send(request), 20), len(one.sent)

    return asyncio.run(run())


@pytest.mark.enable_socket
@pytest.mark.parametrize("upstream", [
    response(b"", "Location: http://127.0.0.1:9/", status="302 Found"),
    b"HTTP/1.1 204 No Content\r\n\r\n", response(b""),
])  # fmt: skip
def test_an_empty_answer_is_recorded_and_released_and_no_redirect_followed(
    upstream: bytes,
) -> None:
    """An answer without a body or a type reaches the client, once it is on record."""
    gate = FakeGate()

    answer, count = asked(upstream, gate)

    assert answer.split(b"\r\n")[0] == upstream.split(b"\r\n")[0]
    assert b"Sunlit-Decision" in answer
    assert [kind for kind, _ in gate.records] == ["decision"]
    assert count == 1


@pytest.mark.enable_socket
def test_an_upstream_that_changes_the_protocol_is_broken() -> None:
    """No byte behind a 101 is read, recorded or released."""
    gate = FakeGate()

    answer, _ = asked(SWITCH, gate)

    assert b" 502 " in answer.split(b"\r\n")[0]
    assert b"frames" not in answer
    assert gate.records == []
    assert gate.refusals == ["proxy.upstream-broken"]
