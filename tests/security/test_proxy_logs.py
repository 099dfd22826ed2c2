"""What the proxy logs of a request that is no HTTP holds nothing of it."""

import asyncio
import logging

import pytest

from tests.proxy.stage import FakeGate, stage


@pytest.mark.enable_socket
@pytest.mark.parametrize("line", [
    b"Sunlit-Case: Jane Roe\x00 17", b" Jane Roe folded", b"Jane Roe: \x01",
    b"Content-Length: Jane",
])  # fmt: skip
def test_a_malformed_header_is_refused_and_not_quoted(
    line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """The parser's own error would put the refused bytes into the log."""
    caplog.set_level(logging.DEBUG)
    gate = FakeGate()
    request = b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n" + line + b"\r\n\r\n"

    async def asked() -> tuple[bytes, list[bytes]]:
        async with stage(gate=gate) as one:
            return await asyncio.wait_for(one.send(request), 20), one.sent

    answer, sent = asyncio.run(asked())

    assert b" 400 " in answer.split(b"\r\n")[0]
    assert sent == []
    assert gate.records == []
    assert "Jane" not in caplog.text
