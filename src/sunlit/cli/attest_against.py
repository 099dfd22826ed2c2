"""`sunlit attest counter` and `reply`: what speaks against a statement, and the answer to it."""

from pathlib import Path
from typing import Any

import click

from sunlit.cli.acting import PATH_ARGUMENT, acting, component_at, logged, signing_options
from sunlit.cli.output import emit, when


@click.command()
@click.argument("statement")
@click.option("--finding", required=True, help="What was found, in words; never about a person.")
@click.option("--scope", required=True, help="What it is about: performance, red-team, privacy ...")
@click.option("--method", help="How it was found.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False),
              help="The report: kept as a blob, named by its digest.")  # fmt: skip
@click.option("--found-on", callback=when, help="When (YYYY-MM-DDTHH:MM:SSZ; now unless given).")
@signing_options("assessor")
def contest(
    *, statement: str, report: Path | None, home: Path, key: str | None, as_json: bool,
    **fields: Any,  # noqa: ANN401 - the fields of the claim
) -> None:  # fmt: skip
    """Bring counter-evidence against a STATEMENT (its id); it is kept and shown.

    Findings that rest on the statement become UNKNOWN where its assessor is accredited for the
    scope and independent, until the assessor withdraws it or a third one attests anew.
    """
    from sunlit.claims.assurance import CounterEvidence
    from sunlit.cli.attest import MAX_REPORT
    from sunlit.registry.attest import contest as bring
    from sunlit.registry.trust import read_file

    kept = (report.name, read_file(report, limit=MAX_REPORT)) if report else None
    with acting(home, key, "assessor") as act:
        found_on = fields.pop("found_on") or act.at
        claim = CounterEvidence(
            statement=statement, assessor=act.organisation, found_on=found_on, **fields
        )
        said = bring(act.ledger, claim, act.signer, report=kept)
    lines = [f"{claim.assessor} against {statement[:12]}: {claim.finding}", f"  {logged(said)}"]
    emit(said.to_json(), lines, as_json=as_json)


@click.command()
@PATH_ARGUMENT
@click.option("--text", required=True, help="What you say; never about a person.")
@click.option("--control", help="The control whose finding you answer (its id).")
@click.option("--statement", "statements", multiple=True,
              help="A statement that you answer (its id); repeat for more.")  # fmt: skip
@signing_options("maintainer")
def reply(
    *, path: Path, text: str, control: str | None, statements: tuple[str, ...], home: Path,
    key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Answer a finding on PATH, or statements about it: shown beside, it changes no finding."""
    from sunlit.claims.assurance import Reply
    from sunlit.registry.attest import answer

    if control is None and not statements:
        raise click.UsageError("a reply answers something: give --control or --statement")
    component = component_at(path)
    with acting(home, key, "maintainer") as act:
        claim = Reply(
            organisation=act.organisation, text=text, control=control, statements=statements,
            replied_on=act.at,
        )  # fmt: skip
        said = answer(act.ledger, component, claim, act.signer)
    lines = [f"{claim.organisation} replies: {text}", f"  {logged(said)}"]
    emit(said.to_json(), lines, as_json=as_json)
