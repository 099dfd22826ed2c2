"""`sunlit data mask`: mask a dataset after a plan, and scan the result again."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.authority import clock
from sunlit.cli.data_acting import DataOptions, answer, data_options_as, said
from sunlit.cli.output import emit
from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from sunlit.producers.data.mask import MaskedData, Masking
    from sunlit.producers.data.mask_trial import Trial
    from sunlit.producers.data.source import Source

EPILOG: Final = """\b
Examples:
  sunlit data mask --new-key mask.key
  sunlit data scan data/train.csv --plan plan.toml
  sunlit data mask data/train.csv --plan plan.toml --mask-key file:mask.key --dry-run
  sunlit data mask data/train.csv --plan plan.toml --mask-key file:mask.key --out data/masked.csv

The plan says what is done to each column (spec/mask-plan.md). The result is scanned again, and
when anything is left that the plan masks, nothing is written and the exit code is 1.
"""
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
MAX_SHOWN: Final = 60  # characters of a value
WARNING: Final = "These are real values of real people. Do not paste, log or photograph them."


@click.command(epilog=EPILOG)
@click.argument("place", required=False)
@click.option("--plan", "plan_file", type=FILE, help="The mask plan (TOML).")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE",
              help="Where the result goes: .csv, .parquet, .jsonl; a folder for text.")  # fmt: skip
@click.option("--mask-key", metavar="URI", help="The key of pseudonyms: file:PATH.")
@click.option("--new-key", type=FILE, help="Make a key in a new file, and do nothing else.")
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--rows", type=click.IntRange(0, 1000), default=3, show_default=True,
              help="With --dry-run: how many rows to show on a terminal.")  # fmt: skip
@click.option("--names", is_flag=True, help="Mask names in prose too, as a model finds them.")
@click.option("--replace", is_flag=True, help="Replace what lies at --out.")
@click.option("--recognisers", "folders", type=FOLDER, multiple=True,
              help="An agency's own recognisers, beside the shipped ones.")  # fmt: skip
@click.option("--encoding", help="Of CSV or text that is not UTF-8, such as windows-1252.")
@click.option("--delimiter", help="Of CSV, where it is not found out.")
@data_options_as("--reports")
def command(  # noqa: PLR0913 - one option each
    *, place: str | None, plan_file: Path | None, out: Path | None, mask_key: str | None,
    new_key: Path | None, dry_run: bool, rows: int, names: bool, replace: bool,
    folders: tuple[Path, ...],
    encoding: str | None, delimiter: str | None, options: DataOptions,
) -> None:  # fmt: skip
    """Mask a dataset after a plan: redact, pseudonymise, make coarser, drop."""
    if new_key is not None:
        _new_key(new_key)
        return
    if place is None or plan_file is None or (out is None and not dry_run):
        raise click.UsageError("say PLACE, --plan FILE and --out FILE; or --new-key PATH")
    from sunlit.producers.data.source import open_source

    masking = _masking(plan_file, mask_key, folders, names=names)
    with bar("Reading") as step:
        source = open_source(place, progress=step, encoding=encoding, delimiter=delimiter)
    with source:
        if dry_run:
            _try(source, masking, rows, options)
        elif out is not None:
            _mask(source, masking, out, options, replace=replace)


def _new_key(path: Path) -> None:
    from sunlit.recognise.masking_key import new_key

    key = new_key(path)
    click.echo(f"Key {key.id} is in {path}. Whoever has it can try values against pseudonyms:")
    click.echo("keep it apart from the data, keep a copy, and never commit it.")
    click.echo(f"Use it with --mask-key file:{path}")


def _masking(
    plan_file: Path, key: str | None, folders: tuple[Path, ...], *, names: bool
) -> "Masking":
    from sunlit.producers.data.mask import Masking
    from sunlit.recognise.masking_key import load_key
    from sunlit.recognise.plan_read import load_plan
    from sunlit.recognise.recognisers import load

    return Masking(
        plan=load_plan(plan_file), recognisers=load(*folders),
        key=None if key is None else load_key(key), folder=plan_file.parent, names=names,
    )  # fmt: skip


def _mask(
    source: "Source", masking: "Masking", out: Path, options: DataOptions, *, replace: bool
) -> None:
    from sunlit.producers.data.mask import mask
    from sunlit.producers.data.report import report
    from sunlit.registry.data_keep import with_report
    from sunlit.statement.intoto import Subject

    with bar("Masking") as step:
        made = mask(
            source, masking, out=out, at=clock().now(), replace_out=replace, progress=step
        )  # fmt: skip
    subject = Subject(name=made.name, digest=made.digest)
    files = report(made.detail)
    lines = said(made.claim, subject, files, options)
    document = answer(made.detail, with_report(made.claim, files), lines)
    emit(document, [*_told(made, out), *lines], as_json=options.as_json)


def _told(made: "MaskedData", out: Path) -> Iterator[str]:
    detail = made.detail
    from sunlit.producers.data.words import many

    yield f"Masked {detail['rows_out']:,} of {many(detail['rows_in'], 'row')} into {out}"
    yield f"  sha256 {made.digest['sha256']}   plan {detail['plan'][:16]}"
    for one in detail["columns"]:
        finds = ", ".join(f"{count:,} {kind}" for kind, count in one["finds"].items())
        unread = f", {one['unreadable']:,} could not be read and are null"
        yield (
            f"  {one['column']}: {one['method']}, {float(one['share']):.1%} changed"
            + (f" ({finds})" if finds else "")
            + (unread if one["unreadable"] else "")
        )
    for one in detail["collisions"]:
        yield (
            f"  In the domain {one['domain']}, {one['collisions']:,} of {one['values']:,} values "
            f"share a pseudonym with another, and {one['meet_values']:,} pseudonyms equal a value."
        )
    yield "The second scan found nothing that the plan masks."
    for one in detail["second_look"]["kept"]:
        rows = many(one["rows"], "row")
        yield f"  Kept by the plan: {one['kind']} in {one['column']} ({rows})"


def _try(source: "Source", masking: "Masking", rows: int, options: DataOptions) -> None:
    from sunlit.producers.data.mask_trial import trial

    found = trial(source, masking, rows=rows)
    document = {
        "format": "sunlit-data-mask-trial/1",
        "headline": next(_tried(found)),
        "rows": found.rows,
        "columns": [
            {"column": one.column, "method": one.method, "share": f"{one.changed:.4f}",
             "unreadable": one.unreadable}
            for one in found.shares
        ],
    }  # fmt: skip
    emit(answer(document, None, ()), _tried(found), as_json=options.as_json)


def _tried(found: "Trial") -> Iterator[str]:
    from sunlit.producers.data.words import many

    yield f"Nothing is written. Of the first {many(found.rows, 'row')} the plan would change:"
    for one in found.shares:
        unread = f", {one.unreadable:,} cannot be read" if one.unreadable else ""
        yield f"  {one.column}: {one.method}, {one.changed:.1%}{unread}"
    if not found.shown:
        return
    if not _is_terminal():
        yield "Rows are shown on a terminal only: they are real values of real people."
        return
    yield WARNING
    for number, row in enumerate(found.shown, 1):
        yield f"Row {number}"
        yield from (
            f"  {name}: {_seen(before)} -> {_seen(after)}" for name, before, after in row
        )  # fmt: skip


def _is_terminal() -> bool:
    return sys.stdout.isatty()


def _seen(value: object) -> str:
    text = "(null)" if value is None else str(value)
    cut = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    # A value may hold what a terminal would obey.
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in cut)
