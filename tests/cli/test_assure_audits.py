"""`sunlit assure` makes the audits that sunlit.toml asks for, each once."""

import json
from pathlib import Path

import click
import pytest

from sunlit.cli import assure_audits, audit
from sunlit.cli.assure_audits import run_audits
from sunlit.producers.audits_kept import COMMANDS, IMPORT
from sunlit.registry.audit_asked import NAME, done, is_done, question
from sunlit.registry.audit_keep import FOLDER
from sunlit.registry.producing import ComponentFolder
from tests.cli.doors import Door
from tests.cli.test_mends import understand

TOML = """
schema = 1
[audit.bias]
predictions = "data/p.csv"
prediction = "letter"
favourable = "1"
attribute = {sex = "sex"}
not-analysed = {age = "no data"}
replicates = 20
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model, predictions and an [audit.bias] table."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "model"
    (folder / "data").mkdir(parents=True)
    (folder / "model.txt").write_text("tree")
    (folder / "sunlit.toml").write_text(TOML)
    rows = [f"{'fm'[number % 2]},{int(number % 3 == 0)}" for number in range(200)]
    (folder / "data" / "p.csv").write_text("\n".join(["sex,letter", *rows]) + "\n")
    return folder


def kept(model: Path) -> dict[str, int]:
    """Return the kept drafts with the time at which each was written."""
    return {one.name: one.stat().st_mtime_ns for one in (model / FOLDER).glob("*.intoto.jsonl")}


def test_an_audit_is_made_once_and_again_when_its_data_changes(model: Path, sunlit: Door) -> None:
    """No key is needed and nothing is uploaded: a supplier runs it before anybody else sees it."""
    pytest.importorskip("duckdb")
    sunlit("assure", model)
    first = kept(model)
    assert [name.partition("-")[2] for name in first] == ["bias-audit.intoto.jsonl"]
    sunlit("assure", model)
    assert kept(model) == first
    with (model / "data" / "p.csv").open("a") as handle:
        handle.write("f,1\n")
    sunlit("assure", model)
    assert kept(model).keys() == first.keys()
    assert kept(model) != first


def test_a_kept_answer_that_is_gone_is_made_again(model: Path) -> None:
    """What is remembered is a shortcut, never evidence."""
    (model / "sunlit.toml").write_text('[audit.import]\nreport = "data/p.csv"\n')
    component = ComponentFolder.read(model)
    (entry,) = component.toml.audits
    asked = question(component, entry)
    assert not is_done(component, entry, asked)
    done(component, entry, asked)
    assert not is_done(component, entry, asked)
    (model / FOLDER / "000000000000-red-team.intoto.jsonl").write_text("")
    assert is_done(component, entry, asked)
    assert not is_done(component, entry, "00" * 32)
    for broken in ("{", " " * (1024 * 1024 + 1)):
        (model / FOLDER / NAME).write_text(broken)
        assert not is_done(component, entry, asked)


def test_what_would_load_the_model_is_not_run_and_its_command_is_printed(
    model: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the component's own names filled in; it can be copied."""
    (model / "sunlit.toml").write_text(
        '[audit.robustness]\ndata = "data/p.csv"\nmodel = "model.txt"\noutcome = "letter"\n'
    )
    monkeypatch.setattr(assure_audits, "_call", pytest.fail)
    found = json.loads(sunlit("assure", model, "--json").out)
    (note,) = [one for one in found["notes"] if one["code"] == "assure.not-run"]
    assert note["mend"].startswith("sunlit audit robustness ")
    understand(note["mend"])


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ('report = "nothing.json"', "manifest.unreadable"),
        ('report = "data/p.csv"\nplanned = 0', "assure.audit-table"),
    ],
)
def test_what_cannot_be_made_is_told_and_the_rest_is_judged(
    model: Path, sunlit: Door, table: str, code: str
) -> None:
    """A missing file, or an option that the command does not take."""
    (model / "sunlit.toml").write_text(f"[audit.import]\n{table}\n")
    found = json.loads(sunlit("assure", model, "--json").out)
    assert code in [one["code"] for one in found["notes"]]
    assert found["findings"]


def test_an_exit_code_is_no_error(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit that ends with 1 was made: what it kept is judged."""

    @click.command()
    def failing() -> None:
        raise SystemExit(1)

    monkeypatch.setattr(audit.command, "get_command", lambda *_: failing)
    assure_audits._call(("bias",))


@pytest.mark.parametrize("text", [None, "[", "schema = 1\n"])
def test_without_a_table_nothing_is_hashed_twice(model: Path, text: str | None) -> None:
    """No file, a broken one, one that asks for nothing."""
    (model / "sunlit.toml").unlink()
    if text is not None:
        (model / "sunlit.toml").write_text(text)
    assert run_audits(model) == ()
    assert run_audits(model / "model.txt") == ()


@pytest.mark.parametrize("words", [*COMMANDS.values(), IMPORT])
def test_the_commands_that_repeat_an_audit_exist(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person can copy them and fill in the words in capitals."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").touch()
    understand(f"{words} --component .")
