"""`sunlit rubric resolve`: the resolved rubric as one OSCAL catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from sunlit.cli.output import emit, json_option
from sunlit.cli.rubric import PROFILES

EPILOG: Final = """\b
Examples:
  sunlit rubric resolve > rubric.json
  sunlit rubric resolve --profile policing -o rubric.json
"""


@click.command(epilog=EPILOG)
@PROFILES
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
              help="Write it here in its canonical form, whose SHA-256 findings name.")  # fmt: skip
@json_option
def command(*, profiles: tuple[Path, ...], output: Path | None, as_json: bool) -> None:
    """Resolve the core and profiles into one OSCAL catalog, and print or write it."""
    from sunlit.base.canonical import encode
    from sunlit.registry.home import write_whole
    from sunlit.registry.rubrics import load_rubric

    rubric = load_rubric(profiles)
    if output is None:
        emit(rubric.document, (), as_json=True)
        return
    write_whole(output, encode(rubric.document))
    told = {"file": str(output), "digest": rubric.digest, "controls": len(rubric.controls)}
    emit(told, [f"{output}: {len(rubric.controls)} controls, sha256:{rubric.digest}"],
         as_json=as_json)  # fmt: skip
