"""`sunlit decision`: show, search, answer, contest, check, export and erase decision records."""

from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT, DOES_NOT_HOLD, HOLDS
from sunlit.cli import decision_acts, decision_data, decision_keep
from sunlit.cli.authority import clock, now, time_option
from sunlit.cli.decision_store import at_store, store_option
from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.decision.content import Content
    from sunlit.registry.decision_anchors import Since
    from sunlit.registry.decision_index import Index
    from sunlit.registry.decisions import Case

EPILOG = """\b
Examples:
  sunlit decision search --undecided --store decisions      what waits for a human
  sunlit decision show 7QK2-M4TX-90AB-CD3F --store decisions --home council
  sunlit decision show ID --open --ground "Appeal 12/2031" --role "appeals office" --store decisions
  sunlit decision outcome ID --result confirmed --role caseworker --store decisions
  sunlit decision check 7QK2-M4TX-90AB-CD3F --date 2031-05-04 --store decisions --home council
  sunlit decision erase ID --legal-basis "GDPR Art. 17(1)(a)" --store decisions --home council
"""
LATER = {"replay": "sunlit.cli.replay"}  # commands of others, imported when they are asked for
HOME = click.option("--home", type=click.Path(path_type=Path, file_okay=False),
                    help="The organisation's home: since when is it unchanged?")  # fmt: skip


class _Group(click.Group):
    """The commands here, and those that other modules add when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *LATER})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LATER:
            return super().get_command(ctx, cmd_name)
        found: click.Command = import_module(LATER[cmd_name]).command
        return found


@click.group(cls=_Group, epilog=EPILOG)
def command() -> None:
    """Show, search, answer, contest, check, export and erase decision records."""


for _one in (
    decision_acts.outcome, decision_acts.contest, decision_acts.contest_result,
    decision_acts.review, decision_data.export, decision_data.reconcile, decision_keep.erase,
    decision_keep.hold,
):  # fmt: skip
    command.add_command(_one)


@command.command(
    short_help="Print one decision and what came later.",
    epilog="\b\nExample:\n  sunlit decision show CODE --store decisions --home council",
)
@click.argument("which", metavar="ID|CODE|LOG#INDEX")
@click.option(
    "--open/--closed",
    "open_",
    default=False,
    help="Open the contents, which is recorded first; closed unless given.",
)
@click.option("--ground", help="With --open: on which ground; kept encrypted.")
@click.option("--role", help="With --open: which office or role opens; no person's name.")
@click.option("--actor", metavar="REF", help="With --open: your own reference to who.")
@HOME
@store_option
@json_option
def show(
    *, which: str, open_: bool, ground: str | None, role: str | None, actor: str | None,
    home: Path | None, store: Path, as_json: bool,
) -> None:  # fmt: skip
    """Print one decision and what came later, in plain words first."""
    if open_ and not (ground and role):
        raise click.UsageError("--open needs --ground TEXT and --role ROLE")
    from sunlit.cli.decision_show import Shown, document, lines
    from sunlit.registry.decisions import case_of, content_or_why, find

    with at_store(store, update=True) as index:
        row = find(index, which)
        opened = None
        if open_ and ground and role:
            opened = _opened(index, case_of(index, row), (ground, role, actor))
        _, kept = content_or_why(index.store, row.pointer)
        shown = Shown(
            store=index.store, case=case_of(index, row), kept=kept, opened=opened,
            anchored=_anchored(index, case_of(index, row), home),
        )  # fmt: skip
        emit(document(shown) if as_json else None, lines(shown), as_json=as_json)


def _opened(index: "Index", case: "Case", why: tuple[str, str, str | None]) -> "Content":
    """Record the access, durably; then open."""
    from sunlit.registry.decision_acts import record_access

    ground, role, actor = why
    pointer = case.seen.row.pointer
    index.store.content(pointer)  # what does not open is not accessed, and says so here
    record_access(index.store, ground, role, clock(), of=pointer, actor=actor)
    index.update()
    return index.store.content(pointer)


def _anchored(index: "Index", case: "Case", home: Path | None) -> "Since | str":
    if home is None:
        return "not looked into; add --home HOME"
    from sunlit.registry.decision_anchors import unchanged_since
    from sunlit.registry.home import Home

    opened = Home.open(home)
    found = unchanged_since(opened, opened.history(now()), index.store, case.seen.row.pointer)
    return found or "not anchored yet"


@command.command(
    short_help="List decisions, oldest first.",
    epilog="\b\nExample:\n  sunlit decision search --use outreach --undecided --store decisions",
)
@time_option("--since", text="From this time on (YYYY-MM-DDTHH:MM:SSZ).")
@time_option("--until", text="Before this time.")
@click.option("--use", help="Decisions for this use.")
@click.option("--release", help="By this release: its manifest digest.")
@click.option("--state", type=click.Choice(["released", "proposed", "opened"]))
@click.option("--kind", default="decision", show_default=True, help="Which kind of record.")
@click.option("--case", metavar="POINTER", help="With this case pointer.")
@click.option("--needs-review", is_flag=True, help="Made by break-glass and not reviewed.")
@click.option("--unfinished", is_flag=True, help="Streams without an end.")
@click.option("--undecided", is_flag=True, help="Proposals without a human's outcome, not erased.")
@click.option("--contested", is_flag=True, help="Somebody contests or contested it.")
@click.option("--rebuild", is_flag=True, help="Make the search index anew first.")
@store_option
@json_option
def search(
    *, store: Path, as_json: bool, rebuild: bool,
    **wanted: Any,  # noqa: ANN401 - the fields of Search
) -> None:  # fmt: skip
    """List decisions, oldest first: for all that is given, and closed."""
    from sunlit.cli.progress import bar
    from sunlit.registry.decision_search import Search, row_json
    from sunlit.registry.decision_search import search as look

    with at_store(store) as index:
        with bar("Indexing") as step:
            (index.rebuild if rebuild else index.update)(step)
        found = look(index, Search(**wanted))
        if as_json:
            emit([row_json(row) for row in found], (), as_json=True)
            return
        count = 0
        for count, row in enumerate(found, 1):  # noqa: B007 - how many there were
            what = row.state or row.result or row.kind
            click.echo(f"{row.time}  {row.id}  {what:<10} {row.use or '(blank)'}  {row.content}")
        if not count:
            click.echo("None found.")


@command.command(
    short_help="Answer a letter: is the record unchanged?",
    epilog="\b\nExample:\n"
    "  sunlit decision check CODE --date 2031-05-04 --store decisions --home council",
)
@click.argument("code", metavar="CODE")
@click.option(
    "--date",
    "day",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date on the letter.",
)
@HOME
@store_option
@json_option
def check(*, code: str, day: datetime, home: Path | None, store: Path, as_json: bool) -> None:
    """Answer, by the CODE and the date on a letter, whether the record stands unchanged.

    Ends with 0 if it is complete and unchanged, 3 if that could not be found out, else 1.
    """
    from sunlit.cli.decision_checked import checked_document, checked_lines
    from sunlit.registry.decision_check import Anchors, Result
    from sunlit.registry.decision_check import check as look
    from sunlit.registry.home import Home

    anchors = None
    if home is not None:
        opened = Home.open(home)
        anchors = Anchors(home=opened, history=opened.history(now()))
    with at_store(store) as index:
        found = look(index, code, day.date(), anchors)
    emit(checked_document(found), checked_lines(found), as_json=as_json)
    codes = {Result.COMPLETE: HOLDS, Result.COULD_NOT: COULD_NOT_FIND_OUT}
    raise SystemExit(codes.get(found.result, DOES_NOT_HOLD))
