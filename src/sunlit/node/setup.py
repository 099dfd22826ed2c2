"""Making a node of homes, and adding one."""

from collections.abc import Sequence
from dataclasses import replace
from os.path import relpath
from pathlib import Path
from urllib.parse import urlsplit

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.decision.store import DecisionStore
from sunlit.node.place import NODE_FILE, Node
from sunlit.registry.home import Home


def make_node(
    root: Path, *, homes: Sequence[Path], name: str, operator: str, url: str,
    contact: str | None = None, database: str = "",
) -> Node:  # fmt: skip
    """Write the settings of a node of these homes; the trust file is not written here.

    Raises:
        VerificationError: `node.exists`, `node.operator`, `node.two-homes`.
        MalformedError: `node.url`.
        UnavailableError: `home.missing`, `home.cannot-write`.
    """
    if (root / NODE_FILE).exists():
        raise VerificationError(
            "node.exists", "there is a node here already", got=str(root),
            mend="sunlit node show --at DIR, or choose another directory",
        )  # fmt: skip
    node = Node(
        root=root, name=name, url=_url(url), operator=operator, contact=contact, database=database
    )
    for home in homes:
        node = _with(node, home)
    if operator not in node.homes:
        raise VerificationError(
            "node.operator", "whoever runs a node has a home on it",
            expected="one of " + ", ".join(sorted(node.homes)), got=operator,
        )  # fmt: skip
    node.save()
    return node


def add_home(node: Node, home: Path) -> Node:
    """Add a home to a node, on disk too.

    Raises:
        VerificationError: `node.two-homes`.
        UnavailableError: `home.missing`, `home.cannot-write`.
    """
    found = _with(node, home)
    found.save()
    return found


def add_decisions(node: Node, store: Path) -> Node:
    """Let people check the decisions of a store on the node, on disk too.

    Raises:
        UnavailableError: `store.*` where there is no decision store.
        VerificationError: `node.two-stores`.
    """
    found = DecisionStore.open(store)
    name = f"{found.organisation}#{found.use}"
    if name in node.decisions:
        raise VerificationError(
            "node.two-stores", f"the node looks in a store for {found.use!r} already",
            got=node.decisions[name],
        )  # fmt: skip
    place = relpath(store.resolve(), node.root.resolve())
    more = replace(node, decisions={**node.decisions, name: place})
    more.save()
    return more


def _with(node: Node, home: Path) -> Node:
    found = Home.open(home)
    if found.organisation in node.homes:
        raise VerificationError(
            "node.two-homes", f"{found.organisation} has a home on this node already",
            got=node.homes[found.organisation],
        )  # fmt: skip
    place = relpath(home.resolve(), node.root.resolve())
    return replace(node, homes={**node.homes, found.organisation: place})


def _url(url: str) -> str:
    parts = urlsplit(url)
    plain = not (parts.query or parts.fragment or parts.path.strip("/") or parts.username)
    if parts.scheme not in {"https", "http"} or not parts.hostname or not plain:
        raise MalformedError(
            "node.url", "this is no address of a website",
            expected="https://HOST, or http://localhost for trying things out", got=url,
        )  # fmt: skip
    return url.rstrip("/")
