"""`sunlit retain`: how long contents of decisions are kept, and the sweep that ends it."""

from collections import Counter
from pathlib import Path

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT
from sunlit.cli.acting import acting, logged, signing_options
from sunlit.cli.decision_store import at_store, store_option
from sunlit.cli.output import emit

EPILOG = """\b
Examples:
  sunlit retain set --use outreach --days 1825 --legal-basis "Archives Act s. 7" --home council
  sunlit retain sweep --dry-run --store decisions --home council
  sunlit retain sweep --store decisions --home council
"""
WORDS = {
    "erased": "Erased", "would-erase": "Would erase", "held": "Kept, held",
    "contested": "Kept, contested", "failed": "NOT erased",
}  # fmt: skip
KEPT = {
    "young": "kept: the period has not ended", "no-period": "kept: no period is set for the use",
    "unreadable": "not looked at: the content cannot be read",
}  # fmt: skip


@click.group(epilog=EPILOG)
def command() -> None:
    """Say how long contents of decisions are kept; erase what is older. A legal hold wins."""


@command.command(
    "set",
    epilog="""\b
Example:
  sunlit retain set --use outreach --days 1825 --legal-basis "Archives Act s. 7" --home council
""",
)
@click.option("--use", required=True, help="The use, by its id.")
@click.option("--days", type=click.IntRange(0, 36_600), required=True,
              help="How many days after a record's own time.")  # fmt: skip
@click.option("--legal-basis", required=True, help="Which rule says so; it is published.")
@signing_options("operator")
def set_(
    *, use: str, days: int, legal_basis: str, home: Path, key: str | None, as_json: bool
) -> None:
    """Set the period of a use; the latest word counts."""
    from sunlit.registry.retain import set_retention

    with acting(home, key, "operator") as act:
        said = set_retention(act.ledger, use, days, legal_basis, act.signer)
    lines = [f"Contents of {use} are kept {days} days: {legal_basis}", f"  {logged(said)}"]
    emit(said.to_json(), lines, as_json=as_json)


@command.command(epilog="\b\nExample:\n  sunlit retain sweep --dry-run --store DIR --home HOME")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@store_option
@signing_options("operator")
def sweep(*, dry_run: bool, store: Path, home: Path, key: str | None, as_json: bool) -> None:
    """Erase the contents whose period has ended; say what was kept, and why.

    Ends with 3 if something that is due could not be erased. Run it again to go on.
    """
    from dataclasses import asdict

    from sunlit.registry.erase import Eraser
    from sunlit.registry.retain import Sweep

    events = []
    with at_store(store, update=True) as index, acting(home, key, "operator") as act:
        found = Sweep(Eraser(act.ledger, act.signer, index), act.at, dry_run=dry_run)
        for event in found.run():
            if as_json:
                events.append(asdict(event))
            else:
                click.echo(f"{WORDS[event.what]:<16} {event.log}#{event.index}: {event.why}")
    if as_json:
        emit({"dryRun": dry_run, "events": events, "counts": dict(found.counts)}, (), as_json=True)
    else:
        _summary(found.counts)
    if found.counts["failed"]:
        raise SystemExit(COULD_NOT_FIND_OUT)


def _summary(counts: Counter[str]) -> None:
    for name, words in {**WORDS, **KEPT}.items():
        if counts[name]:
            click.echo(f"{counts[name]:>8}  {words}")
    if not counts.total():
        click.echo("The store keeps no contents.")
