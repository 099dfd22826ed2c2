"""Answers that come whole: passed byte for byte, and released only when they are recorded."""

import asyncio
import gzip
import json

import pytest

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.decision.record import State
from tests.proxy.stage import (
    CHAT,
    FALLBACK,
    USE,
    FakeAllowed,
    FakeGate,
    answering,
    get,
    post,
    recorded,
    response,
    run,
    stage,
    taken_apart,
)

pytestmark = pytest.mark.enable_socket


def test_a_real_answer_passes_unchanged_and_is_recorded() -> None:
    """The bytes of a llama.cpp server reach the client, and stand in the record."""

    async def test() -> None:
        async with stage(answering(recorded("chat"))) as on:
            straight = taken_apart(recorded("chat"))
            asked = recorded("chat", "request")
            found = taken_apart(await on.send(post(CHAT, asked, USE)))
            kind, values = on.gate.records[0]
            assert (found.status, found.body) == (straight.status, straight.body)
            assert kind == "decision"
            assert values["input"] == ("application/json", asked)
            assert values["output"] == ("application/json", straight.body)
            details = json.loads(values["details"][1])
            assert (details["promptTokens"], details["completionTokens"]) == (36, 28)
            assert (details["upstreamSaysModel"], details["finishReason"]) == ("qwen", "stop")
            assert found.headers["sunlit-decision"] == f"{1:032x}"
            assert found.headers["sunlit-check-code"] == "0000-0000-0000-0000"
            assert found.headers["sunlit-state"] == "released"
            for name in ("server", "date", "x-request-id", "openai-processing-ms", "vary"):
                assert found.headers[name] == straight.headers[name]

    run(test())


@pytest.mark.parametrize("name", ["completion", "refusal", "embeddings"])
def test_other_real_answers_pass_unchanged_with_their_status(name: str) -> None:
    """Errors of the upstream are its answers too: status and body stay."""
    paths = {"completion": "/v1/completions", "embeddings": "/v1/embeddings"}

    async def test() -> None:
        async with stage(answering(recorded(name))) as on:
            straight = taken_apart(recorded(name))
            asked = post(paths.get(name, CHAT), recorded(name, "request"), USE)
            found = taken_apart(await on.send(asked))
            assert (found.status, found.body) == (straight.status, straight.body)
            assert on.gate.records[0][1]["output"][1] == straight.body

    run(test())


def test_a_request_goes_on_byte_for_byte_without_the_guards_headers() -> None:
    """Odd spacing and duplicate names stay; Sunlit-* and hop-by-hop headers do not."""
    body = b'{ "b":1 ,"b": 2,\t"e":"\\u00e9" }'

    async def test() -> None:
        async with stage(answering(response(b"{}"))) as on:
            await on.send(
                post(
                    CHAT + "?api-version=1%2F2", body, USE, "Sunlit-Case: 17", "X-Mine: 1",
                    "X-Mine: 2", "Keep-Alive: 5", "Authorization: Bearer k", "X-Hop: 1",
                ).replace(b"Connection: close", b"Connection: close, x-hop")
            )  # fmt: skip
            head, _, sent = on.sent[0].partition(b"\r\n\r\n")
            lines = head.decode().split("\r\n")
            names = [line.split(":")[0].lower() for line in lines[1:]]
            assert sent == body
            assert lines[0] == f"POST {CHAT}?api-version=1%2F2 HTTP/1.1"
            assert not [name for name in names if name.startswith("sunlit")]
            assert not {"keep-alive", "x-hop", "accept-encoding", "user-agent"} & set(names)
            assert [line for line in lines if line.startswith("X-Mine")] == [
                "X-Mine: 1", "X-Mine: 2",
            ]  # fmt: skip
            assert "Via: 1.1 sunlit" in lines
            assert f"Host: 127.0.0.1:{on.upstream_port}" in lines
            assert "Authorization: Bearer k" in lines
            assert on.gate.asked[0].case == "17"

    run(test())


def test_compressed_bodies_stay_compressed_both_ways() -> None:
    """No decompression and no compression; tokens are read off a copy."""
    answer = gzip.compress(json.dumps({"model": "m", "usage": {"prompt_tokens": 3}}).encode())
    asked = gzip.compress(b'{"model":"m"}')

    async def test() -> None:
        play = answering(
            response(answer, "Content-Encoding: gzip", "Content-Type: application/json")
        )
        async with stage(play) as on:
            found = taken_apart(
                await on.send(
                    post(CHAT, asked, USE, "Content-Encoding: gzip", "Accept-Encoding: gzip")
                )
            )
            values = on.gate.records[0][1]
            assert on.sent[0].endswith(b"\r\n\r\n" + asked)
            assert found.body == answer
            assert found.headers["content-encoding"] == "gzip"
            assert values["input"] == ("application/json; content-encoding=gzip", asked)
            assert json.loads(values["details"][1])["promptTokens"] == 3

    run(test())


def test_an_upstream_of_http_1_0_is_served_too() -> None:
    """No length, no chunks: its body ends with the connection."""

    async def test() -> None:
        play = answering(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{", b'"a":1}')
        async with stage(play) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.body == b'{"a":1}'
            assert "server" not in found.headers

    run(test())


def test_an_answer_without_a_type_gets_none() -> None:
    """What the upstream did not say is not invented."""

    async def test() -> None:
        async with stage(answering(response(b"x"))) as on:
            assert "content-type" not in taken_apart(await on.send(post(CHAT, b"{}", USE))).headers

    run(test())


def test_an_upstream_cannot_speak_for_the_guard() -> None:
    """A decision id that the upstream makes up does not reach the client."""

    async def test() -> None:
        async with stage(answering(response(b"{}", "Sunlit-Decision: f", "Sunlit-Odd: 1"))) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.headers["sunlit-decision"] == f"{1:032x}"
            assert "sunlit-odd" not in found.headers

    run(test())


def test_nothing_is_released_before_the_record_is_durable() -> None:
    """While the recorder waits for its disk, the client waits too."""

    async def test() -> None:
        gate = FakeGate()
        gate.may_write.clear()
        async with stage(answering(response(b"{}")), gate) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.readexactly(1), 0.2)
            gate.may_write.set()
            assert (await reader.read()).endswith(b"{}")
            writer.close()

    run(test())


def test_a_decision_that_cannot_be_recorded_is_not_released() -> None:
    """503 with the recorder's code, and nothing of the answer."""

    async def test() -> None:
        async with stage(answering(response(b"secret")), FakeGate(cannot_write=True)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.status == 503
            assert b"secret" not in found.body
            assert json.loads(found.body)["code"] == "recorder.disk"
            assert "sunlit-decision" not in found.headers

    run(test())


def test_a_request_without_a_use_is_told_how_to_declare_it() -> None:
    """403, RFC 9457, and the model was not asked."""

    async def test() -> None:
        async with stage() as on:
            found = taken_apart(await on.send(post(CHAT, b"{}")))
            problem = json.loads(found.body)
            assert found.status == problem["status"] == 403
            assert found.headers["content-type"] == "application/problem+json"
            assert problem["type"] == "urn:sunlit:problem:proxy.use-undeclared"
            assert "Sunlit-Use" in problem["mend"]
            assert problem["fallback"] == FALLBACK
            assert on.gate.refusals == ["proxy.use-undeclared"]
            assert not on.sent

    run(test())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (VerificationError("token.other-use", "no"), 403),
        (UnavailableError("status.missing", "nobody knows"), 503),
        (VerificationError("guard.rate-exceeded", "too many"), 429),
    ],
)
def test_a_refusal_of_the_guard_is_a_problem_document(
    error: UnavailableError | VerificationError, status: int
) -> None:
    """The guard has recorded it already, so the proxy does not do it again."""

    async def test() -> None:
        async with stage(gate=FakeGate(refusal=error)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.status == status
            assert ("retry-after" in found.headers) == (status != 403)
            assert json.loads(found.body)["code"] == error.code
            assert not on.gate.refusals
            assert not on.sent

    run(test())


def test_a_proposal_says_that_it_is_one() -> None:
    """Nothing is decided until a human's outcome is recorded."""

    async def test() -> None:
        gate = FakeGate(FakeAllowed(State.PROPOSED))
        async with stage(answering(response(b"{}")), gate) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.headers["sunlit-state"] == "proposed"

    run(test())


def test_masking_changes_what_the_model_and_the_record_see() -> None:
    """Only the text is changed, and how often is said."""
    asked = b'{"messages": [ {"content":"Write to jan@example.org" } ]}'

    async def test() -> None:
        gate = FakeGate(FakeAllowed(masks=("email", "iban")))
        async with stage(answering(response(b"{}")), gate) as on:
            await on.send(post(CHAT, asked, USE))
            masked = asked.replace(b"jan@example.org", b"[email]")
            values = on.gate.records[0][1]
            assert on.sent[0].endswith(b"\r\n\r\n" + masked)
            assert values["input"][1] == masked
            assert json.loads(values["details"][1])["masks"] == {"email": 1, "iban": 0}
            odd = taken_apart(await on.send(post(CHAT, b"\xff", USE)))
            assert odd.status == 422
            assert on.gate.refusals == ["proxy.mask-unreadable"]

    run(test())


def test_a_large_text_is_masked_beside_the_loop() -> None:
    """A megabyte of text does not stop other requests."""
    asked = json.dumps({"a": "x " * 50_000 + "jan@example.org"}).encode()

    async def test() -> None:
        gate = FakeGate(FakeAllowed(masks=("email",)))
        async with stage(answering(response(b"{}")), gate) as on:
            await on.send(post(CHAT, asked, USE))
            assert b"[email]" in on.sent[0]

    run(test())


BREAKS = {
    "closes": (answering(), "proxy.upstream-unreachable"),
    "cut": (answering(response(b"{}")[:-1]), "proxy.upstream-broken"),
    "nonsense": (answering(b"nonsense\r\n\r\n"), "proxy.upstream-unreachable"),
    "large": (answering(response(b"x" * 99)), "proxy.response-too-large"),
}


@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_upstream_releases_nothing(how: str) -> None:
    """No half of an answer is taken for an answer; a refusal is recorded."""

    async def test() -> None:
        play, code = BREAKS[how]
        async with stage(play, response_bytes=50) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert (found.status, json.loads(found.body)["code"]) == (502, code)
            assert on.gate.refusals == [code]

    run(test())


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_an_upstream_that_hangs_is_given_up(head: bytes) -> None:
    """504 after the limit, before its headers or in the middle."""

    async def test() -> None:
        stop = asyncio.Event()

        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(head)
            await stop.wait()

        async with stage(play, answer_seconds=1, idle_seconds=1) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert found.status == 504
            stop.set()

    run(test())


def test_a_large_body_passes_both_ways() -> None:
    """64 MB in, 64 MB out."""
    body = bytes(range(256)) * (1 << 18)

    async def test() -> None:
        play = answering(response(body))
        async with stage(play, request_bytes=1 << 27, response_bytes=1 << 27) as on:
            found = taken_apart(await on.send(post(CHAT, body, USE)))
            assert on.sent[0].endswith(body)
            assert found.body == body
            assert on.gate.records[0][1]["output"][1] == body

    run(test())


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_refused(*, chunked: bool) -> None:
    """By its announced length, or when it gets there."""

    async def test() -> None:
        async with stage(request_bytes=10) as on:
            asked = post(CHAT, b"x" * 11, USE)
            if chunked:
                asked = asked.replace(b"Content-Length: 11", b"Transfer-Encoding: chunked")
                asked = asked.replace(b"x" * 11, b"b\r\n" + b"x" * 11 + b"\r\n0\r\n\r\n")
            found = taken_apart(await on.send(asked))
            assert found.status == 413

    run(test())


def test_a_slow_client_is_given_up() -> None:
    """408 when a body does not arrive in time."""

    async def test() -> None:
        async with stage(body_seconds=1) as on:
            asked = post(CHAT, b"{}", USE).replace(b"Content-Length: 2", b"Content-Length: 9")
            assert taken_apart(await on.send(asked)).status == 408

    run(test())


def test_a_client_that_goes_away_in_its_body_is_nobodys_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No answer is owed, nothing is recorded, and no stack trace is logged."""

    async def test() -> None:
        async with stage() as on:
            _, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", USE).replace(b"Content-Length: 2", b"Content-Length: 9"))
            await writer.drain()
            while not on.running.parts.active:
                await asyncio.to_thread(int)
            writer.close()
            while on.running.parts.active:
                await asyncio.to_thread(int)
            assert not on.gate.records

    run(test())
    assert not caplog.records


def test_a_request_beyond_the_bound_is_told_to_come_back() -> None:
    """503 and Retry-After, while one is under way."""

    async def test() -> None:
        gate, arrived = FakeGate(), asyncio.Event()
        gate.may_write.clear()

        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            arrived.set()
            writer.write(response(b"{}"))

        async with stage(play, gate, concurrent=1) as on:
            first = asyncio.create_task(on.send(post(CHAT, b"{}", USE)))
            await arrived.wait()
            second = taken_apart(await on.send(post(CHAT, b"{}", USE)))
            assert (second.status, second.headers["retry-after"]) == (503, "1")
            gate.may_write.set()
            assert taken_apart(await first).status == 200

    run(test())


@pytest.mark.parametrize(
    "asked",
    [
        post("/v1/files", b"{}", USE), get(CHAT), get("/metrics"), post("/v1/models", b"{}", USE),
        post("/v1/chat%2Fcompletions", b"{}", USE), post("//v1/chat/completions", b"{}", USE),
        post("/v1/chat/completions/../files", b"{}", USE), post("/v2/models/../infer", b"{}", USE),
        post("/.sunlit/healthz", b"", USE), get("/.sunlit/else"), get("/"),
    ],
)  # fmt: skip
def test_everything_else_is_refused(asked: bytes) -> None:
    """Deny by default: what is not recorded is not let through."""

    async def test() -> None:
        async with stage(answering(response(b"{}"))) as on:
            found = taken_apart(await on.send(asked))
            assert found.status == 404
            assert json.loads(found.body)["code"] == "proxy.no-route"
            assert not on.sent

    run(test())


@pytest.mark.parametrize("path", ["/v1/models", "/v2/health/ready", "/v2/models/m", "/v2"])
def test_what_is_no_decision_passes_unrecorded(path: str) -> None:
    """Lists of models, health and metadata."""

    async def test() -> None:
        async with stage(answering(recorded("models"))) as on:
            found = taken_apart(await on.send(get(path)))
            assert found.body == taken_apart(recorded("models")).body
            assert not on.gate.records

    run(test())


def test_what_passes_may_fail_too() -> None:
    """An upstream that is not there is a problem document here as well."""

    async def test() -> None:
        async with stage() as on:
            assert taken_apart(await on.send(get("/v1/models"))).status == 502

    run(test())


def test_health_and_readiness_are_the_proxys_own() -> None:
    """Up is not ready: a token that does not hold makes it not ready."""

    async def test() -> None:
        gate = FakeGate()
        async with stage(gate=gate) as on:
            assert taken_apart(await on.send(get("/.sunlit/healthz"))).status == 200
            assert taken_apart(await on.send(get("/.sunlit/readyz"))).status == 200
            gate.not_ready = VerificationError("token.expired", "it has expired")
            found = taken_apart(await on.send(get("/.sunlit/readyz")))
            assert (found.status, json.loads(found.body)["code"]) == (503, "token.expired")
            on.running.parts.is_draining = True
            found = taken_apart(await on.send(get("/.sunlit/readyz")))
            assert json.loads(found.body)["code"] == "proxy.draining"
            assert taken_apart(await on.send(post(CHAT, b"{}", USE))).status == 503

    run(test())


def test_an_odd_header_of_the_guard_is_malformed() -> None:
    """A use that is declared twice is none."""

    async def test() -> None:
        async with stage() as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", USE, USE)))
            assert found.status == 400

    run(test())
