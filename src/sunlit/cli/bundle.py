"""`sunlit bundle`: lay a decision, and all that governed it, into one zip for a court."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, home_option, json_option, when

if TYPE_CHECKING:
    from sunlit.registry.bundle import Made, Pages
    from sunlit.rubric.control import Rubric

EPILOG = """\b
Examples:
  sunlit bundle 7QK2-M4TX-90AB-CD3F --store service --home council -o decision.zip
  sunlit bundle ID --store service --home council --open input,output -o decision.zip
  sunlit bundle ID --store service --home council --closed -o decision.zip
  sunlit bundle ID --store service --home council --as-of 2027-05-01T00:00:00Z -o decision.zip
  sunlit bundle ID --store service --home council --inspection code.sunlit-inspection \\
    --model model --data data --order "Order 17 of the court" --court court.pem -o decision.zip

\b
ID is a decision's id, its check code, or LOG#INDEX. Opening contents is recorded in the decision
log first. Without --open: input, output, explanation, reasons and grounds; names of people
(actor), case and check code only where you name them, or --open all.

\b
Exit codes: 0 made, and every check passed on it; 1 made, and a check failed; 3 made, and a
check could not be done; 2 or 3 with an error: not made.
"""
USUAL = "usual"


def _digest_if_asked(context: click.Context, _option: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click calls it so
    """Print what a `verify.html` that came with a bundle is compared with."""
    if not asked:
        return
    from sunlit.bundle.pages import verifier_digest

    click.echo(verifier_digest())
    context.exit()


@click.command(epilog=EPILOG)
@click.argument("decision")
@click.option("--store", "store_path", required=True, envvar="SUNLIT_STORE",
              help="The decision store (or SUNLIT_STORE).",
              type=click.Path(path_type=Path, file_okay=False))  # fmt: skip
@click.option("--as-of", callback=when, help="Also what was said after the decision, until then.")
@click.option("--open", "fields", default=USUAL, metavar="FIELDS",
              help="The values to open: names with commas between, or all.")  # fmt: skip
@click.option("--closed", is_flag=True, help="Open nothing.")
@click.option("--ground", default="An evidence bundle was asked for.", show_default=True,
              help="Why contents are opened; recorded, sealed.")  # fmt: skip
@click.option("--role", default="records office", show_default=True,
              help="The office that opens them; recorded in the log: never a person.")  # fmt: skip
@click.option("--profile", "profiles", multiple=True,
              type=click.Path(path_type=Path, dir_okay=False),
              help="An agency's OSCAL profile, if the token was given under one.")  # fmt: skip
@click.option("--inspection", type=click.Path(path_type=Path, dir_okay=False),
              help="Write code, weights and data here, sealed for a court.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="The component's folder, for --inspection.")  # fmt: skip
@click.option("--data", type=click.Path(path_type=Path, exists=True),
              help="The data, for --inspection.")  # fmt: skip
@click.option("--order", help="The court's order, by its reference, for --inspection.")
@click.option("--court", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The court's public X25519 key in PEM, for --inspection.")  # fmt: skip
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False),
              help="The zip to write.")  # fmt: skip
@click.option("--verifier-digest", is_flag=True, is_eager=True, expose_value=False,
              callback=_digest_if_asked,
              help="Print the SHA-256 of this version's verify.html, and stop.")  # fmt: skip
@home_option
@json_option
def command(  # noqa: PLR0913 - each is an option
    *, decision: str, store_path: Path, home: Path, as_of: datetime | None, fields: str,
    closed: bool, ground: str, role: str, profiles: tuple[Path, ...], inspection: Path | None,
    model: Path | None, data: Path | None, order: str | None, court: Path | None, output: Path,
    as_json: bool,
) -> int:  # fmt: skip
    """Make the evidence bundle of DECISION, and check it as a stranger would."""
    from sunlit.cli.authority import clock
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.bundle import Wish, make_bundle
    from sunlit.registry.bundle_inspection import Inspection
    from sunlit.registry.home import Home, write_whole

    asked = Inspection.of(inspection, model=model, data=data, order=order, court=court)
    wish = Wish(
        decision=decision, fields=_fields(fields, closed=closed), ground=ground, role=role,
        as_of=as_of, rubrics=_rubrics(profiles), inspection=asked,
    )  # fmt: skip
    made = make_bundle(DecisionStore.open(store_path), Home.open(home), wish, clock(), _pages())
    write_whole(output, made.data)
    emit(_document(made, output), _lines(made, output, inspection), as_json=as_json)
    return made.checked.exit_code


def _fields(text: str, *, closed: bool) -> tuple[str, ...]:
    from sunlit.registry.bundle import USUAL as NAMES

    if closed and text != USUAL:
        raise click.UsageError("--open and --closed contradict each other.")
    if closed:
        return ()
    return NAMES if text == USUAL else tuple(filter(None, map(str.strip, text.split(","))))


def _rubrics(profiles: tuple[Path, ...]) -> "tuple[Rubric, ...]":
    from sunlit.registry.rubrics import known_rubrics

    return known_rubrics(profiles)


def _pages() -> "Pages":
    from sunlit.bundle import pages

    return pages


def _document(made: "Made", output: Path) -> dict[str, object]:
    from sunlit.registry.bundle_check import to_json

    return {
        "file": str(output),
        "sha256": made.digest,
        "files": len(made.manifest.files),
        "notes": list(made.notes),
        "inspection": [dict(one) for one in made.manifest.inspection],
        "checked": to_json(made.checked),
    }


def _lines(made: "Made", output: Path, inspection: Path | None) -> Iterator[str]:
    from sunlit.cli.verify import check_lines

    yield f"{output}: {len(made.manifest.files) + 1} files, SHA-256 {made.digest}"
    for note in made.notes:
        yield f"  {note}"
    for one in made.manifest.inspection:
        yield f"{inspection}: sealed for {one['recipient']}, SHA-256 {one['sha256']}"
    yield from check_lines(made.checked)
    yield "Checked with this home's trust file; a reader checks with their own:"
    yield f"  sunlit verify {output} --trust FILE"
