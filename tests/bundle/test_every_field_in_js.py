"""Each field of each claim, with each wrong value: Python and the browser say the same of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import pytest

from sunlit.base.errors import MalformedError
from sunlit.claims.base import Claim, claim_types
from sunlit.claims.codec import json_name
from sunlit.claims.privacy import Scan
from tests.bundle.node import asked
from tests.security.in_node import needs_node

CALL: Final = """
import { expectClaim } from "./claims.js";
import { readObject } from "./json.js";
const bytes = (value) => new TextEncoder().encode(value);
export const call = ([type, text]) => expectClaim(type, readObject(bytes(text), "It"));
"""
GONE: Final = object()
TIME: Final = "2026-03-02T12:00:00Z"
PLAIN: Final[Mapping[object, object]] = {
    str: "text", int: 7, bool: True, datetime: TIME, Decimal: "0.25",
}  # fmt: skip
VALUES: Final[tuple[object, ...]] = (
    GONE, None, "", "text", "ACCEPT", TIME, "2026-02-30T12:00:00Z", "2026-03-02", "0.5", "-0.5",
    "NaN", "Infinity", "0,5", 7, -7, 0.5, True, False, [], [None], [7], ["text"], [[]], [{}], {},
    {"name": 7}, {"digest": []}, {"sha256": "ab"},
)  # fmt: skip


def sample(hint: object) -> Any:  # noqa: ANN401 - whatever JSON
    """Return a JSON value that a type takes, with every field of every class there."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) is tuple:
        return [sample(get_args(hint)[0])]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return str(next(iter(hint)))
    if isinstance(hint, type) and is_dataclass(hint):
        hints = get_type_hints(hint)
        return {
            json_name(item.name): sample(hints[item.name])
            for item in fields(hint) if item.name != "extra"
        }  # fmt: skip
    return {}


def changed(value: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever JSON
    """Yield a JSON value with each member of each object in it changed in each way."""
    if isinstance(value, list):
        for one in changed(value[0]) if value else ():
            yield [one]
            yield [value[0], one]
    if isinstance(value, dict):
        for name, held in value.items():
            for other in (*VALUES, *changed(held)):
                yield {key: one for key, one in (value | {name: other}).items() if one is not GONE}


def in_python(cls: type[Claim], predicate: Mapping[str, object]) -> str:
    """Say whether the command line reads a predicate."""
    try:
        cls.from_predicate(predicate)
    except MalformedError:
        return "refused"
    return "holds"


def families() -> list[str]:
    """Return the families of claims."""
    return sorted({cls.FAMILY for cls in claim_types().values()})


@needs_node
def test_a_number_that_is_written_unusually_is_left_to_the_command_line(tmp_path: Path) -> None:
    """Python reads more writings of a number than the page: those the page calls Not done."""
    unusual = ["1e3", " 1", "1\x1c", "+1", ".5", "5.", "1_0", "_1", "\u0663", "0" * 200, "1E-9"]
    none = [
        "1e",
        "e1",
        "--1",
        ".",
        "",
        "_",
        "1 0",
        "0x1",
        "1,5",
        "sNaN1",
        "inf",
        "1." * 9,
        "1\u00b2",
    ]
    cases = [sample(Scan) | {"residual": one} for one in (*unusual, *none, "0.25", "-1")]

    found = asked(tmp_path, CALL, [(Scan.TYPE, json.dumps(one)) for one in cases])

    assert found == ["cannot"] * len(unusual) + ["refused"] * len(none) + ["holds"] * 2
    expected = ["holds"] * len(unusual) + ["refused"] * len(none) + ["holds"] * 2
    assert [in_python(Scan, one) for one in cases] == expected


@needs_node
def test_a_number_as_long_as_an_entry_is_read_in_no_time(tmp_path: Path) -> None:
    """Hostile texts must not keep the page busy: no form is tried over and over."""
    size = 60_000
    texts = [" " * size + "x", "1" * size + "x", "1" * size, "1." + "1" * size + "e", "_" * size]
    cases = [(Scan.TYPE, json.dumps(sample(Scan) | {"residual": one})) for one in texts]

    assert asked(tmp_path, CALL, cases) == ["refused", "refused", "cannot", "refused", "refused"]


@needs_node
@pytest.mark.parametrize("family", families())
def test_both_read_each_field_of_each_claim_alike(family: str, tmp_path: Path) -> None:
    """A field that one of them reads more loosely would let it pass what the other refuses."""
    types = {uri: cls for uri, cls in sorted(claim_types().items()) if family == cls.FAMILY}
    cases = [
        (uri, one) for uri, cls in types.items() for one in (sample(cls), *changed(sample(cls)))
    ]
    expected = [in_python(types[uri], one) for uri, one in cases]

    found = asked(tmp_path, CALL, [(uri, json.dumps(one)) for uri, one in cases])

    differ = [
        (uri, one, left, right)
        for (uri, one), left, right in zip(cases, expected, found, strict=True)
        if left != right
    ]
    assert differ[:5] == []
    assert {"holds", "refused"} == set(expected)
    assert [in_python(cls, sample(cls)) for cls in types.values()] == ["holds"] * len(types)
