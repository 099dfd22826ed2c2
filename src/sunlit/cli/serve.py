"""`sunlit serve`: start a node's website, workbench and API."""

import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.cli.node import at_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sunlit.web.dev_idp import DemoPerson

STARTED: Final = time.perf_counter()
EPILOG: Final = """\b
Examples:
  sunlit serve --at node
  sunlit serve --at node --dev --open
  sunlit serve --at node --workers 4 --port 8080

Behind a proxy that speaks https. See docs/operate/serve.md.
"""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
MAX_PORT: Final = 0xFFFF


@click.command(epilog=EPILOG)
@at_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, MAX_PORT), default=8080, show_default=True,
              help="0 takes any that is free.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Processes; several need PostgreSQL, and `sunlit work`.")  # fmt: skip
@click.option("--rate", type=click.FloatRange(0), default=100.0, show_default=True,
              help="Requests a second from one address; 0 sets no limit.")  # fmt: skip
@click.option("--no-work", is_flag=True, help="Leave admitting to `sunlit work`.")
@click.option("--dev", is_flag=True, help="Sign in without passwords, on this machine only.")
@click.option("--open", "opens", is_flag=True, help="Open the first page in a browser.")
def command(
    *, root: Path, host: str, port: int, workers: int, rate: float, no_work: bool, dev: bool,
    opens: bool,
) -> None:  # fmt: skip
    """Serve the node: public pages, workbench and API, until stopped (SIGINT, SIGTERM)."""
    _may(root, host, workers, dev=dev)
    try:
        from sunlit.web.serving import Serving, serve
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sunlit"):
            raise  # a fault of ours: installing something would not mend it
        raise UnavailableError(
            "cli.needs-server", "the website needs a package that is not installed",
            got=error.name, mend="pip install 'sunlit[server]'",
        ) from error  # fmt: skip
    serving = Serving(
        root=root, host=host, port=port, dev=dev, workers=workers, rate=rate,
        admits=workers == 1 and not no_work,
    )  # fmt: skip
    try:
        # The server has finished what was under way when it lets an interruption out.
        with suppress(KeyboardInterrupt):
            people: list[DemoPerson] = []
            serve(
                serving, lambda url: _said(url, people, opens=opens, admits=serving.admits),
                people.extend,
            )  # fmt: skip
    except OSError as error:
        raise UnavailableError(
            "serve.cannot-listen", "nothing can listen there", expected="a free port",
            got=f"{host}:{port}: {error.strerror}", mend="sunlit serve --port 0",
        ) from error  # fmt: skip


def _may(root: Path, host: str, workers: int, *, dev: bool) -> None:
    """Refuse what is not safe, or not possible.

    Raises:
        VerificationError: `serve.not-loopback`, `serve.needs-postgresql`.
    """
    from sunlit.node.place import Node

    if dev and host not in LOOPBACK:
        raise VerificationError(
            "serve.not-loopback", "with --dev anybody signs in as anybody: only on this machine",
            expected="127.0.0.1", got=host, mend="leave out --host, or leave out --dev",
        )  # fmt: skip
    if workers > 1 and (dev or not Node.open(root).database.startswith("postgresql")):
        raise VerificationError(
            "serve.needs-postgresql", "several processes share a PostgreSQL, and no --dev",
            expected="a node with a database", mend="leave out --workers",
        )  # fmt: skip


def _said(url: str, people: "Sequence[DemoPerson]", *, opens: bool, admits: bool) -> None:
    click.echo(f"Ready after {time.perf_counter() - STARTED:.1f} s: {url}/")
    if people:
        click.echo(f"Sign in at {url}/sign-in as any of these, without a password:")
    for one in people:
        click.echo(f"  {one.label}, {one.organisation}: {one.first}")
    if people:
        click.echo("Stop it with Ctrl-C. What you sign stays in the demo's logs.")
    if not admits:
        click.echo("Run sunlit work beside it: this process admits nothing.")
    if opens:
        webbrowser.open(f"{url}/")
