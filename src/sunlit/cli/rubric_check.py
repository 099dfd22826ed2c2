"""`sunlit rubric check`: an agency's profile against the floor."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from sunlit.cli.output import emit, json_option

EPILOG: Final = """\b
Examples:
  sunlit rubric check agency-profile.json
  sunlit rubric check agency-profile.json --json

Exit codes: 0 it may be used, 1 it drops or loosens something of what lies below,
2 it is malformed.
"""
FLOOR: Final = (
    "rubric.dropped-control", "rubric.loosened-parameter", "rubric.overrides-core",
    "rubric.unknown-rule",
)  # fmt: skip


@click.command(epilog=EPILOG)
@click.argument("profile", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def command(*, profile: Path, as_json: bool) -> None:
    """Check that PROFILE drops nothing, loosens nothing, and names rules that exist."""
    from sunlit.base.errors import DOES_NOT_HOLD, MalformedError
    from sunlit.registry.rubrics import load_rubric
    from sunlit.registry.wiring import RULES
    from sunlit.rubric.core import core_rubric
    from sunlit.rubric.diff import differences
    from sunlit.rubric.evaluate import expect_rules

    try:
        rubric = load_rubric([profile])
        expect_rules(rubric, RULES)
    except MalformedError as error:
        if error.code not in FLOOR:
            raise
        lines = [f"Refused: {error.what}."]
        lines += [f"  wanted: {error.expected}"] if error.expected else []
        lines += [f"  got: {error.got}"] if error.got else []
        lines += [f"  mend: {error.mend}"] if error.mend else []
        emit({"holds": False, "error": error.to_json()}, lines, as_json=as_json)
        raise SystemExit(DOES_NOT_HOLD) from error
    found = differences(core_rubric(), rubric)
    told = {
        "holds": True, "title": rubric.title, "version": rubric.version, "digest": rubric.digest,
        "controls": len(rubric.controls), "differences": [one.to_json() for one in found],
    }  # fmt: skip
    emit(
        told,
        [
            f"{rubric.title} {rubric.version} may be used: {len(rubric.controls)} controls.",
            f"{len(found)} differences from the core; see: sunlit rubric diff core {profile}",
            f"sha256:{rubric.digest}",
        ],
        as_json=as_json,
    )
