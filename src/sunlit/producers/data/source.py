"""Opening a dataset: what the place names, its digest, and the SQL that reads it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.producers.data.rows_digest import rows_digest
from sunlit.producers.data.source_csv import (
    as_utf8,
    check_names,
    encoding_of,
    file_encoding,
    read_header,
    select_csv,
)
from sunlit.producers.data.source_database import select_duckdb, select_postgresql
from sunlit.producers.data.source_engine import DuckEngine
from sunlit.producers.data.source_jsonl import select_jsonl
from sunlit.producers.data.source_names import check_names_of
from sunlit.producers.data.source_opened import VIEW, Column, Facts, Source
from sunlit.producers.data.source_parquet import select_parquet
from sunlit.producers.data.source_place import DataFile, FilesPlace, TablePlace, read_place
from sunlit.producers.data.source_text import COLUMNS, decoded_whole
from sunlit.statement.hashing import Progress

__all__ = ["Column", "Source", "open_source"]

Select = Callable[[DuckEngine, Sequence[DataFile]], tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a dataset shall be read. `encoding` is Python's name, or None."""

    encoding: str | None
    delimiter: str | None
    skip_unread: bool


def open_source(
    place: str,
    *,
    progress: Progress | None = None,
    memory: str = "2GB",
    encoding: str | None = None,
    delimiter: str | None = None,
    skip_unread: bool = False,
) -> Source:
    """Open the dataset at `place`: a file, a folder, a glob, or a table of a database.

    `memory` bounds what DuckDB holds; the rest spills to temporary files. `encoding` is for
    CSV, JSONL and text that is not UTF-8, `delimiter` for CSV whose delimiter is not found out.
    With `skip_unread`, files that cannot be read are named in `unread` instead of being errors;
    finding them takes one more reading.

    Raises:
        MalformedError: `data.*`, `manifest.*`: what is wrong, with file and line, no value.
        VerificationError: `data.changed`.
        UnavailableError: `data.*`, `manifest.*`.
    """
    asked = Asked(encoding_of(encoding), _one_character(delimiter), skip_unread)
    kind = None if delimiter is None else "csv"
    found = read_place(place, kind=kind, lenient=skip_unread)
    engine = DuckEngine(memory)
    try:
        if isinstance(found, TablePlace):
            return _database(engine, found)
        digest = found.digest(progress)
        if not found.is_unchanged():
            raise VerificationError(
                "data.changed", f"{found.name!r} changed while it was read",
                mend="wait until nothing writes to it and try again",
            )  # fmt: skip
        return _opened(engine, found, digest, asked)
    except BaseException:
        engine.close()
        raise


def _one_character(delimiter: str | None) -> str | None:
    given = {"tab": "\t", "\\t": "\t"}.get(delimiter or "", delimiter)
    if given is not None and (len(given) != 1 or given in '"\r\n\0'):
        raise MalformedError(
            "data.delimiter", "a delimiter is one character",
            expected="such as ',' ';' '|' or tab",
        )  # fmt: skip
    return given


def _database(engine: DuckEngine, place: TablePlace) -> Source:
    select = select_duckdb if place.kind == "duckdb" else select_postgresql
    statement, names = select(engine, place)
    columns = _view(engine, statement, names)
    check_names_of(place.name, names)
    digest, rows = rows_digest(engine, VIEW, names)
    facts = Facts(
        name=place.name, digest={"sha256": digest}, shape="table", columns=columns, files=(),
        unread={}, size=0,
    )  # fmt: skip
    return Source(facts, engine, None, rows=rows)


def _view(engine: DuckEngine, statement: str, names: Sequence[str]) -> tuple[Column, ...]:
    with engine.reading():
        engine.connection.execute(f"CREATE VIEW {VIEW} AS {statement}")
        types = engine.connection.sql(f"SELECT * FROM {VIEW} LIMIT 0").types  # noqa: S608
    return tuple(Column(name, str(kind)) for name, kind in zip(names, types, strict=True))


def _opened(engine: DuckEngine, place: FilesPlace, digest: dict[str, str], asked: Asked) -> Source:
    unread = dict.fromkeys(place.others, "another kind of file")
    if place.kind == "text":
        documents = _documents(place.files, asked, unread)
        files, columns = [file for file, _ in documents], _TEXT
    else:
        documents = ()
        select = _selector(place.kind, asked)
        files = _readable(engine, place, select, asked, unread)
        columns = _view(engine, *select(engine, files))
        check_names_of(place.name, [one.name for one in columns])
    facts = Facts(
        name=place.name, digest=digest, shape="text" if place.kind == "text" else "table",
        columns=columns, files=tuple(one.name for one in files), unread=unread,
        size=sum(one.size for one in files),
    )  # fmt: skip
    return Source(facts, engine, place, documents)


_TEXT = tuple(Column(name, "BIGINT" if name == "part" else "VARCHAR") for name in COLUMNS)


def _selector(kind: str, asked: Asked) -> Select:
    if kind == "csv":
        return partial(_select_csv, asked=asked)
    if kind == "jsonl":
        return partial(select_jsonl, encoding=asked.encoding)
    return select_parquet


def _select_csv(
    engine: DuckEngine, files: Sequence[DataFile], *, asked: Asked
) -> tuple[str, tuple[str, ...]]:
    plain = [as_utf8(file, asked.encoding, engine) for file in files]
    headers = [read_header(file, asked.delimiter) for file in plain]
    return select_csv(engine, plain, headers)


def _documents(
    files: Sequence[DataFile], asked: Asked, unread: dict[str, str]
) -> tuple[tuple[DataFile, str], ...]:
    kept = []
    for file in files:
        encoding = file_encoding(file, asked.encoding)
        try:
            if asked.skip_unread:
                decoded_whole(file, encoding)
            kept.append((file, encoding))
        except SunlitError as error:
            unread[file.name] = str(error)
    return tuple(kept)


def _readable(
    engine: DuckEngine, place: FilesPlace, select: Select, asked: Asked, unread: dict[str, str]
) -> list[DataFile]:  # fmt: skip
    """Return the files that can be read to their end; without `skip_unread`, all of them."""
    if not asked.skip_unread:
        return list(place.files)
    kept = list[DataFile]()
    first: tuple[str, ...] = ()
    for file in place.files:
        try:
            statement, names = select(engine, [file])
            engine.run(f"SELECT bit_xor(hash(t)) FROM ({statement}) t")  # noqa: S608 - quoted
            _same_names(file, names, first or names, jsonl=place.kind == "jsonl")
        except SunlitError as error:
            unread[file.name] = str(error)
            continue
        first = first or names
        kept.append(file)
    if not kept:
        raise MalformedError(
            "data.malformed",
            "not one of the files can be read",
            got="; ".join(unread.values())[:400],
        )
    return kept


def _same_names(file: DataFile, names: Sequence[str], first: Sequence[str], *, jsonl: bool) -> None:
    if not jsonl:  # an object may lack keys
        check_names(file.name, names, first)
