"""What another register's file holds: records as they were found, bounded, blanks as blanks.

Text is taken word for word, markup included. Three things are not:

- a text that no log entry holds is cut;
- characters that no text has (controls, halves of surrogate pairs) become U+FFFD;
- what only leads to a person (`contact_email` and its like) stays out: a log forgets nothing.

Each field so treated is named in `cut`.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sunlit.base.errors import MalformedError

MAX_FILE: Final = 64 * 1024 * 1024  # bytes, after unpacking
MAX_RECORDS: Final = 100_000
MAX_FIELDS: Final = 200
MAX_NAME: Final = 200  # characters of a field's name, an id, a title
MAX_TEXT: Final = 8_000  # characters of one field
MAX_RECORD: Final = 40_000  # bytes of all fields: base64 and the rest still fit an entry
GZIP: Final = b"\x1f\x8b"
BLANKS: Final = frozenset({"", "[]", "<p></p>", "<p><br></p>", "<div></div>"})
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MEND: Final = "take the file as its publisher offers it, whole and unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """One record as the file has it. `record` tells it apart in its register."""

    record: str
    title: str
    publisher: str
    published_on: str | None
    fields: Mapping[str, str]
    blanks: tuple[str, ...]
    cut: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRegister:
    """A file's records. `source` and `licence` are what the publisher says, where known."""

    register: str
    records: tuple[FoundRecord, ...]
    source: str
    licence: str


def unpacked(data: bytes) -> bytes:
    """Return the file as it was published: unpacked where it is gzip, never over MAX_FILE.

    Raises:
        MalformedError: `import.too-big`, `import.encoding`.
    """
    if data.startswith(GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MAX_FILE + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise MalformedError(
                "import.encoding", "the file begins as gzip and cannot be unpacked", mend=MEND
            ) from error
    if len(data) > MAX_FILE:
        raise MalformedError(
            "import.too-big", "the file is too large", expected=f"at most {MAX_FILE} bytes",
            mend="split it: each part with the same header",
        )  # fmt: skip
    return data


def text_of(data: bytes) -> str:
    """Return the file's text; a byte order mark is left out.

    Raises:
        MalformedError: `import.encoding`, naming the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MalformedError(
            "import.encoding", f"line {line} is no UTF-8", expected="text in UTF-8",
            mend="save it as UTF-8, or take the file as its publisher offers it",
        ) from error  # fmt: skip


def record_of(
    found: Mapping[str, str], *, record: str, title: str, publisher: str,
    published_on: str | None = None, left_out: Iterable[str] = (),
) -> FoundRecord:  # fmt: skip
    """Return a record from what its fields hold: blanks apart, bounded, personal fields left out.

    `left_out` names the fields of which only it is said that they were filled in.
    """
    personal = frozenset(left_out)
    blanks = tuple(name for name, text in found.items() if is_blank(text))
    filled = {name: text for name, text in found.items() if not is_blank(text)}
    kept = {name: _text(text) for name, text in filled.items() if name not in personal}
    kept = _bounded(kept)
    return FoundRecord(
        record=_name(record), title=_name(title), publisher=_name(publisher),
        published_on=published_on or None, fields=kept, blanks=blanks,
        cut=tuple(name for name, text in filled.items() if kept.get(name) != text),
    )  # fmt: skip


def is_blank(text: str) -> bool:
    """Tell whether nobody filled this in."""
    return text.strip() in BLANKS


def told_apart(records: Iterable[FoundRecord]) -> tuple[FoundRecord, ...]:
    """Give records of one name a number each, in the order of the file."""
    seen: dict[str, int] = {}
    apart = []
    for one in records:
        seen[one.record] = number = seen.get(one.record, 0) + 1
        apart.append(one if number == 1 else replace(one, record=f"{one.record}~{number}"))
    return tuple(apart)


def expect_count(count: int, what: str, most: int) -> None:
    """Refuse more records or fields than a register has.

    Raises:
        MalformedError: `import.too-big`.
    """
    if count > most:
        raise MalformedError(
            "import.too-big", f"the file has too many {what}", expected=f"at most {most}",
            got=str(count), mend=MEND,
        )  # fmt: skip


def _text(text: str) -> str:
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)[:MAX_TEXT]


def _name(text: str) -> str:
    return " ".join(_NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text).split())[:MAX_NAME]


def _bounded(fields: dict[str, str]) -> dict[str, str]:
    """Cut the longest texts to half until all of them fit."""
    size = {name: len(name.encode()) + len(text.encode()) for name, text in fields.items()}
    while sum(size.values()) > MAX_RECORD:
        longest = max(size, key=lambda name: size[name])
        fields[longest] = fields[longest][: len(fields[longest]) // 2]
        size[longest] = len(longest.encode()) + len(fields[longest].encode())
    return fields
