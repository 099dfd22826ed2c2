"""The US inventory of AI use cases is read as it is: its counts, its blanks, its bounds."""

import csv
import gzip
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.formats import register_file
from sunlit.formats.omb import COLUMNS, PRACTICES, read_omb
from sunlit.formats.register_file import MAX_RECORD, MAX_TEXT
from tests.formats.registers import OMB, omb


def written(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    """Return a CSV with these rows."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({**dict.fromkeys(columns, ""), **row} for row in rows)
    return out.getvalue().encode()


def row(**cells: str) -> dict[str, str]:
    """Return the cells of one use case."""
    return {"agency": "GSA", "id": "GSA-1", "use_case_name": "Translate"} | cells


def test_every_use_case_is_there_under_a_name_of_its_own() -> None:
    """3,611 rows, 704 of them without an id and some with another's."""
    records = omb().records

    assert len(records) == 3611
    assert len({one.record for one in records}) == 3611
    assert sum("id" in one.blanks for one in records) == 704


def test_the_counts_are_those_of_the_published_file() -> None:
    """445 high-impact; of 250 deployed or piloted ones 122 say nothing of any practice."""
    said = [one.fields for one in omb().records]
    high = [one for one in said if one.get("is_high_impact") == "High-impact"]
    used = [one for one in high if one.get("development_stage") in ("Deployed", "Pilot")]

    assert len(high) == 445
    assert len(used) == 250
    assert sum(not set(PRACTICES) & set(one) for one in used) == 122
    assert Counter(one.get("is_withheld") for one in said) == {
        None: 1132, "No": 2452, "Other": 3,
        "Yes - Disclosure Risk": 20, "Yes - Prohibited by Law": 4,
    }  # fmt: skip


def test_the_eight_practices_are_the_eight_mitigations() -> None:
    """M1 to M8 each have a column."""
    assert sorted(PRACTICES.values()) == [f"M{n}" for n in range(1, 9)]
    assert set(PRACTICES) <= set(COLUMNS)


def test_each_cell_is_a_field_or_a_blank_and_never_both() -> None:
    """Nothing of a row gets lost: filled in, blank, or named as left out."""
    with gzip.open(OMB, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for found, cells in zip(omb().records, rows, strict=True):
        assert set(found.fields) | set(found.blanks) | set(found.cut) == set(cells)
        assert not set(found.fields) & set(found.blanks)
        assert all(cells[name] == found.fields[name] for name in found.fields)


def test_an_address_that_may_be_a_persons_is_left_out() -> None:
    """It is said that it was there, and not what it was."""
    (one,) = read_omb(written(row(contact_email="jo.bloggs@agency.example"))).records

    assert "contact_email" in one.cut
    assert "jo.bloggs" not in repr(one)


def test_rows_of_one_name_are_numbered_and_keep_their_names_when_others_come() -> None:
    """A row without an id is named by what it says of itself, wherever it stands in the file."""
    nameless = row(id="", agency_bureau="B", use_case_name="Chatbot")
    first = read_omb(written(nameless)).records[0].record
    several = [one.record for one in read_omb(written(row(), nameless, nameless)).records]

    assert several == ["GSA/GSA-1", first, f"{first}~2"]


def test_a_use_case_without_a_name_has_its_id_for_a_title() -> None:
    """One agency left the name out; a page still has something to say."""
    titles = {one.record: one.title for one in omb().records if "use_case_name" in one.blanks}

    assert titles == {"DOI/DOI-0015": "DOI-0015"}


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"agency,id\r\nGSA,1\r\n", "import.columns", "lacking is_high_impact"),
        (b"", "import.columns", "lacking agency"),
        (written(columns=(*COLUMNS, "agency")), "import.columns", "twice"),
        (written(row()) + b"GSA,only,three\r\n", "import.row", "line 3"),
        (written(row()) + b'GSA,"open', "import.row", "line 3"),
        (written(row()) + b"\xff\xfe", "import.encoding", "line 3"),
        (b"\x1f\x8bnothing", "import.encoding", "unpacked"),
    ],
)
def test_a_file_that_is_no_inventory_is_refused_by_its_line(
    data: bytes, code: str, says: str
) -> None:
    """Whoever has the wrong file learns what is wrong and where."""
    with pytest.raises(MalformedError) as caught:
        read_omb(data)

    assert caught.value.code == code
    assert says in f"{caught.value.what} {caught.value.got}"


def test_files_and_records_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A packed file that unpacks without end is refused, and so are too many rows."""
    monkeypatch.setattr(register_file, "MAX_FILE", 1000)
    with pytest.raises(MalformedError, match="too large"):
        read_omb(gzip.compress(bytes(100_000)))
    monkeypatch.undo()
    monkeypatch.setattr("sunlit.formats.omb.MAX_RECORDS", 1)
    with pytest.raises(MalformedError, match="too many records"):
        read_omb(written(row(), row(id="GSA-2")))


def test_what_no_entry_holds_is_cut_and_named() -> None:
    """A long text is cut, a control character is replaced, and both fields are named."""
    long = {name: "x" * (MAX_TEXT + 1) for name in COLUMNS if name.startswith("hi_")}
    (one,) = read_omb(written(row(problem_solved="a\x00b", **long))).records

    assert one.fields["problem_solved"] == "a\N{REPLACEMENT CHARACTER}b"
    assert {"problem_solved", *long} <= set(one.cut)
    assert sum(len(text) for text in one.fields.values()) <= MAX_RECORD


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_break_the_reader(
    noise: bytes,
    after_a_header: bool,  # noqa: FBT001 - drawn
) -> None:
    """Any file is read or refused by a code of its own."""
    code = "none"
    try:
        read_omb((written() if after_a_header else b"") + noise)
    except MalformedError as error:
        code = error.code

    assert code == "none" or code.startswith("import.")
