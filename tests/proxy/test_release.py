"""What goes on to the model is on record; what cannot be released as it came is not recorded."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
from multidict import CIMultiDict

from sunlit.proxy.answers import UNKNOWN
from sunlit.proxy.config import parse_config
from sunlit.proxy.events import MAX_LINE, Watcher
from sunlit.proxy.exchange import MAX_TARGET, media_type
from sunlit.proxy.headers import Headers
from sunlit.proxy.reading import BESIDE, read_asked, read_output, read_said
from sunlit.proxy.routes import Api, Route
from tests.proxy.stage import (
    CHAT,
    USE,
    FakeGate,
    Stage,
    answering,
    get,
    post,
    response,
    run,
    stage,
    taken_apart,
    until,
)

LIVE: Final = pytest.mark.enable_socket
STREAM: Final = "Content-Type: text/event-stream"


@asynccontextmanager
async def _limited(
    upstream: bytes, *, concurrent: int = 64, write_seconds: int = 60
) -> AsyncIterator[Stage]:
    play = answering(upstream)
    async with (
        asyncio.timeout(20),
        stage(play, concurrent=concurrent, write_seconds=write_seconds) as on,
    ):
        yield on


@LIVE
@pytest.mark.parametrize(("kind", "records"), [(STREAM, 2), ("X-Kind: whole", 1)])
def test_path_and_query_are_on_record(kind: str, records: int) -> None:
    """A query can say anything to a model; of a stream it stands in the opening already."""
    target = f"{CHAT}?prompt=do%20harm&a=1&a=2"

    async def test() -> None:
        async with _limited(response(b"{}", kind)) as on:
            await on.send(post(target, b"{}", USE))
            assert on.sent[0].startswith(f"POST {target} HTTP/1.1\r\n".encode())
            found = [json.loads(values["details"][1]) for _, values in on.gate.records]
            assert [one["target"] for one in found] == [target] * records

    run(test())


@LIVE
@pytest.mark.parametrize("query", [b"x" * MAX_TARGET, b"a#b", "é".encode(), b"\xe9", b'a\\"#'])
def test_a_target_that_cannot_go_on_as_it_came_is_refused(query: bytes) -> None:
    """Too long, with a fragment, or not ASCII: the model is not asked."""

    async def test() -> None:
        async with _limited(response(b"{}")) as on:
            request = post(CHAT + "?QUERY", b"{}", USE).replace(b"QUERY", query)
            found = taken_apart(await on.send(request))
            assert found.status == 400
            assert not on.sent
            assert not on.gate.records
            assert on.gate.refusals in (["proxy.target"], [])  # [] where the parser refused it

    run(test())


@LIVE
def test_a_request_header_that_aiohttp_would_change_is_refused() -> None:
    """Bytes that are no UTF-8 would be dropped on the way."""

    async def test() -> None:
        async with _limited(response(b"{}")) as on:
            request = post(CHAT, b"{}", USE, "X-Odd: cafE").replace(b"cafE", b"caf\xe9")
            found = taken_apart(await on.send(request))
            assert (found.status, on.gate.refusals, on.sent) == (400, ["proxy.header"], [])

    run(test())


@LIVE
@pytest.mark.parametrize("path", [CHAT, "/v1/models"])
@pytest.mark.parametrize(
    "line",
    [b"X-O: caf\xe9", b"X-O: a\x01b", b"X-O: a\x7fb", b"Content-Type: text/event-stream\xff"],
)
def test_an_odd_answer_is_refused_before_it_is_recorded(line: bytes, path: str) -> None:
    """Else it would be on record and not released, or released with other headers."""

    async def test() -> None:
        async with _limited(response(b"{}", "ODD").replace(b"ODD", line)) as on:
            asked = post(path, b"{}", USE) if path == CHAT else get(path)
            found = taken_apart(await on.send(asked))
            assert found.status == 502
            assert not on.gate.records
            assert on.gate.refusals == (["proxy.upstream-broken"] if path == CHAT else [])

    run(test())


@LIVE
@pytest.mark.parametrize("status", [b"200 caf\xe9", b"200 a\x01b"])
def test_an_odd_reason_is_refused_before_it_is_recorded(status: bytes) -> None:
    """The status line is written by the same rules."""

    async def test() -> None:
        async with _limited(response(b"{}", status="ODD").replace(b"ODD", status)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert (found.status, on.gate.records) == (502, [])

    run(test())


@LIVE
def test_a_header_in_utf_8_passes_byte_for_byte() -> None:
    """What can be written as it came is no reason to refuse; the record's type is ASCII."""

    async def test() -> None:
        async with _limited(response(b"{}", "Content-Type: text/é")) as on:
            answer = await on.send(post(CHAT, b"{}", USE))
            assert "Content-Type: text/é\r\n".encode() in answer
            assert on.gate.records[0][1]["output"] == ("text/?", b"{}")

    run(test())


def test_an_empty_type_is_recorded_as_octets() -> None:
    """A record does not take an empty one."""
    headers: Headers = CIMultiDict({"Content-Type": ""})

    assert media_type(headers) == "application/octet-stream"


@LIVE
@pytest.mark.parametrize("path", [CHAT, "/v1/models"])
def test_a_client_that_never_reads_holds_its_slot_and_is_cut(path: str) -> None:
    """The body counts as under way until it is taken or the write limit is over."""
    body = b"x" * (24 << 20)  # more than the sockets' own buffers take

    async def test() -> None:
        async with _limited(response(body), concurrent=1, write_seconds=2) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port, limit=1024)
            asked = post(path, b"{}", USE) if path == CHAT else get(path)
            writer.write(asked)
            await until(lambda: bool(on.sent))
            assert taken_apart(await on.send(post(CHAT, b"{}", USE))).status == 503
            await until(lambda: on.running.parts.active == 0)
            assert len(on.gate.records) == (path == CHAT)
            writer.transport.abort()
            del reader

    run(test())


@LIVE
def test_a_large_answer_comes_whole_in_pieces() -> None:
    """Each piece has the write limit for itself, and the bytes are the model's."""
    body = bytes(range(256)) * (20 << 10)

    async def test() -> None:
        async with _limited(response(body)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.body == body
            assert found.headers["content-length"] == str(len(body))

    run(test())


def test_lines_of_data_are_summed_once_each() -> None:
    """Many short lines, and empty ones, stay within the bound and do not slow down."""
    watcher = Watcher(Api.CHAT, None, 100)
    watcher.feed(b"data:\n" * (MAX_LINE + 500))

    assert len(watcher._data) == MAX_LINE
    watcher.feed(b'\ndata: {"model":"m"}\n\n')
    assert watcher.answer.model == "m"


PLAIN: Final = Route(name="/s", api=Api.PLAIN, input="/in", output="/out", case="/case")


@pytest.mark.parametrize("size", [10, BESIDE + 1])
def test_a_request_is_read_once_for_case_input_and_numbers(size: int) -> None:
    """On the loop, or above a bound beside it: the same is found."""
    body = json.dumps({"in": {"n": 7}, "case": 5, "out": 1, "pad": "x" * size}).encode()

    asked = run(read_asked(PLAIN, body, ["/in/n"]))

    assert (asked.case, asked.input, asked.numbers) == ("5", b'{"n":7}', {"/in/n": [7.0]})
    assert run(read_output(PLAIN, body)) == b"1"
    assert run(read_said(Api.CHAT, body, None, 100)) == UNKNOWN


@LIVE
def test_masked_input_is_what_is_recorded() -> None:
    """A body that masking changed is read again."""
    config = parse_config(
        'format = "sunlit-proxy/1"\n[[route]]\npath = "/s"\ninput = "/in"\n', Path()
    )

    async def test() -> None:
        gate = FakeGate()
        gate.allowed.masks = ("email",)
        async with stage(answering(response(b"{}")), gate, config=config) as on:
            await on.send(post("/s", b'{"in":"a@example.org"}', USE))
            assert on.gate.records[0][1]["input"][1] == b'"[email]"'

    run(test())
