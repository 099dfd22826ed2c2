"""What all commands about data share: their examples are real, and `--json` has one shape."""

import json
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from sunlit.cli import data

COMMANDS = sorted(name for name, _ in data.DataGroup.table.values())
CLAIMING = {"scan", "mask", "risk", "minimise", "synth"}


def examples() -> list[str]:
    """Return every line that a command's help gives as an example."""
    modules = [data, *(import_module(f"sunlit.cli.{name}") for name in COMMANDS)]
    lines = [
        line.strip() for one in modules for line in one.EPILOG.replace("\\\n", "").splitlines()
    ]
    found = [line.partition(" > ")[0] for line in lines if line.startswith("sunlit data ")]
    return sorted(set(found))


def test_every_command_has_examples() -> None:
    """At least one each, or nobody knows how it begins."""
    named = {shlex.split(line)[2] for line in examples()}

    assert named >= CLAIMING


@pytest.mark.parametrize("line", examples())
def test_an_example_is_a_command_that_can_be_given(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its options are there and take what they are given; files that it reads are laid down."""
    monkeypatch.chdir(tmp_path)
    _, _, name, *words = shlex.split(line)
    for word in words:
        if "." in word and not word.startswith("-") and "://" not in word:
            path = Path(word.partition("?")[0].partition(":")[2] or word.partition("?")[0])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        elif word.endswith("/"):
            Path(word).mkdir(exist_ok=True)
    found = data.command.get_command(click.Context(data.command), name)
    assert found is not None

    assert found.make_context(name, words).params


def run(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(data.command, [*words, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in (0, 1), done.output
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_json_has_one_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Format and headline first, then what was found; the claim, and where it is kept."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sunlit.toml").write_text("")
    rows = [f"{at % 70},{at % 7},jan{at}@example.org" for at in range(60)]
    (tmp_path / "in.csv").write_text("\n".join(["age,area,mail", *rows, ""]))
    (tmp_path / "plan.toml").write_text(
        'format = "sunlit-mask-plan/1"\ndefault = "keep"\n[[column]]\nname = "mail"\n'
        'method = "redact"\nkinds = ["email"]\n'
    )
    mask = ("mask", "in.csv", "--plan", "plan.toml", "--out", "masked.csv")
    said = {
        "scan": run("scan", "in.csv", "--reports", "reports"),
        "mask": run(*mask, "--reports", "reports"),
        "risk": run("risk", "masked.csv", "--profile", "controlled-training", "--reports", "r"),
        "minimise": run("minimise", "masked.csv", "--purpose", "test", "--used", "age", "--out",
                        "needed.csv"),
        "synth": run("synth", "masked.csv", "--method", "independent", "--attacks", "0", "--out",
                     "made.csv", "--drop", "mail", "--drop", "age"),
    }  # fmt: skip

    for name, document in said.items():
        assert list(document)[:2] == ["format", "headline"], name
        assert document["format"] == f"sunlit-data-{name}/1"
        assert document["headline"].endswith((".", "!")), name
        assert document["claim"]["predicate"]["report"]["name"] == f"{name}.json"
        assert any(line.startswith("Draft: ") for line in document["kept"]), name
    trial = run(*mask[:4], "--dry-run")
    assert (trial["format"], trial["claim"]) == ("sunlit-data-mask-trial/1", None)


def test_reports_go_where_reports_says_in_every_command() -> None:
    """`--out` names a dataset, and for scan and risk, which write none, the same folder."""
    for name in sorted(CLAIMING):
        found = data.command.get_command(click.Context(data.command), name)
        assert found is not None
        assert "--reports" in {word for one in found.params for word in one.opts}, name
