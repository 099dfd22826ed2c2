"""JSON Lines, one object a line: every value as text, a nest as JSON text, a missing key as null.

Texts are as written between their quotes; whole numbers digit for digit; decimals in the
shortest form that means the same (`1.10` is read as `1.1`).
"""

import json
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.producers.data.source_csv import as_utf8, decoded
from sunlit.producers.data.source_engine import DuckEngine, literal, quoted
from sunlit.producers.data.source_names import unique_names
from sunlit.producers.data.source_place import DataFile
from sunlit.statement.hashing import unreadable

DEEPEST: Final = 1000  # objects and lists within one another
LONGEST: Final = 32 * 1024 * 1024  # bytes of a line; DuckDB refuses objects of more than 16 MB
_TEXTS: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_NESTS: Final = re.compile(rb"[][{}]")


def select_jsonl(
    engine: DuckEngine, files: Sequence[DataFile], *, encoding: str | None = None
) -> tuple[str, tuple[str, ...]]:
    """Return the SQL that reads all files, in their order, and the names of its columns.

    `encoding` is Python's name, None for UTF-8 or what a byte order mark says.

    Raises:
        MalformedError: `data.malformed`, `data.encoding`, with file and line.
    """
    files = [as_utf8(file, encoding, engine, marked=False) for file in files]
    for file in files:
        _check_depth(file)
    links = [engine.link(file.path, file.name) for file in files]
    objects = f"read_ndjson_objects([{', '.join(map(literal, links))}])"
    keys = _keys(engine, objects, files)
    names = unique_names(keys)
    if len({one.casefold() for one in keys}) == len(keys) and "" not in keys:
        columns = ", ".join(f"{literal(one)}: 'VARCHAR'" for one in keys)
        listed = ", ".join(map(literal, links))
        source = f"read_ndjson([{listed}], columns={{{columns}}})"
        inner = [quoted(one) for one in keys]
    else:  # DuckDB cannot tell columns apart by case
        source = objects
        inner = [f"json_extract_string(json, {literal(_pointer(one))})" for one in keys]
    chosen = ", ".join(
        f"{expression} AS {quoted(name)}" for expression, name in zip(inner, names, strict=True)
    )
    return f"SELECT {chosen} FROM {source}", names  # noqa: S608 - quoted


def _keys(engine: DuckEngine, objects: str, files: Sequence[DataFile]) -> list[str]:
    try:
        found = engine.run(
            f"SELECT DISTINCT json_type(json), json_keys(json) FROM {objects}"  # noqa: S608 - quoted
        )
    except MalformedError:
        for file in files:
            check_lines(file)
        raise
    if any(kind != "OBJECT" for kind, _ in found):
        for file in files:
            check_lines(file)
    # The longest object comes first, in its own order; what others add follows by name.
    lists = sorted((keys for _, keys in found), key=lambda keys: (-len(keys), keys))
    if any(len(set(keys)) < len(keys) or any("\0" in key for key in keys) for keys in lists):
        raise MalformedError(  # DuckDB would take one value and lose the other
            "data.malformed", f"{files[0].name!r} or a file beside it cannot be read",
            got="an object with a key that stands twice, or that holds a zero byte",
            mend="give each value of an object a key of its own",
        )  # fmt: skip
    longest = list(lists[0]) if lists else []
    rest = {key for keys in lists for key in keys} - set(longest)
    if not longest and not rest:
        raise MalformedError(
            "data.header", f"{files[0].name!r} holds no object with a key",
            expected="one JSON object a line",
        )  # fmt: skip
    return [*longest, *sorted(rest)]


def check_lines(file: DataFile) -> None:
    """Find the line that is no JSON object; a second, slower look for the error's sake.

    Raises:
        MalformedError: `data.malformed`, `data.encoding`, with file and line.
    """
    for _ in decoded(file, "utf-8-sig"):
        pass
    with file.path.open(encoding="utf-8-sig", newline="\n") as handle:
        for number, line in enumerate(handle, start=1):
            if line.strip() and not _is_object(line):
                raise MalformedError(
                    "data.malformed", f"{file.name!r}, line {number} cannot be read",
                    expected="one JSON object a line",
                    mend="mend or leave out that file; --skip-unread reads the others and says so",
                )  # fmt: skip


def _check_depth(file: DataFile) -> None:
    """Refuse a line that nests so deeply that DuckDB 1.5 would end with a segmentation fault."""
    try:
        with file.path.open("rb") as handle:
            for number, line in enumerate(iter(lambda: handle.readline(LONGEST), b""), start=1):
                if len(line) > DEEPEST and _depth(line) > DEEPEST:
                    raise MalformedError(
                        "data.malformed", f"{file.name!r}, line {number} cannot be read",
                        got=f"a nest deeper than {DEEPEST}", mend="mend or leave out that line",
                    )  # fmt: skip
    except OSError as error:
        raise unreadable(file.name, error) from error


def _depth(line: bytes) -> int:
    if line.count(b"[") + line.count(b"{") <= DEEPEST:
        return 0
    steps = (1 if one in b"[{" else -1 for one in _NESTS.findall(_TEXTS.sub(b"", line)))
    return max(accumulate(steps), default=0)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
