"""`sunlit trust`: write, sign, check, install and show trust files."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.authority import FILE, key_option, load, now, public_key, time_option
from sunlit.cli.output import emit, home_option, json_option

if TYPE_CHECKING:
    from sunlit.authority.trustfile import TrustFile
    from sunlit.registry.organisations import Request

EPILOG = """\b
Examples:
  sunlit trust new --root-key a.pem.pub.json --root-key b.pem.pub.json --threshold 2 \\
    --expires 2027-12-31T00:00:00Z --root-organisation ministry.request.json \\
    --log ministry.request.json -o trust.draft.json
  sunlit trust sign trust.draft.json --key file:a.pem -o trust.json
  sunlit trust sign trust.json --key file:b.pem -o trust.json
  sunlit trust verify trust.json
  sunlit trust update trust.json --home agency
"""
MANY = {"multiple": True, "type": FILE, "metavar": "REQUEST"}


@click.group(name="trust", epilog=EPILOG)
def command() -> None:
    """Make, update and show trust files."""


@command.command(
    epilog="\b\nExample:\n  sunlit trust new --from trust.json --expires 2028-12-31T00:00:00Z "
    "--accreditor lab-council.example -o trust-2.draft.json"
)
@click.option("--from", "previous", type=FILE, help="Draft the version after this one.")
@click.option("--root-key", "root_keys", multiple=True, type=FILE, help="A public key file.")
@click.option("--threshold", type=int, help="How many root keys must sign.")
@time_option("--expires", required=True, text="When the file stops counting.")
@click.option("--root-organisation", "roots", help="Its operator keys register others.", **MANY)  # type: ignore[arg-type]
@click.option("--log", "logs", help="Believe this organisation's log.", **MANY)  # type: ignore[arg-type]
@click.option("--witness", "witnesses", help="Believe it as a witness.", **MANY)  # type: ignore[arg-type]
@click.option("--witnesses-needed", type=int, help="How many of the witnesses are a quorum.")
@click.option("--accreditor", "accreditors", multiple=True, metavar="ID")
@click.option("--board", "boards", multiple=True, metavar="ID=K:KEY,KEY", help="k of these keys.")
@click.option("--token-issuer", "issuers", help="Its token keys count.", **MANY)  # type: ignore[arg-type]
@click.option("--status-list", "status_lists", multiple=True, metavar="URI")
@click.option("--jurisdiction", "jurisdictions", multiple=True)
@click.option("-o", "--out", type=FILE, required=True, help="Where to write the draft.")
@json_option
def new(  # noqa: PLR0913 - one option each
    *,
    previous: Path | None, root_keys: tuple[Path, ...], threshold: int | None, expires: datetime,
    roots: tuple[Path, ...], logs: tuple[Path, ...], witnesses: tuple[Path, ...],
    witnesses_needed: int | None, accreditors: tuple[str, ...], boards: tuple[str, ...],
    issuers: tuple[Path, ...], status_lists: tuple[str, ...], jurisdictions: tuple[str, ...],
    out: Path, as_json: bool,
) -> None:  # fmt: skip
    """Draft a trust file from requests (`sunlit org request`) and public keys. Then sign it.

    Anything else may be edited in the draft, which is plain JSON: spec/trust-file.md
    """
    from sunlit.registry import trust as use
    from sunlit.registry.home import write_whole

    draft = _start(previous, root_keys, threshold, expires)
    draft = use.add(draft, use.Contents(
        root_organisations=_requests(roots), logs=_requests(logs), witnesses=_requests(witnesses),
        witnesses_needed=witnesses_needed, accreditors=accreditors,
        boards=[_board(text) for text in boards], token_issuers=_requests(issuers),
        status_lists=status_lists, jurisdictions=jurisdictions,
    ))  # fmt: skip
    write_whole(out, draft.to_payload() + b"\n")
    emit(use.describe(draft), [f"Drafted version {draft.version} in {out}.",
         f"Next: sunlit trust sign {out} --key file:ROOT.pem -o trust.json"],
         as_json=as_json)  # fmt: skip


def _start(
    previous: Path | None, root_keys: tuple[Path, ...], threshold: int | None, expires: datetime
) -> "TrustFile":
    from sunlit.authority.trustfile import TrustFile
    from sunlit.registry import trust as use

    if previous is not None:
        draft = use.successor(TrustFile.read(use.read_file(previous)), expires)
        return use.with_root(draft, [public_key(path) for path in root_keys], threshold)
    return use.new([public_key(path) for path in root_keys], threshold or len(root_keys), expires)


def _requests(paths: tuple[Path, ...]) -> "list[Request]":
    from sunlit.registry.organisations import read_request
    from sunlit.registry.trust import read_file

    return [read_request(read_file(path)) for path in paths]


def _board(text: str) -> tuple[str, int, list]:  # type: ignore[type-arg]
    name, _, rest = text.partition("=")
    count, _, files = rest.partition(":")
    if not name or not count.isdigit() or not files:
        raise click.BadParameter("a board is ID=K:KEY,KEY,...", param_hint="--board")
    return name, int(count), [public_key(Path(file)) for file in files.split(",")]


@command.command(
    epilog="\b\nExample:\n  sunlit trust sign draft.json --key file:a.pem -o trust.json"
)
@click.argument("file", type=FILE)
@key_option(required=True, text="A root key; of this version, or of the one in force.")
@click.option("-o", "--out", type=FILE, required=True, help="Where to write the signed file.")
@json_option
def sign(file: Path, key_uris: tuple[str, ...], out: Path, *, as_json: bool) -> None:
    """Sign a draft, or add signatures to a signed file. Read it first: sunlit trust show."""
    from sunlit.authority.trust_signing import add_signatures, sign_trust
    from sunlit.authority.trustfile import open_envelope
    from sunlit.registry import trust as use
    from sunlit.registry.home import write_whole

    data, signers = use.read_file(file), load(key_uris)
    is_signed = b'"payloadType"' in data
    signed = (
        add_signatures(data, signers) if is_signed else sign_trust(use.read_draft(data), signers)
    )
    write_whole(out, signed + b"\n")
    count = len(open_envelope(signed).signatures)
    emit({"file": str(out), "signatures": count}, [f"{out} carries {count} signature(s)."],
         as_json=as_json)  # fmt: skip


@command.command(epilog="\b\nExample:\n  sunlit trust show trust.json")
@click.argument("file", type=FILE)
@json_option
def show(file: Path, *, as_json: bool) -> None:
    """Show what a trust file or a draft says. Showing is not believing: see verify."""
    from sunlit.registry import trust as use

    found = use.describe(use.read_draft(use.read_file(file)))
    emit(found, [line for name, value in found.items() for line in _lines(name, value)],
         as_json=as_json)  # fmt: skip


def _lines(name: str, value: object) -> list[str]:
    if isinstance(value, list):
        return [f"{name:<14} {_short(one)}" for one in value] or [f"{name:<14} none"]
    return [f"{name:<14} {_short(value)}"]


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(one)}" for name, one in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


@command.command(epilog="\b\nExample:\n  sunlit trust verify trust-2.json --against trust.json")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--against", type=FILE, help="The trust file in force, which these follow.")
@time_option("--at", text="As of this time; now unless given.")
@json_option
def verify(
    files: tuple[Path, ...], against: Path | None, at: datetime | None, *, as_json: bool
) -> None:
    """Check signatures, expiry and, with --against, that each version follows the one before."""
    from sunlit.authority.trustfile import TrustFile, update_all
    from sunlit.registry import trust as use

    versions = [use.read_file(path) for path in files]
    time = at or now()
    if against is not None:
        trust = update_all(TrustFile.read(use.read_file(against)), versions, time)
        said = f"Version {trust.version} follows the trust file in force."
    else:
        trust = update_all(TrustFile.read(versions[0]), versions[1:], time)
        said = (f"Version {trust.version} is whole and in force. Whether it is the right one, only "
                "the place you got it from can tell.")  # fmt: skip
    emit(use.describe(trust), [said], as_json=as_json)


@command.command(
    epilog="\b\nExample:\n  sunlit trust update trust-2.json trust-3.json --home agency"
)
@click.argument("files", type=FILE, nargs=-1, required=True)
@time_option("--at", text="As of this time; now unless given.")
@home_option
@json_option
def update(files: tuple[Path, ...], at: datetime | None, home: Path, *, as_json: bool) -> None:
    """Put a trust file in force in a home: the first by your hand, later ones as successors."""
    from sunlit.registry import trust as use
    from sunlit.registry.home import Home

    versions = [use.read_file(path) for path in files]
    trust = use.install(Home.open(home), versions, at or now())
    emit(use.describe(trust), [f"Version {trust.version} is in force in {home}."], as_json=as_json)
