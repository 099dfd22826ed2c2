"""`sunlit data synth`: made-up rows after a dataset, and what use and exposure they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.data_acting import DataOptions, answer, data_options_as, said
from sunlit.cli.output import emit
from sunlit.cli.progress import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sunlit.producers.data.synth import Asked, Synthesised

EPILOG: Final = """\b
Examples:
  sunlit data synth data/train.parquet --write-domain domain.toml
  sunlit data synth data/train.parquet --out made.parquet --domain domain.toml --epsilon 1
  sunlit data synth data/train.csv --out made.csv --method copula --target covered
\b
Differential privacy needs the synth environment:
  python3.11 -m venv .venv-synth && .venv-synth/bin/pip install 'sunlit[synth]'
"""
METHODS: Final = ("auto", "mst", "aim", "privbayes", "copula", "independent")
NEW: Final = click.Path(path_type=Path, dir_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(epilog=EPILOG)
@click.argument("place")
@click.option("--out", type=NEW, help="Where the made-up rows go: .csv, .parquet or .jsonl.")
@click.option("--replace", "overwrite", is_flag=True, help="Replace what lies at --out.")
@click.option("--method", type=click.Choice(METHODS), default="auto", show_default=True,
              help="mst, aim, privbayes: noise; copula, independent: no guarantee.")  # fmt: skip
@click.option("--epsilon", type=float, help="The privacy budget (1 if not said).")
@click.option("--delta", type=float, help="Its second part (1e-6 if not said).")
@click.option("--domain-share", type=float, default=0.2, show_default=True,
              help="Of epsilon, to find out the domains that no file declares.")  # fmt: skip
@click.option("--domain", type=FILE, help="A file that declares what values columns may have.")
@click.option("--domain-from-data", is_flag=True,
              help="Take undeclared domains from the data, outside the guarantee.")  # fmt: skip
@click.option("--write-domain", type=NEW, help="Draft a domain file from the data, and stop.")
@click.option("--rows", type=click.IntRange(min=1), help="How many rows (as many as there are).")
@click.option("--target", help="A column that a model shall estimate, to compare use.")
@click.option("--drop", multiple=True, help="Leave a column out; repeat for more.")
@click.option("--control", help="Rows held back from all this (a fifth is, if none is given).")
@click.option("--seed", type=int, default=2018, show_default=True,
              help="Of splits, sampling and attacks; never of the noise.")  # fmt: skip
@click.option("--attacks", type=click.IntRange(0, 20_000), default=1_000, show_default=True,
              help="Attacks of each kind; 0 for none.")  # fmt: skip
@click.option("--minutes", type=click.IntRange(min=1), default=60, show_default=True,
              help="How long the synth environment may take, each time.")  # fmt: skip
@click.option("--environment", type=NEW, envvar="SUNLIT_SYNTH_PYTHON",
              help="The synth environment's Python (or SUNLIT_SYNTH_PYTHON).")  # fmt: skip
@data_options_as("--reports")
def command(
    *, place: str, out: Path | None, write_domain: Path | None, options: DataOptions,
    **given: Any,  # noqa: ANN401 - the options above, read by `_asked`
) -> None:  # fmt: skip
    """Make a dataset up after PLACE; report utility and privacy beside each other."""
    from sunlit.cli.data_needs import needed  # what is not installed is said, with its mend

    if out is None and write_domain is None:
        raise click.UsageError("say where the rows go with --out, or draft a --write-domain")
    needed("pyarrow", "duckdb", "scipy")
    if write_domain is not None:
        _draft(place, write_domain, given, options)
    elif out is not None:
        _make(place, out, given, options)


def _draft(place: str, path: Path, given: dict[str, Any], options: DataOptions) -> None:
    from sunlit.producers.data.source import open_source
    from sunlit.producers.data.synth_domain import draft
    from sunlit.producers.data.synth_read import read_frame
    from sunlit.producers.data.words import many
    from sunlit.registry.home import write_whole

    with open_source(place) as source:
        frame = read_frame(source, given["drop"], given["seed"])
    write_whole(path, draft(frame).encode())
    lines = [
        f"Drafted: {path}, {many(len(frame.specs), 'column')}.",
        "It was taken from the data: put what the codebook allows before you rely on it.",
    ]
    drafted = {"format": "sunlit-data-domain-draft/1", "headline": lines[0],
               "domain": str(path), "columns": len(frame.specs)}  # fmt: skip
    emit(answer(drafted, None, ()), lines, as_json=options.as_json)


def _make(place: str, out: Path, given: dict[str, Any], options: DataOptions) -> None:
    from sunlit.adapters.clock import SystemClock
    from sunlit.producers.data.report import report
    from sunlit.producers.data.source import open_source
    from sunlit.producers.data.synth import choose, synthesise
    from sunlit.registry.data_keep import with_report

    asked = _asked(given)
    method = choose(asked)
    if not options.as_json:
        click.echo(f"Method: {method.name}, because {method.why}.", err=True)
    tell("making rows up, and attacking them")
    with open_source(place) as source:
        control = open_source(given["control"]) if given["control"] else None
        try:
            done = synthesise(
                source, asked, out=out, at=SystemClock().now(), control=control,
                overwrite=given["overwrite"],
            )  # fmt: skip
        finally:
            if control is not None:
                control.close()
    files = report(done.detail)
    kept = said(done.claim, done.subject, files, options)
    document = answer(done.detail, with_report(done.claim, files), kept)
    emit(document, [*_lines(done, out), *kept], as_json=options.as_json)


def _asked(given: dict[str, Any]) -> Asked:
    from sunlit.producers.data.synth import Asked
    from sunlit.producers.data.synth_domain import read_domain
    from sunlit.producers.data.synth_environment import find_environment
    from sunlit.producers.data.synth_private import Budget

    environment = find_environment(given["environment"])
    if environment is not None:
        environment = replace(environment, seconds=60.0 * given["minutes"])
    budget = Budget(share=given["domain_share"])
    chosen = {key: given[key] for key in ("epsilon", "delta") if given[key] is not None}
    return Asked(
        method=given["method"], rows=given["rows"], target=given["target"], drop=given["drop"],
        budget=replace(budget, **chosen), budget_given=bool(chosen),
        domain=read_domain(given["domain"]) if given["domain"] else None,
        domain_from_data=given["domain_from_data"], seed=given["seed"], environment=environment,
        attacks=given["attacks"],
    )  # fmt: skip


def _lines(done: Synthesised, out: Path) -> Iterator[str]:
    detail = done.detail
    method, use, privacy = detail["method"], detail["utility"], detail["privacy"]
    from sunlit.producers.data.words import many

    yield f"Made: {out}, {many(detail['output']['rows'], 'row')} after {detail['source']['name']}."
    yield f"Guarantee: {method['guarantee']}"
    mean = use["pairs"]["mean"]
    if mean["made"] is not None:
        yield (
            f"Use: pairs of columns differ by {mean['made']:.3f} on average (the control by "
            f"{mean['control']:.3f}, independent columns by {mean['baseline']:.3f})."
        )
    model = use["model"]
    if model is not None:
        scores = model["note"] or f"{model['made']:.3f}, from real rows {model['real']:.3f}"
        yield f"Use: a model for {model['target']} ({model['measure']}): {scores}."
    copies = privacy["copies"]
    yield (
        f"Copies: {copies['made']['value']:.1%} of rows equal a training row; of the control "
        f"{copies['control']['value']:.1%} do."
    )
    for one in privacy["attacks"]:
        yield f"Attack: {_attack(one)}"
    if privacy["note"]:
        yield f"Attacks: {privacy['note']}."
    yield f"Verdict: {detail['verdict']['text']}"


def _attack(one: dict[str, Any]) -> str:
    name = one["attack"] + (f" of {one['column']}" if one["column"] else "")
    excess = one["excess"]
    if excess is None:
        return f"{name}: {one['note']}"
    return (
        f"{name}: {one['made']['value']:.3f}, excess {excess['value']:+.3f} "
        f"({excess['low']:+.3f} to {excess['high']:+.3f})"
    )
