"""`sunlit node enrol`: an operator agrees to the keys that people of their organisation made."""

from pathlib import Path
from typing import Final

import click

from sunlit.cli.authority import FOLDER, key_option, load
from sunlit.cli.output import emit, json_option

EPILOG: Final = "\b\nExample:\n  sunlit node enrol office.example --at node"


@click.command(name="enrol", epilog=EPILOG)
@click.argument("organisation")
@click.option("--at", "root", type=FOLDER, envvar="SUNLIT_NODE", default=Path(), show_default=True,
              help="The node's directory (or SUNLIT_NODE).")  # fmt: skip
@click.option("--also", multiple=True, metavar="ORG", help="Tell the log of this one too.")
@click.option("--dry-run", is_flag=True, help="Only list what waits.")
@key_option(text="The operator key that agrees; the home's unless given.")
@json_option
def command(
    organisation: str, *, root: Path, also: tuple[str, ...], dry_run: bool,
    key_uris: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Sign and log the keys that wait for ORGANISATION's operator. Look at them first: --dry-run.

    Ask each person, by telephone or in person, for the first digits of their key.
    """
    from sunlit.adapters.clock import SystemClock
    from sunlit.adapters.sql.people import SqlPeople
    from sunlit.bootstrap.site import open_site
    from sunlit.node.enrolment import enrol

    site = open_site(root)
    people = SqlPeople(site.private)
    try:
        if dry_run:
            rows = [(one.key.key_id, one.label, False) for one in people.waiting(organisation)]
        else:
            homes = [site.home(one) for one in (organisation, *also)]
            operator = load(key_uris)[0] if key_uris else None
            done = enrol(people, homes, SystemClock(), operator)
            rows = [(one.key.key_id, one.label, one.board) for one in done]
    finally:
        site.close()
    lines = [f"{key[:16]}  {label}" for key, label, _ in rows] or ["Nothing waits."]
    if any(board for _, _, board in rows):
        lines.append("A board's key counts once the next version of the trust file names it.")
    document = {"keys": [{"keyId": key, "label": label} for key, label, _ in rows]}
    emit(document, lines, as_json=as_json)
