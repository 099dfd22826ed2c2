"""Values made coarser: dates, postcodes, networks, prefixes, bands, hierarchies.

Each maker returns text -> text, or None for a value that it cannot read: what cannot be made
coarser is taken out and counted, never let through.
"""

import ipaddress
import re
from bisect import bisect_right
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final

from sunlit.recognise.plan import Rule
from sunlit.recognise.plan_methods import number

Coarser = Callable[[str], str | None]

MAX_DIGITS: Final = 60
# Day first, as in Europe; a file that writes the month first says so with `format`.
FORMATS: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %B %Y", "%d %b %Y", "%Y%m%d")
# Royal Mail's form: area (letters), district, then sector (a digit) and unit (two letters).
_POSTCODE: Final = re.compile(r"([A-Z]{1,2})([0-9][A-Z0-9]?) ?([0-9])[A-Z]{2}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]{1,3})?")


def read_number(text: str) -> Decimal | None:
    """Return a number as it is written, or None."""
    found = text.strip()
    if len(found) > MAX_DIGITS or not _NUMBER.fullmatch(found):
        return None
    try:
        return Decimal(found)
    except InvalidOperation:  # pragma: no cover - the pattern allows only what Decimal reads
        return None


def read_date(text: str, form: str | None) -> date | None:
    """Return the day that a text names: ISO 8601, or one of `FORMATS`, or only `form`."""
    found = text.strip()
    if form is None and len(found) >= 10 and found[4:5] == "-":
        with suppress(ValueError):
            return date.fromisoformat(found[:10])
    for one in FORMATS if form is None else (form,):
        with suppress(ValueError):
            return datetime.strptime(found, one).date()  # noqa: DTZ007 - a day has no zone
    return None


def coarser(rule: Rule, levels: Callable[[Rule], Coarser]) -> Coarser:
    """Return what a rule of the method `generalise` does to a text.

    `levels` reads the hierarchy of a rule that names one.
    """
    makers: dict[str, Callable[[Rule], Coarser]] = {
        "bands": _bands, "edges": _edges, "date": _dates, "postcode": _postcodes,
        "network": _networks, "prefix": _prefixes, "hierarchy": levels,
    }  # fmt: skip
    return makers[rule.text("by")](rule)


_FORMS: Final = {
    "month": r"\d{4}-\d{2}", "quarter": r"\d{4}-Q[1-4]", "year": r"\d{4}", "decade": r"\d{3}0s",
    "area": r"[A-Z]{1,2}", "outward": r"[A-Z]{1,2}[0-9][A-Z0-9]?",
    "sector": r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9]",
}  # fmt: skip


def is_coarse(rule: Rule, text: str) -> bool:
    """Whether a text is in whole what a rule that makes dates, postcodes or networks coarser gives.

    Such a text may look like something else (`M20` like a registration), and is not.
    """
    by = rule.text("by")
    if rule.method != "generalise" or by not in ("date", "postcode", "network"):
        return False
    if by != "network":
        return re.fullmatch(_FORMS[rule.text("to")], text, re.ASCII) is not None
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        return False
    bits = rule.whole("bits", 24) if found.version == 4 else rule.whole("bits6", 48)
    return found.prefixlen == bits and text == str(found)


def _bands(rule: Rule) -> Coarser:
    width = number(rule.options["width"]) or Decimal(1)
    start = number(rule.options.get("start", 0)) or Decimal(0)

    def band(text: str) -> str | None:
        found = read_number(text)
        if found is None or abs(found) >= Decimal(10) ** 18:
            return None
        low = start + ((found - start) / width).to_integral_value("ROUND_FLOOR") * width
        return f"{low:f} to under {low + width:f}"

    return band


def _edges(rule: Rule) -> Coarser:
    raw = rule.options["edges"]
    edges = [number(one) or Decimal(0) for one in raw] if isinstance(raw, tuple) else []
    names = [f"under {edges[0]:f}"]
    names += [f"{low:f} to under {high:f}" for low, high in pairwise(edges)]
    names.append(f"{edges[-1]:f} or more")

    def band(text: str) -> str | None:
        found = read_number(text)
        return None if found is None else names[bisect_right(edges, found)]

    return band


def _dates(rule: Rule) -> Coarser:
    to, form = rule.text("to"), rule.text("format") or None

    def cut(text: str) -> str | None:
        day = read_date(text, form)
        if day is None:
            return None
        return {
            "month": f"{day.year:04}-{day.month:02}",
            "quarter": f"{day.year:04}-Q{(day.month + 2) // 3}",
            "year": f"{day.year:04}",
            "decade": f"{day.year // 10:03}0s",
        }[to]

    return cut


def _postcodes(rule: Rule) -> Coarser:
    to = rule.text("to")

    def cut(text: str) -> str | None:
        found = _POSTCODE.fullmatch(" ".join(text.upper().split()))
        if found is None:
            return None
        area, district, sector = found.groups()
        outward = area + district
        return {"area": area, "outward": outward, "sector": f"{outward} {sector}"}[to]

    return cut


def _networks(rule: Rule) -> Coarser:
    bits = {4: rule.whole("bits", 24), 6: rule.whole("bits6", 48)}

    def cut(text: str) -> str | None:
        try:
            address = ipaddress.ip_address(text.strip().partition("%")[0])
        except ValueError:
            return None
        return str(ipaddress.ip_network((address, bits[address.version]), strict=False))

    return cut


def _prefixes(rule: Rule) -> Coarser:
    length = rule.whole("length", 1)

    def cut(text: str) -> str | None:
        # A text that is no longer than the prefix would stand there whole.
        return text[:length] + "*" if len(text) > length else "*"

    return cut
