"""Parquet: leaves of structs by dotted name; lists, maps and other nests as JSON text."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sunlit.base.errors import MalformedError
from sunlit.producers.data.source_csv import check_names
from sunlit.producers.data.source_engine import DuckEngine, literal, quoted
from sunlit.producers.data.source_names import unique_names
from sunlit.producers.data.source_place import DataFile

NESTED = frozenset({"list", "array", "map", "union"})
DEEPEST: Final = 100  # structs within one another


def select_parquet(engine: DuckEngine, files: Sequence[DataFile]) -> tuple[str, tuple[str, ...]]:
    """Return the SQL that reads all files, in their order, and the names of its columns.

    Raises:
        MalformedError: `data.schema-differs`, `data.malformed`, each naming the file.
    """
    links = [engine.link(file.path, file.name) for file in files]
    first: tuple[str, ...] = ()
    for file, link in zip(files, links, strict=True):
        names = tuple(
            row[0] for row in engine.run(f"DESCRIBE FROM read_parquet([{literal(link)}])")
        )
        first = first or names
        check_names(file.name, names, first)
    listed = ", ".join(map(literal, links))
    source = f"read_parquet([{listed}], union_by_name={str(len(links) > 1).lower()})"
    return flattened(engine, source)


def flattened(engine: DuckEngine, source: str) -> tuple[str, tuple[str, ...]]:
    """Return the SQL that reads `source` (as it stands after FROM) without nests, and its names."""
    with engine.reading():
        relation = engine.connection.sql(f"SELECT * FROM {source}")  # noqa: S608 - quoted by callers
        pairs = list(zip(relation.columns, relation.types, strict=True))
    leaves = [leaf for name, kind in pairs for leaf in _leaves(name, quoted(name), kind)]
    names = unique_names(name for name, _ in leaves)
    chosen = ", ".join(
        f"{expression} AS {quoted(name)}"
        for name, (_, expression) in zip(names, leaves, strict=True)
    )
    return f"SELECT {chosen} FROM {source}", names  # noqa: S608 - quoted


def _leaves(
    name: str, expression: str, kind: Any, depth: int = 0  # noqa: ANN401 - DuckDB's type
) -> Iterator[tuple[str, str]]:  # fmt: skip
    if depth > DEEPEST:
        raise MalformedError(
            "data.malformed", "the dataset cannot be read",
            expected=f"at most {DEEPEST} structs within one another",
            got="columns nested too deeply", mend="flatten its structs",
        )  # fmt: skip
    if kind.id == "struct":
        for inner, below in kind.children:
            yield from _leaves(
                f"{name}.{inner}", f"struct_extract({expression}, {literal(inner)})", below,
                depth + 1,
            )  # fmt: skip
    elif kind.id in NESTED or kind.id == "json":
        text = f"CAST(to_json({expression}) AS VARCHAR)"
        yield name, f"CASE WHEN {expression} IS NULL THEN NULL ELSE {text} END"
    else:
        yield name, expression
