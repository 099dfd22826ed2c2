"""CSV: every value exactly as written, whatever it looks like, or an error with file and line."""

import csv
import io
from pathlib import Path
from typing import Final, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.producers.data import source_records
from sunlit.producers.data.source import open_source
from sunlit.producers.data.source_names import unique_names

LETTERS: Final = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")


def read(
    data: bytes | str, folder: Path, name: str = "a.csv", **options: object
) -> list[list[object]]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with open_source(str(path), **options) as source:  # type: ignore[arg-type]
        names = [one.name for one in source.columns]
        rows = [list(row.values()) for one in source.batches() for row in one.to_pylist()]
        assert len(rows) == source.rows()
        return [list(names), *rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    """The one by which the first records agree, though values hold others."""
    text = f'name{delimiter}note\n007{delimiter}"a, b; c | d"\n1{delimiter}x, y\n'

    if delimiter == ",":
        text = text.replace("x, y", "x; y")
    rows = read(text, tmp_path)

    assert rows[:2] == [["name", "note"], ["007", "a, b; c | d"]]


def test_tsv_is_split_at_tabs_and_an_option_decides(tmp_path: Path) -> None:
    """A suffix says it, and what a person says counts more."""
    assert read("a,b\tc\n1,2\t3\n", tmp_path, "a.tsv") == [["a,b", "c"], ["1,2", "3"]]
    assert read("a,b\tc\n1,2\t3\n", tmp_path, "a.tsv", delimiter=",") == [
        ["a", "b\tc"], ["1", "2\t3"],
    ]  # fmt: skip
    assert read("a\tb\n1\t2\n", tmp_path, delimiter="tab") == [["a", "b"], ["1", "2"]]


def test_values_stay_as_written(tmp_path: Path) -> None:
    """Leading zeros, spaces, NULL, NaN, newlines, quotes; nothing is null, "" is empty."""
    text = 'a,b\r\n007, x \r\nNULL,NaN\r\n,""\r\n"two\r\nlines","say ""hi"""\r\n1e5,TRUE\r\n'

    assert read(text, tmp_path)[1:] == [
        ["007", " x "], ["NULL", "NaN"], [None, ""], ["two\r\nlines", 'say "hi"'], ["1e5", "TRUE"],
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_marks_say_the_encoding(tmp_path: Path, encoding: str) -> None:
    """With a byte order mark no option is needed, and the mark is no part of a name."""
    mark = "\ufeff" if encoding == "utf-16-le" else ""

    assert read((mark + "é,b\nü,2\n").encode(encoding), tmp_path) == [["é", "b"], ["ü", "2"]]


def test_other_encodings_only_when_asked(tmp_path: Path) -> None:
    """A wrong guess would make other people's names; the error names line and place."""
    data = "name,b\nx,1\nJosé,2\n".encode("latin-1")

    with pytest.raises(MalformedError) as error:
        read(data, tmp_path)
    assert error.value.code == "data.encoding"
    assert "'a.csv', line 3" in str(error.value)
    assert "Jos" not in str(error.value)
    assert read(data, tmp_path, encoding="latin-1")[2] == ["José", "2"]
    with pytest.raises(MalformedError, match="line 2 is not WINDOWS-1252: byte 2"):
        read(b"a\n\x81\n", tmp_path, encoding="cp1252")


def test_a_wrong_byte_far_down_is_found(tmp_path: Path) -> None:
    """Past the part that is looked at first."""
    data = b"id,name\n" + b"1,somebody\n" * 200_000 + b"2,caf\xe9\n"

    with pytest.raises(MalformedError, match="line 200002") as error:
        read(data, tmp_path)
    assert error.value.code == "data.encoding"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a,b\n1,2\n3\n", 3), ("a,b\n1,2\n\n1,2,3\n", 4), ('a,b\n1,"open\n', 2), ('a,b\n1,"x"y\n', 2)],
)
def test_a_row_of_another_width_or_an_open_quote_is_named(
    tmp_path: Path, text: str, line: int
) -> None:
    """Nothing is padded, cut or skipped in silence."""
    with pytest.raises(MalformedError, match=f"'a.csv', line {line} cannot be read"):
        read(text, tmp_path)


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_header_is_refused(tmp_path: Path, data: bytes) -> None:
    """There is no name for what it holds."""
    with pytest.raises(MalformedError) as error:
        read(data, tmp_path)
    assert error.value.code == "data.header"


def test_small_tables(tmp_path: Path) -> None:
    """No row; one row; one column whose text holds every delimiter."""
    assert read("a,b\n", tmp_path) == [["a", "b"]]
    assert read("a,b", tmp_path) == [["a", "b"]]
    assert read("a,b\n1,2", tmp_path) == [["a", "b"], ["1", "2"]]
    assert read("note\nHello, you; there | then\n", tmp_path) == [
        ["note"], ["Hello, you; there | then"],
    ]  # fmt: skip


def test_hostile_and_double_names(tmp_path: Path) -> None:
    """They are names and nothing else, and each column can be asked for."""
    text = '"""; DROP TABLE x; --",select,select,,SELECT,"a\'b","new\nline",日本\n1,2,3,4,5,6,7,8\n'
    path = tmp_path / "a.csv"
    path.write_text(text)

    with open_source(str(path)) as source:
        names = [one.name for one in source.columns]
        assert names == [
            '"; DROP TABLE x; --', "select", "select_2", "column_4", "SELECT_3", "a'b",
            "new\nline", "日本",
        ]  # fmt: skip
        for position, name in enumerate(names, start=1):
            assert [one.column(0).to_pylist() for one in source.batches([name])] == [
                [str(position)]
            ]
        with source.reading():
            table = source.table()
            assert list(table.columns) == names
            assert table[names[0]].max().to_pyarrow().as_py() == "1"


def test_a_very_long_row_is_refused_or_read_but_never_cut(tmp_path: Path) -> None:
    """A value of a megabyte is read; a row of more than DuckDB's two is named."""
    assert len(str(read("a,b\n1," + "x" * 1_000_000 + "\n", tmp_path)[1][1])) == 1_000_000
    with pytest.raises(MalformedError, match=r"'a\.csv'"):
        read("a,b\n1,2\n1," + "x" * 5_000_000 + "\n", tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(
                st.text(LETTERS, min_size=1),
                min_size=width, max_size=width,
            ),
            min_size=1, max_size=8,
        )
    ),
    st.sampled_from([",", ";", "\t", "|"]),
)  # fmt: skip
def test_what_is_written_is_read(tmp_path: Path, rows: list[list[str]], delimiter: str) -> None:
    """Any text that a writer quotes comes back letter for letter."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow([f"c{number}" for number in range(len(rows[0]))])
    writer.writerows(rows)

    assert read(out.getvalue(), tmp_path, delimiter=delimiter)[1:] == rows


ODD_HEADERS: Final = [
    (b'a,"new\nline"\r\n1,2\r\n3,4\r\n', [["a", "new\nline"], ["1", "2"], ["3", "4"]]),
    (b'a,"b\rc"\n1,2\n', [["a", "b\rc"], ["1", "2"]]),
    (b'a,"new\nline"\n"1",2\n', [["a", "new\nline"], ["1", "2"]]),
    (b"a\x0bx,b\n1,2\n", [["a\x0bx", "b"], ["1", "2"]]),
    ("a\u2028x,b\n1,2\n".encode(), [["a\u2028x", "b"], ["1", "2"]]),
    (b"\n\na,b\n1,2\n", [["a", "b"], ["1", "2"]]),
    (b"a,b,\n1,2,\n", [["a", "b", "column_3"], ["1", "2", None]]),
]
ODD_ENDS: Final = [
    (b"a,b\n1,2\r\n3,4\n5,6\r\n", [["1", "2"], ["3", "4"], ["5", "6"]]),
    (b"a,b\r\n1,2\n3,4", [["1", "2"], ["3", "4"]]),
    (b"a,b\r1,2\r3,4", [["1", "2"], ["3", "4"]]),
    (b"a,b\r\r\n1,2\r\r\n", [["1", "2"]]),
    (b'a,b\n1,"2\r3"\n"",\n', [["1", "2\r3"], ["", None]]),
    (b'a,b\r\n1,"2\n3"\r\n1,2,\r\n', [["1", "2\n3"], ["1", "2"]]),
    (b'a\r\nx\n\n""\n', [["x"], [None], [""]]),
    (b'\xef\xbb\xbfa,b\r1,5" pipe\r', [["1", '5" pipe']]),
]


@pytest.mark.parametrize(("data", "rows"), ODD_HEADERS)
def test_no_row_is_lost_below_an_odd_header(
    tmp_path: Path, data: bytes, rows: list[list[object]]
) -> None:
    """A name may hold a line's end, and the header need not be the first line."""
    assert read(data, tmp_path) == rows


@pytest.mark.parametrize(("data", "rows"), ODD_ENDS)
def test_no_row_is_lost_where_lines_end_in_several_ways(
    tmp_path: Path, data: bytes, rows: list[list[object]]
) -> None:
    """Files that were put together from others, or come from old systems."""
    assert read(data, tmp_path)[1:] == rows


@pytest.mark.parametrize("wrong", [b"3\r", b"3,4,5\r", b'3,"x"y\r', b'3,"open\r'])
def test_what_is_wrong_among_odd_ends_is_named(tmp_path: Path, wrong: bytes) -> None:
    """By the number of the record, for what a line is depends on who counts."""
    with pytest.raises(MalformedError, match=r"'a\.csv', record 3 ") as error:
        read(b"a,b\n1,2\r" + wrong, tmp_path)

    assert error.value.code == "data.malformed"


def test_a_record_without_end_is_refused_in_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open quote would else take in all that follows."""
    monkeypatch.setattr(source_records, "MOST", 2_000_000)
    with pytest.raises(MalformedError, match="more than 16 MB"):
        read(b'a,b\n1,2\r3,"' + b"x" * 4_000_000, tmp_path)


def test_many_records_cross_the_pieces_that_are_read(tmp_path: Path) -> None:
    """The end of a piece may fall between two line ends or two quotes."""
    rows = [
        [str(number), f'say "{number}",\r\nthen {"x" * (number % 50)}'] for number in range(60_000)
    ]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["a", "b"], *rows])

    assert read(out.getvalue() + "1,2\n", tmp_path)[1:] == [*rows, ["1", "2"]]


@pytest.mark.parametrize(
    ("data", "asked"),
    [("a,b\n11,22\n".encode("utf-16-le"), None), ("a\n1".encode("utf-16-be"), "utf-16"),
     (b"a\0,b\n1,2\n", None), ("a,b\n".encode("utf-32"), None)],
)  # fmt: skip
def test_utf_16_without_a_mark_is_not_taken_for_utf_8(
    tmp_path: Path, data: bytes, asked: str | None
) -> None:
    """It often is valid UTF-8, of zeros and letters in turns, in which nothing is found."""
    with pytest.raises(MalformedError) as error:
        read(data, tmp_path, encoding=asked)

    assert error.value.code == "data.encoding"
    assert "--encoding: utf-16-le" in str(error.value.mend)
    assert read("a\n1\n".encode("utf-16-be"), tmp_path, encoding="utf-16-be") == [["a"], ["1"]]


ODD: Final = "a1 ,;|\t\"'#\\\n\r\x0b\x1c\x85\u2028é😀\ufeff\x1a"
TABLES: Final = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(
            st.text(st.sampled_from(ODD), max_size=6),
            min_size=width, max_size=width,
        ),
        min_size=1, max_size=8,
    )
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n", "\r"]), st.booleans())
def test_what_csv_writes_is_what_batches_give(
    tmp_path: Path,
    rows: list[list[str]],
    delimiter: str,
    end: str,
    ends: bool,  # noqa: FBT001 - hypothesis
) -> None:
    """Row by row and value by value, the header's names too, whatever they hold."""
    rows[0] = [one.removeprefix("\ufeff") + "n" for one in rows[0]]  # no value is a name
    out = io.StringIO(newline="")
    # Of line ends, `csv` in Python 3.11 quotes those only that it writes itself.
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    text = out.getvalue() if ends else out.getvalue().removesuffix(end)
    empty = None if quoting == csv.QUOTE_MINIMAL and len(rows[0]) > 1 else ""

    assert read(text, tmp_path, delimiter=delimiter) == [
        list(unique_names(rows[0])), *([one or empty for one in row] for row in rows[1:])
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_an_error_of_ours(tmp_path: Path, data: bytes) -> None:
    """No crash and no foreign error, whatever a file holds."""
    code = "none"
    try:
        read(b"a,b\n" + data, tmp_path)
    except MalformedError as error:
        code = error.code

    assert code in {"none", "data.malformed", "data.encoding", "data.header"}
