"""Reading figures from a report's document, and writing them for people.

A document may lack a figure, hold null or NaN for it, or hold one that no page has room for. All
of that is "not known" here; a figure is never made up and never left to look like zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Final

UNKNOWN: Final = "not known"
PERCENT: Final = "\N{NO-BREAK SPACE}%"
LARGEST: Final = 1e15  # counts above are written in powers of ten
ENDLESS: Final = 1e100  # no figure of a dataset is larger; the JSON has what stands there
NAMED: Final = 12  # names in a sentence; the others are counted


def number(value: object) -> float | None:
    """Return a figure (a number or decimal text), None where there is none or it is not finite."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = float(Decimal(value) if isinstance(value, str) else value)
    except (InvalidOperation, OverflowError, ValueError):
        return None
    return found if isfinite(found) and abs(found) <= ENDLESS else None


def plain(value: object) -> str:
    """Return a setting as it was given, such as a seed or a threshold."""
    return UNKNOWN if number(value) is None else str(value)


def share(value: object) -> str:
    """Return a share as a percentage, with as many digits as it carries."""
    found = number(value)
    if found is None:
        return UNKNOWN
    hundredth = abs(found) * 100
    if found and hundredth < 0.01:
        return f"under 0.01{PERCENT}" if found > 0 else f"nearly 0{PERCENT}"
    if 99.99 < hundredth < 100 and found > 0:
        return f"over 99.99{PERCENT}"
    if hundredth >= 1e6:
        return f"{found * 100:.3g}{PERCENT}"
    digits = 2 if hundredth < 1 else 1
    text = f"{found * 100:,.{digits}f}".rstrip("0").rstrip(".") if found else "0"
    return f"{text}{PERCENT}".replace("-", "\N{MINUS SIGN}")


def count(value: object) -> str:
    """Return a count with its thousands apart."""
    found = number(value)
    if found is None:
        return UNKNOWN
    if abs(found) >= LARGEST:
        return f"{found:.3g}"
    return f"{found:,.0f}" if found == int(found) else f"{found:,.2f}"


def between(value: object, low: object, high: object) -> str:
    """Return a share with its interval, where it has one."""
    bottom, top = number(low), number(high)
    if bottom is None and top is None:
        return share(value)
    if bottom == top:
        return share(value)
    ends = f"{share(bottom if bottom is not None else 0)} to {share(top)}"
    return f"{share(value)} ({ends})"


def known(value: object) -> str:
    """Return a text, "not known" for none or an empty one."""
    return str(value) if value is not None and str(value).strip() else UNKNOWN


def names(values: Iterable[object], most: int = NAMED) -> str:
    """Return names in a list, at most `most` of them."""
    every = [str(one) for one in values]
    rest = len(every) - most
    said = ", ".join(every[:most]) or "none"
    return said if rest <= 0 else f"{said} and {rest:,} more (all are in the JSON)"


def part(detail: Mapping[str, object], *path: str) -> Mapping[str, object]:
    """Return the object at a path, empty where there is none."""
    found: object = detail
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def several(detail: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Return a list of objects, leaving out what is none."""
    found = detail.get(name)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [one for one in found if isinstance(one, Mapping)]


def listed(detail: Mapping[str, object], name: str) -> list[str]:
    """Return a list of texts."""
    found = detail.get(name)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [str(one) for one in found]
