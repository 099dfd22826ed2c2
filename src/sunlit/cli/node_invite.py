"""`sunlit node invite`: a first invitation, for whoever will invite the others."""

from pathlib import Path
from typing import Final

import click

from sunlit.cli.authority import FOLDER
from sunlit.cli.output import emit, json_option

EPILOG: Final = "\b\nExample:\n  sunlit node invite office.example --office Administrator --at node"
ROLES: Final = (
    "admin", "assessor", "auditor", "board-member", "chair", "officer", "publisher",
)  # fmt: skip
OPERATOR: Final = "operator"  # who made it: no person's id is this


@click.command(name="invite", epilog=EPILOG)
@click.argument("organisation")
@click.option("--office", required=True, help="What they are, for colleagues; no person's name.")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, default=("admin",),
              show_default=True, help="What they may do; several times for several.")  # fmt: skip
@click.option("--at", "root", type=FOLDER, envvar="SUNLIT_NODE", default=Path(), show_default=True,
              help="The node's directory (or SUNLIT_NODE).")  # fmt: skip
@json_option
def command(
    organisation: str, *, office: str, roles: tuple[str, ...], root: Path, as_json: bool
) -> None:
    """Make a one-time code by which somebody joins ORGANISATION: its first administrator.

    The code is shown once and kept as a digest only. Hand it over in person or by telephone.
    """
    from sunlit.adapters.clock import SystemClock
    from sunlit.adapters.sql.acts import SqlAudit
    from sunlit.adapters.sql.people import SqlPeople
    from sunlit.bootstrap.site import open_site
    from sunlit.node.people import INVITED_FOR, Invitation, new_secret
    from sunlit.node.permission import Role

    code, at = new_secret(), SystemClock().now()
    site = open_site(root)
    try:
        invitation = Invitation(
            organisation=site.home(organisation).organisation, roles=frozenset(map(Role, roles)),
            label=office, made_by=OPERATOR, expires=at + INVITED_FOR,
        )  # fmt: skip
        SqlPeople(site.private).invite(code, invitation)
        detail = {"roles": " ".join(sorted(roles))}
        SqlAudit(site.private).note("invited", (OPERATOR, organisation), at, detail)
        address = f"{site.node.url}/sign-in"
    finally:
        site.close()
    lines = [
        f"Invitation code for {office}, once, within {INVITED_FOR.days} days: {code}",
        f"They enter it at {address}",
    ]
    emit({"code": code, "address": address}, lines, as_json=as_json)
