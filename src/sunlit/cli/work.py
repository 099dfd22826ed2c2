"""`sunlit work`: admit what was submitted to a node, remind, notify, check again."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.base.errors import UnavailableError
from sunlit.cli.node import at_option
from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from threading import Event

EPILOG: Final = """\b
Examples:
  sunlit work --at node
  sunlit work --at node --once --json
"""


@click.command(name="work", epilog=EPILOG)
@at_option
@click.option("--once", is_flag=True, help="Do what there is to do now, then end.")
@json_option
def command(*, root: Path, once: bool, as_json: bool) -> None:
    """Do a node's queued work until stopped (SIGINT, SIGTERM); any number of workers may run."""
    try:
        from sunlit.bootstrap.site import open_site
        from sunlit.bootstrap.working import run, worker
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sunlit"):
            raise  # a fault of ours: installing something would not mend it
        raise UnavailableError(
            "cli.needs-server", "the worker needs a package that is not installed",
            got=error.name, mend="pip install 'sunlit[server]'",
        ) from error  # fmt: skip
    with closing(open_site(root)) as site:
        work = worker(site)  # says at once what is wrong with its settings
        if not once:
            click.echo("Working; stop with SIGTERM or Ctrl-C.")
            if not run(
                site, _until_stopped(), lambda code: click.echo(f"Failed: {code}", err=True)
            ):
                raise UnavailableError(
                    "work.gave-up", "the worker failed too often",
                    mend="look at what it said before; then start it again",
                )  # fmt: skip
            return
        work.plan()
        worked, did = work.once()
    document = {
        "settled": worked.settled, "problems": list(worked.problems), **did._asdict(),
    }  # fmt: skip
    lines = [
        f"Settled {worked.settled} submissions.",
        f"Did {did.done} later jobs; {did.failed} failed for now, {did.dead} for good.",
        *(f"Could not admit: {code}" for code in worked.problems),
    ]
    emit(document, lines, as_json=as_json)


def _until_stopped() -> "Event":
    """Return what SIGTERM and Ctrl-C set: the batch at hand is finished first."""
    import signal
    from threading import Event

    stop = Event()

    def told(*_: object) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    return stop
