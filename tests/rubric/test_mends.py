import re
import shlex

import click
import pytest

from sunlit.cli.main import cli
from sunlit.rubric import Outcome
from sunlit.rubric.core import core_rubric
from sunlit.rubric.evaluate import DECLARE_USE, SIGN, VOTE
from tests.rubric.story import Story

COMMAND = re.compile(r"sunlit (?!-)\S.*")
CONTROLS = {item.id: item.mend for item in core_rubric().controls}
MENDS = {**CONTROLS, "declare": DECLARE_USE, "sign": SIGN, "vote": VOTE}


def check(text: str) -> None:
    """Hold a mending command against the command line: names, options, required ones."""
    found = COMMAND.search(text)
    assert found is not None
    words = shlex.split(found[0].split(" -- ")[0])[1:]
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(context, words[0])
        if inner is None:
            break
        command, words = inner, words[1:]
    if isinstance(command, click.Group):  # a group with a default: `sunlit attest PATH`
        inner = command.get_command(context, "sign")
        assert inner is not None
        command = inner
    options = [it for it in command.params if isinstance(it, click.Option)]
    known = {name for option in options for name in option.opts}
    given = {word for word in words if word.startswith("--")}
    assert given <= known
    assert all(given & set(option.opts) for option in options if option.required)


@pytest.mark.parametrize("name", MENDS)
def test_a_mending_command_exists_with_its_options(name: str) -> None:
    """A command that the command line does not know mends nothing."""
    check(MENDS[name])


def test_what_rules_say_to_mend_exists_too() -> None:
    """Rules may know a more exact command than their control."""
    said = Story().complete()
    published = [it for it in said.said if type(it.claim).__name__ != "Mitigation"]
    said.said = published

    findings = [*said.conformity().findings, *Story().made().conformity().findings]

    for finding in findings:
        if finding.outcome is not Outcome.HOLDS:
            check(finding.mend or "")
