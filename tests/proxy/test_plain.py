"""Plain JSON by configuration, the Open Inference Protocol, and what the operator fixes."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from sunlit.proxy.config import DetectorSettings, ProxyConfig, parse_config
from sunlit.proxy.declared import Declared
from tests.proxy.stage import USE, answering, post, response, run, stage, taken_apart

pytestmark = pytest.mark.enable_socket
CONFIG = parse_config(
    """
format = "sunlit-proxy/1"
[[route]]
path = "/score"
input = "/applicant"
output = "/score"
case = "/case"
""",
    Path(),
)


def test_parts_of_plain_json_are_recorded_and_all_of_it_passes() -> None:
    """Input, output and case by pointer; the bytes on the wire stay whole."""
    asked = b'{"case": 17, "applicant": {"age": 41,"n":1.50}, "more": 1}'

    async def test() -> None:
        async with stage(answering(response(b'{"score" : 0.7}')), config=CONFIG) as on:
            found = taken_apart(await on.send(post("/score", asked, USE)))
            values = on.gate.records[0][1]
            assert on.sent[0].endswith(asked)
            assert found.body == b'{"score" : 0.7}'
            assert values["input"] == ("application/json", b'{"age":41,"n":1.5}')
            assert values["output"] == ("application/json", b"0.7")
            assert on.gate.asked[0].case == "17"

    run(test())


def test_an_answer_without_the_output_is_recorded_whole() -> None:
    """An error, say: what was released is what is recorded."""

    async def test() -> None:
        async with stage(answering(response(b"oops", status="500 No")), config=CONFIG) as on:
            found = taken_apart(await on.send(post("/score", b'{"applicant":1}', USE)))
            assert found.status == 500
            assert on.gate.records[0][1]["output"] == ("application/octet-stream", b"oops")

    run(test())


def test_a_request_without_the_input_is_refused() -> None:
    """A decision about nothing that is recorded is none."""

    async def test() -> None:
        async with stage(config=CONFIG) as on:
            found = taken_apart(await on.send(post("/score", b'{"case":{}}', USE)))
            assert (found.status, json.loads(found.body)["code"]) == (422, "proxy.input-missing")
            assert not on.sent

    run(test())


@pytest.mark.parametrize("path", ["/v2/models/m/infer", "/v2/models/m/versions/1/infer"])
def test_the_open_inference_protocol_is_recorded(path: str) -> None:
    """With the model's name as the upstream says it."""

    async def test() -> None:
        async with stage(answering(response(b'{"model_name":"m","outputs":[]}'))) as on:
            await on.send(post(path, b'{"inputs":[]}', USE))
            assert json.loads(on.gate.records[0][1]["details"][1])["upstreamSaysModel"] == "m"

    run(test())


def test_what_the_operator_fixes_wins() -> None:
    """A client cannot declare its way round it, and need not declare anything."""

    async def test() -> None:
        fixed = Declared(use="fixed", jurisdiction="NL")
        async with stage(answering(response(b"{}")), fixed=fixed) as on:
            await on.send(post("/v1/embeddings", b"{}", USE, "Sunlit-Data-Class: x"))
            said = on.gate.asked[0]
            assert (said.use, said.jurisdiction, said.data_class) == ("fixed", "NL", "x")

    run(test())


def test_a_running_proxy_raises_drafts(tmp_path: Path) -> None:
    """A burst of refusals leaves one file."""

    async def test() -> None:
        settings = DetectorSettings(minimum=3, refusal_share=Decimal("0.5"))
        config = ProxyConfig(detectors=settings)
        async with stage(config=config, drafts=tmp_path) as on:
            for _ in range(4):
                await on.send(post("/v1/embeddings", b"{}"))

    run(test())
    (draft,) = tmp_path.glob("*.json")
    assert json.loads(draft.read_text())["counts"] == {"counted": 3, "found": 3}
