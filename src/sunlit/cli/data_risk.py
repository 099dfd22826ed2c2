"""`sunlit data risk`: measure how likely a person is to be re-identified."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.base.errors import DOES_NOT_HOLD, UnavailableError
from sunlit.cli.data_acting import DataOptions, answer, data_options, said
from sunlit.cli.output import emit
from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sunlit.producers.data.risk import Measured
    from sunlit.producers.data.source import Source

EXTRA: Final = "pip install 'sunlit[data]'"
READING: Final = ("encoding", "delimiter", "skip_unread", "memory")
EPILOG: Final = """\b
Examples:
  sunlit data risk train.parquet --profile controlled-training --population 100000000
  sunlit data risk survey.csv --profile public-release --quasi age --quasi sex --sensitive income
  sunlit data risk survey.csv --profile public-release --plan plan.toml

Without --quasi the columns by which people can be told apart are searched for. Exit code 0: the
profile is met; 1: it is not.
"""


@click.command(epilog=EPILOG)
@click.argument("place")
@click.option(
    "--profile", required=True,
    help="public-release, sensitive-release, controlled-training, or a TOML file.",
)  # fmt: skip
@click.option("--quasi", multiple=True, metavar="COLUMN", help="A quasi-identifier (repeatable).")
@click.option(
    "--sensitive", multiple=True, metavar="COLUMN",
    help="An attribute that nobody should learn of a person (repeatable).",
)  # fmt: skip
@click.option(
    "--population", type=click.IntRange(min=1),
    help="How many people the rows were drawn from (default: the file is all of them).",
)  # fmt: skip
@click.option(
    "--engine", type=click.Choice(("duckdb", "spark")), default="duckdb", show_default=True,
    help="What counts.",
)  # fmt: skip
@click.option("--encoding", help="Of CSV that is not UTF-8, such as windows-1252.")
@click.option("--delimiter", help="Of CSV, where it is not found out: one character, or tab.")
@click.option("--skip-unread", is_flag=True, help="List files that cannot be read, and go on.")
@click.option("--memory", default="2GB", show_default=True, help="What DuckDB may hold.")
@click.option(
    "--plan",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what to change into this mask plan; one that is there is updated.",
)
@data_options
def command(
    *,
    place: str,
    engine: str,
    plan: Path | None,
    options: DataOptions,
    **asked: Any,  # noqa: ANN401
) -> None:
    """Measure how likely a person in a dataset is to be re-identified, against a profile.

    PLACE is a file (CSV, TSV, Parquet, JSONL), a folder or a pattern of files of one kind, or a
    table of a DuckDB or PostgreSQL database.
    """
    from sunlit.producers.data.source import open_source
    from sunlit.registry.data_keep import with_report
    from sunlit.statement.intoto import Subject

    reading = {name: asked.pop(name) for name in READING}
    with bar("Hashing") as step:
        source = open_source(place, progress=step, **reading)
    with source:
        measured = _measured(source, engine, **asked)
        subject = Subject(source.name, dict(source.digest))
    claim, detail = measured.claim, measured.detail
    files = reports(measured)
    kept = [*_planned(measured, plan), *said(claim, subject, files, options)]
    document = answer(detail, with_report(claim, files), kept)
    emit(document, [*said_of(detail), "", *kept], as_json=options.as_json)
    if not measured.met:
        raise SystemExit(DOES_NOT_HOLD)


def _measured(
    source: Source,
    engine: str,
    *,
    quasi: tuple[str, ...],
    **asked: Any,  # noqa: ANN401
) -> Measured:
    from sunlit.adapters.clock import SystemClock

    try:
        from sunlit.producers.data.risk import measure
        from sunlit.producers.data.risk.spark import on_spark
    except ImportError as error:
        raise UnavailableError(
            "data.no-reader", "datasets cannot be measured", expected=error.name, mend=EXTRA
        ) from error
    counted = on_spark(source) if engine == "spark" else nullcontext(source)
    with counted as counting, bar("Measuring") as step:
        return measure(
            counting, quasi_identifiers=quasi, at=SystemClock().now(), progress=step, **asked
        )


def reports(measured: Measured) -> dict[str, bytes]:
    """Return the reports that are kept beside the claim."""
    from sunlit.producers.data.report import report

    return report(measured.detail)


def _planned(measured: Measured, path: Path | None) -> list[str]:
    if path is None:
        return []
    from sunlit.recognise.plan_read import load_plan
    from sunlit.recognise.plan_write import dump_plan
    from sunlit.registry.home import write_whole

    held = load_plan(path) if path.exists() else None
    write_whole(path, dump_plan(measured.plan(held)).encode())
    return [f"Plan: {path}"]


def said_of(detail: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines for people."""
    yield detail["headline"]
    yield ""
    yield f"Quasi-identifiers ({detail['chosen']}): {', '.join(detail['quasi_identifiers']) or '-'}"
    yield f"  {detail['how_chosen']}"
    if detail["left_out"]:
        yield f"  Left out, though the search found them: {', '.join(detail['left_out'])}"
    if detail["pseudonyms"]:
        yield f"Pseudonyms: {', '.join(detail['pseudonyms'])}"
        yield "  Whoever holds the key can undo them: drop what is not needed."
    yield ""
    yield from _figures(detail["figures"])
    yield ""
    yield f"Profile {detail['profile']['name']}: {detail['profile']['title']}"
    for one in detail["profile"]["limits"]:
        yield f"  {one['figure']} at most {one['at_most']}: {one['source']}"
    if detail["changes"]:
        yield from _changes(detail)


def _figures(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in figures:
        name = f"{one['name']} of {one['attribute']}" if "attribute" in one else one["name"]
        value, ends = _value(one)
        verdict = ""
        if "threshold" in one:
            verdict = f"  {'within' if one['met'] else 'OVER'} {one['threshold']}"
        note = f"  [{one['note']}]" if "note" in one else ""
        yield f"  {name:<24} {value}{ends}{verdict}{note}"


def _value(one: Mapping[str, Any]) -> tuple[str, str]:
    """Return a figure, and its ends; its upper end where no estimate is known."""
    if "value" not in one:
        return f"at most {_short(one['high'])}" if "high" in one else "not known", ""
    if "high" not in one or one.get("low") == one["high"]:
        return _short(one["value"]), ""
    return _short(one["value"]), f" ({_short(one.get('low', '0'))} to {_short(one['high'])})"


def _changes(detail: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"What to change, one at a time ({detail['objective']} before and after):"
    for one in detail["changes"]:
        lost = f"{one['information_lost']:.0%} of the column's information lost"
        yield f"  {one['words']}: {one['before']:.4f} to {one['after']:.4f}, {lost}"
    yield ""
    from sunlit.producers.data.words import many

    end = "every limit then holds" if detail["steps_meet"] else "and that is not enough"
    by = many(len(detail["steps_by"]), "column")
    yield f"A plan, each step on top of those before (by {by}; {end}):"
    for one in detail["steps"]:
        yield f"  {one['words']}: {one['before']:.4f} to {one['after']:.4f}"


def _short(text: str) -> str:
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text
