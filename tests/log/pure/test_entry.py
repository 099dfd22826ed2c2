"""Entries: one canonical form, a size that fits, a version that is known."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError
from sunlit.log import entry as entry_module
from sunlit.log.entry import Entry
from sunlit.log.tiles import MAX_ENTRY
from tests.log.pure.making import AT

GOOD = b'{"admitted":"2026-11-22T12:00:00Z","envelope":{"payload":"eA=="},"v":1}'

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
entries = st.builds(
    Entry,
    st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - hypothesis adds it
        lambda at: at.replace(microsecond=0)
    ),
    st.dictionaries(st.text(max_size=8), values, max_size=4),
)


@given(entries)
def test_an_entry_comes_back_as_it_was_written(entry: Entry) -> None:
    """parse(to_bytes(x)) == x."""
    assert Entry.parse(entry.to_bytes()) == entry


@given(
    hints=st.lists(st.text('ab/.-"\\é', max_size=3), min_size=1, max_size=3),
    cut=st.integers(0, 200), put=st.sampled_from([b"", b" ", b'"', b"\\n", b",", b"{", b"9"]),
)  # fmt: skip
def test_a_usual_entry_is_read_as_any_other(hints: list[str], cut: int, put: bytes) -> None:
    """What is read without a parser, perhaps with something put in, gives what a parser gives."""
    signed = [{"keyid": hint, "sig": "eA=="} for hint in hints]
    kind = "application/vnd.in-toto+json"
    data = Entry(AT, {"payload": "eA==", "payloadType": kind, "signatures": signed}).to_bytes()
    data = data[:cut] + put + data[cut:]

    assert _outcome(data) == _outcome(data, usual=False)


def _outcome(data: bytes, *, usual: bool = True) -> object:
    with pytest.MonkeyPatch.context() as patch:
        if not usual:
            patch.setattr(entry_module, "_USUAL", re.compile("(?!)"))
        try:
            return Entry.parse(data)
        except MalformedError as error:
            return error.code


def test_an_entry_is_the_canonical_object() -> None:
    """The bytes that the leaf hashes, from an envelope as bytes or as an object."""
    at = AT.replace(microsecond=999_999).astimezone(timezone(timedelta(hours=5)))

    from_bytes = Entry.of(at, b' {"payload" : "eA=="} ')
    from_object = Entry.of(at, {"payload": "eA=="})

    assert from_bytes.to_bytes() == from_object.to_bytes() == GOOD
    assert Entry.parse(GOOD) == Entry(AT, {"payload": "eA=="})


def test_the_largest_entry_fits_and_one_byte_more_does_not() -> None:
    """The refusal says what to do: a blob, and its digest in the log."""
    room = MAX_ENTRY - len(Entry(AT, {"p": ""}).to_bytes())
    largest = Entry(AT, {"p": "x" * room})

    assert Entry.parse(largest.to_bytes()) == largest
    for refused_call in (
        Entry(AT, {"p": "x" * (room + 1)}).to_bytes,
        lambda: Entry.parse(b" " * (MAX_ENTRY + 1)),
        lambda: Entry.of(AT, b" " * (2 * MAX_ENTRY + 1)),
    ):
        with pytest.raises(MalformedError) as refused:
            refused_call()
        assert refused.value.code == "log.entry-too-large"
        assert "blob" in (refused.value.mend or "")
        assert "digest" in (refused.value.mend or "")


MALFORMED = {
    "no JSON": (b"{", "json.not-json"),
    "no object": (b"[]", "json.not-an-object"),
    "no version": (b"{}", "log.entry-version"),
    "version 2": (GOOD.replace(b'"v":1', b'"v":2'), "log.entry-version"),
    "version true": (GOOD.replace(b'"v":1', b'"v":true'), "log.entry-version"),
    "version 1.0": (GOOD.replace(b'"v":1', b'"v":1.0'), "log.entry-form"),
    "version as text": (GOOD.replace(b'"v":1', b'"v":"1"'), "log.entry-version"),
    "no envelope": (b'{"admitted":"2026-11-22T12:00:00Z","v":1}', "log.entry-form"),
    "an envelope that is no object": (
        b'{"admitted":"2026-11-22T12:00:00Z","envelope":[],"v":1}',
        "log.entry-form",
    ),
    "no admission time": (b'{"envelope":{},"v":1}', "log.entry-form"),
    "another member": (GOOD.replace(b'"v":1', b'"v":1,"w":1'), "log.entry-form"),
    "a local time": (GOOD.replace(b"00Z", b"00"), "time.malformed"),
    "a short month": (GOOD.replace(b"-11-", b"-1-"), "log.entry-form"),
    "spaces": (GOOD.replace(b":1}", b": 1}"), "log.entry-form"),
    "another order": (
        b'{"v":1,"admitted":"2026-11-22T12:00:00Z","envelope":{}}',
        "log.entry-form",
    ),
    "an escape": (GOOD.replace(b"eA==", b"\\u0065A=="), "log.entry-form"),
    "a fraction": (GOOD.replace(b'"eA=="', b"1.5"), "json.unsupported-value"),
    "a key twice": (GOOD.replace(b'"v":1', b'"v":1,"v":1'), "json.not-json"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_entry_is_refused_with_its_code(case: str) -> None:
    """There is one way to write an entry, so a leaf's meaning hangs on no parser."""
    data, code = MALFORMED[case]

    with pytest.raises(MalformedError) as refused:
        Entry.parse(data)

    assert refused.value.code == code


def test_an_envelope_that_canonical_json_cannot_hold_is_refused() -> None:
    """Before anything is signed."""
    for envelope in (b'{"a":1.5}', b'{"a":"\\ud800"}', encode([1])):
        with pytest.raises(MalformedError):
            Entry.of(AT, envelope).to_bytes()
    with pytest.raises(MalformedError):
        Entry.of(AT.replace(tzinfo=None), {}).to_bytes()
