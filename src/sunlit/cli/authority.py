"""What the commands `key`, `org` and `trust` share: options, times, prompts, deliveries."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sunlit.base.times import parse_time

if TYPE_CHECKING:
    from sunlit.base.times import Clock
    from sunlit.registry.delivery import Delivered
    from sunlit.registry.home import Home
    from sunlit.statement.dsse import Envelope
    from sunlit.statement.keys import PublicKey, Signer

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


def time_option(*names: str, required: bool = False, text: str) -> Callable[[F], F]:
    """Add an option that takes a time, YYYY-MM-DDTHH:MM:SSZ."""

    def read(_context: click.Context, _option: click.Parameter, value: str | None) -> object:
        return None if value is None else parse_time(value)

    return click.option(*names, callback=read, required=required, metavar="TIME", help=text)


def key_option(*, required: bool = False, text: str) -> Callable[[F], F]:
    """Add `--key URI`, which may be given several times."""
    return click.option(
        "--key", "key_uris", multiple=True, metavar="URI", required=required, help=text
    )


def out_option(text: str) -> Callable[[F], F]:
    """Add `--out DIR`."""
    return click.option("--out", type=FOLDER, help=text)


def load(uris: Sequence[str]) -> "list[Signer]":
    """Return the signers, asking for passphrases where keys need them."""
    from sunlit.statement.by_uri import load_signer

    return [load_signer(uri if ":" in uri else f"file:{uri}", _ask) for uri in uris]


def _ask() -> bytes:
    text: str = click.prompt("Passphrase", hide_input=True, err=True)
    return text.encode()


def operator(home: "Home | None", uris: Sequence[str]) -> "Signer":
    """Return the one signer given by `--key`, or the home's operator key."""
    if len(uris) > 1:
        raise click.UsageError("give one --key")
    if uris:
        return load(uris)[0]
    if home is None:
        raise click.UsageError("say who signs: --key URI, or --home DIR with an operator key")
    return home.signer("operator")


def clock() -> "Clock":
    """Return the machine's clock; `bootstrap` would load every producer for it."""
    from sunlit.adapters.clock import SystemClock

    return SystemClock()


def now() -> datetime:
    """Return the present time."""
    return clock().now()


def hand_over(
    envelopes: "Sequence[Envelope]",
    home: "Home | None",
    out: Path | None,
    *,
    lenient: bool = False,
) -> "tuple[Delivered, ...]":
    """Log the statements, or write them to files."""
    from sunlit.registry.delivery import deliver

    return deliver(envelopes, home=home, out=out, clock=clock(), lenient=lenient)


def lines_of(done: "Sequence[Delivered]") -> list[str]:
    """Say where each statement went."""
    lines = []
    for one in done:
        places = [f"entry {one.index} of the log"] if one.index is not None else []
        places += [str(one.file)] if one.file else []
        lines.append(f"  statement {one.statement_id[:16]}: {', '.join(places)}")
        if one.refused:
            lines.append(f"    not logged: {one.refused}")
    return lines


def open_home(path: Path) -> "Home | None":
    """Return the home at `path`, None where there is none."""
    from sunlit.registry.home import HOME_FILE, Home

    return Home.open(path) if (path / HOME_FILE).exists() else None


def public_key(path: Path) -> "PublicKey":
    """Read a public key: what `key show --json` printed, bare or under "key"."""
    from sunlit.base.canonical import decode_object
    from sunlit.registry.trust import read_file
    from sunlit.statement.keys import PublicKey

    document = decode_object(read_file(path), what=str(path))
    return PublicKey.from_json(document.get("key", document))
