"""`sunlit audit robustness`: does a small change of the input change the answer?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.audit_acting import AuditOptions, answer, audit_options, component_of, said_audit
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.producers.audit.robust.answers import Model
    from sunlit.producers.audit.robust.audit import Asked, Done

EPILOG: Final = """\b
Examples:
  sunlit audit robustness test.parquet --model model.txt --outcome PUBCOV --monotone PINCP=down
  sunlit audit robustness comments.csv --kind text --callable moderation:score --text comment
  sunlit audit robustness letters/ --kind image --callable reading:read --reads-text
\b
--callable runs the code that you name. Exit code 1: a figure is beyond its limit. 3: some could
not be told. docs/assurance/robustness.md has every check.
"""
FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.argument("data")
@click.option("--kind", type=click.Choice(["tabular", "text", "image"]), default="tabular",
              show_default=True, help="What the model takes.")  # fmt: skip
@click.option("--model", "model_file", type=FILE, help="LightGBM's text format, or ONNX.")
@click.option("--callable", "function", help="MODULE:FUNCTION, or FILE.py:FUNCTION; it is run.")
@click.option(
    "--feature", "features", multiple=True, help="A column that the model takes, in order."
)
@click.option("--outcome", help="The column of what is right.")
@click.option("--text", default="text", show_default=True, help="The column of the texts.")
@click.option("--reads-text", is_flag=True, help="Answers are texts: count wrong letters.")
@click.option(
    "--cut", type=float, default=0.5, show_default=True, help="A score says 1 from here on."
)
@click.option("--monotone", multiple=True, help="COLUMN=up|down: how the score shall move with it.")
@click.option("--noise", multiple=True, type=click.FloatRange(0, 10), help="A level of noise, in "
              "standard deviations (default: 0.01, 0.05, 0.1, 0.2).")  # fmt: skip
@click.option("--numeric", multiple=True, help="A column of few numbers that are no codes.")
@click.option("--category", multiple=True, help="A column of numbers that are codes.")
@click.option("--rows", default=100_000, show_default=True, type=click.IntRange(1),
              help="Ask about at most so many inputs.")  # fmt: skip
@click.option("--attack", default=0, type=click.IntRange(0, 200),
              help="Attack so many rows (HopSkipJump; needs the extra `adversarial`).")  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="The seed.")
@click.option("--limit", "limits", multiple=True, help="NAME=VALUE: accuracy-drop, flip-rate, "
              "monotonicity-violations, character-error-increase, attack-success.")  # fmt: skip
@click.option("--limits", "limits_file", type=FILE, help="A JSON file of limits and who set them.")
@click.option("--set-by", help="Who set the limits.")
@click.option("--valid-days", default=365, show_default=True, type=click.IntRange(1, 3650),
              help="Days for which it may be relied on.")  # fmt: skip
@audit_options
def command(
    *, data: str, kind: str, model_file: Path | None, function: str | None,
    options: AuditOptions, **given: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Try a model with DATA (a file, a folder, a table of a database) as it is, and changed."""
    if (model_file is None) == (function is None):
        raise click.UsageError("give one of --model and --callable")
    from sunlit.cli.data_needs import needed

    needed("pyarrow", "duckdb", *(["PIL"] if kind == "image" else []))
    from sunlit.producers.audit.robust.models import open_function, open_model
    from sunlit.producers.audit.robust.page import robustness_report
    from sunlit.registry.audit_keep import with_report

    model: Model = (
        open_model(model_file) if model_file is not None
        else open_function(function or "")
    )  # fmt: skip
    _is_of_component(model_file, model, options)
    done = _tried(data, kind, model, _asked(given))
    reports = robustness_report(done.detail)
    kept = said_audit(done.claim, reports, options, name="" if kind == "tabular" else kind)
    document = answer(done.detail, with_report(done.claim, reports), kept)
    emit(document, [*_lines(done.detail), *kept], as_json=options.as_json)
    _end(done)


def _is_of_component(model_file: Path | None, model: Model, options: AuditOptions) -> None:
    from sunlit.base.errors import MalformedError

    component = component_of(options) if model_file is not None else None
    held = {one.sha256 for one in component.manifest.files} if component is not None else None
    if held is not None and model.digest not in held:
        raise MalformedError(
            "audit.other-model", f"the component has no file with the bytes of {model.name!r}",
            mend="name the component that the model belongs to with --component",
        )  # fmt: skip


def _asked(given: dict[str, Any]) -> Asked:
    from sunlit.adapters.clock import SystemClock
    from sunlit.producers.audit.robust.audit import Asked
    from sunlit.producers.audit.robust.judge import ALSO, DEFAULTS
    from sunlit.producers.audit.robust.limits import read_limits
    from sunlit.producers.audit.robust.run import Settings
    from sunlit.producers.audit.robust.tabular import NOISE

    at = SystemClock().now()
    names = ("features", "outcome", "text", "numeric", "category", "monotone", "attack")
    return Asked(
        **{name: given[name] for name in names}, noise=tuple(sorted(given["noise"])) or NOISE,
        settings=Settings(
            seed=given["seed"], cut=given["cut"], most=given["rows"],
            reads_text=given["reads_text"],
        ),
        limits=read_limits(
            DEFAULTS, given["limits"], given["limits_file"], given["set_by"], also=ALSO
        ),
        at=at, valid_until=at + timedelta(days=given["valid_days"]),
    )  # fmt: skip


def _tried(data: str, kind: str, model: Model, asked: Asked) -> Done:
    from sunlit.cli.progress import bar
    from sunlit.producers.audit.robust.audit import audit_images, audit_table, audit_texts
    from sunlit.producers.data.source import open_source

    with bar("Asking the model") as step:
        if kind == "image":
            return audit_images(model, Path(data), asked, step)
        with open_source(data) as source:
            audit = audit_table if kind == "tabular" else audit_texts
            return audit(model, source, asked, step)


def _lines(document: dict[str, Any]) -> list[str]:
    lines = [str(document["headline"])]
    for one in document["figures"]:
        limit = f", limit {one['limit']}" if one["limit"] is not None else ""
        between = f"{one['low']} to {one['high']}, " if one["low"] is not None else ""
        change = f"{one['check']} {one['level']}"
        lines.append(
            f"  {one['verdict']:<12} {change:<28} {one['name']} {one['value']} "
            f"({between}{one['rows']:,} inputs{limit})"
        )
    lines += [
        f"  {one['behaviour']:<12} {one['side']} of {one['column']}: "
        f"{one['flips']} of {one['rows']} answers change"
        for one in document["out_of_range"]
    ]
    return [
        *lines,
        *(f"  not tested: {one['what']}: {one['reason']}" for one in document["not_tested"]),
    ]


def _end(done: Done) -> None:
    from sunlit.claims.assurance import Result

    codes = {Result.PASSED: 0, Result.FAILED: 1, Result.WARNED: 3}
    if codes[done.claim.result]:
        raise SystemExit(codes[done.claim.result])
