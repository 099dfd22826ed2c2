"""British numbers for which no library has the rules, after what their issuers publish.

Each gets the characters without separators, in upper case.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

from sunlit.recognise.numbers import gb_nhs

# HMRC, NIM39110: how a National Insurance number is made up, and prefixes that are never given.
_NINO: Final = re.compile(r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?")
# DVLA driver numbers: five of the surname, decade, month (a woman's + 50), day, year, initials.
_LICENCE: Final = re.compile(
    r"(?=[A-Z9]{5})[A-Z]{1,5}9{0,4}\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d"
    r"[A-Z9]{2}[A-Z0-9]{3}(?:\d{2})?"
)
# DVLA INF104: current marks, area letters without I, Q and Z, random letters without I and Q.
_CURRENT: Final = re.compile(r"[A-HJ-PR-Y]{2}(?:0[1-9]|[1-7]\d|8[0-2])[A-HJ-PR-Z]{3}")
_FORM: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z]{3}")  # as a witness or a form may have it
_PREFIX: Final = re.compile(r"[A-HJ-NPR-TV-Y][1-9]\d{0,2}[A-HJ-PR-Z][A-Z]{2}")
_SUFFIX: Final = re.compile(r"[A-Z]{2}[A-HJ-PR-Z][1-9]\d{0,2}[A-HJ-NPR-TV-Y]")
_DATELESS: Final = re.compile(r"[A-Z]{1,3}[1-9]\d{0,3}|[1-9]\d{0,3}[A-Z]{1,3}")
_POSTCODE: Final = re.compile(r"([A-Z]{1,2})(\d[A-Z\d]?)(\d[ABD-HJLNP-UW-Z]{2})")
# PNC identifiers: year, number, and a letter: the year and number mod 23 (NPIA, PNC manual).
_PNC: Final = re.compile(r"(\d{2}|\d{4})(\d{1,7})([A-HJ-NP-RT-Z])")
_PNC_LETTERS: Final = "ZABCDEFGHJKLMNPQRTUVWXY"


def nino(number: str) -> bool:
    """Tell whether this can be a National Insurance number."""
    return bool(_NINO.fullmatch(number))


def chi(number: str) -> bool:
    """Tell whether ten digits can be a CHI number: a date of birth, and mod 11 as for the NHS."""
    return "01" <= number[:2] <= "31" and "01" <= number[2:4] <= "12" and gb_nhs(number)


def driving_licence(number: str) -> bool:
    """Tell whether this can be a British driver number."""
    return bool(_LICENCE.fullmatch(number))


def vehicle(mark: str) -> bool:
    """Tell whether this can be a current (since 2001) vehicle registration mark."""
    return bool(_CURRENT.fullmatch(mark))


def vehicle_plate(text: bytes, start: int, end: int, _stop: int) -> tuple[int, int] | None:
    """Return a mark of any age, Northern Ireland's too; the short ones in capitals only."""
    written = text[start:end].translate(None, b" -").decode("latin-1")
    mark = written.upper()
    long = any(one.fullmatch(mark) for one in (_FORM, _PREFIX, _SUFFIX))
    short = len(mark) <= 7 and written == mark and _DATELESS.fullmatch(mark)
    return (start, end) if long or short else None


def postcode(text: str) -> bool:
    """Tell whether this can be a postcode: an area that exists, and letters that are used."""
    found = _POSTCODE.fullmatch(text)
    if not found:
        return text == "GIR0AA"
    area, district, _ = found.groups()
    return area in _areas() and (district.isdigit() or area in _LETTERED)


# Districts that end in a letter exist only here (Royal Mail, Programmer's Guide to PAF).
_LETTERED: Final = frozenset(str.split("E EC N NW SE SW W WC"))


@cache
def _areas() -> frozenset[str]:
    text = files("sunlit.recognise").joinpath("postcode_areas.txt").read_text("utf-8")
    return frozenset(text.split())


def pnc(number: str) -> bool:
    """Tell whether this can be an identifier of the Police National Computer."""
    found = _PNC.fullmatch(number)
    return (
        found is not None and _PNC_LETTERS[int(found[1][-2:] + found[2].zfill(7)) % 23] == found[3]
    )
