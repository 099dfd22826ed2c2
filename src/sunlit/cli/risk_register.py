"""`sunlit risk register`: 12 uses by 8 practices, computed from the log."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, home_option, json_option, when
from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from sunlit.views.register import Register

EPILOG = """\b
Examples:
  sunlit risk register --home council
  sunlit risk register --home council --html register.html --svg register.svg --csv register.csv
  sunlit risk register --home council --at 2027-01-01T00:00:00Z --json
"""
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.option("--html", type=FILE, help="Write one accessible page, without script.")
@click.option("--svg", type=FILE, help="Write a drawing.")
@click.option("--csv", type=FILE, help="Write one line a cell.")
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--profile", "profiles", multiple=True, type=FILE, help="An agency's OSCAL profile.")
@home_option
@json_option
def command(
    *, html: Path | None, svg: Path | None, csv: Path | None, at: datetime | None,
    profiles: tuple[Path, ...], home: Path, as_json: bool,
) -> None:  # fmt: skip
    """Show where each use in a home's log stands on the eight practices."""
    from sunlit.cli.authority import now
    from sunlit.registry.home import Home
    from sunlit.registry.register import home_register
    from sunlit.registry.rubrics import load_rubric

    opened = Home.open(home)
    with bar("Judging uses") as step:
        found = home_register(opened, load_rubric(profiles), at or now(), step)
    written = list(_write(found, html, svg, csv))
    emit(found.to_json(), [*_lines(found), *written], as_json=as_json)


def _write(
    found: "Register", html: Path | None, svg: Path | None, csv: Path | None
) -> Iterator[str]:
    from sunlit.registry.home import write_whole
    from sunlit.registry.register_files import register_csv, register_svg
    from sunlit.registry.register_html import register_html

    for path, made in ((html, register_html), (svg, register_svg), (csv, register_csv)):
        if path is not None:
            write_whole(path, made(found))
            yield f"Written: {path}"


def _lines(found: "Register") -> Iterator[str]:
    from sunlit.rubric.matrix import matrix

    uses = "1 use" if len(found.lines) == 1 else f"{len(found.lines)} uses"
    yield f"Register of {found.organisation}, {uses}, matrix {matrix().id}"
    yield f"  the matrix is a {matrix().status}"
    for one in found.lines:
        tier = f"tier {one.tier}" if one.tier else "no code"
        yield f"{one.row or 'outside'}  {one.use} by {one.deployer}: code {one.code}, {tier}"
        if one.above_ceiling:
            yield f"  the gap is above the ceiling {one.ceiling}: the token is to be suspended"
        for cell in one.cells:
            more = f", until {cell.expires[:10]}" if cell.expires else ""
            due = f", by {cell.due:%Y-%m-%d}" if cell.due else ""
            law = f" [{cell.basis}]" if cell.basis else ""
            yield f"  {cell.practice}{law} {cell.state}{more}{due}"
        if one.live.next_lapse:
            yield f"  lapses next: {one.live.next_lapse[:10]}, in {one.live.days_to_lapse} days"
