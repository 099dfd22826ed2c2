"""Text files, each a document: streamed in parts that end at the end of a line.

Parts never overlap, and joined they are the document, so that a mask can be written back. HTML
and mail are read as they are written.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sunlit.producers.data.arrow import Batch
from sunlit.producers.data.source_csv import decoded
from sunlit.producers.data.source_place import DataFile

COLUMNS: Final = ("document", "part", "text")
MOST: Final = 1024 * 1024  # characters of one part
BATCH: Final = 4 * 1024 * 1024  # characters of one batch
ROWS: Final = 16_384


def parts(file: DataFile, encoding: str) -> Iterator[str]:
    """Yield a document in parts of at most about 1 MB, cut after a line's end where there is one.

    Raises:
        MalformedError: `data.encoding`, with file, line and byte.
    """
    held = ""
    for piece in decoded(file, encoding):
        held += piece
        while len(held) > MOST:
            at = held.rfind("\n", 0, MOST) + 1
            # Without a line's end, a space will do; without one, nothing is whole anyway.
            at = at or held.rfind(" ", 0, MOST) + 1 or MOST
            yield held[:at]
            held = held[at:]
    yield held


def decoded_whole(file: DataFile, encoding: str) -> None:
    """Make sure that a document can be read to its end.

    Raises:
        MalformedError: `data.encoding`, with file, line and byte.
    """
    for _ in decoded(file, encoding):
        pass


def text_batches(files: Sequence[tuple[DataFile, str]]) -> Iterator[Batch]:
    """Yield batches of (document, part, text) of files with their encodings.

    An empty file is one empty part.

    Raises:
        MalformedError: `data.encoding`, with file, line and byte.
    """
    names, numbers, texts, size = list[str](), list[int](), list[str](), 0
    for file, encoding in files:
        for number, text in enumerate(parts(file, encoding)):
            names.append(file.name)
            numbers.append(number)
            texts.append(text)
            size += len(text)
            if size >= BATCH or len(texts) >= ROWS:
                yield _batch(names, numbers, texts)
                names, numbers, texts, size = [], [], [], 0
    if texts:
        yield _batch(names, numbers, texts)


def _batch(names: list[str], numbers: list[int], texts: list[str]) -> Batch:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    columns = [
        pa.array(names, pa.string()),
        pa.array(numbers, pa.int64()),
        pa.array(texts, pa.string()),
    ]
    return pa.RecordBatch.from_arrays(columns, names=list(COLUMNS))
