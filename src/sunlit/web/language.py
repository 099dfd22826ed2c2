"""Languages: the first part of an address (`/cy/...`) chooses one; English needs none.

What is said in them comes from the catalogues of `sunlit.base.wording`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from sunlit.base.wording import catalogue
from sunlit.node.place import LANGUAGES

DEFAULT: Final = LANGUAGES[0]
NAMES: Final = {"en": "English", "cy": "Cymraeg", "nl": "Nederlands"}
# A date that stands by itself in a sentence; one in a file's name does not.
_DATE: Final = re.compile(r"(?<=\s)\d{4}-\d{2}-\d{2}(?=[,;)]|\.?(?:\s|$))")
LOCALES: Final = {"en": "en_GB", "cy": "cy_GB", "nl": "nl_NL"}  # for dates and numbers


class Languages:
    """Takes the language off an address; the rest of the site never sees it.

    `root_path` is where ASGI puts what comes before the routes, so that `url_for` keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set `request.state.language` and pass on."""
        if scope["type"] == "http":
            path: str = scope["path"]
            first = path.split("/", 2)[1] if path.startswith("/") else ""
            chosen = first if first in LANGUAGES and first != DEFAULT else DEFAULT
            if chosen != DEFAULT:
                scope["root_path"] = scope.get("root_path", "") + f"/{chosen}"
                scope["path"] = path if path != f"/{chosen}" else f"{path}/"
            scope.setdefault("state", {})["language"] = chosen
        await self._app(scope, receive, send)


def language_of(request: Request) -> str:
    """Return the language that was asked for."""
    return str(getattr(request.state, "language", DEFAULT))


def gettext_of(request: Request) -> Callable[[str], str]:
    """Return `_` for a handler that says something itself."""
    return catalogue(language_of(request)).gettext


def said_date(at: datetime | date | None, language: str = DEFAULT) -> str:
    """Return a date in words: 22 November 2026."""
    from babel.dates import format_date  # noqa: PLC0415 - heavy; only where a date is shown

    return "" if at is None else format_date(at, "d MMMM y", locale=LOCALES[language])


def said_month(at: datetime | date, language: str = DEFAULT) -> str:
    """Return a month in words: November 2026."""
    from babel.dates import format_date  # noqa: PLC0415 - the same

    return format_date(at, "MMMM y", locale=LOCALES[language])


def said_day(day: str, language: str = DEFAULT) -> str:
    """Return a day that is written `2026-11-22`, or a time that begins so, in words."""
    return said_date(date.fromisoformat(day[:10]), language)


def said_place(code: str, language: str = DEFAULT) -> str:
    """Return a country by its code (ISO 3166-1), `EU` too; a part of one keeps its code beside.

    A code that nobody knows stays as it is.
    """
    from babel import Locale  # noqa: PLC0415 - heavy; only where a place is shown

    country, _, part = code.partition("-")
    name = Locale.parse(LOCALES[language]).territories.get(country)
    if name is None:
        return code
    return f"{name} ({code})" if part else str(name)


def said_clock(at: datetime) -> str:
    """Return a time of day, in UTC and saying so: 14:02 UTC."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


def said_dates(sentence: str, language: str = DEFAULT) -> str:
    """Return a sentence of a rule with its dates in words; what stands in a name stays."""
    return _DATE.sub(lambda it: _as_day(it[0], language), sentence)


def _as_day(figures: str, language: str) -> str:
    try:
        return said_date(date.fromisoformat(figures), language)
    except ValueError:
        return figures


def said_time(at: datetime | None, language: str = DEFAULT) -> str:
    """Return date and time in words, in UTC and saying so: 22 November 2026, 14:02 UTC."""
    from babel.dates import format_datetime  # noqa: PLC0415 - the same

    if at is None:
        return ""
    return f"{format_datetime(at, 'd MMMM y, HH:mm', locale=LOCALES[language])} UTC"


def said_number(number: float | Decimal | None, language: str = DEFAULT) -> str:
    """Return a number with the language's separators."""
    from babel.numbers import format_decimal  # noqa: PLC0415 - the same

    return "" if number is None else format_decimal(number, locale=LOCALES[language])
