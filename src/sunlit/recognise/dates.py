"""Dates of birth: a date that exists, of somebody who may live, as people write it."""

import re
from datetime import date
from typing import Final

from sunlit.recognise.normal import normalise

Span = tuple[int, int]

OLDEST: Final = 1890
_MONTHS: Final = (
    "jan january janvier januar januari enero gennaio ene gen styczen stycznia janv",
    "feb february fevrier février februar februari febrero febbraio fev lut lutego févr",
    "mar march mars märz maerz maart marzo mrt mär mrz marca",
    "apr april avril abril aprile avr abr kwietnia",
    "may mai mei mayo maggio maj maja mag",
    "jun june juin juni junio giugno giu czerwca",
    "jul july juillet juli julio luglio lug lipca juil",
    "aug august août aout augustus agosto augusti ago sierpnia",
    "sep sept september septembre septiembre settembre set wrzesnia września",
    "oct october octobre oktober octubre ottobre okt ott pazdziernika października",
    "nov november novembre noviembre listopada",
    "dec december décembre decembre dezember diciembre dicembre dez dic déc grudnia",
)
_NAMES: Final = {
    normalise(name).decode("latin-1"): month
    for month, names in enumerate(_MONTHS, 1)
    for name in names.split()
}
_SMALL_WORDS: Final = frozenset(str.split("st nd rd th of the de del er den"))
_PARTS: Final = re.compile(r"\d+|[^\W\d_]+")


def birth_date(text: bytes, start: int, end: int, _stop: int) -> Span | None:
    """Return the date if somebody may have been born on it."""
    day_only = min(end, start + 10) if b":" in text[start:end] else end
    parts = _PARTS.findall(text[start:day_only].decode("latin-1").lower())
    parts = [part for part in parts if part not in _SMALL_WORDS]
    if len(parts) == 1 and len(parts[0]) == 8:
        one = parts[0]
        first = 4 if one[:2] in ("19", "20") else 2
        parts = [one[:first], one[first : first + 2], one[first + 2 :]]
    return (start, end) if len(parts) == 3 and any(map(_lived, _readings(parts))) else None


def _readings(parts: list[str]) -> list[tuple[int, int, int]]:
    """Return (year, month, day) as the parts may be meant."""
    if sum(not part.isdecimal() for part in parts) > 1 or not parts[2].isdecimal():
        return []
    first, second, third = (
        int(part) if part.isdecimal() else _NAMES.get(part, -1) for part in parts
    )
    if len(parts[0]) == 4 and parts[0].isdecimal():  # a year, and not "June"
        return [(first, second, third)]
    year = third if len(parts[2]) == 4 else third + (1900 if third > 30 else 2000)
    if not parts[0].isdecimal():
        return [(year, first, second)]
    if not parts[1].isdecimal():
        return [(year, second, first)]
    return [(year, second, first), (year, first, second)]


def _lived(reading: tuple[int, int, int]) -> bool:
    year, month, day = reading
    if not OLDEST <= year < 2100:
        return False
    try:
        date(year, month, day)
    except (ValueError, OverflowError):
        return False
    return True
