"""`sunlit data recognisers`: list what is recognised, show a file, test an agency's own."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.base.errors import DOES_NOT_HOLD, HOLDS
from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.recognise.recognisers import Recogniser, Recognisers

EPILOG: Final = """\b
Examples:
  sunlit data recognisers
  sunlit data recognisers --show nhs-number > ours/staff-number.toml
  sunlit data recognisers --test ours/

Exit code: 0, or 1 if a test of --test does not hold; 2 if a file is malformed.
"""


@click.command(epilog=EPILOG)
@click.option(
    "--recognisers", "own", multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of your own recognisers, listed beside the shipped ones.",
)  # fmt: skip
@click.option("--show", metavar="ID", help="Print the file of a shipped recogniser.")
@click.option(
    "--test", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Play the tests of the recognisers in a folder.",
)  # fmt: skip
@json_option
def command(*, own: tuple[Path, ...], show: str | None, test: Path | None, as_json: bool) -> None:
    """List what is recognised; show a recogniser's file; test recognisers."""
    from sunlit.recognise.recognisers import load, source_of

    if show:
        text = source_of(show)
        emit({"id": show, "file": text}, [text.rstrip("\n")], as_json=as_json)
    elif test:
        _test(test, as_json=as_json)
    else:
        _list(load(*own), as_json=as_json)


def _list(them: "Recognisers", *, as_json: bool) -> None:
    document = {"digest": {"sha256": them.digest}, "recognisers": [_said(one) for one in them]}
    width = max(len(one.id) for one in them)
    lines = [f"{one.id:{width}}  {one.category:{17}} {one.title}" for one in them]
    emit(document, [*lines, f"sha256 {them.digest}"], as_json=as_json)


def _said(one: "Recogniser") -> Mapping[str, object]:
    return {
        "id": one.id, "kind": one.kind, "title": one.title, "category": one.category,
        "region": one.region, "alone": one.alone, "with_context": one.with_context,
        "validator": one.validator, "columns": list(one.columns), "source": one.source,
    }  # fmt: skip


def _test(folder: Path, *, as_json: bool) -> None:
    from sunlit.recognise.engine import Engine
    from sunlit.recognise.play import play
    from sunlit.recognise.recognisers import load, read_folder

    them = read_folder(folder)
    broken = list(play(them, Engine(load(folder))))
    tests = sum(one.tests.count() for one in them)
    document = {
        "recognisers": [one.id for one in them],
        "tests": tests,
        "broken": [{"id": one.id, "text": one.text, "why": one.why} for one in broken],
    }
    lines = [f"{one.id}: {one.text!r}: {one.why}" for one in broken]
    lines.append(f"{len(them)} recognisers, {tests} tests, {len(broken)} broken")
    emit(document, lines, as_json=as_json)
    sys.exit(DOES_NOT_HOLD if broken else HOLDS)
