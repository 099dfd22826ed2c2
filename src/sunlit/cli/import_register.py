"""`sunlit import`: take over another register's records, as what they are."""

from datetime import datetime
from pathlib import Path
from typing import Final

import click

from sunlit.cli.acting import acting, signing_options
from sunlit.cli.output import emit, when
from sunlit.cli.progress import bar

EPILOG: Final = """\b
Examples:
  sunlit import omb examples/registers/omb-2025.csv.gz --home council
  sunlit import atrs examples/registers/atrs-136.json.gz --home council
  sunlit import nl-register examples/registers/nl-centric.json --home council

Each record becomes a statement of where it was found. Nobody signed what it says, and no rule
reads it. Imported again, what did not change adds nothing.
"""
REGISTERS: Final = {
    "omb": "US federal AI use cases (OMB inventory, CSV)",
    "atrs": "UK Algorithmic Transparency Records (JSON list)",
    "nl-register": "Dutch Algoritmeregister, standard 1.0 (JSON)",
}


@click.command(epilog=EPILOG)
@click.argument("register", type=click.Choice(list(REGISTERS)))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--source", help="Where you got the file; its publisher's address unless given.")
@click.option("--licence", help="Its licence; what its publisher states unless given.")
@click.option(
    "--retrieved", callback=when, metavar="TIME",
    help="When you got it, such as 2026-04-14T00:00:00Z; now unless given.",
)  # fmt: skip
@signing_options("operator")
def command(
    *, register: str, file: Path, source: str | None, licence: str | None,
    retrieved: datetime | None, home: Path, key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Take over the records in FILE from REGISTER: omb, atrs or nl-register."""
    from sunlit.formats.register_file import MAX_FILE
    from sunlit.registry.import_register import Origin, import_register
    from sunlit.registry.trust import read_file

    data = read_file(file, limit=MAX_FILE)
    with acting(home, key, "operator") as act, bar("Importing") as step:
        origin = Origin(retrieved_on=retrieved or act.at, source=source, licence=licence)
        taken = import_register(act.ledger, act.signer, register, data, origin, step)
        log = act.ledger.home.origin
    lines = [
        (
            f"{taken.total} records of {register}: {taken.new} new, {taken.changed} changed, "
            f"{taken.same} as they were; in the log {log}."
        ),
        *(f"  left out or cut: {name}, in {n} records" for name, n in taken.cut.items()),
        "  Nobody signed what they say: they are shown as found, and no rule reads them.",
    ]
    emit(taken.to_json(), lines, as_json=as_json)
