"""`sunlit run`: run a training command and keep a record of what it read and wrote."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, json_option
from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sunlit.registry.run import Asked, Input
    from sunlit.registry.run_gate import Asker, Standing

EPILOG = """\b
Examples:
  sunlit run --input data/train.parquet --output model.txt -- python train.py
  sunlit run --component model --input data --output model/weights --home maker -- make train
  sunlit run --input data --output model.txt --review-later -- python train.py

Before the command starts, each input is scanned for personal data. It does not start where one
is sensitive, or cannot be looked at, unless an independent review that stands in the log of --home
accepts it. --review-later goes on all the same, and the record says so.

The command runs as it is, without a shell. Its exit code becomes this one's; when it fails,
nothing is recorded. The record is unsigned: `sunlit assure --key` signs it.

The record shows the command. Values of one-letter options, and of options named like a password,
token, key or user, are hidden; a secret that stands alone is not: use the environment or a file.
"""
ANY = click.Path(path_type=Path)
PLAN = "plan.toml"


@click.command(epilog=EPILOG, context_settings={"ignore_unknown_options": True})
@click.option("--input", "inputs", multiple=True, required=True, type=ANY, help="Data it reads.")
@click.option("--output", "outputs", multiple=True, required=True, type=ANY, help="What it writes.")
@click.option(
    "--component", type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(), show_default=True, help="The component's folder, where the record is kept.",
)  # fmt: skip
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), envvar="SUNLIT_HOME",
    help="Look for reviews in this home's log (or SUNLIT_HOME).",
)  # fmt: skip
@click.option(
    "--review-later", is_flag=True, help="Go on with data that nobody reviewed; it is recorded."
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@json_option
def command(
    *, inputs: tuple[Path, ...], outputs: tuple[Path, ...], component: Path, home: Path | None,
    review_later: bool, command: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Scan the inputs, run COMMAND and record its provenance."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.registry.run import Asked, ChildFailedError, look_at_inputs, run

    asked = Asked(component=component, command=command, inputs=inputs, outputs=outputs)
    with bar("Hashing inputs") as step:
        seen = look_at_inputs(asked, progress=step)
    standing = _gate(asked, seen, home, review_later=review_later)
    try:
        recorded = run(asked, seen, SystemClock())
    except ChildFailedError as error:
        click.echo(f"Error {error.code}: {error}.", err=True)
        sys.exit(error.returncode)
    document = {
        "format": "sunlit-run/1",
        "record": str(recorded.path),
        "outputs": [one.to_json() for one in recorded.outputs],
        "data": [one.to_json() for one in standing],
        "provenance": recorded.provenance.to_predicate(),
    }
    emit(document, _lines(recorded.path, len(seen), len(recorded.outputs)), as_json=as_json)


def _lines(path: Path, inputs: int, outputs: int) -> list[str]:
    return [
        f"Recorded: {inputs} inputs, {outputs} output files, by digest.",
        f"  {path}",
        "Next: sunlit assure PATH --home HOME --key maintainer, to sign the record.",
    ]


def _gate(
    asked: Asked, seen: Sequence[Input], home: Path | None, *, review_later: bool
) -> tuple[Standing, ...]:
    """Let the inputs through, or say what comes next and stop."""
    from sunlit.bootstrap import data_tools
    from sunlit.registry.run_gate import ask_for_reviews, look, stop, told, warnings

    asker = _asker(asked.component, home)
    with bar("Scanning inputs") as step:
        standing = look(asked, seen, data_tools(), asker, progress=step)
    names_only = [one.input for one in standing if one.scan is None]
    goes_on = [one for one in standing if review_later or not one.is_open]  # else the error says
    for line in (*told(goes_on), *warnings(names_only)):
        click.echo(f"Note: {line}", err=True)
    for path in ask_for_reviews(asked, standing, asker, went_on=review_later):
        click.echo(f"Note: an independent review is opened: {path}", err=True)
    if not review_later:
        for line in _next(asked, standing, home):
            click.echo(line, err=True)
    stop(standing, review_later=review_later)
    return standing


def _asker(component: Path, home: Path | None) -> Asker:
    from sunlit.cli.authority import now
    from sunlit.registry.home import Home
    from sunlit.registry.run import toml_of
    from sunlit.registry.run_gate import Asker

    at, toml = now(), toml_of(component)
    if home is None:
        return Asker(toml=toml, at=at)
    opened = Home.open(home)
    return Asker(
        toml=toml, at=at, history=opened.history(at), organisation=opened.organisation
    )  # fmt: skip


def _next(asked: Asked, standing: Sequence[Standing], home: Path | None) -> list[str]:
    """Say the very commands that come next for the first input that is open."""
    one = next((one.input for one in standing if one.is_open), None)
    if one is None:
        return []
    where, at = f"--component {asked.component}", f"--home {home or 'HOME'}"
    masked = one.path.with_name(f"{one.path.stem}-masked{one.path.suffix}")
    return [
        "Next: see what is there, mask it, and train on the result:",
        f"  sunlit data scan {one.path} --plan {PLAN}",
        f"  sunlit data mask {one.path} --plan {PLAN} --out {masked}",
        "Or, where it has to stay: measure it, sign what was found, and ask for a review:",
        f"  sunlit data risk {one.path} --profile controlled-training {where}",
        f"  sunlit review ask {one.path} {where} {at}",
    ]
