"""Streams: the same bytes in the same chunks, between an opened and a closed record."""

import asyncio
import gzip
import json
import zlib

import pytest

from sunlit.decision.record import State
from tests.proxy.stage import (
    CHAT,
    USE,
    FakeAllowed,
    FakeGate,
    Play,
    answering,
    post,
    recorded,
    response,
    run,
    stage,
    taken_apart,
    until,
)

pytestmark = pytest.mark.enable_socket

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Return one chunk, framed."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def paced(pieces: list[bytes], took: asyncio.Event) -> Play:
    """Send each piece when the client has taken what came before."""

    async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await took.wait()
            took.clear()

    return play


@pytest.mark.parametrize("name", ["chat-stream", "chat-usage", "completion-stream"])
def test_a_real_stream_is_the_same_chunk_by_chunk(name: str) -> None:
    """Every byte, every chunk, in the order of the llama.cpp server that was recorded."""
    path = "/v1/completions" if name.startswith("completion") else CHAT

    async def test() -> None:
        async with stage(answering(recorded(name))) as on:
            asked = post(path, recorded(name, "request"), USE)
            straight = taken_apart(await on.send(asked, on.upstream_port))
            found = taken_apart(await on.send(asked))
            assert found.ended
            assert found.chunks == straight.chunks
            assert found.body == straight.body
            assert found.headers["content-type"] == straight.headers["content-type"]
            assert [kind for kind, _ in on.gate.records] == ["opened", "complete"]
            assert on.gate.records[1][1]["output"][1] == straight.body
            assert found.headers["sunlit-state"] == "opened"

    run(test())


def test_the_details_of_a_real_stream_are_recorded() -> None:
    """What the stream said of itself: the model, why it ended, how many events had words."""

    async def test() -> None:
        async with stage(answering(recorded("chat-stream"))) as on:
            await on.send(post(CHAT, recorded("chat-stream", "request"), USE))
            details = json.loads(on.gate.records[1][1]["details"][1])
            assert details["upstreamSaysModel"] == "qwen"
            assert details["finishReason"] == "stop"
            assert details["streamSaysDone"] is True
            assert details["events"] == 27

    run(test())


@pytest.mark.parametrize("cut", range(1, 9))
def test_characters_cut_across_chunks_pass_and_are_counted(cut: int) -> None:
    """A character of UTF-8 in two chunks reaches the client in the same two chunks."""
    data = 'data: {"choices":[{"delta":{"content":"こΚ🙂"}}]}\n\n'.encode()
    at = data.index("こ".encode()) + cut
    pieces = [data[:at], data[at:], b"data: [DONE]\n\n"]

    async def test() -> None:
        raw = HEAD + b"".join(map(chunk, pieces)) + b"0\r\n\r\n"
        async with stage(answering(raw)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.chunks == pieces
            assert json.loads(on.gate.records[1][1]["details"][1])["events"] == 1

    run(test())


def test_each_piece_passes_as_it_comes() -> None:
    """A client that waits for a piece before the next is sent is not kept waiting."""
    pieces = [b"data: 1\n\n", b"data: 2\n\n", b"data: [DONE]\n\n"]

    async def test() -> None:
        took = asyncio.Event()
        raw = [HEAD, *map(chunk, pieces), b"0\r\n\r\n"]
        async with stage(paced(raw, took)) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                took.set()
                assert await reader.readexactly(len(chunk(piece))) == chunk(piece)
            took.set()
            assert await reader.readexactly(5) == b"0\r\n\r\n"
            took.set()
            writer.close()

    run(test())


def test_the_opening_is_durable_before_the_first_byte() -> None:
    """Not even the headers go out before."""

    async def test() -> None:
        gate = FakeGate()
        gate.may_write.clear()
        async with stage(answering(recorded("chat-stream")), gate) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.readexactly(1), 0.2)
            gate.may_write.set()
            await reader.read()
            writer.close()

    run(test())


def test_an_opening_that_cannot_be_recorded_opens_nothing() -> None:
    """503, and no event."""

    async def test() -> None:
        async with stage(answering(recorded("chat-stream")), FakeGate(cannot_write=True)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.status == 503
            assert b"data:" not in found.body

    run(test())


def test_a_stream_whose_end_cannot_be_recorded_does_not_end() -> None:
    """The client sees a broken body; the decision stays unfinished."""

    async def test() -> None:
        async with stage(answering(recorded("chat-stream")), FakeGate(cannot_end=True)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert not found.ended
            assert [kind for kind, _ in on.gate.records] == ["opened"]

    run(test())


def test_a_proposed_stream_says_so() -> None:
    """The record is opened; the client is told that a human decides."""

    async def test() -> None:
        gate = FakeGate(FakeAllowed(State.PROPOSED))
        async with stage(answering(recorded("chat-stream")), gate) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.headers["sunlit-state"] == "proposed"

    run(test())


def test_an_upstream_that_dies_leaves_an_aborted_record_and_a_broken_body() -> None:
    """No client can take the part for the whole."""

    async def test() -> None:
        async with stage(answering(HEAD + chunk(b"data: 1\n\n"))) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            await on.gate.ended.wait()
            kind, values = on.gate.records[1]
            assert (found.body, found.ended) == (b"data: 1\n\n", False)
            assert kind == "aborted"
            assert values["output"][1] == b"data: 1\n\n"
            assert json.loads(values["details"][1])["ended"] == "proxy.upstream-broken"

    run(test())


def test_an_upstream_that_falls_silent_is_given_up() -> None:
    """The stream is aborted after the limit."""

    async def test() -> None:
        stop = asyncio.Event()

        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(HEAD + chunk(b"data: 1\n\n"))
            await stop.wait()

        async with stage(play, idle_seconds=1) as on:
            assert not taken_apart(await on.send(post(CHAT, b"{}", USE))).ended
            assert json.loads(on.gate.records[1][1]["details"][1])["ended"] == (
                "proxy.upstream-timeout"
            )
            stop.set()

    run(test())


@pytest.mark.parametrize("talks", [True, False])
def test_a_client_that_goes_away_leaves_an_aborted_record(*, talks: bool) -> None:
    """Whether the upstream goes on talking or is silent, and the upstream is let go."""

    async def test() -> None:
        gone, seen = asyncio.Event(), asyncio.Event()

        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(HEAD + chunk(b"data: 1\n\n"))
            await gone.wait()
            try:
                while talks:
                    writer.write(chunk(b"data: more\n\n"))
                    await writer.drain()
                    await asyncio.to_thread(int)
            finally:
                seen.set()

        async with stage(play) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            await reader.readuntil(chunk(b"data: 1\n\n"))
            writer.transport.abort()
            gone.set()
            await asyncio.wait_for(on.gate.ended.wait(), 10)
            kind, values = on.gate.records[1]
            assert kind == "aborted"
            assert json.loads(values["details"][1])["ended"] == "client-gone"
            await asyncio.wait_for(seen.wait(), 10)

    run(test())


def test_a_client_that_takes_nothing_is_given_up() -> None:
    """A slow reader does not hold a stream open for ever, nor fill the memory."""
    piece = b"data: " + b"x" * (1 << 20) + b"\n\n"

    async def test() -> None:
        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(HEAD)
            while not writer.transport.is_closing():
                writer.write(chunk(piece))
                await writer.drain()

        async with stage(play, write_seconds=1, response_bytes=1 << 28) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            await reader.readexactly(1)
            await asyncio.wait_for(on.gate.ended.wait(), 20)
            assert json.loads(on.gate.records[1][1]["details"][1])["ended"] == "client-gone"
            writer.close()

    run(test())


def test_a_stream_beyond_what_can_be_recorded_is_cut() -> None:
    """What cannot be kept is not released."""

    async def test() -> None:
        raw = HEAD + chunk(b"data: 1\n\n") + chunk(b"data: 2\n\n") + b"0\r\n\r\n"
        async with stage(answering(raw), response_bytes=12) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert (found.body, found.ended) == (b"data: 1\n\n", False)
            assert on.gate.records[1][0] == "aborted"

    run(test())


def test_a_compressed_stream_passes_as_it_is() -> None:
    """Events are counted on a copy; the client gets the compressed bytes."""
    squeeze = zlib.compressobj(wbits=31)
    events = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n'
    first = squeeze.compress(events) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    pieces = [first[:7], first[7:], squeeze.flush()]

    async def test() -> None:
        head = HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
        raw = head + b"".join(map(chunk, pieces)) + b"0\r\n\r\n"
        async with stage(answering(raw)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            values = on.gate.records[1][1]
            assert found.chunks == pieces
            assert gzip.decompress(found.body) == events
            assert values["output"][0] == "text/event-stream; content-encoding=gzip"
            assert json.loads(values["details"][1])["events"] == 1

    run(test())


@pytest.mark.parametrize(("ends", "result"), [(b"data: [DONE]\n\n", "complete"), (b"", "aborted")])
def test_a_stream_that_ends_with_its_connection_must_say_that_it_is_done(
    ends: bytes, result: str
) -> None:
    """HTTP/1.0 cannot tell an end from a loss; the protocol's own end can."""

    async def test() -> None:
        raw = b"HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\n" + ends
        async with stage(answering(raw)) as on:
            await on.send(post(CHAT, b"{}", USE))
            assert on.gate.records[1][0] == result

    run(test())


def test_a_client_of_http_1_0_gets_a_stream_without_chunks() -> None:
    """Its end is the connection's."""

    async def test() -> None:
        async with stage(answering(recorded("chat-stream"))) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE, version="1.0")))
            assert "transfer-encoding" not in found.headers
            assert found.body == taken_apart(recorded("chat-stream")).body

    run(test())


def test_a_stream_with_a_length_keeps_it() -> None:
    """Content-Length stands as it came."""

    async def test() -> None:
        raw = response(b"data: [DONE]\n\n", "Content-Type: text/event-stream")
        async with stage(answering(raw)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.headers["content-length"] == "14"
            assert found.body == b"data: [DONE]\n\n"

    run(test())


def test_stopping_waits_for_no_upstream_whose_client_has_left() -> None:
    """The server does not cancel what it asks for them: it would outlast the drain by minutes."""

    async def test() -> None:
        stop, asked = asyncio.Event(), asyncio.Event()

        async def play(_request: bytes, _writer: asyncio.StreamWriter) -> None:
            asked.set()
            await stop.wait()

        async with stage(play, drain_seconds=1) as on, asyncio.timeout(60):
            _, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            await asked.wait()
            writer.transport.abort()
            server = on.running._runner.server
            assert server is not None
            await until(lambda: not any(one.transport for one in server.connections))
            await on.running.stop()
            assert on.gate.refusals == ["proxy.upstream-unreachable"]
            stop.set()

    run(test())


def test_stopping_drains_streams_and_then_cuts_them() -> None:
    """A stream that does not end in time is recorded as aborted, before the log is let go."""

    async def test() -> None:
        stop = asyncio.Event()

        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(HEAD + chunk(b"data: 1\n\n"))
            await stop.wait()

        async with stage(play, FakeGate(end_seconds=0.2), drain_seconds=1) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            await reader.readuntil(chunk(b"data: 1\n\n"))
            await on.running.stop()
            assert on.gate.records[1][0] == "aborted"
            assert json.loads(on.gate.records[1][1]["details"][1])["ended"] in (
                "stopped", "client-gone",
            )  # fmt: skip
            stop.set()
            writer.close()

    run(test())
