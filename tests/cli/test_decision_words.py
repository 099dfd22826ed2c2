"""Words on the command line that are no text end with a code, never with a stack trace."""

from pathlib import Path

import pytest

from tests.cli.doors import Door
from tests.decisions import World, copied

BAD = "\udcff"  # what Python makes of a byte that is no UTF-8


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A deployment of the test's own, at its own time."""
    found = copied(tmp_path)
    found.set_clock(monkeypatch)
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("contest", "ID", "--grounds", BAD),
        ("contest", "ID", "--grounds", "text", "--actor", BAD),
        ("show", "ID", "--open", "--ground", BAD, "--role", "appeals office"),
        ("show", f"{BAD}#1"),
        ("search", "--case", BAD),
        ("search", "--use", BAD),
    ],
)
def test_what_is_no_text_is_wrong_usage(sunlit: Door, world: World, words: tuple[str, ...]) -> None:
    """Nothing is written of it."""
    pointer = world.pointers["chosen"]
    named = [f"{pointer.log}#{pointer.index}" if word == "ID" else word for word in words]
    before = [len(list(world.store.records(one.origin))) for one in world.store.logs()]
    ended = sunlit("decision", *named, "--store", world.store.root)

    assert (ended.code, "decision.text" in ended.err) == (2, True)
    assert [len(list(world.store.records(one.origin))) for one in world.store.logs()] == before


def test_a_period_for_a_use_that_is_no_text_is_wrong_usage(sunlit: Door, world: World) -> None:
    """A use is named by its digest, and this one has none."""
    ended = sunlit(
        "retain", "set", "--use", BAD, "--days", 1, "--legal-basis", "s. 7",
        "--home", world.deployer.root,
    )  # fmt: skip
    assert (ended.code, "decision.text" in ended.err) == (2, True)


def test_an_answer_that_names_what_is_no_text_is_printed(sunlit: Door, world: World) -> None:
    """As an escape: the answer is what counts."""
    ended = sunlit("guard", "check", world.store.root, "--use", BAD)
    assert ended.code == 1
    assert "\\udcff" in ended.out
