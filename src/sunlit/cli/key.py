"""`sunlit key`: make, register, show, list, rotate, revoke and recover keys."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.claims.authority import Role
from sunlit.cli.authority import (
    FILE,
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
from sunlit.cli.key_sign import command as sign
from sunlit.cli.output import emit, home_option, json_option

if TYPE_CHECKING:
    from sunlit.statement.dsse import Envelope

EPILOG = """\b
Examples:
  sunlit key new maintainer --role maintainer --home agency
  sunlit key new --role assessor --organisation lab.example --out assessor.pem
  sunlit key register assessor.pem.dsse.json --home lab
  sunlit key list --home agency
  sunlit key rotate operator --home agency
  sunlit key revoke KEYID --reason left --home agency
"""
ROLES = click.Choice([str(role) for role in Role])


@click.group(name="key", epilog=EPILOG)
def command() -> None:
    """Make, show, rotate, revoke and recover keys. Private keys are never printed."""


@command.command(epilog="\b\nExample:\n  sunlit key new maintainer --role maintainer --home agency")
@click.argument("name", required=False)
@click.option("--role", "roles", multiple=True, type=ROLES, help="What the key may act as.")
@click.option("--label", help="An office or role in words; never a person's name.")
@click.option("--kind", type=click.Choice(["ed25519", "ecdsa-p256"]), default="ed25519")
@click.option("--out", type=FILE, help="A person's key: write it here, outside any home.")
@click.option("--organisation", help="With --out: whose key it is to be.")
@click.option("--encrypt", is_flag=True, help="With --out: ask for a passphrase.")
@home_option
@json_option
def new(  # noqa: PLR0913 - one option each
    name: str | None, roles: tuple[str, ...], label: str | None, kind: str, out: Path | None,
    organisation: str | None, home: Path, *, encrypt: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make a key. In a home it is registered at once where the operator may; else a file asks.

    A root key for trust files has no role: sunlit key new --out root.pem
    """
    held = [Role(role) for role in roles]
    if out is not None:
        _person(out, held, organisation, label, encrypt=encrypt, as_json=as_json)
        return
    if name is None or not held:
        raise click.UsageError("a home's key takes a NAME and at least one --role")
    from sunlit.registry.home import Home
    from sunlit.registry.keys import new_key, registration

    own = new_key(Home.open(home), name, held, kind=kind, label=label)
    operators = [own.signer(Role.OPERATOR)] if Role.OPERATOR not in held else []
    done = hand_over([registration(own, name, operators)], own, None, lenient=True)
    document = {"key": own.signer(name).public.to_json(),
                "keyId": own.signer(name).public.key_id,
                "statements": [one.to_json() for one in done]}  # fmt: skip
    emit(document, [f"Made the key {name}: {document['keyId']}", *lines_of(done)], as_json=as_json)


def _person(
    out: Path, roles: list[Role], organisation: str | None, label: str | None,
    *, encrypt: bool, as_json: bool,
) -> None:  # fmt: skip
    from sunlit.registry.home import write_whole
    from sunlit.registry.keys import person_key, plain_key

    if bool(roles) != bool(organisation):
        raise click.UsageError("--role and --organisation go together")
    phrase = None
    if encrypt:
        phrase = click.prompt(
            "Passphrase", hide_input=True, confirmation_prompt=True, err=True
        ).encode()
    lines = [f"Made the key {out}: keep it to yourself."]
    if organisation is None:
        key = plain_key(out, passphrase=phrase)
    else:
        key, envelope = person_key(out, organisation, roles, label, passphrase=phrase)
        asked = out.with_name(out.name + ".dsse.json")
        write_whole(asked, envelope.to_bytes() + b"\n")
        lines.append(f"Give {asked} to the operator of {organisation}: sunlit key register {asked}")
    public = out.with_name(out.name + ".pub.json")
    document = {"key": key.to_json(), "keyId": key.key_id}
    write_whole(public, _json(document))
    emit(document, [*lines, f"Its public half is {public}: {key.key_id}"], as_json=as_json)


def _json(document: object) -> bytes:
    from sunlit.base.canonical import encode

    return encode(document) + b"\n"


def _envelope(path: Path) -> "Envelope":
    from sunlit.registry.trust import read_file
    from sunlit.statement.dsse import Envelope

    return Envelope.parse(read_file(path))


@command.command(epilog="\b\nExample:\n  sunlit key register assessor.pem.dsse.json --home lab")
@click.argument("file", type=FILE)
@key_option(text="The operator key that agrees; the home's unless given.")
@out_option("Write the statement here too.")
@home_option
@json_option
def register(
    file: Path, key_uris: tuple[str, ...], out: Path | None, home: Path, *, as_json: bool
) -> None:
    """Register a key that a person made: sign what the key signed, and log it."""
    from sunlit.registry.keys import countersign

    own = open_home(home)
    done = hand_over([countersign(_envelope(file), operator(own, key_uris))], own, out)
    emit({"statements": [one.to_json() for one in done]}, ["Registered", *lines_of(done)],
         as_json=as_json)  # fmt: skip


@command.command(epilog="\b\nExample:\n  sunlit key show operator --home agency --json")
@click.argument("name_or_uri")
@home_option
@json_option
def show(name_or_uri: str, home: Path, *, as_json: bool) -> None:
    """Show the public half of a key: a name in the home, or a URI such as file:KEY.pem."""
    from sunlit.registry.home import Home

    is_uri = ":" in name_or_uri or name_or_uri.endswith(".pem")
    signer = load([name_or_uri])[0] if is_uri else Home.open(home).signer(name_or_uri)
    key = signer.public
    emit({"key": key.to_json(), "keyId": key.key_id},
         [f"key   {key.key_id}", f"kind  {key.kind}", f"public {key.to_json()['public']}"],
         as_json=as_json)  # fmt: skip


@command.command(name="list", epilog="\b\nExample:\n  sunlit key list --home agency --all")
@click.option("--all", "everyone", is_flag=True, help="Keys of all organisations.")
@home_option
@json_option
def list_(home: Path, *, everyone: bool, as_json: bool) -> None:
    """List the keys that the home's log knows, with roles and whether they are in force."""
    from sunlit.registry.home import Home
    from sunlit.registry.keys import listed

    own, at = Home.open(home), now()
    rows = listed(own.history(at), None if everyone else own.organisation, at)
    lines = [
        f"{str(row['keyId'])[:16]}  {'in force' if row['inForce'] else 'not in force':<12}  "
        f"{row['organisation']}  {', '.join(map(str, row['roles']))}  {row['label'] or ''}".rstrip()
        for row in rows
        if isinstance(row["roles"], list)
    ]
    emit({"keys": rows}, lines or ["The log knows no key yet."], as_json=as_json)


@command.command(epilog="\b\nExample:\n  sunlit key rotate operator --home agency")
@click.argument("name")
@key_option(text="The operator key that signs; the home's unless given.")
@out_option("Write the statements here too.")
@home_option
@json_option
def rotate(
    name: str, key_uris: tuple[str, ...], out: Path | None, home: Path, *, as_json: bool
) -> None:
    """Replace a key of the home by a new one in the same roles, and revoke the old one."""
    from sunlit.registry.home import Home
    from sunlit.registry.keys import rotate as rotate_key

    own = Home.open(home)
    rotated = rotate_key(own, name, operator(own, key_uris))
    done = hand_over(rotated.envelopes, rotated.home, out)
    document = {"old": rotated.old, "new": rotated.new,
                "trustFileMustNameIt": rotated.trust_file_must_name_it,
                "statements": [one.to_json() for one in done]}  # fmt: skip
    lines = [f"{rotated.old[:16]} gave way to {rotated.new[:16]}", *lines_of(done)]
    if rotated.trust_file_must_name_it:
        lines.append("It counts once the next version of the trust file names it.")
    emit(document, lines, as_json=as_json)


@command.command(epilog="\b\nExample:\n  sunlit key revoke KEYID --reason left --home agency")
@click.argument("key_id")
@click.option("--reason", required=True, help="left, lost, stolen, rotated, ... in a word or two.")
@time_option("--compromised-since", "since", text="From when on nothing it signed counts.")
@key_option(text="The operator key that signs; the home's unless given.")
@out_option("Write the statement here too.")
@home_option
@json_option
def revoke(
    key_id: str, reason: str, since: datetime | None, key_uris: tuple[str, ...],
    out: Path | None, home: Path, *, as_json: bool,
) -> None:  # fmt: skip
    """Revoke a key. What it signed stays in the log; from now (or then) on it counts no more."""
    from sunlit.registry.keys import revocation

    own = open_home(home)
    envelope = revocation(key_id, reason, operator(own, key_uris), since=since)
    done = hand_over([envelope], own, out)
    emit({"revoked": key_id, "statements": [one.to_json() for one in done]},
         [f"Revoked {key_id[:16]}", *lines_of(done)], as_json=as_json)  # fmt: skip


@command.command(
    epilog="\b\nExample:\n  sunlit key recover operator.pem.dsse.json --lost KEYID --home ministry"
)
@click.argument("file", type=FILE)
@click.option("--lost", required=True, metavar="KEYID", help="The key that was lost.")
@time_option("--compromised-since", "since", text="If it was stolen: since when.")
@key_option(text="A root's or parent's operator key; the home's unless given.")
@out_option("Write the statements here too, for the organisation to log.")
@home_option
@json_option
def recover(
    file: Path, lost: str, since: datetime | None, key_uris: tuple[str, ...],
    out: Path | None, home: Path, *, as_json: bool,
) -> None:  # fmt: skip
    """Give an organisation a new operator key after a loss, as its root or parent."""
    from sunlit.registry.keys import recover as recover_key

    own = open_home(home)
    envelopes = recover_key(_envelope(file), lost, operator(own, key_uris), since=since)
    done = hand_over(envelopes, own, out)
    emit({"lost": lost, "statements": [one.to_json() for one in done]},
         [f"Recovered: {lost[:16]} is revoked", *lines_of(done)], as_json=as_json)  # fmt: skip


command.add_command(sign)
