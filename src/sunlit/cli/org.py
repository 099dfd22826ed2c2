"""`sunlit org`: make an organisation's home; ask to be registered; register others."""

import json
from datetime import datetime
from pathlib import Path

import click

from sunlit.claims.authority import Accreditation, Conflict, Organisation, Role
from sunlit.cli.authority import (
    FILE,
    clock,
    hand_over,
    key_option,
    lines_of,
    load,
    now,
    open_home,
    operator,
    out_option,
    time_option,
)
from sunlit.cli.output import emit, home_option, json_option

EPILOG = """\b
Examples:
  sunlit org new agency.example --name "The Agency" --home agency
  sunlit org request --home agency > agency.request.json
  sunlit org admit agency.request.json --home ministry --out for-agency
  sunlit org accredit lab.example --scope fairness --until 2028-01-01T00:00:00Z --home accreditor
"""
PEOPLE = [str(role) for role in (Role.MAINTAINER, Role.ASSESSOR, Role.ACCREDITOR, Role.BOARD)]


@click.group(name="org", epilog=EPILOG)
def command() -> None:
    """Make an organisation's home; register organisations."""


@command.command(epilog="\b\nExample:\n  sunlit org new agency.example --name Agency --home agency")
@click.argument("organisation")
@click.option("--name", help="The name in words; the id unless given.")
@click.option("--origin", help="The log's origin; ORGANISATION/log/1 unless given.")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(PEOPLE),
    help="Make a key for a person's role too; better: they make their own with key new --out.",
)  # fmt: skip
@home_option
@json_option
def new(
    organisation: str, name: str | None, origin: str | None, roles: tuple[str, ...], home: Path,
    *, as_json: bool,
) -> None:  # fmt: skip
    """Make a home: keys for log, operator, witness and tokens, and an empty log.

    ORGANISATION is its domain, or REGISTER:NUMBER.
    """
    from sunlit.registry.organisations import new_home

    made = new_home(
        home, organisation, name or organisation, clock=clock(), origin=origin,
        roles=[Role(role) for role in roles],
    )  # fmt: skip
    document = {
        "organisation": organisation,
        "home": str(home),
        "origin": made.origin,
        "logKey": made.log_vkey,
        "keys": {name: made.signer(name).public.key_id for name in made.keys},
    }
    lines = [f"Made the home of {organisation} in {home}; its log is {made.origin}.",
             "Private keys are in private/keys: back them up, and never publish that directory.",
             f"Next: sunlit org request --home {home} > request.json"]  # fmt: skip
    emit(document, lines, as_json=as_json)


@command.command(epilog="\b\nExample:\n  sunlit org request --home agency > agency.request.json")
@click.option("--parent", "parents", multiple=True, help="An organisation that can instruct this.")
@click.option("--domain", help="Its domain, where the id is not one.")
@click.option("--register", help="The public register that lists it.")
@click.option("--register-id", help="Its number there.")
@click.option("--jurisdiction", help="For example GB, or US-CA.")
@home_option
def request(
    parents: tuple[str, ...], domain: str | None, register: str | None, register_id: str | None,
    jurisdiction: str | None, home: Path,
) -> None:  # fmt: skip
    """Print the public keys and self-signed statements for a root organisation to sign (JSON)."""
    from sunlit.registry.home import Home
    from sunlit.registry.organisations import request as make

    own = Home.open(home)
    about = Organisation(
        id=own.organisation, name=own.name, register=register, register_id=register_id,
        domain=domain, parents=parents, jurisdiction=jurisdiction,
    )  # fmt: skip
    click.echo(json.dumps(make(own, about), ensure_ascii=False, indent=2))


@command.command(epilog="\b\nExample:\n  sunlit org admit agency.request.json --home ministry")
@click.argument("file", type=FILE)
@key_option(text="The root's (or parent's) operator key; the home's unless given.")
@out_option("Write the signed statements here too, for the organisation to log.")
@home_option
@json_option
def admit(
    file: Path, key_uris: tuple[str, ...], out: Path | None, home: Path, *, as_json: bool
) -> None:
    """Register an organisation from its request: sign it, its operator key, and log all of it.

    Read what is printed before you hand it on: your signature says that this is who it says.
    """
    from sunlit.registry.organisations import read_request, register
    from sunlit.registry.trust import read_file

    own = open_home(home)
    asked = read_request(read_file(file))
    done = hand_over(register(asked, [operator(own, key_uris)]), own, out)
    document = {
        "organisation": asked.organisation.id,
        "parents": list(asked.organisation.parents),
        "log": asked.log.vkey,
        "keys": [{"keyId": key.key_id, "roles": list(claim.roles)} for claim, key, _ in asked.keys],
        "statements": [one.to_json() for one in done],
    }
    lines = [f"Registered {asked.organisation.id} ({asked.organisation.name})"]
    lines += [f"  parent: {parent}" for parent in asked.organisation.parents]
    lines += [f"  key {key.key_id[:16]}: {', '.join(claim.roles)}" for claim, key, _ in asked.keys]
    emit(document, [*lines, *lines_of(done)], as_json=as_json)


@command.command(
    epilog="\b\nExample:\n  sunlit org accredit lab.example --scope fairness "
    "--until 2028-01-01T00:00:00Z --key file:accreditor.pem --home accreditor"
)
@click.argument("assessor")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it is competent in.")
@time_option("--from", "start", text="When it begins; now unless given.")
@time_option("--until", "end", required=True, text="When it ends.")
@key_option(text="The accreditor's key; the home's accreditor key unless given.")
@out_option("Write the statement here too.")
@home_option
@json_option
def accredit(
    assessor: str, scopes: tuple[str, ...], start: datetime | None, end: datetime,
    key_uris: tuple[str, ...], out: Path | None, home: Path, *, as_json: bool,
) -> None:  # fmt: skip
    """Say that an assessor is competent in the scopes. Counts if the trust file names you."""
    from sunlit.authority.statements import sign_claim
    from sunlit.registry.home import Home

    own = Home.open(home)
    signer = load(key_uris)[0] if key_uris else own.signer(Role.ACCREDITOR)
    claim = Accreditation(
        accreditor=own.organisation, assessor=assessor, scopes=scopes, valid_from=start or now(),
        valid_until=end,
    )  # fmt: skip
    done = hand_over([sign_claim(claim, [signer])], own, out)
    emit({"statements": [one.to_json() for one in done]},
         [f"Accredited {assessor} for {', '.join(scopes)}", *lines_of(done)],
         as_json=as_json)  # fmt: skip


@command.command(
    epilog="\b\nExample:\n  sunlit org conflict --with agency.example "
    '--ground "a board member works there" --home lab'
)
@click.option("--with", "other", help="The other organisation.")
@click.option("--component", help="Or a component: its purl without version.")
@click.option("--ground", required=True, help="Why, in a few words; name offices, not people.")
@time_option("--until", "end", text="When it ends; never unless given.")
@key_option(text="A key of the organisation; the home's operator key unless given.")
@out_option("Write the statement here too.")
@home_option
@json_option
def conflict(
    other: str | None, component: str | None, ground: str, end: datetime | None,
    key_uris: tuple[str, ...], out: Path | None, home: Path, *, as_json: bool,
) -> None:  # fmt: skip
    """Declare an interest in another organisation or in a component."""
    from sunlit.authority.statements import sign_claim
    from sunlit.registry.home import Home

    if other is None and component is None:
        raise click.UsageError("name an organisation (--with) or a component (--component)")
    own = Home.open(home)
    claim = Conflict(
        organisation=own.organisation, with_organisation=other, component=component,
        ground=ground, until=end,
    )  # fmt: skip
    done = hand_over([sign_claim(claim, [operator(own, key_uris)])], own, out)
    emit({"statements": [one.to_json() for one in done]},
         [f"Declared an interest in {other or component}", *lines_of(done)],
         as_json=as_json)  # fmt: skip
