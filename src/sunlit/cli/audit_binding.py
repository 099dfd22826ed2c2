"""`sunlit audit binding`: who started a server says which files it served."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.acting import (
    DAYS,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signing_options,
)
from sunlit.cli.output import emit, when

if TYPE_CHECKING:
    from datetime import datetime

EPILOG: Final = """\b
Examples:
  sunlit audit binding model --endpoint-name chat --home lab --key assessor \\
    --method "Started llama_cpp.server from these files, whose digests I checked" \\
    --from 2026-11-22T09:00:00Z
\b
An endpoint proves nothing about the weights behind it. This is the word of a maintainer, an
accredited assessor or the deployer, under their own key; a red team of the same endpoint name,
begun while it holds, then counts for these files.
"""


@click.command(epilog=EPILOG)
@PATH_ARGUMENT
@click.option("--endpoint-name", required=True, help="The name that the red team was run with.")
@click.option("--method", required=True, help="How it is known, in words.")
@click.option("--from", "bound_from", callback=when, help="Since when it served them (now).")
@click.option("--days", type=DAYS, default=30, show_default=True, help="How long it holds.")
@signing_options("maintainer")
def command(
    *, path: Path, endpoint_name: str, method: str, bound_from: datetime | None, days: int,
    home: Path, key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Sign that the endpoint served the files of the component at PATH."""
    from sunlit.producers.audit.redteam.binding import binding_of
    from sunlit.registry.model_files import audited
    from sunlit.registry.saying import say

    component = component_at(path)
    with acting(home, key, "maintainer") as act:
        claim = binding_of(
            endpoint_name, method, act.organisation, bound_from or act.at, act.ends(days)
        )
        first, *more = audited(component)
        done = say(act.ledger, claim, first, act.signer, *more)
    emit(
        {"claim": claim.to_predicate(), "statement": done.statement_id},
        [f"{claim.bound_by} says that {endpoint_name} served these files.",
         f"Logged: {logged(done)}"],
        as_json=as_json,
    )  # fmt: skip
