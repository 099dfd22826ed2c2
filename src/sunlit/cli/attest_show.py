"""`sunlit attest show`: every attestation of a component, whether it counts, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.output import emit, home_option, json_option, when

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sunlit.views.findings_attested import AttestedView


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--use", help="The use that it is for (its id).")
@click.option("--deployer", help="The organisation that uses it.")
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@home_option
@json_option
def command(*, path: Path, home: Path, as_json: bool, **question: Any) -> None:  # noqa: ANN401
    """List who attested to the files in PATH, what counts, and what speaks against it."""
    from sunlit.bootstrap import Asked, evidence_of
    from sunlit.registry.home import Home
    from sunlit.views.findings_attested import attested_view

    found = attested_view(evidence_of(path, Asked(**question), Home.open(home)))
    emit(found.to_json(), lines(found), as_json=as_json)


def lines(found: AttestedView) -> Iterator[str]:
    """Yield what a person reads."""
    if not found.attestations:
        yield "Nobody has attested to these files."
    for one in found.attestations:
        state = "counts" if one.counts else "does not count"
        state += ", and is contested" if one.contested else ""
        under = f", contract {one.contract}" if one.contract else ""
        yield f"{one.assessor}: {one.result or 'change plan'}{under}: {state}"
        scopes = ", ".join(one.scopes)
        until = f" until {one.expires.date()}" if one.expires else ""
        yield f"  {f'for {scopes}{until}' if one.counts else one.reason}"
        yield f"  statement {one.statement}"
    for remark in (*found.against, *found.replies, *found.taken_back):
        yield remark.line
        yield f"  statement {remark.statement}"
