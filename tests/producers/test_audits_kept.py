"""Kept audits come into `sunlit assure` while the model files are as they were."""

from pathlib import Path

import pytest

from sunlit.claims.assurance import Result, TestResult
from sunlit.producers.audits_kept import IMPORT, AuditsProducer, command
from sunlit.registry.audit_keep import FOLDER, keep_audit
from sunlit.registry.model_files import audited
from sunlit.registry.producing import ComponentFolder

ATTACKED = TestResult(result=Result.PASSED, sunlit_kind="red-team")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with a model file and a kept audit of it."""
    (tmp_path / "model.txt").write_text("tree")
    keep_audit(ComponentFolder.read(tmp_path), ATTACKED, {"a.json": b"{}"})
    return tmp_path


def test_a_kept_audit_is_drafted_about_the_present_release(model: Path) -> None:
    """Also after the card changed: the release is another, the model files are not."""
    before = ComponentFolder.read(model)
    (model / "README.md").write_text("# new")
    after = ComponentFolder.read(model)
    assert after.release != before.release
    produced = AuditsProducer().produce(after)
    (draft,) = produced.drafts
    assert draft.subjects == audited(after)
    assert isinstance(draft.claim, TestResult)
    assert draft.claim.sunlit_kind == "red-team"
    assert produced.notes == ()


@pytest.mark.parametrize("change", ["model.txt", "other.onnx"])
def test_an_audit_of_other_files_does_not_count(model: Path, change: str) -> None:
    """A changed model file, or one more that nobody tested."""
    (model / change).write_text("changed")
    produced = AuditsProducer().produce(ComponentFolder.read(model))
    assert produced.drafts == ()
    (note,) = produced.notes
    assert note.code == "producer.other-bytes"
    assert note.blocks
    assert str(model) in (note.mend or "")


def test_an_old_audit_is_passed_over_where_a_new_one_stands(model: Path) -> None:
    """Of each kind and name only the last one without a successor is told."""
    (model / "model.txt").write_text("new tree")
    now = ComponentFolder.read(model)
    keep_audit(now, ATTACKED, {})
    produced = AuditsProducer().produce(now)
    assert len(produced.drafts) == 1
    assert produced.notes == ()
    keep_audit(now, ATTACKED, {}, name="more")
    assert len(AuditsProducer().produce(now).drafts) == 2


def test_what_cannot_be_read_is_told_and_stops_nothing(model: Path) -> None:
    """The others still count."""
    (model / FOLDER / "000000000000-x.intoto.jsonl").write_text("{")
    produced = AuditsProducer().produce(ComponentFolder.read(model))
    assert len(produced.drafts) == 1
    assert [note.blocks for note in produced.notes] == [False]


def test_its_inputs_are_the_drafts(model: Path) -> None:
    """So that a new audit is looked at, and reports are not hashed."""
    producer = AuditsProducer()
    (name,) = producer.inputs(ComponentFolder.read(model))
    assert name.endswith("-red-team.intoto.jsonl")
    assert producer.tool_version() is None


def test_each_kind_is_repeated_by_its_own_command() -> None:
    """What another tool made is imported again."""
    assert command("bias-audit-women") == "sunlit audit bias PREDICTIONS"
    assert command("performance") == IMPORT
