"""How the pages and the command write times, digests, names, roles and values for people."""

import json
import re
from datetime import UTC, datetime
from typing import Final

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# What `spoken` writes, so that a page can put its `<time>` around it again.
SPOKEN: Final = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}}) at (\d\d:\d\d) \(UTC\)")
MAX_MEMBERS: Final = 6  # of a JSON object that is told in words
_DIGEST: Final = 12  # characters of one in a sentence; the record part has all
_ARTICLES: Final = ("a ", "an ", "the ")


def spoken(at: datetime) -> str:
    """Return a time as people write it: "22 November 2026 at 09:51 (UTC)"."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {MONTHS[utc.month - 1]} {utc.year} at {utc:%H:%M} (UTC)"


def brief(at: datetime) -> str:
    """Return a time for a table whose heading names the zone: "22 Nov 2026, 09:51"."""
    utc = at.astimezone(UTC)
    return f"{utc.day} {MONTHS[utc.month - 1][:3]} {utc.year}, {utc:%H:%M}"


def machine_time(match: re.Match[str]) -> str:
    """Return what a match of `SPOKEN` says as HTML's `datetime` wants it."""
    day, month, year, clock = match.groups()
    return f"{year}-{MONTHS.index(month) + 1:02}-{int(day):02}T{clock}Z"


def short(digest: str | None) -> str:
    """Return the beginning of a digest."""
    text = digest or ""
    return text if len(text) <= _DIGEST else f"{text[:_DIGEST]}…"


def one_line(text: str, limit: int) -> str:
    """Return a text on one line, printable, cut to `limit` characters."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat if len(flat) <= limit else f"{flat[:limit]}…"


def role(text: str | None) -> str:
    """Return an office with its article."""
    if not text:
        return "a human"
    return text if text.lower().startswith(_ARTICLES) else f"the {text}"


def told(text: str) -> str | None:
    """Return a small flat JSON object as "write: yes; share: about 0.1147", None for all else."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not 0 < len(found) <= MAX_MEMBERS:
        return None
    if any(isinstance(one, dict | list) for one in found.values()):
        return None
    return "; ".join(f"{name}: {_said(one)}" for name, one in found.items())


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    return number(value) if isinstance(value, float) else str(value)


def number(value: float) -> str:
    """Return a number in four digits, "about" before it where that is not all of it."""
    rounded = f"{value:.4g}"
    return rounded if float(rounded) == value else f"about {rounded}"
