"""`sunlit rubric diff`: what the second rubric asks more, less, or otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sunlit.rubric.diff import Difference

EPILOG: Final = """\b
Examples:
  sunlit rubric diff core policing
  sunlit rubric diff core-1.1 core
  sunlit rubric diff policing agency-profile.json --json

Exit codes: 0 nothing is looser or dropped, 1 something is.
"""
COLOURS: Final = {"looser": "red", "dropped": "red", "stricter": "green", "added": "green"}


@click.command(epilog=EPILOG)
@click.argument("first")
@click.argument("second")
@json_option
def command(*, first: str, second: str, as_json: bool) -> None:
    """Say what SECOND asks that FIRST does not: `core`, a shipped profile, or a profile's path."""
    from sunlit.cli.rubric import named
    from sunlit.rubric.diff import Change, differences

    found = differences(named(first), named(second))
    emit([one.to_json() for one in found], _lines(found), as_json=as_json)
    raise SystemExit(any(one.change in (Change.LOOSER, Change.DROPPED) for one in found))


def _lines(found: tuple[Difference, ...]) -> Iterator[str]:
    for one in found:
        word = click.style(f"{one.change:<8}", fg=COLOURS.get(one.change))
        told = f"{one.before} -> {one.after}" if one.before else one.after
        yield f"{word} {one.control:<14} {one.what}{': ' if told else ''}{told}"
    counts: dict[str, int] = {}
    for one in found:
        counts[one.change] = counts.get(one.change, 0) + 1
    yield ", ".join(f"{count} {word}" for word, count in counts.items()) or "Nothing differs."
