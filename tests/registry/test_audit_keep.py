"""What audits found is kept whole, is about model files, and leaves nothing guarded in public."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.claims.assurance import Result, TestResult
from sunlit.claims.bias import Attribute, BiasAudit, Cell
from sunlit.claims.privacy import ReviewRequest
from sunlit.claims.provenance import Resource
from sunlit.registry import audit_keep
from sunlit.registry.audit_keep import (
    FOLDER,
    GUARDED,
    keep_audit,
    keep_audit_reports,
    kept_audits,
    with_report,
)
from sunlit.registry.blobs import blob_path
from sunlit.registry.model_files import audited, model_subjects
from sunlit.registry.producing import ComponentFolder, Draft
from sunlit.statement.intoto import Subject
from sunlit.testing.clock import SetClock
from tests.registry.homes import home_at

AT = datetime(2026, 3, 1, tzinfo=UTC)
ATTACKED = TestResult(result=Result.PASSED, sunlit_kind="red-team")
BIAS = BiasAudit(
    data=Resource(name="p.csv", digest={"sha256": "ab" * 32}), rows=10, favourable="1",
    attributes=(Attribute(name="s", characteristic="sex"),), cube=(Cell(rows=10, selected=4),),
    commitment="sha256:" + "cd" * 32, floor=10, tool="sunlit",
    tool_version="1", audited_on=AT,
)  # fmt: skip


def folder(root: Path, **files: str) -> ComponentFolder:
    """Return a component's folder with these files; `_` in a name stands for a point."""
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / name.replace("_", ".")).write_text(text)
    return ComponentFolder.read(root)


def test_an_audit_is_about_the_model_files(tmp_path: Path) -> None:
    """Each by name and digest: a new card makes no audit old."""
    found = folder(tmp_path / "m", model_txt="tree", README_md="# x", a_onnx="net")
    path = keep_audit(found, ATTACKED, {"attacks.json": b"{}", "attacks.html": b"<p>"})
    (draft,) = kept_audits(found.root)[0].drafts
    assert [one.name for one in draft.subjects] == ["a.onnx", "model.txt"]
    assert path.name.endswith("-red-team.intoto.jsonl")
    stem = path.name.removesuffix(".intoto.jsonl")
    assert (path.parent / f"{stem}-attacks.html").read_bytes() == b"<p>"
    assert isinstance(draft.claim, TestResult)
    assert draft.claim.sunlit_report is not None
    assert draft.claim.sunlit_report.name == "attacks.json"
    folder(tmp_path / "m", README_md="# other")
    assert keep_audit(ComponentFolder.read(found.root), ATTACKED, {}) == path


def test_without_model_files_an_audit_is_about_the_release(tmp_path: Path) -> None:
    """A hosted service has none."""
    found = folder(tmp_path / "m", README_md="# x")
    assert model_subjects(found) == audited(found) == (found.subject(),)
    path = keep_audit(found, ATTACKED, {})
    assert path.name.startswith(found.release[:12])


def test_one_file_gives_the_name_its_first_digits(tmp_path: Path) -> None:
    """As the contract of drafts says; the release stands first among signed subjects."""
    found = folder(tmp_path / "m", model_txt="tree")
    (model,) = model_subjects(found)
    assert keep_audit(found, BIAS, {}, name="women-2026").name == (
        f"{model.digest['sha256'][:12]}-bias-audit-women-2026.intoto.jsonl"
    )
    assert audited(found) == (found.subject(), model)


def test_what_is_guarded_is_the_owners_alone_and_no_blob(tmp_path: Path) -> None:
    """The full cube and its salt lie apart, and only what a draft names becomes a blob."""
    found = folder(tmp_path / "m", model_txt="tree")
    reports = {"bias.json": b'{"public": 1}', "bias.html": b"<p>"}
    keep_audit(found, BIAS, reports, guarded={"../cube.json": b'{"full": 1}'})
    (kept,) = (found.root / FOLDER / GUARDED).iterdir()
    assert kept.name.endswith("-bias-audit-cube.json")
    assert kept.stat().st_mode & 0o077 == 0
    home = home_at(tmp_path / "home", "maker.example", SetClock(AT))
    drafts = kept_audits(found.root)[0].drafts
    keep_audit_reports(home, found.root, drafts)
    blobs = [path for path in (home.root / "blobs").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in blobs] == [b'{"public": 1}']
    # what names the guarded file by its digest gets no blob of it either
    leak = Resource(name="cube.json", digest={"sha256": _digest(b'{"full": 1}')})
    keep_audit_reports(home, found.root, [Draft(claim=replace(BIAS, report=leak), subjects=())])
    assert not blob_path(home, _digest(b'{"full": 1}')).exists()


def _digest(data: bytes) -> str:
    named = with_report(ATTACKED, {"x.json": data})
    assert named.sunlit_report is not None
    return str(named.sunlit_report.digest["sha256"])


def test_without_a_named_report_no_blob_is_looked_for(tmp_path: Path) -> None:
    """Other claims name none here."""
    request = Draft(claim=ReviewRequest(purpose="training", reasons=("x",), opened_on=AT),
                    subjects=())  # fmt: skip
    home = home_at(tmp_path / "home", "maker.example", SetClock(AT))
    keep_audit_reports(home, tmp_path, [request, Draft(claim=ATTACKED, subjects=())])
    assert not (home.root / "blobs").exists()


def test_a_report_is_named_once() -> None:
    """The first JSON; one that is named already stays; other claims are left alone."""
    named = with_report(BIAS, {"a.html": b"", "b.json": b"{}"})
    assert named.report is not None
    assert named.report.name == "b.json"
    assert with_report(named, {"c.json": b"1"}) is named
    assert with_report(ATTACKED, {"c.html": b"1"}) is ATTACKED
    request = ReviewRequest(purpose="training", reasons=("x",), opened_on=AT)
    assert with_report(request, {"c.json": b"1"}) is request


@pytest.mark.parametrize("kind", [None, "", "Red Team", "../up"])
def test_only_an_audit_of_a_kind_is_kept(tmp_path: Path, kind: str | None) -> None:
    """A kind is a word: it names a file."""
    found = folder(tmp_path / "m", model_txt="tree")
    with pytest.raises(MalformedError) as caught:
        keep_audit(found, replace(ATTACKED, sunlit_kind=kind), {})
    assert caught.value.code == "audit-keep.not-an-audit"
    assert not (found.root / FOLDER).exists()


def test_what_could_not_be_read_back_is_not_kept(tmp_path: Path) -> None:
    """An audit without a cube says nothing."""
    found = folder(tmp_path / "m", model_txt="tree")
    with pytest.raises(MalformedError) as caught:
        keep_audit(found, replace(BIAS, cube=()), {})
    assert caught.value.code == "claim.malformed"
    assert not (found.root / FOLDER).exists()


def test_a_name_is_a_word(tmp_path: Path) -> None:
    """It names a file too."""
    found = folder(tmp_path / "m", model_txt="tree")
    with pytest.raises(MalformedError) as caught:
        keep_audit(found, ATTACKED, {"a.json": b"{}"}, name="../up")
    assert caught.value.code == "audit-keep.name"
    assert not (found.root / FOLDER).exists()


def test_a_crash_leaves_the_draft_before_or_the_one_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft is written last: what was there stays where a report cannot be written."""
    found = folder(tmp_path / "m", model_txt="tree")
    path = keep_audit(found, ATTACKED, {"a.json": b"{}"})
    before = path.read_bytes()
    calls: list[Path] = []

    def full(where: Path, data: bytes, *, private: bool = False) -> None:
        del data, private
        calls.append(where)
        raise UnavailableError("home.cannot-write", "the disk is full")

    monkeypatch.setattr(audit_keep, "write_whole", full)
    with pytest.raises(UnavailableError):
        keep_audit(found, replace(ATTACKED, result=Result.FAILED), {"a.json": b"[]"})
    assert [one.name for one in calls] == [path.name.replace(".intoto.jsonl", "-a.json")]
    assert path.read_bytes() == before


def test_a_broken_draft_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    """Malformed, too large, unreadable, or a statement that is no audit."""
    found = folder(tmp_path / "m", model_txt="tree")
    place = keep_audit(found, ATTACKED, {}).parent
    (place / "000000000000-a.intoto.jsonl").write_bytes(b"{")
    (place / "000000000000-b.intoto.jsonl").write_bytes(b" " * (audit_keep.MAX_BYTES + 1))
    (place / "000000000000-c.intoto.jsonl").mkdir()
    line = json.loads((place / next(place.glob("*red-team.intoto.jsonl")).name).read_bytes())
    line["predicate"].pop("sunlit_kind")
    (place / "000000000000-d.intoto.jsonl").write_text(json.dumps(line))
    found_again = kept_audits(found.root)
    assert [one.error is None for one in found_again] == [False, False, False, False, True]
    codes = [one.error.code for one in found_again if one.error is not None]
    assert codes[1:] == ["audit-keep.unreadable"] * 2 + ["audit-keep.not-an-audit"]


def test_a_draft_is_a_plain_statement(tmp_path: Path) -> None:
    """Anybody's tool reads a line as an in-toto statement about files."""
    found = folder(tmp_path / "m", model_txt="tree")
    line = json.loads(keep_audit(found, BIAS, {}).read_bytes())
    assert line["_type"] == "https://in-toto.io/Statement/v1"
    (subject,) = line["subject"]
    assert Subject.from_json(subject) == model_subjects(found)[0]
