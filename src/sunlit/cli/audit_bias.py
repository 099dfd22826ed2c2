"""`sunlit audit bias`: are groups of people treated alike?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT, DOES_NOT_HOLD
from sunlit.cli.audit_acting import AuditOptions, answer, audit_options, said_audit
from sunlit.cli.audit_bias_said import judged_lines, lines_of
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.producers.audit.bias.claim import Audit

READING: Final = ("encoding", "delimiter", "memory")
FORMS: Final = ("ll144", "psed", "aiact")
EPILOG: Final = """\b
Examples:
  sunlit audit bias decided.csv --prediction invited --favourable yes --attribute sex=sex
  sunlit audit bias decided.parquet --prediction letter --outcome without-cover \\
    --attribute SEX=sex --attribute DIS=disability --attribute AGEP=age --band AGEP=25,35,45,55
  sunlit audit bias scored.parquet --score score --threshold median --attribute sex=sex \\
    --attribute race=race --form ll144 --reports out
  sunlit audit bias checks.csv --prediction referred --adverse yes --outcome fraud \\
    --attribute age=age --not-analysed religion="not collected" --form psed
  sunlit audit bias test.parquet --model model.txt --threshold 0.7 --rule below --attribute SEX=sex
  sunlit audit bias --open cube.json --claim bias-audit.intoto.jsonl
\b
Each row is a person (or a case). The model never has to be given up. Exit code 1: by the core's
limits a gap is too wide; 3: one may be. docs/assurance/bias.md has every definition.
"""
FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.argument("place", metavar="PREDICTIONS", required=False)
@click.option("--prediction", metavar="COLUMN", help="The column of what was predicted.")
@click.option("--outcome", metavar="COLUMN", help="The column of what should have been.")
@click.option("--score", metavar="COLUMN", help="A column of scores, instead of --prediction.")
@click.option("--model", "model_file", type=FILE,
              help="Ask this model instead: LightGBM's text format, or ONNX.")  # fmt: skip
@click.option("--threshold", help="Where the score is cut: a number, or median.")
@click.option("--rule", type=click.Choice(("at-least", "above", "at-most", "below")),
              help="How the score of who is selected stands to it.")  # fmt: skip
@click.option("--favourable", multiple=True, metavar="VALUE",
              help="A prediction that is good for a person (repeatable).")  # fmt: skip
@click.option("--adverse", multiple=True, metavar="VALUE",
              help="Instead: one that is bad for a person, such as a referral.")  # fmt: skip
@click.option("--positive", multiple=True, metavar="VALUE",
              help="An outcome that counts as yes (repeatable).")  # fmt: skip
@click.option("--unknown", multiple=True, metavar="VALUE",
              help="A value that means not known, beside blank (repeatable).")  # fmt: skip
@click.option("--attribute", "attributes", multiple=True, metavar="COLUMN=CHARACTERISTIC",
              help="A column that tells people apart, and what it stands for.")  # fmt: skip
@click.option("--band", "bands", multiple=True, metavar="COLUMN=N,N",
              help="Put a column of numbers into bands that begin here.")  # fmt: skip
@click.option("--intersect", type=click.IntRange(1, 4), default=2, show_default=True,
              help="Attributes in an intersection, at most.")  # fmt: skip
@click.option("--reference", "references", multiple=True,
              help="most-selected, least-selected, largest, or COLUMN=GROUP.")  # fmt: skip
@click.option("--min-share", default="0", show_default=True,
              help="Groups with a lower share of all people are in no ratio.")  # fmt: skip
@click.option("--not-analysed", multiple=True, metavar="CHARACTERISTIC=REASON",
              help="What was not looked at, and why (repeatable).")  # fmt: skip
@click.option("--floor", type=click.IntRange(2), default=10, show_default=True,
              help="Groups with fewer people are not shown.")  # fmt: skip
@click.option("--replicates", type=click.IntRange(1), default=1000, show_default=True,
              help="How often the bootstrap draws.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=2018, show_default=True,
              help="From which seed.")  # fmt: skip
@click.option("--data-kind", type=click.Choice(("test", "historical")), help="What the rows are.")
@click.option("--form", "forms", multiple=True, type=click.Choice(FORMS),
              help="Write this report too (repeatable).")  # fmt: skip
@click.option("--distributed-on", help="For ll144: when the tool came into use (YYYY-MM-DD).")
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True,
              help="For how long the audit may be relied on.")  # fmt: skip
@click.option("--contract", help="The contract that it was made under.")
@click.option("--despite-earlier", is_flag=True,
              help="Sign it though an audit of these rows by other groups is logged.")  # fmt: skip
@click.option("--engine", type=click.Choice(("duckdb", "spark")), default="duckdb",
              show_default=True, help="What counts.")  # fmt: skip
@click.option("--encoding", help="Of CSV that is not UTF-8, such as windows-1252.")
@click.option("--delimiter", help="Of CSV, where it is not found out: one character, or tab.")
@click.option("--memory", default="2GB", show_default=True, help="What DuckDB may hold.")
@click.option("--open", "opened", type=FILE,
              help="Check an audit against this guarded cube instead.")  # fmt: skip
@click.option("--claim", "statement", type=FILE, help="With --open: the audit's statement.")
@audit_options
def command(
    *, place: str | None, opened: Path | None, statement: Path | None, model_file: Path | None,
    options: AuditOptions,
    **given: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Count PREDICTIONS by groups of people, and say how far the groups lie apart.

    PREDICTIONS is a file (CSV, TSV, Parquet, JSONL), a folder or a pattern of files of one kind,
    or a table of a DuckDB or PostgreSQL database.
    """
    if opened is not None:
        from sunlit.cli.audit_bias_open import check

        check(opened, statement, as_json=options.as_json)
        return
    if place is None or statement is not None:
        raise click.UsageError("name the predictions, or --open GUARDED --claim STATEMENT")
    if model_file is not None and (given["prediction"] or given["score"]):
        raise click.UsageError("--model instead of --prediction and --score")
    from sunlit.cli.audit_bias_asked import read_given
    from sunlit.cli.audit_bias_count import counted
    from sunlit.cli.data_needs import needed

    needed("pyarrow", "duckdb", "ibis", "scipy")
    reading = {name: given.pop(name) for name in READING}
    forms, despite = given.pop("forms"), given.pop("despite_earlier")
    found = counted(place, read_given(**given), reading, model_file, options)
    if options.home is not None and not despite:
        _expect_no_subtraction(found, options.home)
    _tell(found, forms, options)


def _expect_no_subtraction(found: Audit, home: Path) -> None:
    from sunlit.adapters.clock import SystemClock
    from sunlit.claims.bias import BiasAudit
    from sunlit.producers.audit.bias.subtract import expect_no_subtraction
    from sunlit.registry.home import Home

    # Also what was withdrawn: who read it has it.
    logged = Home.open(home).history(SystemClock().now()).statements
    earlier = (one.claim for one in logged)
    expect_no_subtraction(found.claim, [it for it in earlier if isinstance(it, BiasAudit)])


def _in_private(found: Audit, options: AuditOptions) -> list[str]:
    """Keep the guarded cube in the home's private place too, where openings lie."""
    if options.home is None:
        return []
    from sunlit.registry.home import Home, write_whole

    name = f"{found.claim.commitment[:16]}.cube.json"
    path = Home.open(options.home).root / "private" / "audits" / name
    write_whole(path, found.guarded.to_bytes(), private=True)
    return [f"Guarded, for you alone: {path}"]


def _tell(found: Audit, forms: tuple[str, ...], options: AuditOptions) -> None:
    from sunlit.capabilities.assurance.bias import judged_of
    from sunlit.producers.audit.bias.commitment import NAME
    from sunlit.producers.audit.bias.forms import report
    from sunlit.registry.audit_keep import with_report
    from sunlit.rubric.finding import Outcome

    reports = report(found.detail, forms)
    guarded = {NAME: found.guarded.to_bytes()}
    kept = said_audit(found.claim, reports, options, guarded=guarded)
    kept += _in_private(found, options)
    judged = list(judged_of(found.claim, {}))
    document = answer(found.detail, with_report(found.claim, reports), kept)
    document["judged"] = [
        {"characteristic": one.characteristic, "outcome": one.outcome, "reason": one.reason}
        for one in judged
    ]
    lines = [*lines_of(found.detail), "", *judged_lines(judged), "", *kept]
    emit(document, lines, as_json=options.as_json)
    outcomes = {one.outcome for one in judged}
    if Outcome.FAILS in outcomes:
        raise SystemExit(DOES_NOT_HOLD)
    if Outcome.UNKNOWN in outcomes:
        raise SystemExit(COULD_NOT_FIND_OUT)
