"""`sunlit audit drift`: has the data, or how often the answers are right, moved?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.audit_acting import AuditOptions, answer, audit_options, said_audit
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.claims.assurance import TestResult
    from sunlit.producers.audit.drift.compare import Asked
    from sunlit.producers.audit.drift.judge import Ran

EPILOG: Final = """\b
Examples:
  sunlit audit drift train.parquet this-month.parquet
  sunlit audit drift train.parquet this-month.parquet --by SEX --limit psi=0.1 --set-by "the board"
  sunlit audit drift then.csv now.csv --prediction selected --outcome truth --by region
\b
Exit code 1: a figure is beyond its limit. 3: some could not be told. docs/assurance/drift.md
has every definition.
"""
FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.argument("reference")
@click.argument("current")
@click.option("--by", help="Compare also the groups by this column.")
@click.option("--prediction", help="The column of what was predicted.")
@click.option("--outcome", help="The column of what was then so.")
@click.option("--cut", type=float, help="The prediction is a score: from here on it says 1.")
@click.option("--numeric", multiple=True, help="A column of few numbers that are no codes.")
@click.option("--category", multiple=True, help="A column of numbers that are codes.")
@click.option("--leave-out", multiple=True, help="A column that is not compared, such as an id.")
@click.option("--floor", default=30, show_default=True, type=click.IntRange(10),
              help="Groups with fewer rows are not shown.")  # fmt: skip
@click.option("--limit", "limits", multiple=True, help="NAME=VALUE: psi, ks, js, unseen, "
              "missing-change, accuracy-drop.")  # fmt: skip
@click.option("--limits", "limits_file", type=FILE, help="A JSON file of limits and who set them.")
@click.option("--set-by", help="Who set the limits.")
@click.option("--valid-days", default=90, show_default=True, type=click.IntRange(1, 3650),
              help="Days for which it may be relied on.")  # fmt: skip
@click.option("--memory", default="2GB", show_default=True, help="Memory for reading each sample.")
@audit_options
def command(
    *, reference: str, current: str, outcome: str | None, cut: float | None, valid_days: int,
    options: AuditOptions, **given: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Compare CURRENT rows with REFERENCE rows: files, folders, or tables of a database."""
    if (outcome is None) != (given["prediction"] is None):
        raise click.UsageError("--prediction and --outcome are given together")
    from sunlit.cli.data_needs import needed

    needed("pyarrow", "duckdb", "scipy")
    from sunlit.adapters.clock import SystemClock
    from sunlit.producers.audit.drift.judge import ALSO, DEFAULTS, Ran
    from sunlit.producers.audit.drift.page import drift_report
    from sunlit.producers.audit.robust.limits import read_limits
    from sunlit.producers.data.source import open_source
    from sunlit.registry.audit_keep import with_report

    limits = read_limits(
        DEFAULTS, given["limits"], given["limits_file"], given["set_by"], also=ALSO
    )
    memory = given["memory"]
    with open_source(reference, memory=memory) as first, open_source(current, memory=memory) as now:
        at = SystemClock().now()
        ran = Ran(
            reference=first, current=now, asked=_asked(given), limits=limits, at=at,
            valid_until=at + timedelta(days=valid_days),
        )  # fmt: skip
        claim, document = _compared(ran, outcome, cut)
    reports = drift_report(document)
    kept = said_audit(claim, reports, options)
    lines = [document["headline"], *_lines(document), *kept]
    emit(answer(document, with_report(claim, reports), kept), lines, as_json=options.as_json)
    _end(claim)


def _asked(given: dict[str, Any]) -> Asked:
    from sunlit.producers.audit.drift.compare import Asked

    names = ("by", "prediction", "numeric", "category", "leave_out", "floor")
    return Asked(**{name: given[name] for name in names})


def _compared(
    ran: Ran, outcome: str | None, cut: float | None
) -> tuple[TestResult, dict[str, Any]]:
    from sunlit.cli.progress import bar
    from sunlit.producers.audit.drift.compare import compare
    from sunlit.producers.audit.drift.judge import claim_of, detail, figures
    from sunlit.producers.audit.drift.performance import performance

    with bar("Comparing columns") as step:
        found = compare(ran.reference, ran.current, ran.asked, step)
    right = []
    if outcome is not None:
        groups = tuple(found.groups)
        right = performance(ran.reference, ran.current, ran.asked, outcome, groups, cut)
    listed = figures(found, right, ran)
    return claim_of(found, listed, ran, right), detail(found, right, listed, ran)


def _lines(document: dict[str, Any]) -> list[str]:
    shown = [one for one in document["figures"] if one["verdict"] in {"beyond", "too-few-rows"}]
    lines = [
        f"  {one['verdict']:<12} {one['name']} {one['column']} {one['group']}".rstrip()
        + f": {one['value']} (limit {one['limit']}, {one['rows']:,} rows)"
        for one in shown[:20]
    ]
    if len(shown) > 20:
        lines.append(f"  and {len(shown) - 20} more in the report")
    return [
        *lines,
        *(f"  not compared: {one['what']}: {one['reason']}" for one in document["not_tested"][:10]),
    ]


def _end(claim: TestResult) -> None:
    from sunlit.claims.assurance import Result

    codes = {Result.PASSED: 0, Result.FAILED: 1, Result.WARNED: 3}
    if codes[claim.result]:
        raise SystemExit(codes[claim.result])
