"""The configuration file: what it may say, and that nothing is guessed."""

import json
import re
import tomllib
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sunlit.base.errors import MalformedError
from sunlit.proxy.answers import Answer
from sunlit.proxy.config import (
    DetectorSettings,
    Limits,
    MaskSettings,
    load_config,
    parse_config,
    read_upstream,
)
from sunlit.proxy.details import Price, cost
from sunlit.proxy.pointer import MISSING, encoded, is_pointer, resolve
from sunlit.proxy.routes import Api, Routes

HEAD = 'format = "sunlit-proxy/1"\n'
WHOLE = (
    HEAD
    + """
upstream = "http://127.0.0.1:8000/"
mask_plan = "plan.toml"
mask_key = "file:mask.key"
mask_recognisers = ["own"]

[limits]
concurrent = 8
drain_seconds = 5

[[price]]
model = "qwen*"
prompt_per_1k = "0.0005"
completion_per_1k = "0.0015"
currency = "EUR"

[[route]]
path = "/score"
input = "/applicant"
output = "/score"
case = "/case"

[detectors]
window_seconds = 60
minimum = 20
rate_factor = "5"
refusal_share = "0.2"
range_share = "0.05"
drift_psi = "0.2"
reference = "reference.json"
"""
)


def test_everything_that_may_stand_in_it_is_read(tmp_path: Path) -> None:
    """Paths are relative to the file's folder; prices are decimals."""
    path = tmp_path / "proxy.toml"
    path.write_text(WHOLE, encoding="utf-8")

    found = load_config(path)

    assert found.upstream == "http://127.0.0.1:8000"
    assert found.limits == Limits(concurrent=8, drain_seconds=5)
    assert found.prices[0].completion == Decimal("0.0015")
    route = Routes(found.plain).match("POST", "/score")
    assert route is not None
    assert (route.api, route.input, route.output, route.case) == (
        Api.PLAIN, "/applicant", "/score", "/case",
    )  # fmt: skip
    assert found.detectors.reference == tmp_path / "reference.json"
    assert found.detectors.rate_factor == 5
    assert found.masking == MaskSettings(
        plan=tmp_path / "plan.toml", key=f"file:{tmp_path / 'mask.key'}",
        recognisers=(tmp_path / "own",),
    )  # fmt: skip
    assert parse_config(HEAD + 'mask_plan = "p"\nmask_key = "kms:x"', tmp_path).masking == (
        MaskSettings(plan=tmp_path / "p", key="kms:x")
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "format = 1", 'format = "sunlit-proxy/2"', "[", HEAD + "odd = 1",
        HEAD + "limits = 1", HEAD + "[limits]\nodd = 1", HEAD + "[limits]\nconcurrent = 0",
        HEAD + "[limits]\nconcurrent = true", HEAD + "[limits]\nidle_seconds = 99999999",
        HEAD + "price = 1", HEAD + "price = [1]", HEAD + '[[price]]\nmodel = "a"\ncurrency = "EUR"',
        HEAD + '[[price]]\nmodel = "a"\nprompt_per_1k = 0.1\ncurrency = "EUR"',
        HEAD + '[[price]]\nmodel = "a"\nprompt_per_1k = "x"\ncurrency = "EUR"',
        HEAD + '[[price]]\nmodel = "a"\nprompt_per_1k = "-1"\ncurrency = "EUR"',
        HEAD + '[[price]]\nmodel = "a"\nprompt_per_1k = "1"\ncurrency = "euro"',
        HEAD + '[[route]]\npath = "score"', HEAD + '[[route]]\npath = "/a/../b"',
        HEAD + '[[route]]\npath = "/.sunlit/x"', HEAD + '[[route]]\npath = "/a%2Fb"',
        HEAD + '[[route]]\npath = "/a"\nmethod = "GET"',
        HEAD + '[[route]]\npath = "/a"\ninput = "b"', HEAD + '[[route]]\npath = "/a"\ninput = 1',
        HEAD + '[detectors]\ndrift_psi = "0.1"', HEAD + "[detectors]\nodd = 1",
        HEAD + 'upstream = "ftp://x"', HEAD + "mask_plan = 1", HEAD + 'mask_key = "file:k"',
        HEAD + 'mask_recognisers = ["own"]', HEAD + 'mask_plan = "p"\nmask_key = 1',
        HEAD + 'mask_plan = "p"\nmask_recognisers = "own"',
        HEAD + 'mask_plan = "p"\nmask_recognisers = [1]',
    ],
    ids=range(33),
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    """With one code, and where to read what it may be."""
    with pytest.raises(MalformedError) as refused:
        parse_config(text, Path())

    assert refused.value.code == "proxy.config"


@pytest.mark.parametrize("data", [None, b"\xff", b" " * (2 << 20)], ids=["none", "bytes", "large"])
def test_a_file_that_cannot_be_read_is_refused(data: bytes | None, tmp_path: Path) -> None:
    """Missing, no UTF-8, too large."""
    path = tmp_path / "proxy.toml"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(MalformedError) as refused:
        load_config(path)

    assert refused.value.code == "proxy.config"


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8000", "http://", "http://a:b@c", "http://x?y", "http://x#y", "http://x:99999",
     "http://[::1"],
)  # fmt: skip
def test_an_upstream_that_is_no_plain_address_is_refused(url: str) -> None:
    """No credentials in a URL, no query, no other scheme."""
    with pytest.raises(MalformedError):
        read_upstream(url)


def _schema() -> Draft202012Validator:
    path = Path(__file__).parents[2] / "spec" / "schemas" / "proxy-config.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def test_the_schema_agrees_with_what_is_read(tmp_path: Path) -> None:
    """What the specification shows is valid in both, and names every limit and setting."""
    page = Path(__file__).parents[2] / "spec" / "proxy-config.md"
    (shown,) = re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    schema = _schema()

    assert parse_config(shown, tmp_path).limits == Limits()
    assert not list(schema.iter_errors(tomllib.loads(shown)))
    assert set(schema.schema["properties"]["limits"]["properties"]) == {
        one.name for one in fields(Limits)
    }
    assert set(schema.schema["properties"]["detectors"]["properties"]) == {
        one.name for one in fields(DetectorSettings)
    }


@pytest.mark.parametrize(
    "text",
    [HEAD + "odd = 1", HEAD + "[limits]\nconcurrent = 0", HEAD + '[[route]]\npath = "score"',
     HEAD + '[[route]]\npath = "/a"\ninput = "b"', HEAD + "[detectors]\ndrift_psi = 0.1", ""],
    ids=range(6),
)  # fmt: skip
def test_the_schema_refuses_too(text: str) -> None:
    """An editor that knows the schema says it while one types."""
    assert list(_schema().iter_errors(tomllib.loads(text)))


PRICES = [
    Price(model="qwen*", prompt=Decimal("0.0005"), completion=Decimal("0.0015"), currency="EUR"),
    Price(model="*", prompt=Decimal(2), completion=Decimal(0), currency="USD"),
]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(model="qwen2", prompt_tokens=36, completion_tokens=28),
         {"amount": "0.00006", "currency": "EUR"}),
        (Answer(model="other", prompt_tokens=1000), {"amount": "2", "currency": "USD"}),
        (Answer(model="qwen2"), None),
        (Answer(prompt_tokens=0), {"amount": "0", "currency": "USD"}),
    ],
    ids=["both", "prompt", "unknown", "free"],
)  # fmt: skip
def test_a_cost_is_exact_decimal_text(answer: Answer, expected: dict[str, str] | None) -> None:
    """Without the upstream's count of tokens there is none."""
    assert cost(answer, PRICES) == expected


def test_without_a_price_there_is_no_cost() -> None:
    """Nothing is guessed."""
    assert cost(Answer(model="m", prompt_tokens=1), []) is None


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", {"a/b": [1, {"~": "x"}]}), ("/a~1b/0", 1), ("/a~1b/1/~0", "x"),
        ("/a~1b/2", MISSING), ("/a~1b/01", MISSING), ("/a~1b/x", MISSING), ("/no", MISSING),
    ],
)  # fmt: skip
def test_a_pointer_finds_what_it_points_to(pointer: str, expected: object) -> None:
    """RFC 6901, escapes included."""
    document = {"a/b": [1, {"~": "x"}]}

    assert is_pointer(pointer)
    assert resolve(document, pointer) == expected


def test_half_a_character_can_be_recorded() -> None:
    """JSON allows a lone surrogate; a record must not fail on it."""
    assert encoded("\ud800")
    assert not is_pointer("a")
    assert not is_pointer("/~2")
