"""Canonical JSON is RFC 8785 restricted to integers; reading is strict."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base import canonical
from sunlit.base.errors import MalformedError

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
INTEGERS = st.integers(-canonical.MAX_SAFE_INTEGER, canonical.MAX_SAFE_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_encoding_equals_the_reference_package(value: object) -> None:
    """Whatever our profile can hold is written just as the `rfc8785` package writes it."""
    assert canonical.encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(VALUES)
def test_decoding_gives_back_what_was_encoded(value: object) -> None:
    """Encoding and decoding are inverse."""
    assert canonical.decode(canonical.encode(value)) == value


def test_keys_are_ordered_by_utf16_code_units() -> None:
    """An emoji (a surrogate pair) stands before U+FB33, as RFC 8785 section 3.2.3 shows."""
    assert canonical.encode({"\ufb33": 1, "\U0001f600": 2}).index(b"\xf0") == 2


@pytest.mark.parametrize(
    "value",
    [0.5, float("nan"), 2**53, {1: "a"}, b"bytes", "\ud800", {"\ud800": 1}],
    ids=["fraction", "nan", "unsafe-integer", "number-key", "bytes", "surrogate", "surrogate-key"],
)
def test_what_canonical_json_cannot_hold_is_refused(value: object) -> None:
    """A value outside the profile is refused rather than written somehow."""
    with pytest.raises(MalformedError) as caught:
        canonical.encode(value)

    assert caught.value.code == "json.unsupported-value"


def test_deep_nesting_is_refused_both_ways() -> None:
    """Neither writing nor reading can be made to overflow the stack."""
    deep: list[object] = []
    for _ in range(canonical.MAX_DEPTH + 1):
        deep = [deep]

    with pytest.raises(MalformedError):
        canonical.encode(deep)
    with pytest.raises(MalformedError):
        canonical.decode(b"[" * 100_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'["\\ud800"]', "json.not-json"),
        (b"{", "json.not-json"),
        (b"\xff", "json.not-json"),
        (b'{"a":1,"a":2}', "json.not-json"),
        (b"NaN", "json.not-json"),
        (b"1" * 40, "json.too-large"),
    ],
)
def test_bad_documents_are_refused(data: bytes, code: str) -> None:
    """Reading refuses what is not exactly one well-formed document."""
    with pytest.raises(MalformedError) as caught:
        canonical.decode(data, limit=32)

    assert caught.value.code == code


def test_an_object_is_asked_for() -> None:
    """A list where an object belongs is refused."""
    with pytest.raises(MalformedError) as caught:
        canonical.decode_object(b"[]")

    assert caught.value.code == "json.not-an-object"
    assert canonical.decode_object(b'{"a":[1]}') == {"a": [1]}


def test_foreign_fractions_can_be_read() -> None:
    """Other people's documents may hold fractions; only writing refuses them."""
    assert canonical.decode(b'{"a":0.5}') == {"a": 0.5}
    assert json.loads(canonical.encode({"a": "0.5"})) == {"a": "0.5"}
