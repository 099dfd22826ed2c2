r"""CSV that DuckDB's reader loses rows of without a word, read record by record instead.

DuckDB 1.5 takes the end of a line from what it sees first. Where lines end in more than one way,
with `\r` alone, or where a name in the header holds a line's end, it may give fewer rows and no
error (thousands of made-up files showed it; of files that are `is_plain` none did). Those files
are read here, by RFC 4180 and strictly, into a Parquet file of texts in the temporary folder.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import MalformedError
from sunlit.producers.data.source_place import DataFile
from sunlit.statement.hashing import unreadable

CHUNK: Final = 1024 * 1024
MOST: Final = 16 * 1024 * 1024  # characters of one record
ROWS: Final = 16_384  # of one batch
SIZE: Final = 4 * 1024 * 1024  # characters of one batch, about
MEND: Final = "mend or leave out that file; --skip-unread reads the others and says so"
WIDE: Final = "a row with another number of values than the header"
OPEN: Final = "a quote that is not closed, or text after a closing quote"
LONG: Final = "a row of more than 16 MB"
Record = list[str | None]


def is_plain(file: DataFile) -> bool:
    r"""Say whether all lines end alike, with `\n` or with `\r\n`, and the first is not empty.

    Raises:
        UnavailableError: `manifest.unreadable`.
    """
    returns = feeds = pairs = 0
    last = b""
    try:
        with file.path.open("rb") as handle:
            starts = handle.read(4).removeprefix(b"\xef\xbb\xbf")[:1]
            handle.seek(0)
            while data := handle.read(CHUNK):
                returns += data.count(b"\r")
                feeds += data.count(b"\n")
                if returns:
                    pairs += data.count(b"\r\n") + (last == b"\r" and data[:1] == b"\n")
                last = data[-1:]
    except OSError as error:
        raise unreadable(file.name, error) from error
    return starts not in {b"\r", b"\n"} and (not returns or returns == feeds == pairs)


def records(name: str, texts: Iterator[str], delimiter: str) -> Iterator[Record]:
    """Yield the records of a CSV file; null is a field with nothing in it, "" a quoted empty one.

    A line with nothing in it is a record of one null. `name` is the file's, for errors.

    Raises:
        MalformedError: `data.malformed`, with the number of the record.
    """
    one = re.escape(delimiter)
    field = re.compile(
        rf'(?:"((?:[^"]++|"")*+)"|([^"{one}\r\n][^{one}\r\n]*+)|)({one}|\r\n|\r|\n|\Z)'
    )
    number, held, is_last = 0, "", False
    while not is_last:
        more = next(texts, None)
        is_last = more is None
        held += more or ""
        at = 0
        while True:
            found = _record(field, delimiter, held, at, is_last=is_last)
            if found is None:
                break
            number, at = number + 1, found[1]
            yield found[0]
        held = held[at:]
        if held and (is_last or len(held) > MOST):
            raise _wrong(name, number + 1, OPEN if is_last else LONG)


def _record(
    field: re.Pattern[str], delimiter: str, text: str, at: int, *, is_last: bool
) -> tuple[Record, int] | None:
    """Return the record that begins there and where the next begins; None if it is not whole."""
    record: Record = []
    size = len(text)
    while at < size or record:
        found = field.match(text, at)
        # What ends where the text does may go on: another quote, the rest of a \r\n.
        if found is None or (found.end() == size and not is_last):
            return None
        inside, plain, end = found.groups()
        record.append(plain if inside is None else inside.replace('""', '"'))
        at = found.end()
        if end != delimiter:
            return record, at
    return None


def _wrong(name: str, number: int, why: str) -> MalformedError:
    return MalformedError(
        "data.malformed", f"{name!r}, record {number} (the header is the first) cannot be read",
        got=why, mend=MEND,
    )  # fmt: skip


def to_parquet(
    file: DataFile, texts: Iterator[str], delimiter: str, width: int, made: Path
) -> None:
    """Write the rows below the header as texts, in columns `c0`, `c1`, ...

    Raises:
        MalformedError: `data.malformed`, with the number of the record; `data.encoding`.
    """
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    schema = pa.schema([(f"c{number}", pa.string()) for number in range(width)])
    with parquet.ParquetWriter(made, schema, compression="lz4") as writer:
        for rows in _batches(_rows(file.name, records(file.name, texts, delimiter), width)):
            columns: Any = [pa.array(one, pa.string()) for one in zip(*rows, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _rows(name: str, every: Iterator[Record], width: int) -> Iterator[Record]:
    is_header = True
    for number, record in enumerate(every, start=1):
        if record == [None] and (width > 1 or is_header):
            continue  # a blank line
        if len(record) == width + 1 and record[-1] is None:
            record.pop()  # a delimiter at the end of the line, as DuckDB takes it
        if len(record) != width:
            raise _wrong(name, number, WIDE)
        if not is_header:
            yield record
        is_header = False


def _batches(rows: Iterator[Record]) -> Iterator[list[Record]]:
    held, size = list[Record](), 0
    for row in rows:
        held.append(row)
        size += sum(len(one) for one in row if one)
        if len(held) >= ROWS or size >= SIZE:
            yield held
            held, size = [], 0
    if held:
        yield held
