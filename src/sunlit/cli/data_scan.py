"""`sunlit data scan`: say what personal data a dataset seems to hold."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.data_acting import DataOptions, answer, data_options, said
from sunlit.cli.output import emit
from sunlit.cli.progress import bar, tell

if TYPE_CHECKING:
    from sunlit.producers.data.scan import Scanned
    from sunlit.producers.data.source import Source

EPILOG: Final = """\b
Examples:
  sunlit data scan data/train.parquet
  sunlit data scan 'data/*.csv' --encoding windows-1252 --plan plan.toml
  sunlit data scan letters/ --names --reports reports/
  sunlit data scan 'duckdb:cases.duckdb?table=people'
  sunlit data scan 'postgresql://ann@db.example/cases?table=public.people'

Exit code: 0 nothing that needs a review was found, 1 a review is needed, 2 wrong usage or a file
that cannot be read, 3 could not find out. Names, addresses and organisations in prose are looked
for with --names or --all-names only; the report says so where they were not.
"""
WIDTH: Final = 28


@click.command(epilog=EPILOG)
@click.argument("place")
@click.option(
    "--recognisers", "own", multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of your own recognisers, beside the shipped ones.",
)  # fmt: skip
@click.option("--names", is_flag=True, help="Look for names in a sample of prose (extra [ner]).")
@click.option("--all-names", is_flag=True, help="Look for names in all prose, which is slow.")
@click.option("--encoding", help="Of CSV and text that is not UTF-8, such as windows-1252.")
@click.option("--delimiter", help="Of CSV, where it is not found out: one character, or tab.")
@click.option("--skip-unread", is_flag=True, help="List files that cannot be read, and go on.")
@click.option("--plan", type=click.Path(path_type=Path, dir_okay=False), help="Propose a mask.")
@click.option("--memory", default="2GB", show_default=True, help="What DuckDB may hold.")
@data_options
def command(
    *, place: str, own: tuple[Path, ...], names: bool, all_names: bool,
    plan: Path | None, options: DataOptions, **reading: Any,  # noqa: ANN401 - passed on as they are
) -> None:  # fmt: skip
    """Say what personal data the dataset at PLACE seems to hold.

    PLACE is a file (CSV, TSV, Parquet, JSONL, text), a folder or a pattern of files of one kind,
    or a table of a DuckDB or PostgreSQL database.
    """
    from sunlit.producers.data.source import open_source
    from sunlit.registry.data_keep import with_report

    with bar("Hashing") as step:
        source = open_source(place, progress=step, **reading)
    with source:
        scanned = _scan(source, own, names=names, every=all_names)
    files = _reports(scanned)
    kept = said(scanned.claim, _subject(scanned), files, options)
    if plan is not None:
        kept.append(_propose(scanned.detail, plan))
    document = answer(scanned.detail, with_report(scanned.claim, files), kept)
    emit(document, [*_lines(scanned.detail), *kept], as_json=options.as_json)
    sys.exit(1 if scanned.claim.sensitive else 0)


def _scan(source: "Source", own: tuple[Path, ...], *, names: bool, every: bool) -> "Scanned":
    from sunlit.adapters.clock import SystemClock
    from sunlit.producers.data.scan import scan
    from sunlit.recognise.recognisers import load

    tell("compiling recognisers")
    found = load(*own)
    with bar("Scanning") as step:
        return scan(
            source, recognisers=found, at=SystemClock().now(), ner=names, every_name=every,
            progress=step,
        )  # fmt: skip


def _subject(scanned: "Scanned") -> Any:  # noqa: ANN401 - imported lazily
    from sunlit.statement.intoto import Subject

    dataset = scanned.detail["dataset"]
    return Subject(dataset["name"], dataset["digest"])


def _reports(scanned: "Scanned") -> dict[str, bytes]:
    from sunlit.producers.data.report import report

    return report(scanned.detail)


def _propose(detail: Mapping[str, Any], path: Path) -> str:
    from sunlit.producers.data.mask_propose import propose  # type: ignore[import-untyped,import-not-found,attr-defined,unused-ignore]
    from sunlit.recognise.plan_write import dump  # type: ignore[attr-defined,unused-ignore]
    from sunlit.registry.home import write_whole

    write_whole(path, dump(propose(detail)))
    return f"Plan: {path} (read it, change it, then: sunlit data mask --plan {path})"


def _lines(detail: Mapping[str, Any]) -> Iterator[str]:
    yield detail["headline"]
    yield ""
    yield from _table(detail)
    yield ""
    if detail["grounds"]:
        yield "Why a review is needed:"
        yield from (f"  - {one}." for one in detail["grounds"])
    rest = detail["residual"]
    if rest is not None:
        yield (
            f"Estimate of {rest['unit']} of prose that hold an identifier not found: "
            f"{rest['estimate']:.2%}, at most {rest['high']:.2%}."
        )
    yield "What this cannot tell:"
    yield from (f"  - {one}" for one in detail["limits"])
    yield from (f"Not read: {one['name']}: {one['why']}" for one in detail["dataset"]["unread"])


def _table(detail: Mapping[str, Any]) -> Iterator[str]:
    text = detail["text"]
    yield _row("column" if text is None else "", "what", "share (95 %)", "sure", "by", "shape")
    if text is not None:
        yield from (_find("", one) for one in text["finds"])
    for column in detail["columns"]:
        name = column["name"]
        if column["free_text"]:
            yield _row(name, "free text", "", "", "values", "")
        yield from (_find(name, one) for one in column["finds"])
        if not column["finds"] and not column["free_text"]:
            yield _row(name, "-", "", "", "", "")


def _find(column: str, one: Mapping[str, Any]) -> str:
    share = "not measured" if one["by"] == "name" else (
        f"{one['rate']:.1%} ({one['low']:.1%}-{one['high']:.1%})"
    )  # fmt: skip
    shape = one["shapes"][0] if one["shapes"] else ""
    mark = "" if one["label"] else "in it: "
    return _row(
        column, f"{mark}{one['title']}", share, f"{one['confidence']:.2f}", one["by"], shape
    )


def _row(column: str, what: str, *rest: str) -> str:
    share, sure, by, shape = rest
    cells = f"{_cut(column):<{WIDTH}} {_cut(what):<{WIDTH}} {share:<22} {sure:>4} {by:<6} {shape}"
    return cells.rstrip()


def _cut(text: str) -> str:
    plain = "".join(one if one.isprintable() else " " for one in text)
    return plain if len(plain) <= WIDTH else plain[: WIDTH - 1] + "…"
