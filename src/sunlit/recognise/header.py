"""Tells names of columns that are data: a first line of values, a key that is somebody's e-mail.

Names of columns stand in claims, reports and logs, where no value of any person may stand.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sunlit.recognise.engine import Engine

DIGITS: Final = 4  # fewer stand in no identifier but a postcode
MANY: Final = 8
ALIKE: Final = 2  # columns whose name is one of their values
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}(?:[.,][0-9]{1,30})?")
_DATE: Final = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T][0-9:.]{4,20}Z?)?")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_POSTCODE: Final = re.compile(r"[A-Za-z]{1,2}[0-9][0-9A-Za-z]? ?[0-9][A-Za-z]{2}")


def values_among(columns: Sequence[str]) -> str | None:
    """Say which name holds personal data, by number and kind; None where none does."""
    for number, column in enumerate(columns, start=1):
        kind = _kind(column) if _may_hold(column) else None
        if kind is not None:
            return f"column {number} is called by what looks like: {kind}"
    return None


def like_rows(records: Sequence[Sequence[str]]) -> str | None:
    """Say that the first record is like those below it, and so no header; None where it is not."""
    header, rows = records[0], [one for one in records[1:] if list(one) != list(records[0])]
    below = [[row[at] for row in rows if at < len(row) and row[at]] for at in range(len(header))]
    typed = [(cell, _type(cell), them) for cell, them in zip(header, below, strict=True)]
    alike = sum(bool(cell) and cell in them for cell, _, them in typed)
    odd = any(
        kind is not None and them and all(_type(one) == kind for one in them)
        for _, kind, them in typed
    )
    if alike >= ALIKE or (odd and not _is_series([cell for cell, kind, _ in typed if kind], below)):
        return "its first line is like the lines below it"
    return None


def _kind(column: str) -> str | None:
    if find_spec("hyperscan") is None:  # without the extra, what looks most like it
        many = sum(one.isdigit() for one in column) >= MANY
        return "an identifier" if many or "@" in column else None
    return next((found.kind for found in _engine().find(column)), None)


def _may_hold(column: str) -> bool:
    digits = sum(one.isdigit() for one in column)
    return digits >= DIGITS or "@" in column or _POSTCODE.search(column) is not None


@lru_cache(maxsize=1)
def _engine() -> "Engine":
    from sunlit.recognise.engine import Engine  # noqa: PLC0415 - few names ask for it
    from sunlit.recognise.recognisers import shipped  # noqa: PLC0415

    return Engine(shipped())


def _type(cell: str) -> str | None:
    text = cell.strip()
    if _NUMBER.fullmatch(text):
        return "number"
    return "date" if _DATE.fullmatch(text) else None


def _is_series(cells: Sequence[str], below: Iterable[Sequence[str]]) -> bool:
    """Tell whether numbers or dates are names all the same: 2019, 2020, or 0, 1, 2."""
    if len(set(cells)) < len(cells):
        return False
    if all(_YEAR.fullmatch(one) for one in cells):
        return not all(_YEAR.fullmatch(one) for them in below for one in them if _type(one))
    if all(_type(one) == "date" for one in cells):
        return len(cells) > 1
    steps = set(_steps(cells))
    return len(steps) == 1 and (steps == {1} or len(cells) > ALIKE) and min(steps) > 0


def _steps(cells: Sequence[str]) -> Iterator[float]:
    try:
        numbers = [float(one.replace(",", ".")) for one in cells]
    except ValueError:
        return
    yield from (high - low for low, high in pairwise(numbers))
