"""`sunlit token`: issue, show, verify, suspend and revoke safety tokens."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT
from sunlit.cli.acting import (
    PATH,
    PATH_ARGUMENT,
    acting,
    component_at,
    logged,
    signer_option,
    signing_options,
    use_options,
)
from sunlit.cli.output import emit, home_option, json_option, when

if TYPE_CHECKING:
    from sunlit.registry.reconsider import Reconsidered
    from sunlit.registry.token import Issued
    from sunlit.runtime.covers import Asked
    from sunlit.runtime.steps import Verification

EPILOG = """\b
Examples:
  sunlit token issue model --use outreach --kind full --home council
  sunlit token verify model-1.0.0.token --trust trust.json --component model --use outreach
  sunlit token suspend model-1.0.0.token --reason "Open incident" --home council
  sunlit token refresh --home council     suspend what no longer holds, sign the lists anew
  sunlit token refresh --dry-run --home council
"""
FOLDER = click.Path(path_type=Path, exists=True)
KINDS = ["full", "restricted", "pilot"]


@click.group(epilog=EPILOG)
def command() -> None:
    """Issue, show, verify, suspend and revoke safety tokens."""


@command.command()
@PATH_ARGUMENT
@use_options
@click.option("--kind", type=click.Choice(KINDS), default="full", show_default=True)
@click.option("--days", type=click.IntRange(1, 3660), help="How long at most.")
@click.option("--limit", "limits", multiple=True, help="A limit in words; repeat for more.")
@click.option("--status-list", help="The URI of the status list, where it is published.")
@click.option("--profile", "profiles", multiple=True,
              type=click.Path(path_type=Path, dir_okay=False),
              help="An agency's OSCAL profile.")  # fmt: skip
@signing_options("token-issuer")
def issue(
    *, path: Path, use_id: str, deployer: str | None, kind: str, profiles: tuple[Path, ...],
    home: Path, key: str | None, as_json: bool,
    **terms: Any,  # noqa: ANN401 - days, limits, status_list of the terms
) -> None:  # fmt: skip
    """Issue a token for the files in PATH under a use; the grant is logged first."""
    from sunlit.claims.lifecycle import TokenKind
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.saying import find_use
    from sunlit.registry.token import Terms
    from sunlit.registry.token import issue as issue_token

    component = component_at(path)
    with acting(home, key, "token-issuer") as act:
        use = find_use(act.ledger.history, use_id, deployer)
        wanted = Terms(kind=TokenKind(kind), use=use.id, deployer=use.deployer, **terms)
        done = issue_token(
            act.ledger, component, load_rubric(profiles), wanted, signer=act.signer, at=act.at
        )
    emit(done.to_json(), _issued(done), as_json=as_json)


def _issued(done: "Issued") -> Iterator[str]:
    until = done.grant.to_predicate()["validUntil"]
    yield f"Issued a {done.grant.kind} token, code {done.grant.code}, valid until {until}"
    if done.shortened_by:
        yield f"  not longer, because then ends: {done.shortened_by}"
    yield f"  {logged(done.said)}"
    yield f"  token:       {done.folder}"
    yield f"  status list: {done.status_list} (publish it as {done.grant.status_list})"
    if not done.witnessed:
        yield "  Too few witnesses have cosigned yet. After sunlit log accept: sunlit token refresh"


def checked(token: Path, trust: Path, asked: "Asked") -> "Verification":
    """Verify a token's folder against a trust file."""
    from sunlit.authority.trustfile import TrustFile
    from sunlit.registry.trust import read_file
    from sunlit.runtime.folder import read_parts
    from sunlit.runtime.verify import verify_token

    return verify_token(read_parts(token), TrustFile.read(read_file(trust)), asked)


@command.command()
@click.argument("token", type=FOLDER)
@click.option("--trust", "trust_path", required=True,
              type=click.Path(path_type=Path, dir_okay=False),
              help="The trust file, from a place that you trust.")  # fmt: skip
@click.option("--component", type=PATH, help="The files to compare with the release.")
@click.option("--use", help="The use that you want it for.")
@click.option("--deployer", help="Who uses it.")
@click.option("--jurisdiction", help="Where, for example US-CA.")
@click.option("--data-class", help="With which class of data.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS),
              help="A kind of token that you accept; any unless given.")  # fmt: skip
@click.option("--stale-hours", type=click.IntRange(0, 24 * 30), default=0, show_default=True,
              help="How long an expired status list may still be relied on.")  # fmt: skip
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@json_option
def verify(
    *, token: Path, trust_path: Path, component: Path | None, kinds: tuple[str, ...],
    stale_hours: int, at: datetime | None, as_json: bool,
    **asked: Any,  # noqa: ANN401 - use, deployer, jurisdiction, data_class
) -> None:  # fmt: skip
    """Check the token in the folder TOKEN, offline, in eight steps."""
    from sunlit.claims.lifecycle import TokenKind
    from sunlit.cli.authority import now
    from sunlit.cli.progress import bar
    from sunlit.runtime.covers import Asked
    from sunlit.statement.manifest import read_manifest

    files = None
    if component is not None:
        with bar("Hashing") as step:
            files = read_manifest(component, progress=step)
    wanted = Asked(
        at=at or now(), files=files, kinds=tuple(TokenKind(kind) for kind in kinds),
        staleness=timedelta(hours=stale_hours), **asked,
    )  # fmt: skip
    found = checked(token, trust_path, wanted)
    emit(found.to_json(), _steps(found), as_json=as_json)
    raise SystemExit(found.exit_code)


def _steps(found: "Verification") -> Iterator[str]:
    colours = {"HOLDS": "green", "FAILS": "red", "UNKNOWN": "yellow"}
    for step in found.steps:
        word = str(step.outcome)
        shown = click.style(f"{word:<9}", fg=colours.get(word), bold=True)
        yield f"{step.number} {step.name:<10} {shown} {step.words}"
        if step.code:
            yield f"{'':<23}{step.code}" + (f"; to mend: {step.mend}" if step.mend else "")
    yield "The token holds." if found.holds else "The token does not hold: do not rely on it."


@command.command()
@click.argument("token", type=FOLDER)
def show(*, token: Path) -> None:
    """Print the token's header and claims (JSON), without checking anything."""
    from sunlit.base.canonical import decode_object
    from sunlit.runtime import jws
    from sunlit.runtime.folder import read_parts
    from sunlit.runtime.token import TOKEN_TYPE

    found = jws.parse(read_parts(token).token, typ=TOKEN_TYPE)
    claims = decode_object(found.unverified_payload, what="the token")
    document = {"header": dict(found.header), "claims": claims, "verified": False}
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


@command.command("list")
@home_option
@json_option
def list_(*, home: Path, as_json: bool) -> None:
    """List the tokens that this home has issued, with their status."""
    from sunlit.base.times import format_time
    from sunlit.cli.authority import now
    from sunlit.registry.home import Home
    from sunlit.registry.status import grants, status_of, token_folder

    opened = Home.open(home)
    said = opened.history(now()).statements
    rows: list[dict[str, str]] = [
        {
            "grant": one.statement_id,
            "status": str(status_of(said, one.statement_id)),
            "kind": str(grant.kind),
            "component": grant.component,
            "use": grant.use,
            "validUntil": format_time(grant.valid_until),
            "folder": str(token_folder(opened, one.statement_id) or ""),
        }
        for one, grant in grants(said, opened.organisation)
    ]
    lines = [
        f"{row['grant'][:12]}  {row['status']:<9}  {row['kind']:<10}  until {row['validUntil']}  "
        f"{row['component']} for {row['use']}"
        for row in rows
    ]
    emit(rows, lines or ["No token was issued from here."], as_json=as_json)


def _change(which: str, status: str, reason: str, home: Path, key: str | None) -> Any:  # noqa: ANN401
    from sunlit.claims.lifecycle import Status
    from sunlit.registry.status import change_status

    name = Path(which).name.removesuffix(".token").rpartition("-")[2]
    with acting(home, key, "token-issuer") as act:
        return change_status(act.ledger, name, Status(status), reason, signer=act.signer, at=act.at)


def _status_command(name: str, status: str, text: str) -> None:
    @command.command(name, help=text)
    @click.argument("which", metavar="TOKEN")
    @click.option("--reason", required=True, help="Why; it is published.")
    @home_option
    @signer_option("token-issuer")
    @json_option
    def change(*, which: str, reason: str, home: Path, key: str | None, as_json: bool) -> None:
        said = _change(which, status, reason, home, key)
        lines = [f"The token is {status} now: {reason}", f"  {logged(said)}",
                 "  The new status list lies in status/: publish it."]  # fmt: skip
        emit(said.to_json(), lines, as_json=as_json)


_status_command("revoke", "invalid", "Revoke TOKEN (folder or grant id) for ever.")
_status_command("suspend", "suspended", "Suspend TOKEN (folder or grant id) until reinstated.")
_status_command("reinstate", "valid", "Lift the suspension of TOKEN (folder or grant id).")


@command.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be suspended.")
@click.option("--profile", "profiles", multiple=True,
              type=click.Path(path_type=Path, dir_okay=False),
              help="The OSCAL profile that tokens were issued under.")  # fmt: skip
@signing_options("token-issuer")
def refresh(
    *, dry_run: bool, profiles: tuple[Path, ...], home: Path, key: str | None, as_json: bool
) -> None:
    """Judge valid tokens again and suspend what no longer holds; sign lists, renew receipts.

    Nothing is reinstated. Ends with 3 if a token could not be judged.
    """
    from sunlit.registry.receipts import Renewed, renew_receipts
    from sunlit.registry.reconsider import reconsider, suspend
    from sunlit.registry.rubrics import known_rubrics
    from sunlit.registry.status import publish_lists

    rubrics = known_rubrics(profiles)
    lists: tuple[Path, ...] = ()
    done = Renewed(witnessed=(), waiting=())
    with acting(home, key, "token-issuer") as act:
        found = reconsider(act.ledger, rubrics, act.at)
        if not dry_run:
            suspend(act.ledger, found, act.signer)
            lists = publish_lists(act.ledger, act.signer, act.at)
            done = renew_receipts(act.ledger.home, act.ledger.history, act.at)
    document = {
        "dryRun": dry_run,
        "tokens": [one.to_json() for one in found],
        "statusLists": [str(path) for path in lists],
        "witnessed": [str(path) for path in done.witnessed],
        "waiting": [str(path) for path in done.waiting],
    }
    lines = [*_reconsidered(found, dry_run=dry_run)]
    lines += [f"Signed {path}" for path in lists]
    lines += [f"Cosigned by a quorum: {path}" for path in done.witnessed]
    lines += [f"Waits for witnesses:  {path}" for path in done.waiting]
    emit(document, lines or ["No token was issued from here."], as_json=as_json)
    if any(one.unjudged for one in found):
        raise SystemExit(COULD_NOT_FIND_OUT)


def _reconsidered(found: Iterable["Reconsidered"], *, dry_run: bool) -> Iterator[str]:
    for one in found:
        name = f"{one.said.statement_id[:12]} {one.grant.component} for {one.grant.use}"
        if one.against:
            yield f"{'Would suspend' if dry_run else 'Suspended'} {name}: {one.reason}"
        if one.unjudged:
            yield f"Could not judge {name}: {one.unjudged}"
        elif not one.against:
            yield f"Still holds: {name}"
