"""Odd bytes on the wire: nothing passes either way without exactly one record of it."""

import asyncio
import logging
from typing import Final

import pytest

from tests.proxy.stage import CHAT, USE, FakeGate, answering, post, response, stage, until

pytestmark = pytest.mark.enable_socket
SECONDS: Final = 10
SAID: Final = b"what-the-model-said"
PLAIN: Final = post(CHAT, b"{}", USE)
KEPT: Final = PLAIN.replace(b"Connection: close\r\n", b"")
HEAD: Final = f"POST {CHAT} HTTP/1.1\r\nHost: g\r\n{USE}\r\nConnection: close\r\n".encode()
CHUNKED: Final = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ENDS: Final = b" HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n"
TUNNEL: Final = b"CONNECT model:80 HTTP/1.1\r\nHost: model:80\r\n\r\nGET /" + ENDS


async def _all(reader: asyncio.StreamReader) -> bytes:
    got = b""
    while data := await asyncio.wait_for(reader.read(1 << 16), SECONDS):
        got += data
    return got


def exchanged(request: bytes) -> tuple[bytes, list[bytes], FakeGate]:
    """Return what a client gets, what the model was sent, and the gate with the records."""
    gate = FakeGate()

    async def run() -> tuple[bytes, list[bytes]]:
        async with stage(answering(response(SAID)), gate) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(request)
            try:
                return await _all(reader), on.sent
            finally:
                writer.transport.abort()

    return *asyncio.run(run()), gate


@pytest.mark.parametrize("request_", [
    pytest.param(PLAIN.replace(b"\r\n", b"\n"), id="bare-lf"),
    pytest.param(PLAIN.replace(b"guard\r\n", b"guard\n"), id="one-bare-lf"),
    pytest.param(PLAIN.replace(b"POST /", b"POST http://guard/"), id="absolute-form"),
    pytest.param(PLAIN.replace(b"POST /", b"POST https://elsewhere/"), id="absolute-elsewhere"),
    pytest.param(TUNNEL, id="connect"),
    pytest.param(PLAIN.replace(b"POST", b"CONNECT"), id="connect-to-a-path"),
    pytest.param(PLAIN.replace(b"POST", b"HEAD"), id="head"),
    pytest.param(PLAIN.replace(b"POST", b"post"), id="lower-case"),
    pytest.param(b"HEAD /v1/models" + ENDS, id="head-list"),
    pytest.param(b"OPTIONS *" + ENDS, id="asterisk"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="http-2"),
    pytest.param(CHUNKED + b"2;a=\n{}\r\n0\r\n\r\n", id="bare-lf-in-a-chunk-extension"),
    pytest.param(CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n")
                 + b"2\r\n{}\r\n0\r\n\r\n", id="two-framings"),
    pytest.param(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", id="two-lengths"),
    pytest.param(PLAIN + b"rubbish after it", id="more-than-its-length"),
    pytest.param(KEPT + PLAIN.replace(b"\r\n", b"\n"), id="a-malformed-one-in-its-wake"),
    pytest.param(HEAD + b"Content-Length: 2\r\nExpect: tea\r\n\r\n{}", id="odd-expectation"),
])  # fmt: skip
def test_what_is_no_plain_request_reaches_no_model(request_: bytes) -> None:
    """It is answered with an error; no model is asked, and nothing needs a record."""
    got, sent, gate = exchanged(request_)

    assert got.startswith((b"HTTP/1.0 4", b"HTTP/1.1 4"))
    assert (sent, gate.records, gate.refusals) == ([], [], [])
    assert SAID not in got


@pytest.mark.parametrize("request_", [
    pytest.param(CHUNKED + b'2;a="b;c";d\r\n{}\r\n0;e\r\n\r\n', id="chunk-extensions"),
    pytest.param(CHUNKED + b"2\r\n{}\r\n0\r\nSunlit-Use: other\r\n\r\n", id="trailer"),
    pytest.param(HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}", id="expect"),
])  # fmt: skip
def test_odd_framing_is_undone_and_recorded_once(request_: bytes) -> None:
    """The model is given the body that is on record, and no extension, trailer or expectation."""
    got, sent, gate = exchanged(request_)

    assert got.count(SAID) == 1
    assert [kind for kind, _ in gate.records] == ["decision"]
    assert gate.asked[0].use == "outreach"
    (one,) = sent
    assert one.partition(b"\r\n\r\n")[2] == gate.records[0][1]["input"][1] == b"{}"
    assert b"expect" not in one.lower()
    assert b"other" not in one


@pytest.mark.parametrize(("more", "count"), [
    (PLAIN, 2), (b"GET /admin" + ENDS, 1),
])  # fmt: skip
def test_pipelined_requests_are_recorded_one_by_one(more: bytes, count: int) -> None:
    """As many answers as records; what follows an allowed request is judged for itself."""
    got, sent, gate = exchanged(KEPT + more)

    assert got.count(SAID) == len(sent) == len(gate.records) == count
    assert got.count(b"Sunlit-Decision: ") == count


def test_a_pipelined_request_waits_for_the_record_of_the_first() -> None:
    """Nothing goes ahead while a record is being written."""
    gate = FakeGate()
    gate.may_write.clear()

    async def run() -> None:
        async with stage(answering(response(SAID)), gate) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(KEPT + PLAIN)
            async with asyncio.timeout(SECONDS):
                await until(lambda: bool(on.sent))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.3)
            assert (len(on.sent), gate.records) == (1, [])
            gate.may_write.set()
            assert (await _all(reader)).count(SAID) == len(gate.records) == 2
            writer.close()

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["X-Kind: whole", "Content-Type: text/event-stream"])
def test_a_client_gone_before_the_record_leaves_exactly_one(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The model was asked, so it is on record; a stream also has its end; the slot is free."""
    caplog.set_level(logging.WARNING)
    gate = FakeGate()
    gate.may_write.clear()

    async def run() -> None:
        async with asyncio.timeout(SECONDS), stage(answering(response(SAID, kind)), gate) as on:
            _, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(PLAIN)
            await until(lambda: bool(on.sent))
            writer.transport.abort()
            await on.send(b"GET /.sunlit/healthz" + ENDS)  # by now the proxy has seen it go
            gate.may_write.set()
            await until(lambda: on.running.parts.active == 0)

    asyncio.run(run())
    kinds = [one for one, _ in gate.records]
    assert kinds == (["decision"] if "whole" in kind else ["opened", "aborted"])
    assert gate.refusals == []
    assert not caplog.records
