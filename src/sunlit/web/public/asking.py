"""Forms that anybody may send: what was typed, days of three fields, not too often."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException

from sunlit.web import csrf
from sunlit.web.limits import Buckets, Limits, client_of

TOO_MANY: Final = 429
MAX_DIGITS: Final = 4


async def fields_of(request: Request) -> Mapping[str, str]:
    """Return what was typed: the last of each field, trimmed at its ends."""
    return {name: text.strip() for name, text in await csrf.typed(request)}


def day_of(typed: Mapping[str, str], name: str = "date") -> date | None:
    """Return the day of three fields, None where they are none."""
    parts = [typed.get(f"{name}-{part}", "") for part in ("year", "month", "day")]
    if not all(one.isascii() and one.isdecimal() and len(one) <= MAX_DIGITS for one in parts):
        return None
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def not_too_often(request: Request, what: str, *, burst: int, a_minute: float) -> None:
    """Take one of a reader's turns; they are counted in memory and never written down.

    Raises:
        HTTPException: 429.
    """
    kept: dict[str, Buckets] = request.app.state.__dict__.setdefault("public_buckets", {})
    bucket = kept.setdefault(what, Buckets(Limits(rate=a_minute / 60, burst=burst)))
    if not bucket.takes(client_of(request.scope)):
        raise HTTPException(TOO_MANY)
