"""`sunlit label`: a safety token in eight plain lines."""

from datetime import datetime
from pathlib import Path

import click

from sunlit.base.errors import HOLDS
from sunlit.cli.output import emit, json_option, when

EPILOG = """\b
Examples:
  sunlit label model-1.0.0.token --trust trust.json
  sunlit label model-1.0.0.token --trust trust.json --json
"""


@click.command(epilog=EPILOG)
@click.argument("token", type=click.Path(path_type=Path, exists=True))
@click.option("--trust", "trust_path", type=click.Path(path_type=Path, dir_okay=False),
              help="Check the token against this trust file first.")  # fmt: skip
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@json_option
def command(*, token: Path, trust_path: Path | None, at: datetime | None, as_json: bool) -> None:
    """Print the token in the folder TOKEN as eight plain lines."""
    from sunlit.cli.authority import now
    from sunlit.cli.token import checked
    from sunlit.registry.label import label_of
    from sunlit.runtime.covers import Asked

    found = checked(token, trust_path, Asked(at=at or now())) if trust_path else None
    label = label_of(token, found)
    lines = [f"{line.title}: {line.text}" for line in label.lines]
    if found is None:
        click.echo("Nobody has checked this token: give --trust FILE.", err=True)
    elif (failure := found.first_failure) is not None:
        click.echo(f"This token does not hold: {failure.words}", err=True)
    emit(label.to_json(), lines, as_json=as_json)
    raise SystemExit(found.exit_code if found else HOLDS)
