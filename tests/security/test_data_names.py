"""Attacks on the data safeguards: values of people where names of columns should be."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from sunlit.base.errors import MalformedError
from sunlit.formats.tabular import look_at_table
from sunlit.producers.data.scan import scan
from sunlit.producers.data.source import open_source
from sunlit.recognise.header import values_among
from sunlit.recognise.recognisers import shipped
from tests.cli.doors import Door

SECRETS = ("Quillfeather", "AB123456C", "margaret.q", "07700", "LS1 4AP")
HEADERLESS = (
    "Margaret Quillfeather,AB123456C,margaret.q@example.org,1956-03-04\n"
    "John Smith,CE123456D,john@example.org,1961-03-04\n"
)


def refused(place: str, *, skip: bool = False) -> str:
    """Open a dataset that must be refused, and return all that its error says."""
    with pytest.raises(MalformedError) as caught:
        open_source(place, skip_unread=skip)
    error = caught.value
    assert error.code == ("data.malformed" if skip else "data.names-are-values")
    said = f"{error} {error.expected} {error.got} {error.mend} {error.__cause__}"
    assert not any(secret in said for secret in SECRETS)
    return said


@pytest.mark.parametrize(
    "text",
    [
        HEADERLESS,
        HEADERLESS.splitlines()[0] + "\n",
        "Margaret Quillfeather,34\nJohn Smith,61\n",
        "Margaret Quillfeather,1956\nJohn Smith,1961\n",
        "7,Margaret Quillfeather,1956\n8,John Smith,1961\n",
        "Margaret Quillfeather,04/03/1956\nJohn Smith,05/06/1961\n",
        "Margaret Quillfeather,F,Leeds\nJohn Smith,M,Leeds\nAnn Lee,F,York\n",
        "name,07700 900123\nJohn Smith,x\n",
        "Quillfeather;LS1 4AP\nSmith;LS1 4AP\n",
        "name,note Quillfeather margaret.q@example.org\nx,y\n",
    ],
)
@pytest.mark.parametrize("skip", [False, True])
def test_a_first_line_of_values_is_no_header(tmp_path: Path, text: str, *, skip: bool) -> None:
    """Else somebody's name and number become names of columns, and go into the log."""
    (tmp_path / "people.csv").write_text(text)

    refused(str(tmp_path / "people.csv"), skip=skip)


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n1,Ann\n2,Bob\n",
        "id,2019,2020,2021\n7,5,6,7\n",
        "country,2020\nUK,5\n",
        "0,1,2\n0.5,0.7,0.1\n0.4,0.2,0.2\n",
        "country,2020-01-01,2020-02-01\nUK,5,6\n",
        "id,id\nid,id\nid,id\n",
        "id,name\nid,name\n1,Ann\n",
        "other,n\nother,1\nother,2\n",
        "income_2019_q4,b\n1,2\n",
        "name\n",
        "a,b\n,\n,\n",
    ],
)
def test_names_that_look_odd_are_names(tmp_path: Path, text: str) -> None:
    """Years, positions, a header that stands twice, a word that is a value as well."""
    (tmp_path / "table.csv").write_text(text)

    with open_source(str(tmp_path / "table.csv")) as source:
        assert len(source.columns) == text.splitlines()[0].count(",") + 1


def test_a_key_that_is_somebodys_address_is_refused(tmp_path: Path) -> None:
    """A map from people to numbers is not a table: its keys are people."""
    line = json.dumps({"margaret.q@example.org": 3, "n": 1})
    (tmp_path / "map.jsonl").write_text(line + "\n")

    assert "column 1" in refused(str(tmp_path / "map.jsonl"))


def test_a_pivoted_table_of_a_database_is_refused(tmp_path: Path) -> None:
    """So are the leaves of a struct, whose names become names of columns."""
    path = tmp_path / "cases.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n, {'AB123456C': 2} AS s")

    refused(f"duckdb:{path}?table=t")


def test_files_that_differ_say_no_name_where_one_may_be_a_value(tmp_path: Path) -> None:
    """A second file without a header has values where the first has names."""
    (tmp_path / "a.csv").write_text("name,town\nAnn Lee,York\n")
    (tmp_path / "b.csv").write_text("Margaret Quillfeather,Leeds\nJohn Smith,York\n")

    with pytest.raises(MalformedError) as caught:
        open_source(str(tmp_path / "*.csv"))

    assert caught.value.got == "0 of 2 names are alike"


@pytest.mark.parametrize("text", [HEADERLESS, "Margaret Quillfeather,34\nJohn Smith,61\n"])
def test_the_record_of_a_run_names_no_value_as_a_column(tmp_path: Path, text: str) -> None:
    """Its dataset statement lists columns, and no extra is needed to make one."""
    path = tmp_path / "people.csv"
    path.write_text(text)

    with pytest.raises(MalformedError) as caught:
        look_at_table(path)

    assert not any(secret in str(caught.value) for secret in SECRETS)


def test_without_an_engine_addresses_and_numbers_are_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What cannot be looked at closely is refused sooner."""
    monkeypatch.setattr("sunlit.recognise.header.find_spec", lambda _: None)

    assert (
        values_among(["id", "a@b.example"])
        == "column 2 is called by what looks like: an identifier"
    )
    assert values_among(["07700 900123"]) is not None
    assert values_among(["income_2019_q4"]) is None


@pytest.mark.parametrize(
    "command",
    [
        ["scan"], ["risk", "--profile", "public-release"], ["synth", "--out", "/nowhere/made.csv"],
        ["minimise", "--purpose", "x", "--used", "a"],
    ],
)  # fmt: skip
def test_no_command_says_a_first_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Sequence[str]
) -> None:
    """Neither in words nor as JSON."""
    path = tmp_path / "people.csv"
    path.write_text(HEADERLESS)

    for more in ([], ["--json"]):
        done = Door(capsys)("data", command[0], path, *command[1:], *more)
        assert done.code == 2
        assert not any(secret in done.out + done.err for secret in SECRETS)


def test_a_file_that_is_not_read_and_called_by_somebodys_address_is_not_named(
    tmp_path: Path,
) -> None:
    """Names of files that were not read go into the claim."""
    (tmp_path / "a.txt").write_text("Nothing.")
    (tmp_path / "margaret.q@example.org.png").write_bytes(b"\0")
    (tmp_path / "margaret.q@example.org.txt").write_bytes(b"caf\xe9")
    (tmp_path / "photo.png").write_bytes(b"\0")

    with open_source(str(tmp_path), skip_unread=True) as source:
        found = scan(source, recognisers=shipped(), at=datetime(2026, 1, 1, tzinfo=UTC))

    assert "photo.png" in found.claim.unread
    assert sum("email" in one for one in found.claim.unread) == 2
    assert not any(secret in repr((found.claim, found.detail)) for secret in SECRETS)
