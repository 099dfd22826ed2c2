"""Reading JSON that other tools wrote: bounded, hostile input refused, NaN read as not known."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from sunlit.base.errors import MalformedError

MAX_REPORT: Final = 256 * 1024 * 1024  # bytes of one report
MAX_LINE: Final = 8 * 1024 * 1024
MAX_LINES: Final = 2_000_000
MAX_DEPTH: Final = 100
MAX_VALUES: Final = 10_000_000  # in one document: an empty object takes 2 bytes, and 64 in memory
MALFORMED: Final = "foreign.malformed"
TOO_LARGE: Final = "foreign.too-large"
VERSION: Final = "foreign.unknown-version"
Node = Mapping[str, object]


def malformed(what: str, expected: str | None = None, got: str | None = None) -> MalformedError:
    """Return the error for a report that is not as its tool writes it. Never a value of it."""
    return MalformedError(
        MALFORMED, what, expected=expected, got=got,
        mend="import the file as the tool wrote it, whole and unchanged",
    )  # fmt: skip


def too_large(what: str, expected: str, got: str | None = None) -> MalformedError:
    """Return the error for a report, or a part of it, beyond a bound."""
    return MalformedError(
        TOO_LARGE, f"{what} is too large", expected=expected, got=got,
        mend="split the run: fewer probes or samples in each",
    )  # fmt: skip


def unknown_version(tool: str, got: str, known: str, mend: str) -> MalformedError:
    """Return the error for a version that this importer was not held against."""
    return MalformedError(
        VERSION, f"the {tool} report is of a version that is not known here",
        expected=known, got=got[:40], mend=mend,
    )  # fmt: skip


def read_object(data: bytes, what: str, *, limit: int = MAX_REPORT) -> Node:
    """Read one JSON object; NaN and infinities become None.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`.
    """
    if len(data) > limit:
        raise too_large(what, f"at most {limit} bytes", f"{len(data)} bytes")
    if sum(data.count(one) for one in (b",", b"[", b"{")) > MAX_VALUES:
        raise too_large(what, f"at most {MAX_VALUES} values")
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise malformed(f"{what} is no JSON", "JSON in UTF-8", type(error).__name__) from error
    if not isinstance(value, dict):
        raise malformed(f"{what} is no JSON object", "an object", type(value).__name__)
    if _is_deep(value):
        raise too_large(what, f"at most {MAX_DEPTH} levels")
    return value


def _is_deep(value: object) -> bool:
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for one in level
            for inner in _inside(one)
            if isinstance(inner, dict | list)
        ]  # fmt: skip
        if not level:
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def read_lines(data: bytes, what: str) -> Iterator[tuple[int, Node | None]]:
    """Yield the number and object of each line of JSON; None for a last line that is cut short.

    Raises:
        MalformedError: as `read_object`, for any line but the last.
    """
    if len(data) > MAX_REPORT:
        raise too_large(what, f"at most {MAX_REPORT} bytes", f"{len(data)} bytes")
    start, number = 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        whole = end >= 0
        line = data[start : end if whole else len(data)]
        start, number = start + len(line) + 1, number + 1
        if number > MAX_LINES:
            raise too_large(what, f"at most {MAX_LINES} lines")
        if not line.strip():
            continue
        try:
            yield number, read_object(line, f"line {number} of {what}", limit=MAX_LINE)
        except MalformedError:
            if whole:
                raise
            yield number, None


def inner(node: object, *path: str) -> Node:
    """Return the object at the path, an empty one where there is none."""
    for name in path:
        node = node.get(name) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else {}


def items(node: Node, name: str) -> list[object]:
    """Return a list, an empty one where there is none."""
    found = node.get(name)
    return found if isinstance(found, list) else []


def text(node: Node, name: str, most: int = 200) -> str:
    """Return a text of one line, cut at `most` characters; empty where there is none."""
    found = node.get(name)
    return printable(found, most) if isinstance(found, str) else ""


def printable(found: str, most: int = 200) -> str:
    """Return a text without control characters, cut at `most` characters."""
    return "".join(one if one.isprintable() else " " for one in found[: most * 2])[:most]


def count(node: Node, name: str) -> int | None:
    """Return a whole number of zero or more; None where there is none."""
    found = node.get(name)
    is_count = isinstance(found, int) and not isinstance(found, bool) and found >= 0
    return found if is_count and isinstance(found, int) else None


def moment(written: str) -> datetime | None:
    """Return a time to the second; one without a zone is taken as UTC. None where it is none."""
    try:
        found = datetime.fromisoformat(written).replace(microsecond=0)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
