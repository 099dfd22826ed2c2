"""The real guard behind the proxy: what is refused, and what stands in the log afterwards."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import VerificationError
from sunlit.claims.lifecycle import Status
from sunlit.decision.record import Binding, Kind, State
from sunlit.guard.limits import Constraints
from sunlit.proxy.declared import Declared
from sunlit.proxy.gate import GuardGate
from sunlit.registry.admit import open_ledger
from sunlit.registry.guard_store import refresh_status
from sunlit.registry.status import change_status
from sunlit.runtime.folder import STATUS
from tests.proxy.guarded import HEADERS, gate_of, sizes, world_at, written
from tests.proxy.stage import CHAT, answering, get, post, recorded, run, stage, taken_apart
from tests.registry.telling import ISSUER_KEY

pytestmark = pytest.mark.enable_socket
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_guarded_call_is_a_decision_in_the_log(tmp_path: Path) -> None:
    """The record that the response names holds what was asked, answered and said."""
    world = world_at(tmp_path)
    before = sizes(world)

    async def test() -> dict[str, str]:
        async with stage(answering(recorded("chat")), gate_of(world)) as on:
            asked = post(
                CHAT, b'{"q":1}', *HEADERS, "Sunlit-Case: 2026/17", f"traceparent: {TRACE}",
                "tracestate: a=1",
            )  # fmt: skip
            found = taken_apart(await on.send(asked))
            assert found.status == 200
            assert taken_apart(await on.send(get("/.sunlit/readyz"))).status == 200
            on.gate.close()
            return found.headers

    headers = run(test())
    ((record, content, _),) = written(world, before)
    values = {name: one.value for name, one in content.fields.items()}
    details = json.loads(values["details"])
    assert (record.kind, record.state, record.binding) == (
        Kind.DECISION, State.RELEASED, Binding.DECLARED,
    )  # fmt: skip
    assert record.id == headers["sunlit-decision"]
    assert values["code"].decode() == headers["sunlit-check-code"]
    assert values["input"] == b'{"q":1}'
    assert values["output"] == taken_apart(recorded("chat")).body
    assert values["case"] == b"2026/17"
    assert values["trace"].startswith(b"00-0af7651916cd43dd8448eb211c80319c-")
    assert TRACE.encode() != values["trace"]
    assert details["tracestate"] == "a=1"


def test_a_guarded_stream_is_opened_and_closed_in_the_log(tmp_path: Path) -> None:
    """Two records, the second pointing to the first; the bytes that passed are its output."""
    world = world_at(tmp_path)
    before = sizes(world)

    async def test() -> None:
        async with stage(answering(recorded("chat-stream")), gate_of(world)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", *HEADERS)))
            assert found.body == taken_apart(recorded("chat-stream")).body
            on.gate.close()

    run(test())
    opened, closed = written(world, before)
    assert (opened[0].state, closed[0].kind, closed[0].result) == (
        State.OPENED, Kind.CLOSED, "complete",
    )  # fmt: skip
    assert closed[0].of == opened[2]
    assert closed[1].fields["output"].value == taken_apart(recorded("chat-stream")).body


@pytest.mark.parametrize(
    ("headers", "code", "status"),
    [
        ((), "proxy.use-undeclared", 403),
        (("Sunlit-Use: another", *HEADERS[1:]), "token.other-use", 403),
        (HEADERS[:2], "guard.undeclared", 403),
        ((HEADERS[0], "Sunlit-Jurisdiction: NL", HEADERS[2]), "token.other-jurisdiction", 403),
        ((*HEADERS, "Sunlit-Purpose: deciding on benefits"), "guard.prohibited", 403),
    ],
    ids=["nothing", "use", "data", "place", "prohibited"],
)
def test_a_refused_call_is_a_refusal_in_the_log(
    headers: tuple[str, ...], code: str, status: int, tmp_path: Path
) -> None:
    """Once, with its code, and the model is not asked."""
    world = world_at(tmp_path)
    before = sizes(world)

    async def test() -> None:
        async with stage(answering(recorded("chat")), gate_of(world)) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", *headers)))
            assert (found.status, json.loads(found.body)["code"]) == (status, code)
            assert json.loads(found.body)["fallback"]
            assert not on.sent
            on.gate.close()

    run(test())
    assert [(one.kind, one.code) for one, _, _ in written(world, before)] == [(Kind.REFUSAL, code)]


def test_break_glass_goes_on_where_the_token_lets_it(tmp_path: Path) -> None:
    """An expired status list is overridden for a stated reason, and the record says so."""
    world = world_at(tmp_path)
    before = sizes(world)
    gate = gate_of(world)
    world.clock.at += timedelta(days=60)

    async def test() -> None:
        async with stage(answering(recorded("chat")), gate) as on:
            found = taken_apart(await on.send(post(CHAT, b"{}", *HEADERS)))
            assert (found.status, json.loads(found.body)["code"]) == (403, "status.expired")
            assert taken_apart(await on.send(get("/.sunlit/readyz"))).status == 503
            found = taken_apart(
                await on.send(post(CHAT, b"{}", *HEADERS, "Sunlit-Break-Glass: a flood"))
            )
            assert found.status == 200
            on.gate.close()

    run(test())
    assert [one.break_glass for one, _, _ in written(world, before)] == [None, "status.expired"]


def test_a_proxy_that_would_refuse_every_call_does_not_start(tmp_path: Path) -> None:
    """Binding and what the operator fixed: no request could change it."""
    world = world_at(tmp_path)
    cases: list[tuple[dict[str, object], str]] = [
        ({"binding": Binding.ENDPOINT_ONLY}, "proxy.binding"),
        ({"fixed": Declared(use="another")}, "token.other-use"),
        ({"fixed": Declared(jurisdiction="NL")}, "token.other-jurisdiction"),
        ({"fixed": Declared(jurisdiction="nowhere")}, "guard.place"),
        ({"fixed": Declared(data_class="genome")}, "token.other-data"),
        ({"fixed": Declared(purpose="deciding on benefits")}, "guard.prohibited"),
        ({"oversight": "none"}, "guard.oversight"),
    ]
    for options, code in cases:
        with pytest.raises(VerificationError) as refused:
            gate_of(world, **options)
        assert refused.value.code == code
    with pytest.raises(VerificationError) as refused:
        gate_of(world, binding=Binding.ENDPOINT_ONLY)
    assert "--binding declared" in (refused.value.mend or "")
    gate_of(world, fixed=Declared(use="outreach", jurisdiction="US-CA")).close()  # let go each time


def test_a_proxy_for_a_token_of_verified_files_says_what_to_ask_for(tmp_path: Path) -> None:
    """No option of the proxy helps there."""
    gate = gate_of(world_at(tmp_path))
    live = gate._guard.live
    token = live.standing.token
    claims = replace(token.claims, minimum_binding="files-verified")
    live.standing = replace(live.standing, token=replace(token, claims=claims))

    with pytest.raises(VerificationError) as refused:
        GuardGate(gate._guard, Binding.DECLARED)

    assert refused.value.code == "proxy.binding"
    assert "--binding" not in (refused.value.mend or "")
    assert "endpoint-only" in (refused.value.mend or "")
    gate.close()


def test_a_proxy_of_a_suspended_token_starts_and_is_not_ready(tmp_path: Path) -> None:
    """With the code of the refusal that each call would get."""
    world = world_at(tmp_path)
    gate = gate_of(world)
    gate.expect_ready()
    world.clock.at += timedelta(minutes=5)
    grant = world.token.name.removesuffix(".token").rpartition("-")[2]
    with open_ledger(world.issuer, world.clock) as ledger:
        change_status(ledger, grant, Status.SUSPENDED, "t", signer=ISSUER_KEY, at=world.clock.at)
    raw = (world.token / STATUS).read_bytes()
    refresh_status(world.store.root, raw, world.clock.at)
    gate.close()
    gate = gate_of(world)

    with pytest.raises(VerificationError) as refused:
        gate.expect_ready()

    assert refused.value.code == "status.suspended"
    gate.close()


def test_a_stopped_proxy_leaves_a_stream_aborted_in_the_log(tmp_path: Path) -> None:
    """Shutting down in the middle of a stream is recorded before the log is let go."""
    world = world_at(tmp_path)
    before = sizes(world)

    async def test() -> None:
        stop = asyncio.Event()

        async def play(_request: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(recorded("chat-stream")[:1500])
            await stop.wait()

        async with stage(play, gate_of(world), drain_seconds=1) as on:
            reader, writer = await asyncio.open_connection("127.0.0.1", on.port)
            writer.write(post(CHAT, b"{}", *HEADERS))
            await reader.readuntil(b"data: ")
            await on.running.stop()
            on.gate.close()
            stop.set()
            writer.close()

    run(test())
    assert [one.result for one, _, _ in written(world, before)] == [None, "aborted"]


def ordering(monkeypatch: pytest.MonkeyPatch, *masks: str) -> None:
    """Let every token order masks."""
    orders = Constraints(masks=masks)
    monkeypatch.setattr("sunlit.guard.standing.read_constraints", lambda _texts: orders)


def test_a_token_that_orders_an_unknown_mask_opens_no_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found out at the start, not at the first request."""
    ordering(monkeypatch, "iris-scan")

    with pytest.raises(VerificationError) as refused:
        gate_of(world_at(tmp_path))
    assert refused.value.code == "proxy.mask-unknown"


def test_what_a_token_orders_to_mask_is_masked_and_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The leaf names the mask; neither model nor record sees what it hides."""
    ordering(monkeypatch, "email")
    world = world_at(tmp_path)
    before = sizes(world)

    async def test() -> None:
        async with stage(answering(recorded("chat")), gate_of(world)) as on:
            await on.send(post(CHAT, b'{"q":"jan@example.org"}', *HEADERS))
            assert on.sent[0].endswith(b'{"q":"[email]"}')
            on.gate.close()

    run(test())
    ((record, content, _),) = written(world, before)
    assert record.masked == ("email",)
    assert content.fields["input"].value == b'{"q":"[email]"}'
