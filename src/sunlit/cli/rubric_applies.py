"""`sunlit rubric applies`: which controls are asked of a component, and why not the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.output import emit, json_option, when
from sunlit.cli.progress import bar, tell
from sunlit.cli.rubric import PROFILES

if TYPE_CHECKING:
    from datetime import datetime

    from sunlit.registry.assure import Assessment

EPILOG: Final = """\b
Examples:
  sunlit rubric applies model --use outreach --deployer council.example --home council
  sunlit rubric applies model --use outreach --deployer council.example --home council --json
"""
HOME = click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), envvar="SUNLIT_HOME",
    help="Read this home's log for signed statements (or SUNLIT_HOME).",
)  # fmt: skip
USE = click.option("--use", help="The use that it is asked for (its id).")
DEPLOYER = click.option("--deployer", help="The organisation that uses it.")


@click.command(epilog=EPILOG)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@USE
@DEPLOYER
@HOME
@PROFILES
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@json_option
def command(
    *, path: Path, use: str | None, deployer: str | None, home: Path | None,
    profiles: tuple[Path, ...], at: datetime | None, as_json: bool,
) -> None:  # fmt: skip
    """Say which controls apply to the component in PATH under a use, and why the others do not."""
    from sunlit.cli.assure import unasked

    conformity = looked(path, use, deployer, home, profiles, at).conformity
    asked = [one.control for one in conformity.findings]
    apart = [one.to_json() for one in conformity.not_applicable]
    lines = list(unasked(conformity)) or [f"All {len(asked)} controls apply."]
    if use is None or deployer is None:
        lines.append("Without --use and --deployer what a use excuses is not known.")
    emit({"applies": asked, "notApplicable": apart}, lines, as_json=as_json)


def looked(
    path: Path, use: str | None, deployer: str | None, home: Path | None,
    profiles: tuple[Path, ...], at: datetime | None = None,
) -> Assessment:  # fmt: skip
    """Look at a component as `sunlit assure` does."""
    from sunlit.bootstrap import Asked, assess
    from sunlit.registry.home import Home

    with bar("Hashing") as step:
        return assess(
            path, Asked(use=use, deployer=deployer, profiles=profiles, at=at),
            home=Home.open(home) if home else None, progress=step, say=tell,
        )  # fmt: skip
