"""`sunlit node`: make a node of homes that are there, show it, add an organisation's home."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.authority import FILE, FOLDER
from sunlit.cli.node_enrol import command as enrol
from sunlit.cli.node_invite import command as invite
from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.node.place import Node

EPILOG: Final = """\b
Examples:
  sunlit node new node --home office --home lab --operator office.example \\
    --url https://ai.office.example --trust trust.json --name "AI register of the office"
  sunlit node add-home council --at node
  sunlit node show --at node
"""


def at_option(function: click.decorators.FC) -> click.decorators.FC:
    """Add `--at` (also from SUNLIT_NODE)."""
    return click.option(
        "--at", "root", type=FOLDER, envvar="SUNLIT_NODE", default=Path(), show_default=True,
        help="The node's directory (or SUNLIT_NODE).",
    )(function)  # fmt: skip


@click.group(name="node", epilog=EPILOG)
def command() -> None:
    """Make a node: a website over the logs of one or many organisations."""


@command.command(epilog=EPILOG)
@click.argument("directory", type=FOLDER)
@click.option("--name", required=True, help="What the site is called, for people.")
@click.option("--home", "homes", type=FOLDER, multiple=True, required=True,
              help="An organisation's home; several times for several.")  # fmt: skip
@click.option("--operator", required=True, metavar="ORG", help="Who runs the node: one of them.")
@click.option("--url", required=True, help="Where people will reach it: https://...")
@click.option("--trust", type=FILE, required=True, help="The trust file by which it reads logs.")
@click.option("--contact", help="An address for people, shown on every page.")
@click.option("--database", default="", metavar="URL",
              help="postgresql://HOST/NAME, no password; else SQLite.")  # fmt: skip
@json_option
def new(  # noqa: PLR0913 - one option each
    directory: Path, *, name: str, homes: tuple[Path, ...], operator: str, url: str, trust: Path,
    contact: str | None, database: str, as_json: bool,
) -> None:  # fmt: skip
    """Write a node's settings into DIRECTORY; homes stay where they are."""
    from sunlit.node.setup import make_node

    node = make_node(
        directory, homes=homes, name=name, operator=operator, url=url, contact=contact,
        database=database,
    )  # fmt: skip
    shutil.copyfile(trust, directory / "trust.json")
    lines = [f"Made the node {name!r} in {directory} for {len(node.homes)} organisations.",
             f"Next: sunlit serve --at {directory}"]  # fmt: skip
    emit(_document(node), lines, as_json=as_json)


@command.command(name="add-home", epilog="\b\nExample:\n  sunlit node add-home council --at node")
@click.argument("home", type=FOLDER)
@at_option
@json_option
def add_home(home: Path, *, root: Path, as_json: bool) -> None:
    """Add an organisation's HOME to the node; a server has to be started again to see it."""
    from sunlit.node.place import Node
    from sunlit.node.setup import add_home as add

    node = add(Node.open(root), home)
    emit(_document(node), [f"The node has {len(node.homes)} organisations now.",
                           "Start its server again."], as_json=as_json)  # fmt: skip


@command.command(
    name="add-decisions", epilog="\b\nExample:\n  sunlit node add-decisions decisions --at node"
)
@click.argument("store", type=FOLDER)
@at_option
@json_option
def add_decisions(store: Path, *, root: Path, as_json: bool) -> None:
    """Let people check the decisions in STORE on the node, by code and date of their letter."""
    from sunlit.node.place import Node
    from sunlit.node.setup import add_decisions as add

    node = add(Node.open(root), store)
    emit(_document(node) | {"decisions": dict(node.decisions)},
         [f"The node looks in {len(node.decisions)} decision stores now.",
          "Start its server again."], as_json=as_json)  # fmt: skip


@command.command(epilog="\b\nExample:\n  sunlit node show --at node")
@at_option
@json_option
def show(*, root: Path, as_json: bool) -> None:
    """Show the node: its address, its organisations and how far their logs are."""
    from sunlit.cli.authority import now
    from sunlit.node.place import Node

    node = Node.open(root)
    version = node.trust(now()).version
    sizes = {home.organisation: home.reader().checkpoint.size for home in node.all_homes()}
    lines = [f"{node.name}: {node.url}", f"  run by {node.operator}, trust file version {version}",
             f"  database: {node.database or 'SQLite files beside the settings'}"]  # fmt: skip
    lines += [f"  {name}: {size} entries, {node.homes[name]}" for name, size in sizes.items()]
    emit(_document(node) | {"sizes": sizes, "trust": version}, lines, as_json=as_json)


def _document(node: "Node") -> dict[str, object]:
    return {"name": node.name, "url": node.url, "operator": node.operator,
            "homes": dict(node.homes), "database": node.database}  # fmt: skip


command.add_command(enrol)
command.add_command(invite)
