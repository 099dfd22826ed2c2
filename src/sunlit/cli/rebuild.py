"""`sunlit rebuild`: make a node's projections anew from its logs."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from sunlit.base.errors import UnavailableError
from sunlit.cli.node import at_option
from sunlit.cli.output import emit, json_option
from sunlit.cli.progress import bar

EPILOG: Final = """\b
Example:
  sunlit rebuild --at node
"""


@click.command(epilog=EPILOG)
@at_option
@json_option
def command(*, root: Path, as_json: bool) -> None:
    """Drop what the node has projected and project every log again; logs stay as they are."""
    from sunlit.cli.authority import now
    from sunlit.node.place import Node

    try:
        from sunlit.projection.engine import open_projections
        from sunlit.projection.project import rebuild
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sunlit"):
            raise  # a fault of ours: installing something would not mend it
        raise UnavailableError(
            "cli.needs-server", "projections need a package that is not installed",
            got=error.name, mend="pip install 'sunlit[server]'",
        ) from error  # fmt: skip
    node = Node.open(root)
    trust, homes = node.trust(now()), node.all_homes()
    engine = open_projections(node.database or f"sqlite:///{root / 'projections.sqlite'}")
    sizes: dict[str, int] = {}
    try:
        with bar("Projecting") as step:
            entries = rebuild(engine, homes, trust, step=_counted(step, sizes))
    finally:
        engine.dispose()
    lines = [f"{origin}: {size} entries" for origin, size in sizes.items()]
    lines.append(f"Projected {entries} entries of {len(homes)} logs.")
    emit({"entries": entries, "logs": sizes}, lines, as_json=as_json)


def _counted(
    step: Callable[[int, int], None], sizes: dict[str, int]
) -> Callable[[str, int, int], None]:
    def counted(origin: str, done: int, size: int) -> None:
        sizes[origin] = done
        step(done, size)

    return counted
