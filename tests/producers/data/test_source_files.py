"""Files, folders and globs: what is read, what is refused, and by which digest it is named."""

import hashlib
import os
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.producers.data.source import Source, open_source
from sunlit.producers.data.source_names import unique_names
from sunlit.statement.manifest import read_manifest


def rows_of(source: Source) -> list[dict[str, object]]:
    return [row for batch in source.batches() for row in batch.to_pylist()]


def read(place: Path | str, **options: object) -> list[dict[str, object]]:
    with open_source(str(place), **options) as source:  # type: ignore[arg-type]
        return rows_of(source)


def refused(place: Path | str, **options: object) -> MalformedError:
    with pytest.raises(MalformedError) as error:
        read(place, **options)
    return error.value


def test_a_file_is_named_by_its_own_digest(tmp_path: Path) -> None:
    """As provenance names an input that is one file."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"id,name\n1,Ann\n")

    with open_source(str(path)) as source:
        assert source.digest == {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        assert (source.name, source.shape, source.files) == ("people.csv", "table", ("people.csv",))
        assert source.rows() == 1


def test_a_folder_and_a_glob_over_all_of_it_have_the_manifest_digest(tmp_path: Path) -> None:
    """`sunlit run` names a folder so, and a pattern over all its files means the same bytes."""
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_text("id\n" + name + "\n")
    whole = read_manifest(tmp_path).digest

    with open_source(str(tmp_path)) as folder, open_source(str(tmp_path / "*.csv")) as glob:
        assert folder.digest == glob.digest == {"sha256": whole, "sunlitManifestV1": whole}
        assert rows_of(folder) == [{"id": "a.csv"}, {"id": "b.csv"}]


def test_a_glob_reads_only_what_it_names(tmp_path: Path) -> None:
    """Neither other files, nor hidden ones, nor what lies deeper, unless ** says so."""
    (tmp_path / "in" / "deep.csv").mkdir(parents=True)
    for name in ("in/a.csv", "in/.hidden.csv", "in/a.parquet", "b.csv", "in/deep.csv/x.csv"):
        (tmp_path / name).write_text("id\n" + name + "\n")

    with open_source(str(tmp_path / "*" / "*.csv")) as one:
        assert one.files == ("in/a.csv",)
    with open_source(str(tmp_path / "**" / "*.csv")) as every:
        assert every.files == ("b.csv", "in/a.csv", "in/deep.csv/x.csv")


def test_a_name_that_looks_like_a_pattern_is_a_name(tmp_path: Path) -> None:
    """No file name is ever handed to a globbing reader."""
    (tmp_path / "a[1]*'.csv").write_text("id\n1\n")
    (tmp_path / "a1.csv").write_text("id\n2\n")

    assert read(tmp_path / "a[1]*'.csv") == [{"id": "1"}]


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    """The manifest's rule: what is behind a link would not be bound by the digest."""
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")

    assert refused(tmp_path).code == "manifest.symlink"
    assert refused(tmp_path / "*.csv").code == "manifest.symlink"


def test_a_file_that_is_written_to_while_it_is_read_is_found_out(tmp_path: Path) -> None:
    """The bytes that were digested are the bytes that are read, or there is no result."""
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")
    with open_source(str(path)) as source:
        path.write_text("id\n2\n")
        with pytest.raises(VerificationError, match="changed while it was read"):
            rows_of(source)


def test_a_file_that_joins_a_folder_is_found_out(tmp_path: Path) -> None:
    """A new file is not in the digest."""
    (tmp_path / "a.csv").write_text("id\n1\n")
    with open_source(str(tmp_path)) as source:
        (tmp_path / "b.csv").write_text("id\n2\n")
        with pytest.raises(VerificationError):
            source.check()


@pytest.mark.parametrize("place", ["none.csv", "none/*.csv"])
def test_nothing_there_is_no_empty_dataset(tmp_path: Path, place: str) -> None:
    """It could not be found out."""
    with pytest.raises(UnavailableError):
        open_source(str(tmp_path / place))


def test_an_empty_folder_and_an_unknown_kind_are_told_apart(tmp_path: Path) -> None:
    """One has no file, the other no file that can be read."""
    with pytest.raises(UnavailableError) as empty:
        open_source(str(tmp_path))
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(MalformedError) as unknown:
        open_source(str(tmp_path))

    assert (empty.value.code, unknown.value.code) == ("data.no-files", "data.unknown-kind")


def test_a_table_of_an_odd_suffix_is_read_when_its_delimiter_is_told(tmp_path: Path) -> None:
    """`adult.data` is a CSV file once somebody says so."""
    (tmp_path / "adult.data").write_text("a;b\n1;2\n")

    assert read(tmp_path / "adult.data", delimiter=";") == [{"a": "1", "b": "2"}]


def test_other_files_beside_a_table_are_refused_or_named(tmp_path: Path) -> None:
    """A README is not silently passed over: it might hold names too."""
    (tmp_path / "a.csv").write_text("id\n1\n")
    (tmp_path / "README.md").write_text("by Ann")

    assert refused(tmp_path).code == "data.mixed-kinds"
    with open_source(str(tmp_path), skip_unread=True) as source:
        assert source.unread == ("README.md",)
        assert source.files == ("a.csv",)


def test_files_of_other_columns_are_refused_by_name(tmp_path: Path) -> None:
    """Two tables are not one; which file is odd is said."""
    (tmp_path / "a.csv").write_text("id,name\n1,x\n")
    (tmp_path / "b.csv").write_text("name,id\ny,2\n")
    (tmp_path / "c.csv").write_text("id,born\n3,x\n")

    assert read(tmp_path / "[ab].csv") == [{"id": "1", "name": "x"}, {"id": "2", "name": "y"}]
    error = refused(tmp_path)
    assert error.code == "data.schema-differs"
    assert "'c.csv'" in str(error)


def test_a_corrupt_file_among_many_is_named_or_listed(tmp_path: Path) -> None:
    """The error names file and line and holds no value; or the file is listed as not read."""
    for number in range(5):
        (tmp_path / f"{number}.csv").write_text("id,name\n1,x\n2,y\n")
    (tmp_path / "3.csv").write_text("id,name\n1,x\nSECRET,SECRET,SECRET\n")

    error = refused(tmp_path)
    assert error.code == "data.malformed"
    assert "'3.csv', line 3" in str(error)
    assert "SECRET" not in str(error)
    with open_source(str(tmp_path), skip_unread=True) as source:
        assert source.unread == ("3.csv",)
        assert "line 3" in source.reasons["3.csv"]
        assert len(rows_of(source)) == 8


def test_when_no_file_can_be_read_there_is_no_dataset(tmp_path: Path) -> None:
    """Leaving out everything is no reading."""
    (tmp_path / "a.csv").write_text("id,name\n1\n")

    assert refused(tmp_path, skip_unread=True).code == "data.malformed"


@pytest.mark.parametrize("skip", [True, False])
def test_parquet_that_was_cut_or_spoilt_is_named(tmp_path: Path, *, skip: bool) -> None:
    """Both at its end, which is found at once, and in its middle."""
    good = tmp_path / "0.parquet"
    parquet.write_table(pa.table({"a": list(range(1000))}), good)
    data = good.read_bytes()
    (tmp_path / "1.parquet").write_bytes(data[:-20])
    (tmp_path / "2.parquet").write_bytes(data[:10] + bytes(300) + data[310:])

    if skip:
        with open_source(str(tmp_path), skip_unread=True) as source:
            assert source.unread == ("1.parquet", "2.parquet")
        return
    assert "'1.parquet'" in str(refused(tmp_path))
    assert "'2.parquet'" in str(refused(tmp_path / "2.parquet"))


def test_parquet_keeps_types_and_flattens_nests(tmp_path: Path) -> None:
    """Structs by dotted name, lists and maps as JSON text, nulls as nulls."""
    pairs = pa.array([[("k", 1)], None], type=pa.map_(pa.string(), pa.int64()))
    table = pa.table({
        "n": [1, 2], "s": [{"x": 1, "y": {"z": "q"}}, None], "l": [[1, 2], None], "m": pairs,
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "a.parquet")

    with open_source(str(tmp_path / "a.parquet")) as source:
        assert [one.type for one in source.columns][:2] == ["BIGINT", "BIGINT"]
        assert rows_of(source) == [
            {"n": 1, "s.x": 1, "s.y.z": "q", "l": "[1,2]", "m": '{"k":1}'},
            {"n": 2, "s.x": None, "s.y.z": None, "l": None, "m": None},
        ]


def test_parquet_files_may_have_their_columns_in_another_order(tmp_path: Path) -> None:
    """By name they agree, and a nest whose inside differs is one column that is widened."""
    parquet.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "a.parquet")
    parquet.write_table(pa.table({"b": ["y"], "a": [2]}), tmp_path / "b.parquet")

    assert read(tmp_path) == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


def test_json_lines_become_text(tmp_path: Path) -> None:
    """Mixed types, missing keys, nests and keys with dots; blank lines are none."""
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id":"001","n":1.5,"o":{"k":[1]}}\n\n{"id":7,"x.y":true,"o":null}\n', encoding="utf-8"
    )

    assert read(path) == [
        {"id": "001", "n": "1.5", "o": '{"k":[1]}', "x.y": None},
        {"id": "7", "n": None, "o": None, "x.y": "true"},
    ]


def test_json_keys_that_differ_by_case_only_stay_two_columns(tmp_path: Path) -> None:
    """DuckDB's own names would fold them into one."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"a":1,"A":2,"":3,"a/~b":4}\n')

    assert read(path) == [{"a": "1", "A_2": "2", "column_3": "3", "a/~b": "4"}]


@pytest.mark.parametrize("line", ["[1]", "SECRET", "3", '{"a":SECRET}', "null"])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    """By file and line, and nothing of it is shown."""
    (tmp_path / "a.jsonl").write_text('{"a":1}\n' * 3 + line + "\n")

    error = refused(tmp_path)

    assert "'a.jsonl', line 4" in str(error)
    assert "SECRET" not in str(error)


@pytest.mark.parametrize(
    "lines",
    [b'{"a":1,"a":2}\n', b'{"b":1}\n{"a":1,"A":5,"a":2}\n', b'{"a\\u0000":1,"A\\u0000":2}\n'],
)
def test_a_json_key_that_stands_twice_or_holds_a_zero_byte_loses_no_value(
    tmp_path: Path, lines: bytes
) -> None:
    """One of two values would be read, and the other never looked at."""
    (tmp_path / "a.jsonl").write_bytes(lines)

    with pytest.raises(MalformedError, match="stands twice") as error:
        open_source(str(tmp_path / "a.jsonl"))
    assert error.value.code == "data.malformed"


@pytest.mark.parametrize("asked", ["utf-8-sig", "utf-16", "latin-1"])
def test_json_lines_of_another_encoding_are_read(tmp_path: Path, asked: str) -> None:
    """With a mark as it is, else when asked; blank lines are none."""
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"é":"ü"}\n\n  \n{"é":null}'.encode(asked))
    encoding = asked if asked == "latin-1" else None

    with open_source(str(path), encoding=encoding) as source:
        assert rows_of(source) == [{"é": "ü"}, {"é": None}]


@pytest.mark.parametrize("groups", [0, 1])
def test_parquet_without_rows_or_row_groups_is_an_empty_table(tmp_path: Path, groups: int) -> None:
    """And a text file of no bytes is one empty document."""
    schema = pa.schema([("a", pa.string()), ("b", pa.null())])
    with parquet.ParquetWriter(tmp_path / "a.parquet", schema) as out:
        for _ in range(groups):
            out.write_table(schema.empty_table())
    (tmp_path / "a.txt").touch()

    with open_source(str(tmp_path / "a.parquet")) as source:
        assert (source.rows(), rows_of(source)) == (0, [])
        assert [one.name for one in source.columns] == ["a", "b"]
    with open_source(str(tmp_path / "a.txt")) as source:
        assert rows_of(source) == [{"document": "a.txt", "part": 0, "text": ""}]


def test_json_lines_without_a_key_are_no_table(tmp_path: Path) -> None:
    """There is no column to read."""
    (tmp_path / "a.jsonl").write_text("{}\n")

    assert refused(tmp_path).code == "data.header"


def test_text_files_are_documents(tmp_path: Path) -> None:
    """Each by its name; an empty one is a document too."""
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "b.md").write_text("")

    with open_source(str(tmp_path)) as source:
        assert (source.shape, source.rows()) == ("text", 2)
        assert rows_of(source) == [
            {"document": "a.txt", "part": 0, "text": "one\ntwo\n"},
            {"document": "b.md", "part": 0, "text": ""},
        ]
        with pytest.raises(MalformedError, match="no table"):
            source.table()


@pytest.mark.parametrize("text", ["line of text\n" * 400_000, "x" * 2_500_000, "a b " * 700_000])
def test_a_long_document_comes_in_parts_that_join(tmp_path: Path, text: str) -> None:
    """Parts do not overlap, none is long, and where there are lines none is cut."""
    (tmp_path / "a.txt").write_text(text)

    parts = [str(row["text"]) for row in read(tmp_path)]

    assert "".join(parts) == text
    assert max(map(len, parts)) <= 1024 * 1024
    assert "\n" not in text or all(part.endswith("\n") for part in parts[:-1])


def test_text_of_another_encoding_is_read_when_asked(tmp_path: Path) -> None:
    """Never guessed; the mark of UTF-16 is no guess."""
    (tmp_path / "a.txt").write_bytes("café".encode("cp1252"))
    (tmp_path / "b.txt").write_bytes("café".encode("utf-16"))

    error = refused(tmp_path / "a.txt")
    assert error.code == "data.encoding"
    assert "byte 3" in str(error)
    assert read(tmp_path / "a.txt", encoding="Windows-1252")[0]["text"] == "café"
    assert read(tmp_path / "b.txt")[0]["text"] == "café"
    with open_source(str(tmp_path), skip_unread=True) as source:
        assert source.unread == ("a.txt",)


def test_an_unknown_encoding_and_an_odd_delimiter_are_refused(tmp_path: Path) -> None:
    """Before anything is read."""
    assert refused(tmp_path, encoding="ebcdic").code == "data.encoding"
    assert refused(tmp_path, delimiter="::").code == "data.delimiter"
    (tmp_path / "a.csv").write_text("a\n1\n")
    assert refused(tmp_path, memory="a lot").code == "data.place"


def test_columns_are_chosen_by_name(tmp_path: Path) -> None:
    """In the order asked for; an unknown one is refused."""
    (tmp_path / "a.csv").write_text("a,b,c\n1,2,3\n")
    with open_source(str(tmp_path)) as source:
        assert [batch.to_pylist() for batch in source.batches(["c", "a"])] == [
            [{"c": "3", "a": "1"}]
        ]
        with pytest.raises(MalformedError, match="no column 'z'"):
            source.batches(["z"])


def test_the_temporary_folder_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when opening fails, for it may hold copies of the data."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "a.csv").write_bytes("id,é\n1,2\n".encode("utf-16"))
    (tmp_path / "b.csv").write_text("")
    with open_source(str(tmp_path / "a.csv")) as source:
        assert list((tmp_path / "tmp").iterdir())
        assert rows_of(source) == [{"id": "1", "é": "2"}]

    refused(tmp_path / "b.csv")

    assert not list((tmp_path / "tmp").iterdir())


def test_more_rows_than_memory_are_read(tmp_path: Path) -> None:
    """130 MB of values pass through 40 MB."""
    path = tmp_path / "a.parquet"
    texts = pa.array([f"{number:060d}" for number in range(20_000)])
    with parquet.ParquetWriter(path, pa.schema([("t", pa.string())]), compression="zstd") as out:
        for _ in range(32):
            out.write_table(pa.table({"t": texts}))
    glob = [tmp_path / f"{number}.parquet" for number in range(3)]
    for one in glob:
        os.link(path, one)

    with open_source(str(tmp_path / "[0-9].parquet"), memory="40MB") as source:
        with source.reading():
            distinct = source.table().t.nunique().to_pyarrow().as_py()
        assert distinct == 20_000
        assert sum(batch.num_rows for batch in source.batches()) == 1_920_000


@given(st.lists(st.text(max_size=5), min_size=1, max_size=20))
def test_names_are_made_unique_and_stay_as_they_are_where_they_can(names: list[str]) -> None:
    """Case does not count, none is empty, and a name that stands alone is kept."""
    made = unique_names(names)

    assert len({one.casefold() for one in made}) == len(names)
    assert all(made)
    assert made[0] == (names[0].replace("\0", "") or "column_1")
    assert unique_names(made) == made
