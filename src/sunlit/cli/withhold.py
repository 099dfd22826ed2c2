"""`sunlit withhold`: log a statement closed, check an opening, open it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sunlit.cli.acting import acting, logged, signing_options
from sunlit.cli.authority import FILE, now, time_option
from sunlit.cli.output import emit, home_option, json_option

EPILOG = """\b
Examples:
  sunlit withhold close finding.dsse.json --ground "Police Act s. 12" --office "legal office" \\
    --until 2030-01-01T00:00:00Z --audience court --audience regulator --home council
  sunlit withhold check OPENING --home council     is this what was withheld?
  sunlit withhold open OPENING --home council
"""


@click.group(epilog=EPILOG)
def command() -> None:
    """Log a statement closed, on a ground and until a time; open it later."""


@command.command()
@click.argument("envelope", type=FILE)
@click.option("--ground", required=True, help="Why it is withheld; it is published.")
@click.option("--office", required=True, help="The office that approved it; no person's name.")
@time_option("--until", required=True, text="When the ground lapses (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--audience", "audiences", multiple=True, required=True,
              help="Who may hold the content, for example court; repeat for more.")  # fmt: skip
@click.option("--hide-subject", is_flag=True, help="Do not even name what it is about.")
@signing_options("operator")
def close(
    *, envelope: Path, home: Path, key: str | None, as_json: bool,
    **closure: Any,  # noqa: ANN401 - the fields of Closure
) -> None:  # fmt: skip
    """Log the closed form of the signed statement in ENVELOPE; keep the opening in private."""
    from sunlit.registry.trust import read_file
    from sunlit.registry.withhold import Closure, withhold
    from sunlit.statement.dsse import Envelope

    read = Envelope.parse(read_file(envelope))
    with acting(home, key, "operator") as act:
        said, opening = withhold(act.ledger, read, Closure(**closure), act.signer)
    lines = [
        "Withheld. The log holds a commitment, the ground, the office and the time.",
        f"  {logged(said)}",
        f"  opening: {opening}",
        "  Give copies to the named audiences by a way that you trust. Deleting every copy",
        f"  of it and of {envelope} erases the statement for ever.",
    ]
    emit({**said.to_json(), "opening": str(opening)}, lines, as_json=as_json)


@command.command()
@click.argument("opening", type=FILE)
@home_option
@json_option
def check(*, opening: Path, home: Path, as_json: bool) -> None:
    """Check that OPENING opens a closed statement of the home's log; tell nobody."""
    from sunlit.registry.home import Home
    from sunlit.registry.trust import read_file
    from sunlit.registry.withhold import find_closed
    from sunlit.statement.withheld import Opening

    at: datetime = now()
    read = Opening.parse(read_file(opening))
    closed = find_closed(Home.open(home).history(at).statements, read)
    line = f"HOLDS: this is what entry {closed.index} of {closed.origin} withholds."
    document = {"closed": closed.statement_id, "log": closed.origin, "index": closed.index}
    emit(document, [line], as_json=as_json)


@command.command("open")
@click.argument("opening", type=FILE)
@signing_options("operator")
def open_(*, opening: Path, home: Path, key: str | None, as_json: bool) -> None:
    """Log the statement that OPENING holds, with the salt, so that anyone can check it."""
    from sunlit.registry.trust import read_file
    from sunlit.registry.withhold import open_withheld
    from sunlit.statement.withheld import Opening

    read = Opening.parse(read_file(opening))
    with acting(home, key, "operator") as act:
        said, index = open_withheld(act.ledger, read, act.signer)
    lines = [f"Opened: entry {index} of {said.origin} is what was withheld.", f"  {logged(said)}"]
    emit({**said.to_json(), "opened": index}, lines, as_json=as_json)
