"""`sunlit audit import`: exit codes, what is kept where, and what is asked of who imports."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from click.testing import Result as Ended

from sunlit.cli.audit_import import command
from sunlit.registry.audit_keep import FOLDER, GUARDED, kept_audits

REPORTS = Path(__file__).parents[1] / "fixtures" / "redteam"
GARAK = REPORTS / "garak-refuses.report.jsonl"


def run(*words: object) -> Ended:
    """Run the command."""
    return CliRunner().invoke(command, [str(word) for word in words])


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A component with one model file."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "m.gguf").write_bytes(b"GGUF")
    (folder / "sunlit.toml").write_text('[component]\nname = "m"\nversion = "1"\n')
    return folder


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((GARAK,), 0),
        ((REPORTS / "garak-qwen.report.jsonl", "--max-success", "0.5"), 1),
        ((REPORTS / "garak-crashed.report.jsonl",), 3),
        ((GARAK, "--max-success", "2"), 2),
        ((GARAK, "--max-success", "few"), 2),
        ((GARAK, "--sampling", "temperature"), 2),
        ((GARAK, "--sampling", "=1"), 2),
        (("missing",), 2),
    ],
)
def test_exit_codes(words: tuple[object, ...], code: int) -> None:
    """Imported, beyond the limit, not at its end, wrong usage."""
    assert run(*words).exit_code == code


def test_the_answers_stay_with_their_owner(model: Path) -> None:
    """The draft names the file by digest; the file itself lies in `guarded/`."""
    done = run(GARAK, "--component", model)

    assert done.exit_code == 0, done.output
    folder = model / FOLDER
    (kept,) = kept_audits(model)
    (draft,) = kept.drafts
    assert draft.claim.to_predicate()["sunlit_report"]["name"] == GARAK.name  # type: ignore[index]
    assert kept.series == "red-team-garak"
    assert [one.read_bytes() for one in (folder / GUARDED).iterdir()] == [GARAK.read_bytes()]
    assert not list(folder.glob("*.report.jsonl"))


def test_who_wants_it_published_says_so(model: Path) -> None:
    """Then it lies beside the draft, and goes where the claim goes."""
    done = run(GARAK, "--component", model, "--publish", "--name", "weekly")

    assert done.exit_code == 0, done.output
    assert kept_audits(model)[0].series == "red-team-weekly"
    assert len(list((model / FOLDER).glob("*.report.jsonl"))) == 1
    assert not (model / FOLDER / GUARDED).exists()


def test_the_json_says_what_the_lines_say() -> None:
    """And holds the claim."""
    done = run(REPORTS / "inspect-qwen.eval", "--success", "correct", "--json")
    said = json.loads(done.stdout)

    assert said["from"] == "inspect"
    assert said["complete"] is True
    assert said["claim"]["predicate"]["sunlit_kind"] == "red-team"
    assert said["kept"] == ["Not kept: name the component that was tested with --component."]
