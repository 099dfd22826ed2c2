"""`sunlit log`: show, prove, verify, extend and cosign a log."""

from pathlib import Path
from typing import BinaryIO

import click

from sunlit.base.errors import DOES_NOT_HOLD
from sunlit.cli.acting import acting, logged, signing_options
from sunlit.cli.log_read import checkpoint, proof, show
from sunlit.cli.log_remote import send
from sunlit.cli.output import emit, home_option, json_option
from sunlit.cli.progress import bar

EPILOG = """\b
Examples:
  sunlit log checkpoint --home council
  sunlit log show 3 --home council
  sunlit log proof 3 --home council > 3.tlog-proof
  sunlit log fsck --home council
  sunlit log show 3 --at https://node.example/logs/KEY --trust trust.json
  sunlit log import https://node.example/logs/KEY --home council
  sunlit log send vote.dsse.json --to https://node.example
  sunlit log send registration.dsse.json release.dsse.json --to https://node.example
  sunlit log move-lock postgresql://db.example/node --home council
  sunlit log close --successor council.example/log/2 --reason "New node" --home council
"""


NEXT = "Next: sunlit token refresh, so that the receipts beside tokens carry the cosignatures"


@click.group(epilog=EPILOG)
def command() -> None:
    """Show, prove, verify and extend a transparency log."""


@command.command()
@home_option
@json_option
@click.option(
    "--without-lock", is_flag=True, help="The files alone: of a mirror, or a restored backup."
)
def fsck(*, home: Path, without_lock: bool, as_json: bool) -> None:
    """Recompute the whole log from its entries and name everything that differs."""
    from dataclasses import asdict

    from sunlit.log.fsck import fsck_directory
    from sunlit.log.note import NoteVerifier
    from sunlit.registry.home import Home

    opened = Home.open(home)
    # A lock store in a database is its writer's: the files are checked, as a mirror's are.
    lock = None if without_lock or opened.lock else opened.lock_path
    report = fsck_directory(opened.log_directory, NoteVerifier.parse(opened.log_vkey), lock=lock)
    problems = [asdict(problem) for problem in report.problems]
    emit(
        {"origin": opened.origin, "size": report.size, "problems": problems},
        [f"{problem.path}: {problem.what} [{problem.code}]" for problem in report.problems]
        or [f"{opened.origin}: {report.size} entries recomputed; everything agrees."],
        as_json=as_json,
    )
    if problems:
        raise SystemExit(DOES_NOT_HOLD)


@command.command()
@click.argument("entry", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("receipt", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--trust", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True,
    help="The trust file, obtained from elsewhere.",
)  # fmt: skip
@json_option
def verify(*, entry: Path, receipt: Path, trust: Path, as_json: bool) -> None:
    """Check offline that ENTRY is in the log that RECEIPT speaks of."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.authority.trustfile import TrustFile
    from sunlit.log.proof import verify_receipt
    from sunlit.registry.trust import read_file

    trusted = TrustFile.load(read_file(trust), SystemClock().now())
    found = verify_receipt(read_file(entry), read_file(receipt), trusted.policy)
    emit(
        {"origin": found.origin, "size": found.size, "root": found.root.hex()},
        [
            (
                f"HOLDS: this entry is in the log {found.origin} (size {found.size}), "
                "unchanged since it was anchored."
            )
        ],
        as_json=as_json,
    )


@command.command()
@click.argument(
    "envelopes", nargs=-1, required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)  # fmt: skip
@home_option
@json_option
def add(*, envelopes: tuple[Path, ...], home: Path, as_json: bool) -> None:
    """Admit signed statements (DSSE envelopes) to the log."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.registry.admit import open_ledger
    from sunlit.registry.home import Home
    from sunlit.registry.trust import read_file
    from sunlit.statement.dsse import Envelope

    read = [(path, Envelope.parse(read_file(path))) for path in envelopes]
    done: list[dict[str, object]] = []
    with open_ledger(Home.open(home), SystemClock()) as ledger:
        for path, envelope in read:
            receipt = ledger.admit(envelope)
            done.append(
                {"file": str(path), "statement": envelope.statement_id, "index": receipt.index}
            )
    emit(done, [f"Entry {item['index']}: {item['file']}" for item in done], as_json=as_json)


@command.command("import")
@click.argument("where", metavar="DIRECTORY|URL")
@home_option
@json_option
def import_(*, where: str, home: Path, as_json: bool) -> None:
    """Admit every statement of another log that this log lacks: a directory's, or a node's."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.cli.log_remote import taken_from
    from sunlit.registry.admit import open_ledger
    from sunlit.registry.home import Home

    with open_ledger(Home.open(home), SystemClock()) as ledger, bar("Reading the log") as step:
        taken = taken_from(where, ledger, step)
    emit(
        {
            "origin": taken.checkpoint.origin,
            "size": taken.checkpoint.size,
            "new": taken.new,
            "known": taken.known,
            "refused": [{"index": n, **error.to_json()} for n, error in taken.refused],
        },
        [
            (
                f"{taken.checkpoint.origin}, size {taken.checkpoint.size}: {taken.new} new, "
                f"{taken.known} known, {len(taken.refused)} refused"
            ),
            *(f"  entry {n}: {error}" for n, error in taken.refused),
        ],
        as_json=as_json,
    )
    if taken.refused:
        raise SystemExit(DOES_NOT_HOLD)


@command.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@home_option
def cosign(*, directory: Path, home: Path) -> None:
    """Print this witness's cosignature on another log's checkpoint, once it only grew."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.registry.home import Home
    from sunlit.registry.mirror import open_trusted
    from sunlit.registry.witness import witness

    opened, at = Home.open(home), SystemClock().now()
    reader = open_trusted(directory, opened.trust(at))
    line = witness(opened, reader, at)
    click.echo(line.to_line().decode(), nl=False)


@command.command()
@click.argument("cosignatures", type=click.File("rb"))
@home_option
@json_option
def accept(*, cosignatures: BinaryIO, home: Path, as_json: bool) -> None:
    """Put witnesses' cosignature lines on the newest checkpoint.

    COSIGNATURES is a file of lines as `sunlit log cosign` prints them, or - for standard input.
    """
    from sunlit.adapters.clock import SystemClock
    from sunlit.registry.home import Home
    from sunlit.registry.trust import read_stream
    from sunlit.registry.witness import accept as put

    # What is no UTF-8 is no signature line either, and is refused as such.
    lines = read_stream(cosignatures, cosignatures.name).decode(errors="replace")
    names = put(Home.open(home), lines, SystemClock())
    emit(
        {"witnesses": names},
        [*(f"Cosigned by {name}" for name in names), NEXT],
        as_json=as_json,
    )


@command.command()
@click.option("--successor", required=True, metavar="ORIGIN", help="The log that goes on.")
@click.option("--reason", required=True, help="Why; it is published.")
@click.option("--origin", help="The log to close, if it takes no statement any more; say it in "
              "the successor's home. The home's own unless given.")  # fmt: skip
@signing_options("operator")
def close(
    *, successor: str, reason: str, origin: str | None, home: Path, key: str | None, as_json: bool
) -> None:
    """Close a log for ever: its last statement names the successor."""
    from sunlit.registry.close import close_log

    with acting(home, key, "operator") as act:
        said = close_log(act.ledger, successor, reason, act.signer, origin=origin)
        closed = origin or act.ledger.home.origin
    lines = [
        f"Closed {closed}; {successor} goes on.",
        f"  {logged(said)}",
        "  What it holds stays verifiable; name both logs in the next trust file.",
    ]
    emit(said.to_json(), lines, as_json=as_json)


@command.command(name="move-lock")
@click.argument("url")
@home_option
def move_lock(*, url: str, home: Path) -> None:
    """Move the log's lock store into PostgreSQL at URL, once and for good."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.adapters.sql.lock_move import move_lock as move
    from sunlit.registry.home import Home

    moved = move(Home.open(home), url, SystemClock())
    lines = [
        f"The lock store of {moved.origin} is in the database now.",
        "  Its password, if it has one, comes from PGPASSFILE or PGPASSWORD.",
        "  The old file was renamed; do not bring it back.",
    ]
    emit({}, lines, as_json=False)


for each in (checkpoint, proof, show, send):
    command.add_command(each)
