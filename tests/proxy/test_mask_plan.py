"""Requests masked after a plan: on the operator's word, and where a token demands that plan."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import SunlitError
from sunlit.guard.limits import Constraints
from sunlit.proxy.config import MaskSettings
from sunlit.proxy.mask_plan import load_mask
from sunlit.proxy.masking import MAX_BYTES, mask_body, plan_name
from sunlit.recognise.masking import TextMasker
from sunlit.recognise.plan_read import parse_plan
from tests.proxy.guarded import HEADERS, gate_of, sizes, world_at, written
from tests.proxy.stage import (
    CHAT,
    USE,
    FakeAllowed,
    FakeGate,
    answering,
    post,
    recorded,
    response,
    run,
    stage,
    taken_apart,
)

pytestmark = pytest.mark.enable_socket

PLAN = """\
format = "sunlit-mask-plan/1"
[text.kinds]
email = "pseudonym"
ip-address = "keep"
"""


@pytest.fixture(scope="module")
def masker(tmp_path_factory: pytest.TempPathFactory) -> TextMasker:
    """A plan with its key, loaded as the proxy loads it."""
    folder = tmp_path_factory.mktemp("plan")
    return load_mask(settings(folder))


def settings(folder: Path, plan: str = PLAN) -> MaskSettings:
    (folder / "plan.toml").write_text(plan)
    (folder / "key").write_bytes(b"k" * 32)
    (folder / "key").chmod(0o600)
    return MaskSettings(plan=folder / "plan.toml", key=f"file:{folder / 'key'}")


def test_only_strings_in_which_something_was_found_are_written_anew(masker: TextMasker) -> None:
    """Spaces, order, numbers, escapes, duplicate names and what the plan keeps stay."""
    before = (
        b'{ "a" : 1.0e2,\t"a": "\\u00e9 192.0.2.1", "jan@example.org": 9434765919, '
        b'"t": "x \\"jan@example.org\\" \\n", "e": "" }'
    )

    masked = mask_body(before, (), plan=masker)

    pseudonym = json.loads(masked.body)["t"].split('"')[1]
    assert pseudonym.startswith("[email-")
    assert masked.body == before.replace(b"jan@example.org", pseudonym.encode())
    assert masked.plan == {"email": 2}
    assert masked.counts == {}


def test_the_plan_goes_first_and_then_what_the_token_orders(masker: TextMasker) -> None:
    """Its own name among the orders is met by it, and is no mask to look up."""
    body = b'["jan@example.org", "192.0.2.1 AB123456C"]'

    masked = mask_body(body, [*plan_name(masker), "email", "uk-nino"], plan=masker)

    assert b"@" not in masked.body
    assert set(masked.counts) == {"email", "uk-nino"}
    assert masked.counts["email"] == 0
    assert json.loads(masked.body)[1].startswith("192.0.2.1 [")


def test_a_plan_is_not_held_to_the_small_size_of_the_old_masks(masker: TextMasker) -> None:
    """A megabyte of prose is no trouble for it; the masks in Python stay bounded."""
    body = json.dumps({"t": "word " * (MAX_BYTES // 5) + "jan@example.org"}).encode()

    assert b"[email-" in mask_body(body, (), plan=masker).body
    with pytest.raises(SunlitError):
        mask_body(body, ["email"], plan=masker)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
), st.booleans())  # fmt: skip
def test_a_document_without_finds_is_byte_for_byte_the_same(
    masker: TextMasker,
    value: object,
    ascii_only: bool,  # noqa: FBT001
) -> None:
    """Whatever its strings are, half a character included; and it stays JSON."""
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    try:
        masked = mask_body(body, (), plan=masker)
    except SunlitError:
        assert not ascii_only
        return
    if not any(masked.plan.values()):
        assert masked.body == body
    json.loads(masked.body)


def test_a_request_is_masked_and_the_details_say_after_which_plan(masker: TextMasker) -> None:
    """Model and record see the same masked text; what cannot be read is refused."""
    asked = b'{"messages": [ {"content":"Write to jan@example.org" } ]}'

    async def test() -> None:
        gate = FakeGate(FakeAllowed())
        async with stage(answering(response(b"{}")), gate, plan=masker) as on:
            await on.send(post(CHAT, asked, USE))
            values = on.gate.records[0][1]
            assert b"[email-" in on.sent[0]
            assert on.sent[0].endswith(values["input"][1])
            details: dict[str, Any] = json.loads(values["details"][1])
            assert details["maskPlan"] == {"sha256": masker.digest, "finds": {"email": 1}}
            assert "masks" not in details
            odd = taken_apart(await on.send(post(CHAT, b"\xff", USE)))
            assert odd.status == 422
            assert on.gate.refusals == ["proxy.mask-unreadable"]

    run(test())


def ordering(monkeypatch: pytest.MonkeyPatch, *masks: str) -> None:
    """Let every token order masks."""
    orders = Constraints(masks=masks)
    monkeypatch.setattr("sunlit.guard.standing.read_constraints", lambda _texts: orders)


def test_a_token_demands_exactly_one_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, masker: TextMasker
) -> None:
    """Another plan, or none, opens no proxy."""
    ordering(monkeypatch, *plan_name(masker))
    world = world_at(tmp_path)

    for plan in ((), ("mask-plan:" + "0" * 64,)):
        with pytest.raises(SunlitError) as refused:
            gate_of(world, plan=plan)
        assert refused.value.code == "proxy.mask-plan"
    gate_of(world, plan=plan_name(masker)).close()


def test_the_record_names_the_plan_that_the_token_demands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, masker: TextMasker
) -> None:
    """So that a verifier of the bundle finds that the order was followed."""
    ordering(monkeypatch, *plan_name(masker))
    world = world_at(tmp_path)
    before = sizes(world)

    async def test() -> None:
        gate = gate_of(world, plan=plan_name(masker))
        async with stage(answering(recorded("chat")), gate, plan=masker) as on:
            await on.send(post(CHAT, b'{"q":"jan@example.org"}', *HEADERS))
            on.gate.close()

    run(test())
    ((record, content, _),) = written(world, before)
    assert record.masked == plan_name(masker)
    assert b"jan@" not in content.fields["input"].value


def test_a_plan_that_cannot_be_followed_opens_no_proxy(tmp_path: Path) -> None:
    """No key, other recognisers, no plan."""
    bare = MaskSettings(plan=settings(tmp_path).plan)
    codes = [_refused(bare), _refused(settings(tmp_path, PLAN.replace(
        "[text.kinds]", f'recognisers = "{"0" * 64}"\n[text.kinds]'))),
        _refused(MaskSettings(plan=tmp_path / "none.toml"))]  # fmt: skip

    assert codes == ["mask.key-missing", "proxy.mask-recognisers", "plan.unreadable"]


def _refused(found: MaskSettings) -> str:
    with pytest.raises(SunlitError) as refused:
        load_mask(found)
    return refused.value.code


def test_the_digest_is_the_plans_own(masker: TextMasker) -> None:
    """What a reviewer read is what a token names."""
    assert plan_name(masker) == (f"mask-plan:{parse_plan(PLAN).digest}",)
    assert plan_name(None) == ()
