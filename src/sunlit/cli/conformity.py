"""`sunlit conformity`: what held on a date, what holds now, and what will lapse."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.output import emit, home_option, json_option, when
from sunlit.cli.progress import bar, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sunlit.registry.conformity import Change, Decay
    from sunlit.rubric.evaluate import Conformity

EPILOG = """\b
Examples:
  sunlit conformity model --home council --use outreach --deployer council.example
  sunlit conformity model --home council --use outreach --deployer council.example --ahead 30
  sunlit conformity model --home council --at 2026-03-01T00:00:00Z --svg timeline.svg

What held then is told from what the log held then; drafts count for today only. What will lapse is
told as if nobody said anything more. Exit codes: as `sunlit assure`, for today.
"""
COLOURS = {"HOLDS": "green", "FAILS": "red", "UNKNOWN": "yellow"}


@click.command(epilog=EPILOG)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--use", help="The use that it is assured for (its id).")
@click.option("--deployer", help="The organisation that uses it.")
@click.option("--profile", "profiles", multiple=True, help="An agency's OSCAL profile.",
              type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@click.option("--at", callback=when, help="A time in the past (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--ahead", type=click.IntRange(0, 3660), default=90, show_default=True,
              help="How many days to look ahead.")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Hash and scan everything again.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False),
              help="Draw what holds until when, as a picture.")  # fmt: skip
@home_option
@json_option
def command(
    *, path: Path, ahead: int, no_cache: bool, svg: Path | None, home: Path, as_json: bool,
    **question: Any,  # noqa: ANN401 - passed on as it is
) -> None:  # fmt: skip
    """Say of the component in PATH what held, what holds, and what will lapse, soonest first."""
    from sunlit.bootstrap import Asked, decay_of
    from sunlit.registry.home import Home

    with bar("Hashing") as step:
        found = decay_of(
            path, Asked(cached=not no_cache, **question), Home.open(home),
            timedelta(days=ahead), progress=step, say=tell,
        )  # fmt: skip
    if svg is not None:
        from sunlit.registry.conformity import bars
        from sunlit.registry.home import write_whole
        from sunlit.views.findings_timeline import timeline

        write_whole(svg, timeline(bars(found), found.now.at, found.until).encode())
    emit(found.to_json(), lines(found), as_json=as_json)
    raise SystemExit(found.now.exit_code)


def lines(found: Decay) -> Iterator[str]:
    """Yield what a person reads."""
    if found.then is not None:
        yield f"{_summary(found.then)}, from what the log held then"
    yield _summary(found.now)
    if found.then is not None:
        yield ""
        yield "Since then:" if found.since else "Since then nothing became another answer."
        yield from (f"  {_moved(one)}" for one in found.since)
    for control, remarks in found.beside.items():
        yield from (f"  beside {control}: {one.line}" for one in remarks)
    yield ""
    if found.changes:
        yield f"Until {found.until.date()}, if nobody says anything more:"
        for one in found.changes:
            yield f"  {_day(one.at)}  {_moved(one)}"
            if one.after is not None:
                yield f"              {one.after.reason}"
                yield f"              mend: {one.after.mend}"
    else:
        yield f"Nothing changes until {found.until.date()}."
    if not found.complete:
        yield "More changes than are shown: so much ends that looking stopped here."


def _summary(conformity: Conformity) -> str:
    counts = {
        word: sum(one.outcome == word for one in conformity.findings)
        for word in ("HOLDS", "FAILS", "UNKNOWN")
    }
    outcome = str(conformity.outcome)
    word = click.style(outcome, fg=COLOURS[outcome], bold=True)
    return (
        f"{_day(conformity.at)}  {word}: {counts['HOLDS']} hold, {counts['FAILS']} fail, "
        f"{counts['UNKNOWN']} unknown"
    )


def _moved(one: Change) -> str:
    before = one.before.outcome if one.before else "not asked"
    after = one.after.outcome if one.after else "not asked"
    return f"{one.control} {before} -> {after}: {one.title}"


def _day(at: datetime) -> str:
    return str(at.date())
