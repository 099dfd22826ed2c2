"""`sunlit data find`: print what in a text or table looks like personal data, and where."""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from sunlit.base.errors import DOES_NOT_HOLD, HOLDS, UnavailableError

if TYPE_CHECKING:
    from sunlit.recognise.engine import Engine, Match

EPILOG: Final = """\b
Examples:
  sunlit data find letter.txt
  pbpaste | sunlit data find -
  sunlit data find notes/ --check
  sunlit data find people.csv --kind nhs-number --json

Prints the shape of each find, never the value, unless --show is given. Exit code: 0, or 1 with
--check if anything was found; 2 wrong usage; 3 could not find out.
"""
TABLES: Final = frozenset((".csv", ".tsv", ".parquet", ".pq", ".jsonl", ".ndjson"))


class _Find(NamedTuple):
    """A match, its text, and where it stands: file:line:character, or file:row:column."""

    place: str
    text: str
    match: "Match"
    where: dict[str, object]


@click.command(epilog=EPILOG)
@click.argument("place", metavar="PATH|-")
@click.option("--column", help="The name of the column that the text stands in: it is context.")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; may be given again.")
@click.option(
    "--recognisers", "own", multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of your own recognisers, beside the shipped ones.",
)  # fmt: skip
@click.option("--threshold", type=click.FloatRange(0, 1), default=0.5, show_default=True)
@click.option("--show", is_flag=True, help="Print the values themselves: personal data.")
@click.option("--check", is_flag=True, help="Exit with 1 if anything is found.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for each find.")
def command(
    *, place: str, column: str | None, kinds: tuple[str, ...], own: tuple[Path, ...],
    threshold: float, show: bool, check: bool, as_json: bool,
) -> None:  # fmt: skip
    """Print what in a text, a table or a folder of texts looks like personal data."""
    from sunlit.recognise.engine import Engine
    from sunlit.recognise.recognisers import load

    engine = Engine(load(*own), kinds=kinds or None, threshold=threshold)
    found = 0
    for one in _finds(engine, place, column):
        found += 1
        click.echo(_json(one, show=show) if as_json else _line(one, show=show))
    sys.exit(DOES_NOT_HOLD if check and found else HOLDS)


def _finds(engine: "Engine", place: str, column: str | None) -> Iterator[_Find]:
    if place == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        yield from _in_text(engine, "-", text, column)
        return
    path = Path(place)
    if path.suffix.lower() in TABLES:
        yield from _in_table(engine, place)
        return
    for file in filter(Path.is_file, sorted(path.rglob("*"))) if path.is_dir() else [path]:
        yield from _in_text(engine, str(file), _read(file), column)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise UnavailableError(
            "find.unreadable", f"{path.name!r} cannot be read", got=type(error).__name__
        ) from error


def _in_text(engine: "Engine", name: str, text: str, column: str | None) -> Iterator[_Find]:
    lines = [-1, *(at for at, letter in enumerate(text) if letter == "\n")]
    for match in engine.find(text, column=column):
        line = bisect_right(lines, match.start - 1)
        character = match.start - lines[line - 1]
        where: dict[str, object] = {"file": name, "line": line, "character": character}
        value = text[match.start : match.end]
        yield _Find(f"{name}:{line}:{character}", value, match, where)


def _in_table(engine: "Engine", place: str) -> Iterator[_Find]:
    from sunlit.producers.data.source import open_source

    with open_source(place) as source:
        first = 1
        for batch in source.batches():
            for name, values in zip(batch.schema.names, batch.columns, strict=True):
                yield from _in_column(engine, (place, name, first), _texts(values))
            first += batch.num_rows


def _texts(values: Any) -> list[str | None]:  # noqa: ANN401 - a pyarrow array
    return [None if one is None else str(one) for one in values.to_pylist()]


def _in_column(
    engine: "Engine", at: tuple[str, str, int], values: Sequence[str | None]
) -> Iterator[_Find]:
    place, name, first = at
    for row, match in engine.find_many(values, column=name):
        text = values[row] or ""
        where: dict[str, object] = {"file": place, "row": first + row, "column": name}
        value = text[match.start : match.end]
        yield _Find(f"{place}:{first + row}:{name}", value, match, where)


def _line(one: _Find, *, show: bool) -> str:
    return f"{one.place}\t{one.match.kind}\t{one.match.confidence:.2f}\t{_said(one, show=show)}"


def _json(one: _Find, *, show: bool) -> str:
    match = one.match
    document = {
        **one.where,
        "start": match.start,
        "end": match.end,
        "kind": match.kind,
        "category": match.category,
        "confidence": match.confidence,
        "value" if show else "shape": _said(one, show=show),
    }
    return json.dumps(document, ensure_ascii=True)


def _said(one: _Find, *, show: bool) -> str:
    from sunlit.recognise.shape import shape

    if not show:
        return shape(one.text)
    return one.text.encode("utf-8", "backslashreplace").decode().replace("\n", "\\n")
