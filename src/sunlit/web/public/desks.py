"""The desk of a website: made once for the process, over the logs as they are now or were then."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import Final

from fastapi import Request

from sunlit.base.errors import UnavailableError
from sunlit.bootstrap.desk import open_desk
from sunlit.node.desk import Desk
from sunlit.web.pages import site_of

EARLIEST: Final = date(2000, 1, 1)
_MAKING: Final = Lock()


def desk_of(request: Request) -> Desk:
    """Return the desk of this site."""
    found: Desk | None = getattr(request.app.state, "desk", None)
    if found is None:
        with _MAKING:
            found = request.app.state.desk = open_desk(site_of(request))
    return found


def asked_day(request: Request) -> str | None:
    """Return the day that `?at=` names, where it is past; None for now.

    Raises:
        UnavailableError: `desk.no-such-day`.
    """
    asked = request.query_params.get("at")
    if not asked:
        return None
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise _no_such_day() from error
    if day < EARLIEST or asked != day.isoformat():
        raise _no_such_day()
    return asked if day < site_of(request).clock.now().date() else None


def asked_time(request: Request) -> datetime:
    """Return the end of the day that `?at=` names, or now.

    Raises:
        UnavailableError: `desk.no-such-day`.
    """
    day = asked_day(request)
    if day is None:
        return site_of(request).clock.now()
    return datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1, seconds=-1)


def _no_such_day() -> UnavailableError:
    return UnavailableError(
        "desk.no-such-day", "this is no day", expected="a day such as 2026-03-14",
        mend="choose a day from 2000 on, as year, month and day",
    )  # fmt: skip
