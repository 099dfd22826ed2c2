"""`sunlit run`: run a training command and keep a record of what it read and wrote."""

import sys
from pathlib import Path

import click

from sunlit.cli.output import emit, json_option
from sunlit.cli.progress import bar

EPILOG = """\b
Examples:
  sunlit run --input data/train.parquet --output model.txt -- python train.py
  sunlit run --component model --input data --output model/weights -- make train

The command runs as it is, without a shell. Its exit code becomes this one's; when it fails,
nothing is recorded. The record is unsigned: `sunlit assure --key` signs it.

The record shows the command. Values of one-letter options, and of options named like a password,
token, key or user, are hidden; a secret that stands alone is not: use the environment or a file.
"""
ANY = click.Path(path_type=Path)


@click.command(epilog=EPILOG, context_settings={"ignore_unknown_options": True})
@click.option("--input", "inputs", multiple=True, required=True, type=ANY, help="Data it reads.")
@click.option("--output", "outputs", multiple=True, required=True, type=ANY, help="What it writes.")
@click.option(
    "--component", type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(), show_default=True, help="The component's folder, where the record is kept.",
)  # fmt: skip
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@json_option
def command(
    *, inputs: tuple[Path, ...], outputs: tuple[Path, ...], component: Path,
    command: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Run COMMAND and record its provenance."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.registry.run import Asked, ChildFailedError, look_at_inputs, run, warnings

    asked = Asked(component=component, command=command, inputs=inputs, outputs=outputs)
    with bar("Hashing inputs") as step:
        seen = look_at_inputs(asked, progress=step)
    for warning in warnings(seen):
        click.echo(f"Note: {warning}", err=True)
    try:
        recorded = run(asked, seen, SystemClock())
    except ChildFailedError as error:
        click.echo(f"Error {error.code}: {error}.", err=True)
        sys.exit(error.returncode)
    document = {
        "format": "sunlit-run/1",
        "record": str(recorded.path),
        "outputs": [one.to_json() for one in recorded.outputs],
        "provenance": recorded.provenance.to_predicate(),
    }
    emit(document, _lines(recorded.path, len(seen), len(recorded.outputs)), as_json=as_json)


def _lines(path: Path, inputs: int, outputs: int) -> list[str]:
    return [
        f"Recorded: {inputs} inputs, {outputs} output files, by digest.",
        f"  {path}",
        "Next: sunlit assure PATH --home HOME --key maintainer, to sign the record.",
    ]
