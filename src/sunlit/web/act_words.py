"""What a statement says, in rows: everything that is signed is shown, nothing is left out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sunlit.base.times import parse_time
from sunlit.statement.intoto import Statement

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
MANY: Final = 20  # answers to questions, beyond which a page folds them away
Row = dict[str, str]


def rows_of(payload: bytes) -> list[Row]:
    """Return what a statement's payload says as {"name", "value"}: about what, then each field."""
    statement = Statement.parse(payload)
    about = [
        {"name": "About", "value": one.name or _digests(one.digest)} for one in statement.subjects
    ]
    return [*about, *_rows("", statement.predicate)]


def folded(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return what stands open on a page, and the many answers that a reader opens."""
    answers = [row for row in rows if row["name"].startswith("Answers, ")]
    if len(answers) < MANY:
        return list(rows), []
    return [row for row in rows if row not in answers], answers


def words(name: str) -> str:
    """Return a field's name in words: `validUntil` becomes `Valid until`."""
    text = _HUMP.sub(" ", name).replace("_", " ").replace("-", " ").lower()
    return text[:1].upper() + text[1:]


def _rows(before: str, value: object) -> Iterator[Row]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _rows(
                f"{before}, {words(str(name)).lower()}" if before else words(name), item
            )
    elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
        for number, item in enumerate(value, 1):
            yield from _rows(f"{before} {number}", item)
    elif value is not None and value not in ("", [], {}):
        yield {"name": before, "value": _text(value)}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(map(_text, value))
    if isinstance(value, str) and _TIME.fullmatch(value):
        at = parse_time(value)
        return f"{at.day} {at:%B %Y, %H:%M} UTC"
    return str(value)


def _digests(digest: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in digest.items())
