"""CSV and TSV as text, exactly as written: delimiters found out, encodings never guessed.

A field with nothing in it is null, a quoted empty one (`""`) is an empty text, and every other
field is the text between its delimiters: `007` stays `007`, and `NULL` is a text of four letters.
The first line is the header.
"""

import codecs
import csv
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.producers.data.source_engine import DuckEngine, literal, quoted
from sunlit.producers.data.source_names import check_first, unique_names
from sunlit.producers.data.source_place import DataFile
from sunlit.producers.data.source_records import is_plain, to_parquet
from sunlit.statement.hashing import unreadable

DELIMITERS: Final = ",;\t|"
NONE: Final = "\x1f"  # the delimiter of a table of one column, whose text may hold the others
LOOK: Final = 256 * 1024  # characters of a file that say what its delimiter is
RECORDS: Final = 100
ZEROS: Final = 4096  # characters at the beginning of a file, of which few may be NUL
CHUNK: Final = 1024 * 1024
MOST_COLUMNS: Final = 10_000
UTF8: Final = "utf-8"
ENCODINGS: Final = {
    "utf-8": UTF8, "utf8": UTF8, "utf-16": "utf-16", "utf16": "utf-16",
    "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be", "latin-1": "latin-1",
    "latin1": "latin-1", "iso-8859-1": "latin-1", "windows-1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What a file's first lines say: its names as they shall be called, and its delimiter."""

    names: tuple[str, ...]
    delimiter: str


def encoding_of(asked: str | None) -> str | None:
    """Return Python's name of an encoding, None for UTF-8 or what a byte order mark says.

    Raises:
        MalformedError: `data.encoding`.
    """
    if asked is None:
        return None
    if asked.lower() not in ENCODINGS:
        raise MalformedError(
            "data.encoding", "that encoding is not read",
            expected="utf-8, utf-16, utf-16-le, utf-16-be, latin-1 or windows-1252",
            mend="convert the files to UTF-8",
        )  # fmt: skip
    return ENCODINGS[asked.lower()]


def file_encoding(file: DataFile, asked: str | None) -> str:
    """Return the encoding to read a file in: the one asked for, else UTF-16 with its mark, UTF-8.

    Raises:
        UnavailableError: `manifest.unreadable`.
    """
    if asked is not None:
        return asked
    try:
        with file.path.open("rb") as handle:
            start = handle.read(2)
    except OSError as error:
        raise unreadable(file.name, error) from error
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else UTF8


def as_utf8(
    file: DataFile, encoding: str | None, engine: DuckEngine, *, marked: bool = True
) -> DataFile:
    """Return the file, or a copy in UTF-8 in the temporary folder when it is in another encoding.

    With `marked`, UTF-8 with a byte order mark will do as it is.

    Raises:
        MalformedError: `data.encoding`, with the byte.
    """
    encoding = file_encoding(file, encoding)
    if encoding == UTF8 and (marked or not _is_marked(file)):
        return file
    encoding = "utf-8-sig" if encoding == UTF8 else encoding
    made = engine.folder / f"utf8-{engine.next_number():06d}"
    with made.open("w", encoding=UTF8, newline="") as out:
        for text in decoded(file, encoding):
            out.write(text)
    return DataFile(file.name, made, made.stat().st_size)


def _is_marked(file: DataFile) -> bool:
    with file.path.open("rb") as handle:
        return handle.read(3) == codecs.BOM_UTF8


def decoded(file: DataFile, encoding: str) -> Iterator[str]:
    """Yield a file's text in pieces, strictly decoded.

    Raises:
        MalformedError: `data.encoding`, with the byte and the line.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = lines = 0
    with file.path.open("rb") as handle:
        while True:
            data = handle.read(CHUNK)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].count(b"\n")
                raise _wrong_byte(
                    file.name, encoding, done - held + error.start, lines + before + 1
                ) from None
            except UnicodeError:  # no byte order mark
                raise _two_bytes(file.name, "has no byte order mark") from None
            if not done and _is_wide(text):
                raise _two_bytes(file.name, "holds many zero bytes, as UTF-16 does")
            done += len(data)
            lines += data.count(b"\n")
            if text:
                yield text
            if not data:
                return


def _is_wide(text: str) -> bool:
    # UTF-16 without a mark may well be UTF-8, of a zero and a letter in turns: nothing is found.
    zeros = text.count("\0", 0, ZEROS)
    return zeros >= 8 and zeros * 10 > len(text[:ZEROS])


def _two_bytes(name: str, why: str) -> MalformedError:
    return MalformedError(
        "data.encoding", f"{name!r} {why}",
        mend="say which encoding with --encoding: utf-16-le (Windows) or utf-16-be",
    )  # fmt: skip


def _wrong_byte(name: str, encoding: str, byte: int, line: int) -> MalformedError:
    shown = {"cp1252": "windows-1252", "utf-8-sig": "utf-8"}.get(encoding, encoding).upper()
    return MalformedError(
        "data.encoding", f"{name!r}, line {line} is not {shown}: byte {byte}",
        mend="say which encoding with --encoding, for example windows-1252",
    )  # fmt: skip


def read_header(file: DataFile, delimiter: str | None) -> Header:
    """Find the delimiter and the names of a file in UTF-8.

    Raises:
        MalformedError: `data.header`, `data.names-are-values`, `data.encoding`.
    """
    text = _beginning(file)
    if delimiter is None:
        delimiter = "\t" if file.name.lower().endswith((".tsv", ".tab")) else _delimiter(text)
    records = _records(text, delimiter)
    names = next(iter(records), [])
    if not names or len(names) > MOST_COLUMNS:
        raise MalformedError(
            "data.header", f"{file.name!r} has no header that can be read",
            expected=f"a first line of 1 to {MOST_COLUMNS} names",
            mend="add a line with the columns' names",
        )  # fmt: skip
    if any("\0" in one for one in names):
        raise _two_bytes(file.name, "has a header with zero bytes")
    check_first(file.name, records)
    return Header(unique_names(names), delimiter)


def _beginning(file: DataFile) -> str:
    text = next(decoded(file, "utf-8-sig"), "")[:LOOK]
    # The last line may be cut; it says nothing then, unless it is the only one.
    return text if len(text) < LOOK or "\n" not in text else text[: text.rindex("\n") + 1]


def _records(text: str, delimiter: str) -> list[list[str]]:
    found = list[list[str]]()
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            found.append(record)
            if len(found) > RECORDS:
                break
    except csv.Error:  # a cut quote at the end, or a field of more than 128 kB
        return found
    return [one for one in found if one]


def _delimiter(text: str) -> str:
    scores = dict[str, tuple[float, int]]()
    for one in DELIMITERS:
        records = _records(text, one)
        width = len(records[0]) if records else 1
        if width > 1:
            alike = sum(len(record) == width for record in records)
            scores[one] = (alike / len(records), width)
    return max(scores, key=lambda one: scores[one]) if scores else NONE


def select_csv(
    engine: DuckEngine, files: Sequence[DataFile], headers: Sequence[Header]
) -> tuple[str, tuple[str, ...]]:
    """Return the SQL that reads all files, in their order, and the names of its columns.

    Raises:
        MalformedError: `data.schema-differs`, naming the file.
    """
    names = headers[0].names
    for file, header in zip(files, headers, strict=True):
        check_names(file.name, header.names, names)
    parts = []
    pairs = zip(files, headers, strict=True)
    for (header, plain), group in itertools.groupby(pairs, key=_alike):
        if plain:
            links = [engine.link(file.path, file.name) for file, _ in group]
            parts.append(_select(links, header, names))
        else:
            parts += [_select_odd(engine, file, header, names) for file, _ in group]
    return " UNION ALL ".join(parts), names


def _alike(pair: tuple[DataFile, Header]) -> tuple[Header, bool]:
    file, header = pair
    return header, not any(set(one) & {"\r", "\n"} for one in header.names) and is_plain(file)


def _select_odd(engine: DuckEngine, file: DataFile, header: Header, names: Sequence[str]) -> str:
    made = engine.folder / f"rows-{engine.next_number():06d}.parquet"
    to_parquet(file, decoded(file, "utf-8-sig"), header.delimiter, len(header.names), made)
    link = literal(engine.link(made, file.name))
    return f"SELECT {_chosen(header, names)} FROM read_parquet([{link}])"  # noqa: S608 - quoted


def _chosen(header: Header, names: Sequence[str]) -> str:
    inner = {name: f"c{number}" for number, name in enumerate(header.names)}
    return ", ".join(f"{inner[name]} AS {quoted(name)}" for name in names)


def check_names(file: str, found: Sequence[str], expected: Sequence[str]) -> None:
    """Refuse a file whose columns are not, by name, those of the first file.

    Raises:
        MalformedError: `data.schema-differs`.
    """
    if set(found) != set(expected):
        raise MalformedError(
            "data.schema-differs", f"{file!r} has other columns than the first file",
            got=_odd(set(found), set(expected)),
            mend="name the files that belong together with a glob, or look at each by itself",
        )  # fmt: skip


def _odd(found: set[str], expected: set[str]) -> str:
    odd, alike = sorted(found ^ expected), found & expected
    if len(alike) * 2 < min(len(found), len(expected)):  # one may have values for names
        return f"{len(alike)} of {len(expected)} names are alike"
    return "not in both: " + ", ".join(map(repr, odd[:5]))


def _select(links: Sequence[str], header: Header, names: Sequence[str]) -> str:
    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(header.names)))
    files = ", ".join(literal(link) for link in links)
    return (
        f"SELECT {_chosen(header, names)} FROM read_csv([{files}], auto_detect=false, "  # noqa: S608 - quoted
        f"header=true, delim={literal(header.delimiter)}, quote='\"', escape='\"', "
        f"columns={{{columns}}}, allow_quoted_nulls=false, "
        "strict_mode=true, compression='none')"
    )
