"""Leaves, contents and check codes: strict to read, and nothing fits but what was written."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.decision.checkcode import ALPHABET, new_code, read_code
from sunlit.decision.content import JSON, TEXT, Content, seal, unseal
from sunlit.decision.record import Binding, Kind, Pointer, Record, is_hex, new_id
from tests.decision.making import AT, record

POINTER = Pointer(log="decisions.example.org/1", index=7, leaf="ef" * 32)


@pytest.mark.parametrize(
    "found",
    [
        record({"input": "ab" * 32}),
        record(masked=("name",), trust=3, jurisdiction="NL", data_class="health"),
        Record(kind=Kind.REFUSAL, id=new_id(), time=AT, code="guard.expired"),
        Record(kind=Kind.OUTCOME, id=new_id(), time=AT, of=POINTER, role="caseworker",
               result="changed"),
        Record(kind=Kind.ACCESS, id=new_id(), time=AT, role="auditor"),
    ],
    ids=["decision", "fuller decision", "refusal", "outcome", "access"],
)  # fmt: skip
def test_a_record_is_read_as_it_was_written(found: Record) -> None:
    """Each kind, with what it may have."""
    assert Record.parse(found.to_bytes()) == found


@pytest.mark.parametrize(
    "found",
    [
        record(v=2),
        record(id="AB" * 16),
        record({"input": "xy" * 32}),
        record({"input": 7}),
        record(token=None),
        record(state=None),
        Record(kind=Kind.CONTEST, id=new_id(), time=AT),
    ],
)
def test_a_record_that_lacks_or_bends_a_field_is_refused(found: Record) -> None:
    """By one code, whatever it is."""
    with pytest.raises(MalformedError) as caught:
        Record.parse(found.to_bytes())

    assert caught.value.code == "record.malformed"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'"v":1', b'"v":1,"x":1'),
        lambda data: b" " + data,
        lambda data: data[:-1],
        lambda data: data.replace(b'"kind":"decision"', b'"kind":"other"'),
        lambda data: b"[]",
    ],
    ids=["unknown-field", "space", "cut", "unknown-kind", "no-object"],
)
def test_bytes_that_are_not_the_records_own_are_refused(change: object) -> None:
    """An unknown field, another order, a cut, an unknown kind."""
    assert callable(change)

    with pytest.raises(MalformedError) as caught:
        Record.parse(change(record().to_bytes()))

    assert caught.value.code == "record.malformed"


@given(st.binary(max_size=200))
def test_no_bytes_make_a_record_raise_anything_else(data: bytes) -> None:
    """Leaves come from others' logs."""
    with pytest.raises(MalformedError):
        Record.parse(data)


def test_ids_are_hex_and_never_the_same() -> None:
    """Sixteen random bytes."""
    found = {new_id() for _ in range(2_000)}

    assert len(found) == 2_000
    assert all(is_hex(one, 32) for one in found)
    assert not is_hex("ABCD", 4)


def test_a_stronger_binding_is_at_least_a_weaker_one() -> None:
    """And not the other way round."""
    assert Binding.FILES_VERIFIED.is_at_least(Binding.DECLARED)
    assert Binding.DECLARED.is_at_least(Binding.DECLARED)
    assert not Binding.ENDPOINT_ONLY.is_at_least(Binding.DECLARED)


# -- contents ----------------------------------------------------------------------------------


def test_an_opening_of_a_part_fits_and_another_value_does_not() -> None:
    """The field's name and media type are bound in too."""
    content = Content.of({"input": (JSON, b"{}"), "output": (TEXT, b"yes")})
    commit = content.commitments()
    content.only(["output"]).check(commit)
    one = content.fields["output"]

    for name, other in (
        ("output", replace(one, value=b"no")),
        ("output", replace(one, type=JSON)),
        ("output", replace(one, salt=bytes(32))),
        ("input", one),
        ("unknown", one),
    ):
        with pytest.raises(VerificationError) as caught:
            Content({name: other}).check(commit)
        assert caught.value.code == "content.opening"


@given(st.binary(max_size=120))
def test_no_bytes_make_a_content_raise_anything_else(data: bytes) -> None:
    """What was decrypted is still not believed."""
    with pytest.raises(MalformedError):
        Content.parse(data)


@pytest.mark.parametrize(
    "line",
    [
        b'{"fields":[],"v":2}',
        b'{"fields":{},"v":1}',
        b'{"fields":[1],"v":1}',
        b'{"fields":[{"name":"a","salt":"zz","size":0,"type":"t"}],"v":1}',
        b'{"fields":[{"name":"a","salt":"00","size":9,"type":"t"}],"v":1}',
        b'{"fields":[{"name":"a","salt":"00","size":-1,"type":"t"}],"v":1}',
        b'{"fields":[{"name":"a","salt":"00","size":true,"type":"t"}],"v":1}',
        b'{"fields":[%b,%b],"v":1}' % ((b'{"name":"a","salt":"00","size":0,"type":"t"}',) * 2),
    ],
)
def test_a_malformed_content_is_refused(line: bytes) -> None:
    """Sizes beyond the end, two fields of one name, and more."""
    with pytest.raises(MalformedError) as caught:
        Content.parse(line + b"\n")

    assert caught.value.code == "content.malformed"


def test_bytes_behind_a_content_are_refused() -> None:
    """Nothing may hide there."""
    data = Content.of({"input": (TEXT, b"x")}).to_bytes()

    with pytest.raises(MalformedError):
        Content.parse(data + b"y")


def test_a_sealed_content_opens_for_its_own_record_and_key_only() -> None:
    """The record's id is bound in."""
    sealed = seal(b"content", bytes(32), "ab" * 16)

    assert unseal(sealed, bytes(32), "ab" * 16) == b"content"
    for data, key, name in (
        (sealed, bytes(31) + b"x", "ab" * 16),
        (sealed, bytes(32), "cd" * 16),
        (sealed[:-1], bytes(32), "ab" * 16),
        (bytes(len(sealed)), bytes(32), "ab" * 16),
        (b"", bytes(32), "ab" * 16),
        (sealed, b"short", "ab" * 16),
    ):
        with pytest.raises(VerificationError) as caught:
            unseal(data, key, name)
        assert caught.value.code == "content.key"


# -- check codes -------------------------------------------------------------------------------


def test_a_code_is_read_however_it_is_typed() -> None:
    """Small letters, spaces, and the letters that look like digits."""
    for _ in range(200):
        code = new_code()
        assert read_code(code) == code
        assert read_code(f"  {code.lower().replace('-', ' ')}") == code
        assert read_code(code.replace("0", "o").replace("1", "l")) == code


def test_each_wrong_character_is_noticed() -> None:
    """At every place, every other character."""
    code = new_code().replace("-", "")
    for at in range(len(code)):
        for other in ALPHABET:
            typed = code[:at] + other + code[at + 1 :]
            if typed == code:
                continue
            with pytest.raises(MalformedError) as caught:
                read_code(typed)
            assert caught.value.code == "record.check-code"


@given(st.text(max_size=30))
def test_no_text_makes_a_code_raise_anything_else(typed: str) -> None:
    """People type anything."""
    with suppress(MalformedError):
        assert read_code(typed) == read_code(read_code(typed))
