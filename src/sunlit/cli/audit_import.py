"""`sunlit audit import`: another tool's report becomes a claim about the component's files."""

import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.audit_acting import AuditOptions, answer, audit_options, said_audit
from sunlit.cli.output import emit
from sunlit.cli.progress import tell

if TYPE_CHECKING:
    from sunlit.producers.audit.importing import Imported, Raw

EPILOG: Final = """\b
Examples:
  sunlit audit import garak.report.jsonl --sampling temperature=0
  sunlit audit import logs/run.eval --success correct
  sunlit audit import memory.db --planned 24 --kind jailbreak --max-success 0.05

The file is recognised by its bytes. It is kept beside the component for you alone, since it may
hold what a model answered; the claim names it by digest. With --publish others get it too.

Exit code: 0 imported, 1 a figure is beyond --max-success, 2 wrong usage or a file that is refused,
3 the run behind the report did not come to its end.
"""


def _share(ctx: click.Context, option: click.Parameter, value: str | None) -> Decimal | None:
    del ctx
    try:
        found = None if value is None else Decimal(value)
    except InvalidOperation:
        found = Decimal(-1)
    if found is not None and not (found.is_finite() and 0 <= found <= 1):
        raise click.BadParameter("a share from 0 to 1, such as 0.05", param=option)
    return found


def _pairs(ctx: click.Context, option: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    del ctx
    if not all("=" in one.strip("=") for one in values):
        raise click.BadParameter("NAME=VALUE, such as temperature=0.7", param=option)
    return {one.partition("=")[0]: one.partition("=")[2] for one in values}


@click.command("import", epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "form", help="Which format it is, where its bytes do not show it.")
@click.option(
    "--success", type=click.Choice(["correct", "incorrect"]),
    help="Inspect: which answers are those where an attack succeeded.",
)  # fmt: skip
@click.option("--planned", type=click.IntRange(min=1), help="PyRIT: how many attacks were planned.")
@click.option(
    "--sampling", multiple=True, callback=_pairs, metavar="NAME=VALUE",
    help="What was asked of the model and the report does not record.",
)  # fmt: skip
@click.option("--kind", help="What sort of attack a task of your own is, such as jailbreak.")
@click.option("--endpoint-name", "endpoint", help="The name of what answered, never an address.")
@click.option(
    "--max-success",
    "limit",
    callback=_share,
    metavar="SHARE",
    help="The share of attacks that may succeed; the upper end of the interval is held against it.",
)
@click.option("--name", default="", help="Tells audits of one kind apart, such as garak-weekly.")
@click.option("--publish", is_flag=True, help="Keep the file as a report that others get.")
@audit_options
def command(
    *, file: Path, form: str | None, name: str, publish: bool, options: AuditOptions,
    **asked: Any,  # noqa: ANN401 - passed on as they are
) -> None:  # fmt: skip
    """Import the report of another tool from FILE, recomputed, bounded and with exact intervals."""
    from sunlit.producers.audit.importing import Asked, import_report, open_raw

    raw = open_raw(file)
    tell(f"reading {len(raw.data):,} bytes")
    found = import_report(raw, Asked(**asked), form)
    reports, guarded = _files(raw, found, publish=publish)
    kept = said_audit(
        found.claim, reports, options, name=name or found.format, guarded=guarded
    )  # fmt: skip
    document = answer(_detail(found), found.claim, kept)
    emit(document, [*_lines(found), *kept], as_json=options.as_json)
    sys.exit(_code(found))


def _files(
    raw: "Raw", found: "Imported", *, publish: bool
) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    own = {raw.name: raw.data}
    return ({}, own) if found.guarded and not publish else (own, {})


def _detail(found: "Imported") -> dict[str, Any]:
    return {
        "format": "sunlit-audit-import/1", "headline": found.headline, "from": found.format,
        "result": str(found.claim.result), "complete": found.claim.sunlit_complete,
        "remarks": list(found.lines),
    }  # fmt: skip


def _lines(found: "Imported") -> Iterator[str]:
    yield found.headline
    yield f"Result: {found.claim.result}"
    yield from found.lines


def _code(found: "Imported") -> int:
    if str(found.claim.result) == "FAILED":
        return 1
    return 3 if found.claim.sunlit_complete is False else 0
