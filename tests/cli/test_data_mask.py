"""`sunlit data mask` at the door: a key, a trial, a mask, and what each says."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sunlit.base.errors import SunlitError
from sunlit.cli import data_mask
from sunlit.cli.data_mask import command

PLAN = """\
format = "sunlit-mask-plan/1"
default = "keep"
[[column]]
name = "mail"
method = "pseudonym"
kinds = ["email"]
format = "kept"
[[column]]
name = "age"
method = "round"
to = 5
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dataset, a plan and a key, and nothing above it that says sunlit.toml."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("mail,age\njan@example.org,41\nan@example.org,x\n")
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o600)
    return tmp_path


def said(*arguments: str) -> str:
    """Run it; what Sunlit raises comes out as it is."""
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


KEYED = ("in.csv", "--plan", "plan.toml", "--mask-key", "file:key")


def test_a_dataset_is_masked_and_its_claim_kept(place: Path) -> None:
    """What was changed, what met, what could not be read; a draft where a component is."""
    (place / "sunlit.toml").write_text("")

    text = said(*KEYED, "--out", "out.csv", "--reports", "reports")

    assert "Masked 2 of 2 rows into out.csv" in text
    assert "age: round, 100.0% changed, 1 could not be read and are null" in text
    assert "In the domain mail, 0 of 2 values share a pseudonym with another" in text
    assert "found nothing that the plan masks" in text
    detail = json.loads((place / "reports" / "mask.json").read_text())
    assert detail["format"] == "sunlit-data-mask/1"
    (draft,) = (place / ".sunlit" / "data").glob("*-mask.intoto.jsonl")
    statement = json.loads(draft.read_text().splitlines()[0])
    assert statement["subject"][0]["digest"] == detail["output"]["digest"]
    assert statement["predicate"]["keyId"] == detail["key_id"]


def test_json_is_the_detail(place: Path) -> None:
    """One document for programs; --replace writes again."""
    said(*KEYED, "--out", "out.csv")

    found = json.loads(said(*KEYED, "--out", "out.csv", "--replace", "--json"))

    assert found["rows_out"] == 2


def test_what_is_kept_is_listed(place: Path) -> None:
    """So that nobody is surprised by it later."""
    kept = PLAN.replace('method = "pseudonym"', 'method = "keep"').replace('format = "kept"\n', "")
    (place / "plan.toml").write_text(kept.replace('method = "round"\nto = 5', 'method = "text"'))

    text = said("in.csv", "--plan", "plan.toml", "--out", "out.csv")

    assert "Kept by the plan: email in mail (2 rows)" in text


def test_a_trial_shows_values_on_a_terminal_only(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Into a file or a pipe go shares; a terminal gets a warning and what it cannot obey."""
    (place / "in.csv").write_text("mail,age\n\x1b[31mjan@example.org,41\n" + "x" * 99 + ",\n")
    piped = said(*KEYED, "--dry-run")
    document = json.loads(said(*KEYED, "--dry-run", "--json"))
    monkeypatch.setattr(data_mask, "_is_terminal", lambda: True)
    shown = said(*KEYED, "--dry-run", "--rows", "2")

    assert "jan@" not in piped
    assert "shown on a terminal only" in piped
    assert "jan@" not in json.dumps(document)
    assert [one["share"] for one in document["columns"]] == ["1.0000", "0.5000"]
    assert "mail: \\x1b[31mjan@example.org -> " in shown
    assert data_mask.WARNING in shown
    assert "x" * 59 + "…" in shown
    assert "age: (null) -> (null)" in shown
    assert "Row" not in said(*KEYED, "--dry-run", "--rows", "0")
    assert not (place / "out.csv").exists()


def test_a_new_key_is_made_once(place: Path) -> None:
    """It says how to use it and does nothing else."""
    text = said("--new-key", "new.key")

    assert "Use it with --mask-key file:new.key" in text
    assert (place / "new.key").stat().st_size == 32
    with pytest.raises(SunlitError):
        said("--new-key", "new.key")


@pytest.mark.parametrize(
    "arguments", [(), ("in.csv",), ("in.csv", "--plan", "plan.toml")], ids=range(3)
)
def test_what_is_missing_is_wrong_usage(place: Path, arguments: tuple[str, ...]) -> None:
    """Place, plan and where it goes."""
    result = CliRunner().invoke(command, arguments)

    assert result.exit_code == 2
    assert "--new-key" in result.output
