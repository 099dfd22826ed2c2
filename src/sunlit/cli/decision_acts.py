"""`sunlit decision outcome|contest|contest-result|review`: say something later about a decision."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.acting import PATH
from sunlit.cli.authority import clock
from sunlit.cli.decision_store import at_store, store_option
from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.registry.decision_acts import Act

ROLE = click.option("--role", required=True, help="An office or role; no person's name.")
REASONS = click.option("--reasons", metavar="TEXT|@FILE", help="Why; kept encrypted.")
ACTOR = click.option("--actor", metavar="REF", help="Your own reference to who; kept encrypted.")
CORRECTS = click.option("--corrects", is_flag=True,
                        help="An earlier one was wrong: both stay, this one counts.")  # fmt: skip
RESULTS = click.Choice(["confirmed", "changed", "declined"])


@click.command(
    short_help="Record what a human decided.",
    epilog="\b\nExample:\n"
    "  sunlit decision outcome ID --result confirmed --role caseworker --store decisions",
)
@click.argument("which", metavar="ID")
@click.option("--result", type=RESULTS, required=True)
@ROLE
@click.option("--output", type=PATH, help="The file with what was decided instead.")
@REASONS
@ACTOR
@CORRECTS
@store_option
@json_option
def outcome(
    *, which: str, result: str, output: Path | None, store: Path, as_json: bool,
    reasons: str | None, actor: str | None,
    **coded: Any,  # noqa: ANN401 - role and corrects of the act
) -> None:  # fmt: skip
    """Record what a human decided about the proposal ID."""
    if (result == "changed") != (output is not None):
        raise click.UsageError("--output FILE belongs to --result changed, and only to it")
    from sunlit.decision.record import Kind
    from sunlit.registry.decision_acts import Act

    values = _texts(reasons=reasons, actor=actor) | ({"output": _value(output)} if output else {})
    act = Act(kind=Kind.OUTCOME, result=result, values=values, **coded)
    _record(store, which, act, as_json=as_json)


@click.command(
    short_help="Record that somebody objects.",
    epilog="\b\nExample:\n  sunlit decision contest ID --grounds @letter.txt --store decisions",
)
@click.argument("which", metavar="ID")
@click.option("--grounds", required=True, metavar="TEXT|@FILE",
              help="What the decision is contested on; kept encrypted.")  # fmt: skip
@ACTOR
@store_option
@json_option
def contest(*, which: str, grounds: str, actor: str | None, store: Path, as_json: bool) -> None:
    """Record that somebody contests the decision ID."""
    from sunlit.decision.record import Kind
    from sunlit.registry.decision_acts import Act

    act = Act(kind=Kind.CONTEST, values=_texts(grounds=grounds, actor=actor))
    _record(store, which, act, as_json=as_json)


@click.command(
    "contest-result",
    short_help="Answer each open contest.",
    epilog="\b\nExample:\n"
    "  sunlit decision contest-result ID --result upheld --role 'appeals office' --reasons TEXT",
)
@click.argument("which", metavar="ID")
@click.option(
    "--result",
    type=click.Choice(["upheld", "changed", "withdrawn"]),
    required=True,
    help="upheld: the decision stands; changed: it does not; withdrawn: the contest.",
)
@ROLE
@click.option("--output", type=PATH, help="The file with what was decided instead.")
@click.option("--reasons", metavar="TEXT|@FILE", required=True, help="Why; kept encrypted.")
@store_option
@json_option
def contest_result(
    *, which: str, result: str, role: str, output: Path | None, reasons: str, store: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Record the answer to each contest of the decision ID that has none yet."""
    if output is not None and result != "changed":
        raise click.UsageError("--output FILE belongs to --result changed")
    from sunlit.decision.record import Kind
    from sunlit.registry.decision_acts import Act

    values = _texts(reasons=reasons) | ({"output": _value(output)} if output else {})
    act = Act(kind=Kind.CONTEST_RESULT, role=role, result=result, values=values)
    _record(store, which, act, as_json=as_json)


@click.command(
    short_help="Record the review of break-glass.",
    epilog="\b\nExample:\n"
    "  sunlit decision review ID --result justified --role auditor --reasons @review.txt",
)
@click.argument("which", metavar="ID")
@click.option("--result", type=click.Choice(["justified", "not-justified"]), required=True)
@ROLE
@click.option("--reasons", metavar="TEXT|@FILE", required=True, help="Why; kept encrypted.")
@ACTOR
@CORRECTS
@store_option
@json_option
def review(
    *, which: str, result: str, role: str, reasons: str, actor: str | None, corrects: bool,
    store: Path, as_json: bool,
) -> None:  # fmt: skip
    """Record the review of the decision ID, which was made by break-glass."""
    from sunlit.decision.record import Kind
    from sunlit.registry.decision_acts import Act

    values = _texts(reasons=reasons, actor=actor)
    act = Act(kind=Kind.REVIEW, role=role, result=result, values=values, corrects=corrects)
    _record(store, which, act, as_json=as_json)


def _record(store: Path, which: str, act: "Act", *, as_json: bool) -> None:
    from sunlit.registry.decision_acts import record_act

    with at_store(store) as index:
        record_id, at = record_act(index, which, act, clock())
    document = {"id": record_id, "log": at.log, "index": at.index, "leaf": at.leaf}
    emit(document, [f"Recorded: {act.kind} {record_id}", f"  {at.log}#{at.index}"], as_json=as_json)


def _texts(**named: str | None) -> dict[str, tuple[str, bytes]]:
    from sunlit.registry.decision_acts import text

    return {name: text(_text(value)) for name, value in named.items() if value is not None}


def _text(value: str) -> str:
    """Return a text, or the text of the file that `@FILE` names."""
    if not value.startswith("@"):
        return value
    from sunlit.registry.trust import read_file

    return read_file(Path(value[1:])).decode("utf-8", "replace")


def _value(path: Path) -> tuple[str, bytes]:
    """Return a file's media type, by its name, and its bytes."""
    from sunlit.registry.trust import read_file

    known = {".json": "application/json", ".txt": "text/plain; charset=utf-8"}
    return known.get(path.suffix.lower(), "application/octet-stream"), read_file(path)
