"""`sunlit guard`: prepare a deployment, look at it, anchor its decision logs, serve."""

from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from sunlit.base.errors import DOES_NOT_HOLD, UnavailableError
from sunlit.cli.acting import PATH, acting, signing_options
from sunlit.cli.guard_said import anchored, checked, looked, next_steps, step_lines
from sunlit.cli.output import emit, json_option, when

EPILOG = """\b
Examples:
  sunlit guard init deployment --token model-1.0.0.token --use outreach --workers 2 --home council
  sunlit guard check deployment --jurisdiction US-CA --data-class survey --files model
  sunlit guard serve --store deployment --upstream http://127.0.0.1:8080
  sunlit guard status deployment
  sunlit guard refresh deployment --status https://safety.example/status/1.jwt
  sunlit guard anchor deployment --home council             by a timer, each hour for example
  sunlit guard anchor deployment --closed --home council    volumes stay private
  sunlit guard fsck deployment                              the logs, computed again
"""
STORE = click.Path(path_type=Path, file_okay=False)
SERVE: Final = "serve"
SERVE_HELP: Final = "Stand in front of a model endpoint and guard every call."
BINDINGS = ["files-verified", "declared", "endpoint-only"]
ARRANGEMENTS = ["human-decides", "human-reviews", "none"]


class GuardGroup(click.Group):
    """The group; `serve` is loaded only when it is asked for, because it needs aiohttp."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), SERVE})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        return serve_command() if cmd_name == SERVE else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing `serve`."""
        rows = [
            (name, SERVE_HELP if name == SERVE else self.commands[name].get_short_help_str(120))
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def serve_command(module: str = "sunlit.cli.guard_serve") -> click.Command:
    """Import and return `serve`.

    Raises:
        UnavailableError: `cli.needs-proxy`.
    """
    try:
        found: click.Command = import_module(module).command
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sunlit"):
            raise  # a fault of ours: installing something would not mend it
        raise UnavailableError(
            "cli.needs-proxy", "the proxy needs a package that is not installed",
            got=error.name, mend="pip install 'sunlit[proxy]'",
        ) from error  # fmt: skip
    return found


@click.group(cls=GuardGroup, epilog=EPILOG)
def command() -> None:
    """Guard the use of a component: prepare, check, look, anchor, serve."""


@command.command(epilog="\b\nExample:\n  sunlit guard init DIR --token FOLDER --workers 3")
@click.argument("store", metavar="DIR", type=STORE)
@click.option("--token", type=PATH, required=True,
              help="The token's folder.")  # fmt: skip
@click.option("--use", "use_id", help="The use, by its id; that of the token unless given.")
@click.option("--workers", type=click.IntRange(1, 999), default=1, show_default=True,
              help="How many decision logs there are then: one a worker process.")  # fmt: skip
@click.option("--keys", type=PATH, help="Where content keys go: a volume of their own, perhaps.")
@signing_options("operator")
def init(
    *, store: Path, token: Path, use_id: str | None, workers: int, keys: Path | None, home: Path,
    key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Make the decision store DIR, its logs registered; again with more --workers to add some."""
    from sunlit.registry.guard_store import prepare_store, use_of

    with acting(home, key, "operator") as act:
        use = use_id or use_of(token)
        done = prepare_store(
            act.ledger, token, store, use=use, workers=workers, keys=keys, signer=act.signer
        )
        log = act.ledger.home.log_directory
    logs = done.store.logs()
    document = {
        "store": str(store),
        "organisation": done.store.organisation,
        "use": done.store.use,
        "logs": [one.origin for one in logs],
        "registered": [one.origin for one in done.registered],
    }
    lines = [f"{store} is ready: {len(logs)} decision logs for {use}"]
    lines += [f"  registered {one.origin}" for one in done.registered]
    if done.registered:
        lines += next_steps(store, home, log)
    emit(document, lines, as_json=as_json)


@command.command(epilog="\b\nExample:\n  sunlit guard status deployment")
@click.argument("store", metavar="DIR", type=STORE)
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@json_option
def status(*, store: Path, at: datetime | None, as_json: bool) -> None:
    """Say whether the token holds, which logs are busy, and what waits for people."""
    from sunlit.cli.authority import now
    from sunlit.cli.progress import bar
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.guard_look import look

    with bar("Reading records") as step:
        found = look(DecisionStore.open(store), at or now(), step)
    emit(found.to_json(), looked(found), as_json=as_json)
    raise SystemExit(found.verification.exit_code)


@command.command(epilog="\b\nExample:\n  sunlit guard check deployment --files model")
@click.argument("store", metavar="DIR", type=STORE)
@click.option("--use", help="The use; the store's unless given.")
@click.option("--deployer", help="Who uses it; the store's organisation unless given.")
@click.option("--jurisdiction", help="Where, for example US-CA.")
@click.option("--data-class", help="With which class of data.")
@click.option("--purpose", help="What for, in the token's words.")
@click.option("--oversight", type=click.Choice(ARRANGEMENTS), help="The arrangement there is.")
@click.option("--binding", type=click.Choice(BINDINGS),
              help="How the guard knows the model: declared unless files are given.")  # fmt: skip
@click.option("--files", type=PATH, help="The model's folder, to compare with the release.")
@click.option("--stale-hours", type=click.IntRange(0, 24 * 30), default=0, show_default=True,
              help="How long an expired status list may still be relied on.")  # fmt: skip
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@json_option
def check(
    *, store: Path, use: str | None, deployer: str | None, binding: str | None,
    files: Path | None, stale_hours: int, at: datetime | None, as_json: bool,
    **said: Any,  # noqa: ANN401 - jurisdiction, data_class, purpose, oversight
) -> None:  # fmt: skip
    """Say in ten steps whether a use would be allowed now; nothing is recorded."""
    from sunlit.cli.authority import now
    from sunlit.cli.progress import bar
    from sunlit.decision.record import Binding
    from sunlit.decision.store import DecisionStore
    from sunlit.guard.declared import Declared
    from sunlit.registry.guard_check import check_use
    from sunlit.statement.manifest import read_manifest

    opened, manifest = DecisionStore.open(store), None
    if files is not None:
        with bar("Hashing") as step:
            manifest = read_manifest(files, progress=step)
    declared = Declared(
        use=use or opened.use, deployer=deployer or opened.organisation,
        binding=Binding(binding or (BINDINGS[0] if files else BINDINGS[1])), **said,
    )  # fmt: skip
    found = check_use(
        opened, declared, at or now(), files=manifest, staleness=timedelta(hours=stale_hours)
    )
    lines = [line for step in found.steps for line in step_lines(step)]
    lines.append("It would be allowed." if found.holds else "It would be refused.")
    emit(found.to_json(), lines, as_json=as_json)
    raise SystemExit(found.exit_code)


@command.command(epilog="\b\nExample:\n  sunlit guard refresh DIR --status status.jwt")
@click.argument("store", metavar="DIR", type=STORE)
@click.option("--status", "source", required=True, metavar="FILE|URL",
              help="The issuer's status list: a file, or an https address.")  # fmt: skip
@json_option
def refresh(*, store: Path, source: str, as_json: bool) -> None:
    """Replace the status list by one of the issuer that is not older."""
    from sunlit.base.times import format_time
    from sunlit.cli.authority import now
    from sunlit.guard.sources import FileStatus, HttpsStatus
    from sunlit.registry.guard_store import refresh_status

    read = HttpsStatus(source) if "://" in source else FileStatus(Path(source))
    new = refresh_status(store, read.read() or b"", now())
    made, ends = format_time(new.found.issued_at), format_time(new.found.expires_at)
    emit(
        {"issuedAt": made, "expiresAt": ends, "sha256": new.digest, "uri": new.found.uri},
        [f"The status list of {made} lies in {store} now; it speaks until {ends}"],
        as_json=as_json,
    )


@command.command(epilog="\b\nExample:\n  sunlit guard anchor deployment --home council")
@click.argument("store", metavar="DIR", type=STORE)
@click.option("--closed", is_flag=True, help="Publish a salted commitment, no volumes.")
@click.option("--idle-too", is_flag=True, help="Anchor logs that have nothing new, too.")
@signing_options("operator")
def anchor(
    *, store: Path, closed: bool, idle_too: bool, home: Path, key: str | None, as_json: bool
) -> None:
    """Log checkpoint and counts of each decision log that grew; renew witnessed receipts."""
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.anchor import Wish
    from sunlit.registry.anchor import anchor as anchor_logs
    from sunlit.registry.anchor_files import renew_store

    opened = DecisionStore.open(store)
    with acting(home, key, "operator") as act:
        done = anchor_logs(
            act.ledger, opened, Wish(closed=closed, idle_too=idle_too), signer=act.signer
        )
        renewed = renew_store(act.ledger.home, opened, act.ledger)
    document = {
        "logs": [one.to_json() for one in done],
        "witnessed": [str(path) for path in renewed.witnessed],
        "waiting": [str(path) for path in renewed.waiting],
    }
    emit(document, anchored(done, renewed), as_json=as_json)
    codes = {one.refused.exit_code for one in done if one.refused is not None}
    if codes:
        raise SystemExit(DOES_NOT_HOLD if DOES_NOT_HOLD in codes else max(codes))


@command.command(epilog="\b\nExample:\n  sunlit guard fsck deployment")
@click.argument("store", metavar="DIR", type=STORE)
@json_option
def fsck(*, store: Path, as_json: bool) -> None:
    """Recompute every decision log, with its segments, and name everything that differs."""
    from sunlit.cli.progress import bar
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.guard_fsck import check_store

    with bar("Reading records") as step:
        found = check_store(DecisionStore.open(store), step)
    lines = [line for one in found for line in checked(one)]
    emit([one.to_json() for one in found], lines, as_json=as_json)
    if any(one.problems for one in found):
        raise SystemExit(DOES_NOT_HOLD)
