"""`sunlit init`: write a component's sunlit.toml by looking at its folder."""

from pathlib import Path

import click

from sunlit.cli.output import emit, json_option

EPILOG = """\b
Examples:
  sunlit init .
  sunlit init path/to/model

Nothing is asked that a file or the repository tells. What could not be found stands in the
file as a comment. An existing sunlit.toml is never changed: what it lacks is named.
"""


@click.command(epilog=EPILOG)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@json_option
def command(*, path: Path, as_json: bool) -> None:
    """Write PATH/sunlit.toml, with comments; or say what the one that is there lacks."""
    from sunlit.producers import PRODUCERS
    from sunlit.registry.init import init

    looks = [one for one in PRODUCERS if one.name in {"component", "licences", "documentation"}]
    written = init(path, looks)
    document = {
        "format": "sunlit-init/1",
        "path": str(written.path),
        "new": written.new,
        "found": dict(written.found),
        "missing": list(written.missing),
    }
    wrote = f"Wrote {written.path}."
    lines = [wrote if written.new else f"{written.path} is there already; it stays as it is."]
    lines += [f"  {key:<13} {value}" for key, value in written.found.items()]
    if written.missing:
        lines.append(f"To be filled in there: {', '.join(written.missing)}.")
    lines.append(f"Next: sunlit assure {path}")
    emit(document, lines, as_json=as_json)
