"""Places to within some metres: coordinates in degrees, and references of the British grid."""

import re
from typing import Final

Span = tuple[int, int]

_NUMBER: Final = re.compile(rb"[+-]?[0-9]{1,3}\.[0-9]+")
# The squares of 100 km that hold land (Ordnance Survey, a guide to coordinate systems).
_SQUARES: Final = frozenset(
    str.split(
        "HP HT HU HW HX HY HZ NA NB NC ND NF NG NH NJ NK NL NM NN NO NR NS NT NU NW NX NY NZ "
        "OV SC SD SE TA SH SJ SK TF TG SM SN SO SP TL TM SR SS ST SU TQ TR SV SW SX SY SZ TV"
    )
)


def coordinates(text: bytes, start: int, end: int, _stop: int) -> Span | None:
    """Return the latitude and longitude, or the one of them that stands here."""
    if b"\xb0" in text[start:end] or b"\xba" in text[start:end]:
        return start, end  # degrees, minutes and seconds: the pattern knows their bounds
    numbers = [float(one) for one in _NUMBER.findall(text, start, end)]
    if not numbers or any(abs(one) > 180 for one in numbers) or not any(numbers):
        return None
    return (start, end) if len(numbers) == 1 or abs(numbers[0]) <= 90 else None


def grid_reference(text: str) -> bool:
    """Tell whether this is a reference of the British grid: a square, and digits in two halves."""
    return text[:2] in _SQUARES and len(text) % 2 == 0 and text[2:].isdigit()
