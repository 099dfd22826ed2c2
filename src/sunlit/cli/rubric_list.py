"""`sunlit rubric list`: the rubrics that this version ships."""

from __future__ import annotations

from typing import Final

import click

from sunlit.cli.output import emit, json_option

EPILOG: Final = """\b
Examples:
  sunlit rubric list
  sunlit rubric list --json
"""


@click.command(epilog=EPILOG)
@json_option
def command(*, as_json: bool) -> None:
    """List the rubrics that are shipped: name, version, controls, digest."""
    from sunlit.cli.rubric import named
    from sunlit.rubric.core import EARLIER, SHIPPED

    rows = [(name, named(name)) for name in ("core", *SHIPPED, *(f"core-{v}" for v in EARLIER))]
    emit(
        [
            {
                "name": name, "title": one.title, "version": one.version,
                "controls": len(one.controls), "digest": one.digest,
            }
            for name, one in rows
        ],
        [
            f"{name:<16} {one.version:<5} {len(one.controls):>3} controls  "
            f"sha256:{one.digest[:12]}  {one.title}"
            for name, one in rows
        ],
        as_json=as_json,
    )  # fmt: skip
