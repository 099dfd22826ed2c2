"""`sunlit data minimise`: which columns a purpose does not need, and a dataset without them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.data_acting import DataOptions, answer, data_options_as, said
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sunlit.producers.data.minimise_used import Used

EPILOG: Final = """\b
Examples:
  sunlit data minimise data/train.parquet --purpose "plan outreach" --model model.txt
  sunlit data minimise data/train.parquet --purpose "plan outreach" --model model.txt \\
    --keep PUBCOV="the target of training" --out data/needed.parquet
  sunlit data minimise cases.csv --purpose "count cases" --used month --used area
\b
A model is read and never run: LightGBM text, XGBoost JSON, ONNX, skops.
"""
NEW: Final = click.Path(path_type=Path, dir_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(epilog=EPILOG)
@click.argument("place")
@click.option("--purpose", required=True, help="What the data is needed for, in words.")
@click.option("--model", type=FILE, help="A model's file: the columns it really uses.")
@click.option("--pipeline", type=FILE, help="A file with a list `features`: JSON, TOML, YAML, .py.")
@click.option("--provenance", type=FILE, help="Provenance whose parameters list `features`.")
@click.option("--used", multiple=True, help="A column that is used; repeat for more.")
@click.option("--keep", multiple=True, help="COLUMN=REASON: keep it though it is not used.")
@click.option("--out", type=NEW, help="Write the dataset without what is not needed.")
@click.option("--replace", "overwrite", is_flag=True, help="Replace what lies at --out.")
@data_options_as("--reports")
def command(
    *, place: str, purpose: str, keep: tuple[str, ...], out: Path | None, overwrite: bool,
    options: DataOptions, **given: Any,  # noqa: ANN401 - where the used columns are known from
) -> None:  # fmt: skip
    """Compare what PLACE holds with what a purpose needs of it."""
    from sunlit.cli.data_needs import needed

    needed("pyarrow", "duckdb")
    from sunlit.adapters.clock import SystemClock
    from sunlit.producers.data.minimise import minimise
    from sunlit.producers.data.report import report
    from sunlit.producers.data.source import open_source
    from sunlit.registry.data_keep import with_report

    used = _used(given)
    with open_source(place) as source:
        done = minimise(
            source, used, purpose=purpose, keep=dict(map(_kept, keep)), out=out,
            at=SystemClock().now(), overwrite=overwrite,
        )  # fmt: skip
    lines, claim = list[str](), done.claim
    if claim is not None and done.subject is not None:
        files = report(done.detail)
        lines, claim = said(claim, done.subject, files, options), with_report(claim, files)
    document = answer(done.detail, claim, lines)
    emit(document, [*_lines(done.detail, out), *lines], as_json=options.as_json)


def _used(given: dict[str, Any]) -> Used:
    from sunlit.producers.data.minimise_used import (
        Used,
        used_by_model,
        used_by_pipeline,
        used_by_provenance,
    )

    readers = {
        "model": used_by_model, "pipeline": used_by_pipeline, "provenance": used_by_provenance,
    }  # fmt: skip
    sources = [name for name in (*readers, "used") if given[name]]
    if len(sources) != 1:
        raise click.UsageError("give one of --model, --pipeline, --provenance and --used")
    if sources == ["used"]:
        return Used(columns=tuple(dict.fromkeys(given["used"])), used_by="declared")
    return readers[sources[0]](given[sources[0]])


def _kept(text: str) -> tuple[str, str]:
    name, is_given, reason = text.partition("=")
    if not is_given:
        raise click.UsageError("--keep takes COLUMN=REASON")
    return name, reason


def _lines(detail: dict[str, Any], out: Path | None) -> Iterator[str]:
    yield detail["text"]
    for one in detail["columns"]:
        kinds = ", ".join(f"{it['kind']} ({it['category']})" for it in one["kinds"])
        reason = f", {one['reason']}" if one["reason"] else ""
        yield f"  {one['state']:<8} {one['column']}{reason}{f'  [{kinds}]' if kinds else ''}"
    if detail["ignored"]:
        yield f"The model takes and never looks at: {', '.join(detail['ignored'])}."
    if out is not None:
        from sunlit.producers.data.words import many

        yield f"Written: {out}, {many(detail['output']['rows'], 'row')}."
    else:
        yield "Nothing was written: name --out to have it without the columns to be dropped."
