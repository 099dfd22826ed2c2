"""No advice names a command or an option that does not exist, or lacks one that is required."""

import shlex
from pathlib import Path
from typing import Final

import click
import pytest

from sunlit.cli.main import cli
from tests.cli.advice import commands, from_catalog, from_source

# What a reader puts in place of a placeholder; other words in capitals may be any text.
PLACES: Final = {
    "{path}": ".",
    "{use}": "outreach",
    "{deployer}": "council.example",
    "{release}": "aa" * 32,
    "{component}": "pkg:generic/maker.example/model",
    "FORMAT": "cyclonedx",
    "N": "1",
    "RAW": "45",
    "LEVEL": "4",
    "CEILING": "3",
    "ROLE": "operator",
    "TIME": "2030-01-01T00:00:00Z",
}


def understand(command: str) -> None:
    """Let click read a command down to its last option, without running it.

    Raises:
        click.UsageError: There is no such command or option, or a required one is missing.
    """
    name, *rest = (PLACES.get(word, word) for word in shlex.split(command))
    found: click.Command = cli
    parent: click.Context | None = None
    while True:
        context = found.make_context(name, rest, parent=parent)
        if not isinstance(found, click.Group):
            return
        words = [*context._protected_args, *context.args]
        resolved, inner, rest = found.resolve_command(context, words)
        assert resolved is not None
        assert inner is not None
        name, found, parent = resolved, inner, context


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with what placeholders may name."""
    monkeypatch.chdir(tmp_path)
    for name in ("DIR", "LOG", "LAB/log"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "FILE").touch()
    return tmp_path


def test_every_command_in_advice_exists_as_it_is_written(at: Path) -> None:
    """A person can copy it, fill in the words in capitals, and it is understood."""
    wrong = []
    for advice in (*from_catalog(), *from_source()):
        for command in commands(advice.text):
            try:
                understand(command)
            except click.ClickException as error:
                wrong.append(f"{advice.where}: `{command}`: {error.format_message()}")

    assert not wrong


@pytest.mark.parametrize(
    "command",
    [
        "sunlit nothing",
        "sunlit log nothing",
        "sunlit release .",
        "sunlit release . --changelog TEXT --rollback DIGEST --nothing",
        "sunlit board vote . --use outreach --impact-raw many",
    ],
)
def test_a_command_that_does_not_exist_would_be_noticed(at: Path, command: str) -> None:
    """The check above can fail."""
    with pytest.raises(click.UsageError):
        understand(command)


def test_there_is_advice_to_check() -> None:
    """Every control has its own, and the code has more."""
    assert sum(1 for _ in from_catalog()) >= 12
    assert sum(bool(commands(one.text)) for one in from_source()) >= 20


def test_commands_are_found_in_sentences() -> None:
    """After `then:`, in backticks, before a pause; and each of several."""
    text = "fill it in, then: sunlit assure . --home HOME; or run `sunlit log fsck`, and wait"

    assert commands(text) == ("sunlit assure . --home HOME", "sunlit log fsck")
    assert commands("use a newer sunlit") == ()
