"""The group of all commands: help without imports, errors as messages and exit codes."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from sunlit import __version__
from sunlit.cli import main as door
from sunlit.cli.main import COMMANDS
from tests.cli.doors import Door


def test_help_names_every_command_and_imports_none(sunlit: Door) -> None:
    """`sunlit --help` is quick because it knows each command's line without loading it."""
    ended = sunlit("--help")

    assert ended.code == 0
    assert all(name in ended.out for name in COMMANDS)
    assert "Exit codes" in ended.out


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_loads_and_shows_examples(name: str, sunlit: Door) -> None:
    """Each command exists where the table says, and its help has an example."""
    command = import_module(f"sunlit.cli.{COMMANDS[name][0]}").command

    ended = sunlit(name, "--help")

    assert isinstance(command, click.Command)
    assert ended.code == 0
    assert name == "selftest" or f"sunlit {name}" in ended.out


def test_an_unknown_command_is_wrong_usage(sunlit: Door) -> None:
    """Exit code 2, and the usage."""
    ended = sunlit("nonsense")

    assert ended.code == 2
    assert "No such command" in ended.err


def test_the_version_is_the_packages(sunlit: Door) -> None:
    """One place holds the version."""
    assert __version__ in sunlit("--version").out


def test_an_error_says_what_expected_got_and_how_to_mend(sunlit: Door, tmp_path: Path) -> None:
    """People get lines, with the code first; nothing is on standard output."""
    ended = sunlit("log", "checkpoint", "--home", tmp_path)

    assert ended.code == 3
    assert ended.out == ""
    assert "Error home.missing:" in ended.err
    assert "To mend:" in ended.err


def test_an_error_is_one_json_document_with_json(sunlit: Door, tmp_path: Path) -> None:
    """Programs get the same parts as JSON."""
    ended = sunlit("log", "checkpoint", "--home", tmp_path, "--json")

    assert ended.code == 3
    assert json.loads(ended.out)["error"]["code"] == "home.missing"


def test_an_interruption_is_no_answer(sunlit: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with 3: it could not be found out."""

    def interrupted(**_: object) -> None:
        raise click.exceptions.Abort

    monkeypatch.setattr(door.cli, "main", interrupted)
    ended = sunlit()

    assert ended.code == 3
    assert "Stopped" in ended.err


def test_selftest_passes_here(sunlit: Door) -> None:
    """This installation signs, logs, proves, verifies and refuses."""
    assert sunlit("selftest").out.endswith("4 steps passed\n")


def test_the_module_is_a_program_too() -> None:
    """`python -m sunlit` is the same as `sunlit`."""
    done = subprocess.run(
        [sys.executable, "-m", "sunlit", "--version"], capture_output=True, text=True,
        check=False, env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip

    assert done.stdout.startswith("sunlit, version")
