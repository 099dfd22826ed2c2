"""`sunlit catalogue`: enter a component in a catalogue; a second person publishes it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.acting import PATH_ARGUMENT, acting, logged, signing_options, tell
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.registry.saying import Said

EPILOG = """\b
Examples:
  sunlit catalogue enter model --homepage https://supplier.example/model --home supplier
  sunlit catalogue publish STATEMENT --key file:second.pem --home supplier
  sunlit catalogue withdraw STATEMENT --reason "Replaced" --key file:second.pem --home supplier
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Enter a component in a catalogue: one person writes it, another publishes it."""


@command.command(epilog="\b\nExample:\n  sunlit catalogue enter model --home supplier")
@PATH_ARGUMENT
@click.option("--name", help="What it is called; the last part of its package URL unless given.")
@click.option("--homepage", metavar="URL", help="Where it is described or kept: https://...")
@click.option("--contact", help="An office to write to; sunlit.toml's unless given.")
@signing_options("maintainer")
def enter(
    *, path: Path, name: str | None, homepage: str | None, contact: str | None, home: Path,
    key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Say what the component in PATH is, from its sunlit.toml; it is not published yet."""
    from sunlit.formats.sunlit_toml import FILE_NAME
    from sunlit.node.catalogue_entry import enter as admit_entry
    from sunlit.node.catalogue_entry import entry_of
    from sunlit.registry.trust import read_file

    told = {"name": name, "homepage": homepage, "contact": contact}
    given = {field: text for field, text in told.items() if text}
    data = read_file(path / FILE_NAME)
    with acting(home, key, "maintainer") as act:
        said = admit_entry(
            act.ledger, entry_of(act.organisation, data, given, act.at), act.signer
        )  # fmt: skip
    following = f"sunlit catalogue publish {said.statement_id} --key file:KEY.pem --home {home}"
    lines = [f"Entered {path}: nobody sees it yet", f"  {logged(said)}",
             f"Another person of yours publishes it: {following}"]  # fmt: skip
    emit(said.to_json(), lines, as_json=as_json)


@command.command(epilog="\b\nExample:\n  sunlit catalogue publish STATEMENT --key file:KEY.pem")
@click.argument("statement")
@signing_options("maintainer")
def publish(*, statement: str, home: Path, key: str | None, as_json: bool) -> None:
    """Publish what another person said: no key that signed it may sign this."""
    said = _decided(statement, home, key, "publish")
    tell(said, "Published", as_json=as_json)


@command.command(
    epilog="\b\nExample:\n  sunlit catalogue withdraw STATEMENT --reason Replaced --home supplier"
)
@click.argument("statement")
@click.option("--reason", required=True, help="Why; it is published.")
@signing_options("maintainer")
def withdraw(
    *, statement: str, reason: str, home: Path, key: str | None, as_json: bool
) -> None:  # fmt: skip
    """Take back what was published; the log keeps both."""
    said = _decided(statement, home, key, "withdraw", reason)
    tell(said, "Withdrawn", as_json=as_json)


def _decided(
    statement: str, home: Path, key: str | None, decision: str, reason: str | None = None
) -> "Said":
    from sunlit.node.catalogue_entry import decide

    with acting(home, key, "maintainer") as act:
        return decide(act.ledger, statement, decision, act.signer, reason)
