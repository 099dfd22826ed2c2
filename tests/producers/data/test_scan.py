"""A scan from end to end, with the shipped recognisers: what it says, and that it says no value."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.claims.privacy import Scan
from sunlit.producers.data import scan_look
from sunlit.producers.data.scan import Scanned, scan
from sunlit.producers.data.scan_text import TextLook
from sunlit.producers.data.source import open_source
from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import shipped

AT: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NHS: Final = "943 476 5919"
NOTE: Final = "Ms Ann Example rang again about the letter that came last Monday, she was upset"


def scanned(path: Path, *, skip_unread: bool = False) -> Scanned:
    with open_source(str(path), skip_unread=skip_unread) as source:
        return scan(source, recognisers=shipped(), at=AT)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Make a small table with an e-mail column, prose, a flag and a number."""
    rows = ["id,mail,note,active,paid"]
    for number in range(60):
        note = f"{NOTE} {number}; NHS number {NHS}" if number % 2 else f"{NOTE} {number}"
        rows.append(f'{number},ann{number:02d}@example.org,"{note}",yes,{number}.10')
    path = tmp_path / "people.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_table_is_described_by_column(people: Path) -> None:
    """What each column holds, how often, how sure, and why a review is needed."""
    result = scanned(people)
    columns = {one["name"]: one for one in result.detail["columns"]}

    assert columns["mail"]["label"] == "email"
    assert columns["note"]["free_text"]
    assert {one["kind"]: one["hits"] for one in columns["note"]["finds"]}["nhs-number"] == 30
    assert columns["active"]["label"] is columns["paid"]["label"] is None
    assert result.claim.sensitive
    assert result.claim.free_text == ("note",)
    assert any("free text" in one for one in result.claim.grounds)
    assert "3 of 5" not in result.detail["headline"]


def test_the_claim_sums_up_the_report(people: Path) -> None:
    """It parses again, and says the same as the report that it goes with."""
    result = scanned(people)
    claim, detail = result.claim, result.detail

    assert Scan.from_predicate(claim.to_predicate()) == claim
    assert (claim.rows, claim.files, claim.scanned_on) == (60, 1, AT)
    assert claim.recognisers == shipped().digest
    assert claim.names_model is None
    assert claim.columns == ("id", "mail", "note", "active", "paid")
    assert {(one.column, one.kind) for one in claim.found} == {
        (column["name"], find["kind"]) for column in detail["columns"] for find in column["finds"]
    }
    assert all(one.low <= one.rate <= one.high for one in claim.found)
    assert detail["format"] == "sunlit-data-scan/1"
    assert "not looked for in text at all" in " ".join(detail["limits"])


def test_no_value_of_any_person_stands_in_it(people: Path) -> None:
    """Neither in the claim nor in the report, and both are JSON."""
    result = scanned(people)

    for document in (result.detail, result.claim.to_predicate()):
        text = json.dumps(document, default=str)
        assert "Example" not in text
        assert "example.org" not in text
        assert NHS[:7] not in text
        assert json.loads(text)


def test_the_same_data_give_the_same_report(people: Path) -> None:
    """Byte for byte."""
    assert json.dumps(scanned(people).detail) == json.dumps(scanned(people).detail)


def test_a_table_without_personal_data_needs_no_review(tmp_path: Path) -> None:
    """Counts and colours are nobody's."""
    (tmp_path / "a.csv").write_text("colour,number\n" + "red,1\nblue,2\n" * 40)

    result = scanned(tmp_path / "a.csv")

    assert not result.claim.sensitive
    assert result.claim.grounds == ()
    assert result.detail["residual"] is None
    assert "no ground for a review" in result.detail["headline"]


@pytest.mark.parametrize("text", ["a\n", "a,b\n", "a,b\n1,\n"])
def test_empty_and_tiny_tables_are_scanned(tmp_path: Path, text: str) -> None:
    """No row, one row, a column of nulls."""
    (tmp_path / "a.csv").write_text(text)

    assert scanned(tmp_path / "a.csv").claim.rows == text.count("\n") - 1


def test_columns_that_hold_no_text_are_said_not_to_be_looked_at(tmp_path: Path) -> None:
    """Bytes may hold anything, so silence about them would mislead; integers are looked at."""
    table = pa.table({
        "raw": [b"\xff\x00"] * 30, "share": [0.5] * 30, "nhs_number": [9434765919] * 30,
        "nothing": pa.array([None] * 30, pa.string()),
        "big": pa.array(["a"] * 30, pa.large_string()),
    })  # fmt: skip
    parquet.write_table(table, tmp_path / "a.parquet")

    detail = scanned(tmp_path / "a.parquet").detail

    assert [one["name"] for one in detail["not_looked"]] == ["raw", "share"]
    assert "'raw', 'share'" in " ".join(detail["limits"])
    assert {one["name"]: one["label"] for one in detail["columns"]}["nhs_number"] == "nhs-number"


def test_files_that_were_not_read_are_in_the_claim(tmp_path: Path) -> None:
    """A scan of some files is not taken for a scan of all."""
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "b.csv").write_text("a,b\n1\n")

    result = scanned(tmp_path, skip_unread=True)

    assert result.claim.unread == ("b.csv",)
    assert "1 files were not read" in " ".join(result.detail["limits"])


def test_documents_are_counted_by_kind(tmp_path: Path) -> None:
    """How many hold each kind, how many any; prose is sensitive even when nothing is found."""
    (tmp_path / "a.txt").write_text(
        f"Write to ann@example.org, not bob@example.org. NHS number {NHS}."
    )
    (tmp_path / "b.txt").write_text("Write to cy@example.org.")
    (tmp_path / "c.txt").write_text("Nothing here.")

    result = scanned(tmp_path)
    text = result.detail["text"]
    finds = {one["kind"]: one for one in text["finds"]}

    assert (text["documents"], text["with_any"]) == (3, 2)
    assert (finds["email"]["hits"], finds["email"]["times"], finds["email"]["rows"]) == (2, 3, 3)
    assert finds["nhs-number"]["hits"] == 1
    assert result.claim.sensitive
    assert result.claim.residual is not None
    assert {one.column for one in result.claim.found} == {None}


def test_a_document_in_parts_is_one_document(tmp_path: Path) -> None:
    """Its finds are counted together, over batches too."""
    line = "Write to ann@example.org. " + "x" * 500 + "\n"
    (tmp_path / "a.txt").write_text(line * 12_000)
    (tmp_path / "b.txt").write_text("quiet")

    text = scanned(tmp_path).detail["text"]

    assert (text["documents"], text["with_any"]) == (2, 1)
    assert text["finds"][0]["times"] == 12_000


def test_mail_with_encoded_parts_is_pointed_out(tmp_path: Path) -> None:
    """What stands in base64 was not read, and that is said."""
    (tmp_path / "a.eml").write_text(
        "From: x\nContent-Transfer-Encoding: base64\n\nYW5uQGV4YW1wbGUub3Jn\n"
    )

    assert "base64" in " ".join(scanned(tmp_path).detail["limits"])


def test_text_look_takes_documents_over_batches() -> None:
    """A document that goes on in the next batch is counted once."""
    look, engine = TextLook(), Engine(shipped())
    for part in range(3):
        look.batch(
            pa.RecordBatch.from_pydict(
                {"document": ["a"], "part": [part], "text": ["mail ann@example.org"]}
            ),
            engine,
        )
    look.finish()

    assert (look.documents, look.with_any, look.times["email"]) == (1, 1, 3)


def test_progress_goes_up_and_ends(people: Path) -> None:
    """So that a bar can be drawn."""
    told = list[tuple[int, int]]()
    with open_source(str(people)) as source:
        scan(
            source, recognisers=shipped(), at=AT, progress=lambda done, of: told.append((done, of))
        )

    assert told
    assert all(0 < done <= total for done, total in told)


def test_a_very_wide_table_fits_into_a_claim(tmp_path: Path) -> None:
    """What does not fit is counted; the report has it all."""
    names = ",".join(f"mail_{number}" for number in range(400))
    row = ",".join(["ann@example.org"] * 400)
    (tmp_path / "a.csv").write_text(f"{names}\n{row}\n{row}\n")

    result = scanned(tmp_path / "a.csv")

    assert result.claim.not_listed >= 300
    assert len(json.dumps(result.claim.to_predicate(), default=str)) < 60_000
    assert len(result.detail["columns"]) == 400


def test_what_was_checked_in_a_sample_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which kinds, how many values, and of which a rare one may be missed; the rest is exact."""
    monkeypatch.setattr(scan_look, "FIRST", 100)
    path = tmp_path / "a.csv"
    rows = [f"a{number}@x.org,4111 1111 1111 {number:04d}" for number in range(5000)]
    path.write_text("\n".join(["mail,code", *rows, "none,key AKIAIOSFODNN7EXAMPLE", ""]))

    with open_source(str(path)) as source:
        detail = scan(source, recognisers=shipped(), at=AT).detail

    mail, code = detail["columns"]
    assert [one["kind"] for one in mail["sampled"]["kinds"]] == ["email"]
    assert mail["sampled"]["of"] + 100 == mail["looked"] == mail["values"] == 5001
    assert 20 < mail["sampled"]["looked"] < 200
    assert code["looked"] == 5001
    limits = " ".join(detail["limits"])
    assert "every value was searched" in limits
    assert "one value in 64" in limits
    known = {one["kind"]: one["hits"] for one in code["finds"]}
    assert known["secret"] == 1
