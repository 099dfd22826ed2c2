"""Where it is known from which columns are needed: a model, a pipeline's list, provenance.

A pipeline's list is the first list of texts under `features`, `feature_names`, `columns` or
`inputs` in a JSON, TOML or YAML file, or assigned to such a name (in any case) at the top of a
Python file, which is read and never run. Provenance is SLSA v1 as an in-toto statement a line,
with such a list among its parameters.
"""

import ast
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

import yaml

from sunlit.base.errors import MalformedError
from sunlit.base.toml import parse_toml
from sunlit.claims.provenance import Provenance, Resource
from sunlit.producers.data.minimise_model import model_columns, unreadable
from sunlit.statement.intoto import Statement

KEYS: Final = ("features", "feature_names", "columns", "inputs")
MAX_LIST: Final = 4_000_000  # bytes
PROVENANCE: Final = Provenance.TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """The columns that are needed, and what says so: `model`, `pipeline`, ... or `declared`.

    `ignored` are inputs that the model takes and never looks at; `kind` is the model's.
    """

    columns: tuple[str, ...]
    used_by: str
    file: Resource | None = None
    kind: str | None = None
    ignored: tuple[str, ...] = ()


def used_by_model(path: Path) -> Used:
    """Return the columns that a model uses.

    Raises:
        MalformedError: `minimise.bad-model`, `minimise.no-names`, `minimise.unknown-model`.
        UnavailableError: `minimise.unreadable`.
    """
    found = model_columns(path)
    return Used(
        columns=found.used, used_by="model", file=_named(path), kind=found.kind,
        ignored=found.ignored,
    )  # fmt: skip


def used_by_pipeline(path: Path) -> Used:
    """Return the columns that a pipeline's file lists.

    Raises:
        MalformedError: `minimise.bad-list`.
        UnavailableError: `minimise.unreadable`.
    """
    readers: dict[str, Callable[[str], Any]] = {
        ".toml": parse_toml, ".py": _assigned, ".yaml": yaml.safe_load, ".yml": yaml.safe_load,
    }  # fmt: skip
    read = readers.get(path.suffix.lower(), json.loads)
    try:
        document = read(_text(path))
    except (ValueError, SyntaxError, RecursionError, yaml.YAMLError) as error:
        raise _bad(path) from error
    return Used(columns=_found(path, [document]), used_by="pipeline", file=_named(path))


def used_by_provenance(path: Path) -> Used:
    """Return the columns that the parameters of a training run list.

    Raises:
        MalformedError: `minimise.bad-list`, `statement.*`, `json.*`.
        UnavailableError: `minimise.unreadable`.
    """
    lines = [line for line in _text(path).encode().splitlines() if line.strip()]
    statements = [Statement.parse(line) for line in lines]
    builds = [
        Provenance.from_predicate(one.predicate).build_definition
        for one in statements
        if one.predicate_type == PROVENANCE
    ]
    parameters = [it for one in builds for it in (one.external_parameters, one.internal_parameters)]
    return Used(columns=_found(path, parameters), used_by="provenance", file=_named(path))


def _found(path: Path, documents: Iterable[object]) -> tuple[str, ...]:
    found = next((it for one in documents if (it := _list(one, 0)) is not None), None)
    if not found:
        raise _bad(path)
    return tuple(dict.fromkeys(found))


def _list(document: object, depth: int) -> list[str] | None:
    if not isinstance(document, Mapping) or depth > 8:
        return None
    named = {str(key).lower(): value for key, value in document.items()}
    for key in KEYS:
        value = named.get(key)
        if isinstance(value, list | tuple) and value and all(isinstance(it, str) for it in value):
            return [str(it) for it in value]
    inner = (_list(value, depth + 1) for value in document.values())
    return next((one for one in inner if one is not None), None)


def _assigned(text: str) -> dict[str, Any]:
    """Return the literals that a Python file assigns at its top; nothing of it runs."""
    found: dict[str, Any] = {}
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and target.id.lower() in KEYS and value is not None:
                found |= _literal(target.id, value)
    return found


def _literal(name: str, value: ast.expr) -> dict[str, Any]:
    try:
        return {name: ast.literal_eval(value)}
    except (ValueError, TypeError, SyntaxError):
        return {}  # it is computed: only running the file would tell


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_LIST:
            raise unreadable(path, f"more than {MAX_LIST} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise unreadable(path, error.strerror or "an error") from error
    except UnicodeDecodeError as error:
        raise _bad(path) from error


def _named(path: Path) -> Resource:
    with path.open("rb") as file:
        return Resource(name=path.name, digest={"sha256": file_digest(file, "sha256").hexdigest()})


def _bad(path: Path) -> MalformedError:
    return MalformedError(
        "minimise.bad-list", f"{path.name!r} lists no columns",
        expected=f"a list of names under {', '.join(KEYS)}", mend="name them with --used COLUMN",
    )  # fmt: skip
