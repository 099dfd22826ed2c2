"""`sunlit rebuild`: make a node's projections anew from its logs."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import click

from sunlit.base.errors import DOES_NOT_HOLD, HOLDS, UnavailableError
from sunlit.cli.node import at_option
from sunlit.cli.output import emit, json_option
from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from sunlit.authority.trustfile import TrustFile
    from sunlit.projection.compare import Compared
    from sunlit.registry.home import Home

EPILOG: Final = """\b
Examples:
  sunlit rebuild --at node
  sunlit rebuild --at node --check    change nothing; say whether somebody else did
"""


@click.command(epilog=EPILOG)
@at_option
@click.option("--check", is_flag=True, help="Compare what is served with the logs; change nothing.")
@json_option
def command(*, root: Path, check: bool, as_json: bool) -> None:
    """Drop what the node has projected and project every log again; logs stay as they are."""
    from sunlit.cli.authority import now
    from sunlit.node.place import Node

    _expect_server()
    node = Node.open(root)
    trust, homes = node.trust(now()), node.all_homes()
    url = node.database or f"sqlite:///{root / 'projections.sqlite'}"
    (_check if check else _rebuild)(url, homes, trust, as_json=as_json)


def _rebuild(url: str, homes: "Sequence[Home]", trust: "TrustFile", *, as_json: bool) -> None:
    from sunlit.projection.engine import open_projections
    from sunlit.projection.project import rebuild

    sizes: dict[str, int] = {}
    engine = open_projections(url)
    try:
        with bar("Projecting") as step:
            entries = rebuild(engine, homes, trust, step=_counted(step, sizes))
    finally:
        engine.dispose()
    lines = [f"{origin}: {size} entries" for origin, size in sizes.items()]
    lines.append(f"Projected {entries} entries of {len(homes)} logs.")
    emit({"entries": entries, "logs": sizes}, lines, as_json=as_json)


def _check(url: str, homes: "Sequence[Home]", trust: "TrustFile", *, as_json: bool) -> None:
    from sunlit.projection.compare import compare

    sizes: dict[str, int] = {}
    with TemporaryDirectory(prefix="sunlit-") as folder, bar("Projecting") as step:
        tables = compare(url, homes, trust, Path(folder), _counted(step, sizes))
    differ = [one for one in tables if not one.is_same]
    logs = f"{sum(sizes.values())} entries of {len(homes)} logs give"
    lines = [_told(one) for one in differ]
    lines.append(f"{len(tables) - len(differ)} of {len(tables)} tables are what {logs}.")
    if differ:
        lines.append("To mend: sunlit rebuild")
    document = {
        "same": not differ, "entries": sum(sizes.values()), "logs": sizes,
        "tables": [one.to_json() for one in tables],
    }  # fmt: skip
    emit(document, lines, as_json=as_json)
    sys.exit(DOES_NOT_HOLD if differ else HOLDS)


def _told(one: "Compared") -> str:
    first = "" if one.first is None else ", first at " + " ".join(map(str, one.first))
    return f"{one.table}: {one.served.rows} rows, {one.given.rows} given by the logs{first}"


def _expect_server() -> None:
    try:
        import_module("sunlit.projection.engine")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sunlit"):
            raise  # a fault of ours: installing something would not mend it
        raise UnavailableError(
            "cli.needs-server", "projections need a package that is not installed",
            got=error.name, mend="pip install 'sunlit[server]'",
        ) from error  # fmt: skip


def _counted(
    step: Callable[[int, int], None], sizes: dict[str, int]
) -> Callable[[str, int, int], None]:
    def counted(origin: str, done: int, size: int) -> None:
        sizes[origin] = done
        step(done, size)

    return counted
