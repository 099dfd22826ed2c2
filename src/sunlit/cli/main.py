"""`sunlit`: the group of all commands, each loaded only when it is asked for."""

import os
import sys
from io import TextIOWrapper
from typing import ClassVar, Final

import click

from sunlit import __version__
from sunlit.base.errors import COULD_NOT_FIND_OUT, WRONG_USAGE, SunlitError
from sunlit.base.marking import N_
from sunlit.base.wording import ENGLISH, told
from sunlit.cli.lazy import LazyGroup
from sunlit.cli.output import emit, shown
from sunlit.log.elsewhere import OneWriterLock, register

# command -> (module, one line for `sunlit --help`); so that help imports no command
COMMANDS: Final = {
    "assure": ("assure", "Check a component's folder and say how to mend what fails."),
    "attest": ("attest", "Sign what an independent assessor found, over exact digests."),
    "audit": ("audit", "Audit for bias, red-team, test robustness and drift; import reports."),
    "board": ("board", "Vote on, publish and show the 4-digit risk code."),
    "catalogue": ("catalogue", "Enter a component in a catalogue; a second person publishes it."),
    "conformity": ("conformity", "Show what held on a date, and what will lapse."),
    "data": ("data", "Find, mask, minimise, measure and make up datasets."),
    "decision": ("decision", "Show, search, answer, check, export and erase decision records."),
    "bundle": ("bundle", "Lay a decision and what governed it into one zip for a court."),
    "demo": ("demo", "Play the whole story with real keys on a real model."),
    "guard": ("guard", "Guard the use of a component; keep, anchor and serve its decisions."),
    "export": ("export", "Write a component or a catalogue in another format, and what is lost."),
    "import": ("import_register", "Take over another register's records, as what they are."),
    "init": ("init", "Write sunlit.toml for a component's folder by looking at it."),
    "key": ("key", "Make, show, rotate, revoke and recover keys."),
    "label": ("label", "Print a safety token as eight plain lines."),
    "log": ("log", "Show, prove, verify and extend a transparency log."),
    "node": ("node", "Make a node, add organisations and people to it."),
    "oms": ("oms", "Sign or verify a folder as OpenSSF Model Signing does."),
    "org": ("org", "Make an organisation's home; register organisations."),
    "rebuild": ("rebuild", "Make a node's projections anew from its logs."),
    "release": ("release", "Declare a release, with changelog and rollback target."),
    "retain": ("retain", "Say how long contents of decisions are kept; erase what is older."),
    "review": ("review", "Accept or refuse a dataset for a purpose, independently."),
    "risk": ("risk", "Assess a use; show the risk register; explain the code."),
    "rubric": ("rubric", "Show, compare, resolve, check and explain rubrics."),
    "run": ("run", "Run a training command and record its provenance."),
    "selftest": ("selftest", "Sign, log, prove and verify once, in a temporary directory."),
    "serve": ("serve", "Serve a node: the public site, the workbench and the API."),
    "token": ("token", "Issue, show, verify, suspend and revoke safety tokens."),
    "trust": ("trust", "Make, update and show trust files."),
    "use": ("use", "Declare what a component is used for."),
    "verify": ("verify", "Check an evidence bundle, offline, from your own trust file."),
    "withhold": ("withhold", "Log a statement closed, on a ground and until a time; open it."),
    "work": ("work", "Do a node's queued work: admit, remind, notify."),
}


class Commands(LazyGroup):
    """All commands."""

    table: ClassVar = COMMANDS


EPILOG: Final = """\b
Examples:
  sunlit demo                      play the whole story, in about two minutes
  sunlit assure PATH               check your own model's folder; needs no key
  sunlit token verify DIR --trust trust.json --component PATH

Exit codes: 0 holds, 1 does not hold, 2 wrong usage or malformed input,
3 could not find out.
"""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sunlit")
def cli() -> None:
    """An open, checkable safety label for every AI system that a public body runs."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; every error that Sunlit knows becomes a message and an exit code."""
    # What libraries read before they report home: sunlit.producers.quiet, which is not loaded here.
    os.environ.update(DO_NOT_TRACK="1", ORT_DISABLE_TELEMETRY="1")
    chosen = sys.argv[1:] if arguments is None else arguments
    if isinstance(sys.stdout, TextIOWrapper):  # a file's name may hold what is no text
        sys.stdout.reconfigure(errors="backslashreplace")
    register("postgresql", _in_postgresql)
    try:
        code = cli.main(args=chosen, prog_name="sunlit", standalone_mode=False)
    except SunlitError as error:
        _report(error, as_json="--json" in chosen)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(COULD_NOT_FIND_OUT)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USAGE)
    sys.exit(code if isinstance(code, int) else 0)


def _in_postgresql(url: str, origin: str) -> OneWriterLock:
    from sunlit.adapters.sql.lock import PostgresLock

    return PostgresLock(url, origin)


def _report(error: SunlitError, *, as_json: bool) -> None:
    if as_json:
        emit({"error": error.to_json()}, (), as_json=True)
        return
    language = os.environ.get("SUNLIT_LANGUAGE", ENGLISH)
    what = told(error.what, language)
    click.echo(shown(f"{told(N_('Error'), language)} {error.code}: {what}."), err=True)
    parts = ((N_("Expected"), error.expected), (N_("Got"), error.got), (N_("To mend"), error.mend))
    for name, text in parts:
        if text is not None:
            head = f"{told(name, language)}:"
            click.echo(shown(f"  {head:<10} {told(text, language)}"), err=True)
