"""What was found about datasets is kept whole, read back, and never trusted blindly."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.claims.privacy import ReviewRequest, Scan
from sunlit.registry.data_keep import FOLDER, MAX_BYTES, about, keep, kept, with_report
from sunlit.statement.intoto import Subject

AT = datetime(2026, 3, 1, tzinfo=UTC)
DATA = Subject("train.csv", {"sha256": "ab" * 32})
SCAN = Scan(tool="t", recognisers="00" * 32, files=1, rows=3, sensitive=False, scanned_on=AT)
REQUEST = ReviewRequest(purpose="training", reasons=("names",), opened_on=AT)


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    """The drafts stand in one file after the digest, with the reports beside them."""
    path = keep(tmp_path, [(SCAN, (DATA,))], {"scan.json": b"{}"})
    assert path == tmp_path / FOLDER / "abababababab-scan.intoto.jsonl"
    assert (path.parent / "abababababab-scan.json").read_bytes() == b"{}"
    (draft,) = about(tmp_path, "ab" * 32)
    assert (draft.claim, draft.subjects) == (SCAN, (DATA,))
    assert about(tmp_path, "cd" * 32) == ()


def test_what_is_found_again_takes_the_place_of_what_was_found(tmp_path: Path) -> None:
    """A dataset has one scan among the drafts: the latest."""
    keep(tmp_path, [(SCAN, (DATA,))], {})
    keep(tmp_path, [(REQUEST, (DATA,))], {})
    again = Scan(tool="t", recognisers="11" * 32, files=1, rows=3, sensitive=True, scanned_on=AT)
    keep(tmp_path, [(again, (DATA,))], {})
    assert [draft.claim for draft in about(tmp_path, "ab" * 32)] == [REQUEST, again]


def test_a_report_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Only the last part of a report's name counts."""
    keep(tmp_path, [(SCAN, (DATA,))], {"../../up.json": b"{}"})
    assert not (tmp_path / "up.json").exists()
    assert (tmp_path / FOLDER / "abababababab-up.json").exists()


@pytest.mark.parametrize("subject", [None, Subject("x", {"gitCommit": "ab" * 20})])
def test_nothing_to_keep_is_said(tmp_path: Path, subject: Subject | None) -> None:
    """No claim, or one about no SHA-256, leaves no file."""
    with pytest.raises(MalformedError) as caught:
        keep(tmp_path, [(SCAN, (subject,))] if subject else [], {})
    assert caught.value.code == "data-keep.nothing"
    assert not (tmp_path / FOLDER).exists()


def test_a_report_is_named_by_its_digest() -> None:
    """The JSON report stands in the claim; one that is there already stays."""
    named = with_report(SCAN, {"scan.html": b"<p>", "scan.json": b"{}"})
    assert named.report is not None
    assert named.report.name == "scan.json"
    assert str(named.report.digest["sha256"]).startswith("44136fa355b3678a")
    assert with_report(with_report(named, {}), {"x.json": b"1"}) == named
    assert with_report(REQUEST, {"scan.json": b"{}"}) is REQUEST
    assert with_report(SCAN, {"scan.html": b"<p>"}) is SCAN


def test_a_broken_file_among_the_drafts_is_told(tmp_path: Path) -> None:
    """Whatever cannot be read is an error of its own; the others are read."""
    folder = keep(tmp_path, [(SCAN, (DATA,))], {}).parent
    (folder / "a-scan.intoto.jsonl").write_bytes(b"{not json}\n")
    (folder / "b-scan.intoto.jsonl").write_bytes(b" " * (MAX_BYTES + 1))
    (folder / "c-scan.intoto.jsonl").mkdir()
    errors = {one.name: one.error for one in kept(tmp_path) if one.error}
    assert isinstance(errors["a-scan.intoto.jsonl"], MalformedError)
    for name in ("b-scan.intoto.jsonl", "c-scan.intoto.jsonl"):
        error = errors[name]
        assert isinstance(error, UnavailableError)
        assert error.code == "data-keep.unreadable"
    assert len(about(tmp_path, "ab" * 32)) == 1


def test_a_draft_is_a_plain_statement(tmp_path: Path) -> None:
    """Anybody's tool reads a line as an in-toto statement."""
    line = json.loads(keep(tmp_path, [(SCAN, (DATA,))], {}).read_bytes())
    assert line["_type"] == "https://in-toto.io/Statement/v1"
    assert line["predicateType"] == Scan.TYPE
