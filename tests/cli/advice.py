"""Find every piece of advice in the product that names a `sunlit` command."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import sunlit
from sunlit.cli.main import COMMANDS

ROOT: Final = Path(sunlit.__file__).parent
CATALOG: Final = ROOT / "rubric" / "data" / "core-catalog.json"
# Where an f-string puts a value that has to be one of a few words.
VALUES: Final = {"gap.lacking[0]": "M4", "role": "maintainer"}
_COMMAND: Final = re.compile(rf"(?<![\w./-])(`?)sunlit ({'|'.join(COMMANDS)})\b")
_ENDS: Final = re.compile(r", |; | > |\n|\.$")


@dataclass(frozen=True, slots=True)
class Advice:
    """One text, and where it stands."""

    where: str
    text: str


def commands(text: str) -> tuple[str, ...]:
    """Return the commands in a text, each from `sunlit` to the next pause or backtick."""
    found = []
    for match in _COMMAND.finditer(text):
        rest = text[match.start() + len(match[1]) :]
        found.append(rest.split("`")[0] if match[1] else _ENDS.split(rest)[0])
    return tuple(found)


def from_catalog() -> Iterator[Advice]:
    """Yield every control's way to mend."""
    catalog = json.loads(CATALOG.read_text(encoding="utf-8"))["catalog"]
    for group in catalog["groups"]:
        for control in group["controls"]:
            for prop in control["props"]:
                if prop["name"] == "mend":
                    yield Advice(control["id"], prop["value"])


@cache
def from_source() -> tuple[Advice, ...]:
    """Return what is passed as `mend=` anywhere, and every "Next: sunlit ..."."""
    found: list[Advice] = []
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "mend=" in text or "Next: sunlit" in text:
            found.extend(_advice(path, ast.parse(text)))
    return tuple(found)


def _advice(path: Path, tree: ast.Module) -> Iterator[Advice]:
    nodes = list(ast.walk(tree))
    names = _imported(nodes) | dict(_constants(tree))
    inner = {id(part) for one in nodes if isinstance(one, ast.JoinedStr) for part in one.values}
    for node in nodes:
        if id(node) in inner:
            continue
        where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.keyword) and node.arg == "mend":
            yield from (Advice(where, text) for text in _texts(node.value, names))
        elif isinstance(node, ast.Constant | ast.JoinedStr):
            yield from (
                Advice(where, text) for text in _texts(node, names) if "Next: sunlit" in text
            )


@cache
def _said(module: str) -> dict[str, str]:
    """Return the texts that a module of ours names; none of a package or of another's module."""
    path = ROOT.parent.joinpath(*module.split(".")).with_suffix(".py")
    if not module.startswith("sunlit.") or not path.is_file():
        return {}
    return dict(_constants(ast.parse(path.read_bytes())))


def _imported(nodes: list[ast.AST]) -> dict[str, str]:
    """Return the texts that `from module import NAME` brings."""
    return {
        one.asname or one.name: said[one.name]
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module
        for one in node.names
        if one.name.isupper()
        for said in [_said(node.module)]
        if one.name in said
    }


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def _texts(node: ast.expr, names: dict[str, str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in names:
            yield names[name]
        case ast.JoinedStr(values=parts):
            yield "".join(_part(part, names) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield "".join((*_texts(left, names), *_texts(right, names)))
        case _:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    yield from _texts(child, names)


def _part(part: ast.expr, names: dict[str, str]) -> str:
    if isinstance(part, ast.FormattedValue):
        source = ast.unparse(part.value)
        return names.get(source) or VALUES.get(source, "VALUE")
    return str(part.value) if isinstance(part, ast.Constant) else ""
