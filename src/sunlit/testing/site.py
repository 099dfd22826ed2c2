"""A node's directory for tests, made of homes that are there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sunlit.node.place import Node

URL: Final = "https://node.example"


def make_node(
    root: Path, homes: Mapping[str, Path], *, operator: str, trust: bytes, url: str = URL,
    theme: Mapping[str, str] | None = None,
) -> Node:  # fmt: skip
    """Write `sunlit-node.json` and `trust.json` at `root`; homes below it are named relatively."""
    root.mkdir(parents=True, exist_ok=True)
    node = Node(
        root=root, name="Test node", url=url, operator=operator, theme=dict(theme or {}),
        homes={name: _relative(path, root) for name, path in homes.items()},
        contact="ai@node.example",
    )  # fmt: skip
    node.save()
    (root / "trust.json").write_bytes(trust)
    return node


def _relative(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
