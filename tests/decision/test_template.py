"""What is written fast is what is written slowly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.decision.content import Content, Field, write_content
from sunlit.decision.record import Binding, Kind, Pointer, Record, State
from sunlit.decision.template import Template
from tests.decision.making import AT, record

PLAIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MAYBE = st.none() | TEXTS
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)).map(  # noqa: DTZ001 - zone is next
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
POINTERS = st.builds(Pointer, log=TEXTS, index=st.integers(0, 2**53 - 1), leaf=TEXTS)
COMMITS = st.dictionaries(TEXTS, TEXTS, max_size=6)
RECORDS = st.builds(
    Record, kind=st.sampled_from(Kind), id=TEXTS, time=TIMES, commit=COMMITS, token=MAYBE,
    release=MAYBE, use=MAYBE, deployer=MAYBE, jurisdiction=MAYBE, data_class=MAYBE,
    binding=st.none() | st.sampled_from(Binding), oversight=MAYBE,
    state=st.none() | st.sampled_from(State), status=MAYBE,
    trust=st.none() | st.integers(0, 2**53 - 1), break_glass=MAYBE,
    masked=st.lists(TEXTS, max_size=2).map(tuple), code=MAYBE, of=st.none() | POINTERS,
    role=MAYBE, result=MAYBE,
)  # fmt: skip


@given(RECORDS, st.lists(st.tuples(TEXTS, TIMES, COMMITS), min_size=1, max_size=3))
def test_a_filled_template_is_the_records_own_bytes(
    form: Record, fillings: list[tuple[str, datetime, dict[str, str]]]
) -> None:
    """For every record, and for one template filled again and again."""
    template = Template(form)

    for name, at, commit in fillings:
        expected = replace(form, id=name, time=at, commit=commit).to_bytes()
        assert template.fill(name, at, commit) == expected


def test_a_template_of_texts_that_look_like_its_places_is_filled_right() -> None:
    """A value that spells out a place stands behind quotes and cannot be taken for it."""
    form = record(use='"commit":{}', deployer='","id":"' + "0" * 32 + '"')

    filled = Template(form).fill("ab" * 16, AT, {"input": "cd" * 32})

    assert filled == replace(form, id="ab" * 16, commit={"input": "cd" * 32}).to_bytes()


def test_a_template_writes_every_time_in_utc() -> None:
    """Equal times of two zones are one text."""
    template = Template(record())
    there = AT.astimezone(timezone(timedelta(hours=2)))

    assert template.fill("x", AT, {}) == template.fill("x", there, {})


def test_a_template_refuses_a_time_without_a_zone_and_half_a_character() -> None:
    """As `Record.to_bytes` does."""
    template = Template(record())

    with pytest.raises(MalformedError) as naive:
        template.fill("x", AT.replace(tzinfo=None), {})
    with pytest.raises(MalformedError) as half:
        template.fill("\ud800", AT, {})

    assert (naive.value.code, half.value.code) == ("time.naive", "json.unsupported-value")


def test_a_template_remembers_only_so_many_sets_of_names() -> None:
    """Whoever makes up names of commitments does not fill the memory."""
    template = Template(record())

    for number in range(200):
        template.fill("x", AT, {f"name-{number}": "ab"})

    assert len(template._names) <= 64


@given(st.dictionaries(PLAIN, st.tuples(PLAIN, st.binary(max_size=40)), max_size=6))
def test_content_written_in_one_go_reads_as_what_was_given(
    values: dict[str, tuple[str, bytes]],
) -> None:
    """The commitments are those of its fields, and its bytes are canonical."""
    commit, data = write_content(values)
    content = Content.parse(data)

    assert {name: (one.type, one.value) for name, one in content.fields.items()} == values
    assert content.commitments() == commit
    assert content.to_bytes() == data
    content.check(commit)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("input", "\ud800"), ("input", "text/plain\0granted"), ("in\0put", "a/b"), ("", "a/b"),
     ("input", ""), ("input", "text/plain; charset=\u00fctf-8")],
)  # fmt: skip
def test_content_takes_names_and_types_of_printable_ascii_only(name: str, kind: str) -> None:
    """A NUL would move the border between type and value: two openings of one commitment."""
    with pytest.raises(MalformedError) as caught:
        write_content({name: (kind, b"")})

    assert caught.value.code == "content.malformed"


def test_a_value_does_not_open_with_a_part_of_it_moved_into_its_type() -> None:
    """The same bytes are hashed; the field is refused all the same."""
    commit, data = write_content({"output": ("text/plain", b"granted\0denied")})
    salt = Content.parse(data).fields["output"].salt

    with pytest.raises(MalformedError) as caught:
        Field("text/plain\0granted", b"denied", salt).check("output", commit["output"])

    assert caught.value.code == "content.malformed"
