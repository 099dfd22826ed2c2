"""`sunlit risk export`: what codes and register are computed from, for a reader without Sunlit."""

from datetime import datetime
from pathlib import Path

import click

from sunlit.cli.output import emit, home_option, json_option, when

EPILOG = """\b
Examples:
  sunlit risk export statements.jsonl --home council
  python tools/recompute_code.py statements.jsonl
"""
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.argument("file", type=FILE)
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--profile", "profiles", multiple=True, type=FILE, help="An agency's OSCAL profile.")
@home_option
@json_option
def command(
    *, file: Path, at: datetime | None, profiles: tuple[Path, ...], home: Path, as_json: bool
) -> None:
    """Write the statements of a home's log to FILE, one JSON line each."""
    from sunlit.cli.authority import now
    from sunlit.registry.home import Home, write_whole
    from sunlit.registry.register_export import home_export
    from sunlit.registry.rubrics import load_rubric

    data = home_export(Home.open(home), load_rubric(profiles), at or now())
    write_whole(file, data)
    lines = data.count(b"\n")
    emit({"file": str(file), "lines": lines}, [f"Written: {file}, {lines} lines"], as_json=as_json)
