"""`sunlit release`: these files are a release; what changed; where to go back to."""

from pathlib import Path

import click

from sunlit.cli.acting import PATH_ARGUMENT, acting, component_at, logged, signing_options
from sunlit.cli.output import emit

EPILOG = """\b
Examples:
  sunlit release model --changelog "First release" --rollback "none: this is the first"
  sunlit release model --changelog @CHANGELOG.md --rollback DIGEST --home supplier
"""


@click.command(epilog=EPILOG)
@PATH_ARGUMENT
@click.option("--changelog", required=True, help="What changed, or @FILE.")
@click.option("--rollback", required=True,
              help="The manifest digest to go back to, or 'none: REASON'.")  # fmt: skip
@click.option("--version", help="The version; the one in sunlit.toml unless given.")
@signing_options("maintainer")
def command(
    *, path: Path, changelog: str, rollback: str, version: str | None, home: Path,
    key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Declare the files in PATH a release; the maintainer signs."""
    from sunlit.registry.release import declare_release
    from sunlit.registry.trust import read_file

    text = read_file(Path(changelog[1:])).decode() if changelog.startswith("@") else changelog
    component = component_at(path)
    with acting(home, key, "maintainer") as act:
        said = declare_release(
            act.ledger, component, act.signer, changelog=text, rollback=rollback, at=act.at,
            version=version,
        )  # fmt: skip
    emit(
        {"release": component.release, **said.to_json()},
        [f"Release {component.purl} sha256:{component.release}", f"  {logged(said)}"],
        as_json=as_json,
    )
