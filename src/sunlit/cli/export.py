"""`sunlit export`: write a component or a catalogue in another format, and what is lost."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.authority import clock
from sunlit.cli.output import emit, json_option, when

if TYPE_CHECKING:
    from sunlit.formats.losses import Exported
    from sunlit.node.exporting_source import Source

EPILOG: Final = """\b
Examples:
  sunlit export cyclonedx pkg:generic/benefits.example/benefits-outreach --home council
  sunlit export mldcat-ap --catalogue --at node --out catalogue.jsonld
  sunlit export atrs omb/DHS/DHS-2388 --home council
  sunlit export foi benefits-outreach --at-date 2026-11-01T00:00:00Z --redact s.json --home council

With --out, what the format loses is written beside the file, as FILE.losses.json.
"""
NAMES: Final = ("atrs", "cyclonedx", "foi", "mldcat-ap", "nl-register", "omb", "publiccode")
HOME: Final = click.Path(path_type=Path, file_okay=False)
FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.argument("form", metavar="FORMAT", type=click.Choice(NAMES), required=False)
@click.argument("which", metavar="[COMPONENT]", required=False)
@click.option("--home", type=HOME, envvar="SUNLIT_HOME", help="An organisation's home.")
@click.option("--at", "node", type=HOME, help="A node's directory, instead of a home.")
@click.option("--catalogue", is_flag=True, help="Everything that is known, in one document.")
@click.option("--list", "names", is_flag=True, help="List what can be exported.")
@click.option("--at-date", callback=when, metavar="TIME", help="As of then; now unless given.")
@click.option("--redact", type=FILE, help="foi: the redaction schedule (JSON).")
@click.option("--out", type=FILE, help="Write the document there instead of printing it.")
@json_option
def command(
    *, form: str | None, which: str | None, names: bool, catalogue: bool, as_json: bool,
    **asked: Any,  # noqa: ANN401 - passed on as they are
) -> None:  # fmt: skip
    """Write COMPONENT in FORMAT: from signed statements, or from an imported record."""
    source = _source(asked["home"], asked["node"], asked["at_date"])
    if names or form is None:
        known = source.names()
        emit({"names": list(known)}, known, as_json=as_json)
    elif form == "foi":
        _foi(source, which, asked["redact"], asked["out"], as_json=as_json)
    elif (which is None) != catalogue:
        raise click.UsageError("Name a component, or ask for --catalogue.")
    else:
        found = source.catalogue(form) if which is None else source.export(form, which)
        _tell(found, asked["out"], as_json=as_json)


def _source(home: Path | None, node: Path | None, at: datetime | None) -> "Source":
    from sunlit.node.exporting_source import Source

    at = at or clock().now()
    if home is not None and node is None:
        return Source.of_home(home, at)
    if node is not None and home is None:
        return Source.of_node(node, at)
    raise click.UsageError("Name a home with --home DIR, or a node with --at DIR.")


def _tell(found: "Exported", out: Path | None, *, as_json: bool) -> None:
    from sunlit.formats.cyclonedx import written
    from sunlit.registry.home import write_whole

    if out is None:
        if as_json:
            emit(found.to_json() | {"document": found.data.decode()}, (), as_json=True)
        else:
            click.echo(found.data, nl=False)
        return
    write_whole(out, found.data)
    beside = out.with_name(f"{out.name}.losses.json")
    write_whole(beside, written(found.to_json()))
    lines = [
        f"Wrote {out} ({len(found.data):,} bytes, {found.format}).",
        f"  {len(found.losses)} facts are left out, cut or said in other words: see {beside}",
        *(f"  asked by the format, and nobody said it: {lack}" for lack in found.lacks),
    ]
    emit(found.to_json() | {"written": str(out)}, lines, as_json=as_json)


def _foi(
    source: "Source", which: str | None, redact: Path | None, out: Path | None, *, as_json: bool
) -> None:
    import os

    from sunlit.formats.cyclonedx import written
    from sunlit.registry.export_foi import foi_export, read_schedule
    from sunlit.registry.home import write_whole
    from sunlit.registry.trust import read_file

    if redact is None or out is None:
        raise click.UsageError("foi needs --redact FILE, the schedule, and --out FILE.")
    schedule = read_schedule(read_file(redact))
    asked = source.statements(which)
    found = foi_export(asked, schedule, source.at, lambda: os.urandom(32))
    write_whole(out, written(found.document))
    kept = out.with_name(f"{out.name}.salts.json")
    write_whole(kept, written(found.salts), private=True)
    counts = found.document["counts"]
    lines = [
        f"Wrote {out}: {found.summary}.",
        f"  keep {kept} for yourself: with it you can show later what was left out",
        *(f"  a rule that covers nothing: {one.ground}" for one in found.unused),
    ]
    emit({"written": str(out), "salts": str(kept), "counts": counts}, lines, as_json=as_json)
