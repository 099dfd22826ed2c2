"""`sunlit log checkpoint`, `proof`, `show`: of a home's own log, or of one that a node serves."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.output import emit, home_option, json_option

if TYPE_CHECKING:
    from sunlit.authority.history import History
    from sunlit.authority.trustfile import TrustFile
    from sunlit.claims.admitted import Admitted
    from sunlit.log.reader import LogReader


def where_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command read a log at a URL, under the key that a trust file names for it."""
    at = click.option(
        "--at", "url", metavar="URL", help="A log that a node serves, instead of the home's own."
    )
    trust = click.option(
        "--trust", type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="With --at: the trust file, obtained from elsewhere. The home's unless given.",
    )  # fmt: skip
    return at(trust(command))


def reader_of(home: Path, url: str | None, trust: Path | None) -> "LogReader":
    """Open a log; nothing that a server sends is believed beyond what the pinned key signed.

    Raises:
        VerificationError: `mirror.untrusted-log`, and what the checkpoint fails with.
        UnavailableError: `home.missing`, `home.no-trust`, `remote.unreachable`.
        MalformedError: `remote.address`.
    """
    from sunlit.registry.home import Home

    if url is None:
        return Home.open(home).reader()
    from sunlit.adapters.node_http import HttpFiles
    from sunlit.registry.mirror import open_files

    return open_files(HttpFiles(url), _trust(home, trust), url)


def _trust(home: Path, trust: Path | None) -> "TrustFile":
    from sunlit.adapters.clock import SystemClock
    from sunlit.authority.trustfile import TrustFile
    from sunlit.registry.home import Home
    from sunlit.registry.trust import read_file

    at = SystemClock().now()
    return Home.open(home).trust(at) if trust is None else TrustFile.load(read_file(trust), at)


def history_of(home: Path, url: str | None, trust: Path | None, until: str | None) -> "History":
    """Fold a log from its first entry to the one asked for (an index or an id), or to its end."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.authority.history import History
    from sunlit.registry.home import Home

    if url is None:
        return Home.open(home).history(SystemClock().now())
    reader = reader_of(home, url, trust)
    history = History(_trust(home, trust))
    for index, entry in enumerate(reader.entries()):
        said = history.feed(entry, origin=reader.checkpoint.origin, index=index)
        if until in (str(index), said.statement_id):
            break
    return history


def found(history: "History", which: str) -> "Admitted | None":
    """Return the entry with this index or this statement id, newest first."""
    asked = (one for one in reversed(history.statements))
    return next((one for one in asked if which in (str(one.index), one.statement_id)), None)


@click.command()
@home_option
@where_options
@json_option
def checkpoint(*, home: Path, url: str | None, trust: Path | None, as_json: bool) -> None:
    """Print the newest checkpoint as a signed note, once it was checked."""
    reader = reader_of(home, url, trust)
    note = reader.note.decode()
    emit(
        {
            "origin": reader.checkpoint.origin,
            "size": reader.size,
            "root": reader.checkpoint.root.hex(),
            "note": note,
        },
        [note.rstrip("\n")],
        as_json=as_json,
    )


@click.command()
@click.argument("index", type=click.IntRange(0))
@home_option
@where_options
@click.option("--entry", type=click.Path(path_type=Path, dir_okay=False), help="Write the entry.")
def proof(
    *, index: int, home: Path, url: str | None, trust: Path | None, entry: Path | None
) -> None:
    """Print the receipt (C2SP tlog-proof) of an entry under the newest checkpoint."""
    from sunlit.registry.home import write_whole

    reader = reader_of(home, url, trust)
    receipt = reader.receipt(index).to_bytes()
    if entry is not None:
        write_whole(entry, reader.entry(index))
    click.echo(receipt, nl=False)


@click.command()
@click.argument("which", required=False)
@home_option
@where_options
@json_option
def show(
    *, which: str | None, home: Path, url: str | None, trust: Path | None, as_json: bool
) -> None:
    """Show one entry (by index or statement id), or a line for each without WHICH."""
    from sunlit.cli.entries import details, line, row

    history = history_of(home, url, trust, which)
    if which is None:
        emit(
            [row(said, history) for said in history.statements],
            [line(said, history) for said in history.statements],
            as_json=as_json,
        )
        return
    said = found(history, which)
    if said is None:
        raise click.UsageError(f"no entry {which} in a log of {len(history.statements)}")
    emit(row(said, history), details(said, history), as_json=as_json)
