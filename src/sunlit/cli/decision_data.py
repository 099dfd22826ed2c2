"""`sunlit decision export|reconcile`: records as Parquet, and against other people's counts."""

from pathlib import Path

import click

from sunlit.base.errors import DOES_NOT_HOLD, HOLDS
from sunlit.cli.authority import FILE, clock
from sunlit.cli.decision_store import at_store, store_option
from sunlit.cli.output import emit, json_option
from sunlit.cli.progress import bar


@click.command(
    short_help="Write every record as Parquet.",
    epilog="\b\nExample:\n  sunlit decision export -o decisions.parquet --store decisions",
)
@click.option("-o", "--output", type=FILE, required=True, help="The Parquet file to write.")
@click.option(
    "--open/--closed",
    "open_",
    default=False,
    help="With contents, which is recorded first; commitments only unless given.",
)
@click.option("--ground", help="With --open: on which ground; kept encrypted.")
@click.option("--role", help="With --open: which office or role opens; no person's name.")
@click.option("--actor", metavar="REF", help="With --open: your own reference to who.")
@store_option
@json_option
def export(
    *, output: Path, open_: bool, ground: str | None, role: str | None, actor: str | None,
    store: Path, as_json: bool,
) -> None:  # fmt: skip
    """Write every record as Parquet, one row a record; needs sunlit[data].

    With --open the file holds personal data: erasing a decision does not reach it.
    """
    if open_ and not (ground and role):
        raise click.UsageError("--open needs --ground TEXT and --role ROLE")
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.decision_acts import record_access
    from sunlit.registry.decision_export import export as write

    opened = DecisionStore.open(store)
    if open_ and ground and role:
        record_access(opened, ground, role, clock(), actor=actor)
    with bar("Writing") as step:
        rows = write(opened, output, opened=open_, progress=step)
    lines = [f"Wrote {rows} records to {output}"]
    lines += ["It holds contents: guard it, and delete it when it has served."] if open_ else []
    emit({"rows": rows, "file": str(output), "opened": open_}, lines, as_json=as_json)


@click.command(
    short_help="Compare with the case system.",
    epilog="\b\nExample:\n  sunlit decision reconcile --counts counts.csv --store decisions",
)
@click.option("--counts", type=FILE, required=True,
              help="The case system's counts: CSV with the columns day,use,count.")  # fmt: skip
@click.option("--zone", default="UTC", show_default=True,
              help="Whose days they are, for example Europe/Amsterdam.")  # fmt: skip
@store_option
@json_option
def reconcile(*, counts: Path, zone: str, store: Path, as_json: bool) -> None:
    """Compare the decisions recorded with the case system's counts, by day and use.

    Ends with 1 where they differ.
    """
    from zoneinfo import ZoneInfo

    from sunlit.registry.decision_reconcile import read_counts
    from sunlit.registry.decision_reconcile import reconcile as compare

    try:
        days = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise click.BadParameter(f"no time zone {zone!r}", param_hint="--zone") from error
    theirs = read_counts(counts)
    with at_store(store, update=True) as index:
        found = compare(index, theirs, days)
    differing = [one for one in found if one.theirs != one.ours]
    lines = [
        f"{one.day}  {one.use}  case system {one.theirs}, recorded {one.ours}: {one.words}"
        for one in differing
    ]
    lines.append(
        f"{len(found)} days and uses compared, {len(differing)} differ. Equal numbers do not show "
        "that they are the same decisions."
    )
    document = [
        {"day": one.day.isoformat(), "use": one.use, "theirs": one.theirs, "ours": one.ours,
         "words": one.words}
        for one in found
    ]  # fmt: skip
    emit(document, lines, as_json=as_json)
    raise SystemExit(DOES_NOT_HOLD if differing else HOLDS)
