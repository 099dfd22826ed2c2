"""Times: aware, UTC, whole seconds, written as RFC 3339 with `Z`."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from sunlit.base.errors import MalformedError

_USUAL: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


class Clock(Protocol):
    """Tells the time. Pure code never reads one: time comes in as an argument."""

    def now(self) -> datetime:
        """Return the present time, aware, UTC, cut to whole seconds."""
        ...


def parse_time(text: object, *, what: str = "the time") -> datetime:
    """Read `YYYY-MM-DDTHH:MM:SSZ`.

    Raises:
        MalformedError: `time.malformed`.
    """
    if isinstance(text, str):
        try:
            if _USUAL.fullmatch(text):  # `strptime` takes ten times as long
                return datetime.fromisoformat(text)
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            pass
    raise MalformedError(
        "time.malformed", f"{what} is malformed", expected="YYYY-MM-DDTHH:MM:SSZ", got=repr(text)
    )


def format_time(at: datetime) -> str:
    """Write an aware time as `YYYY-MM-DDTHH:MM:SSZ`.

    Raises:
        MalformedError: `time.naive`.
    """
    if at.tzinfo is None:
        raise MalformedError("time.naive", "the time has no zone", got=at.isoformat())
    return f"{at.astimezone(UTC).isoformat()[:19]}Z"


def from_unix(seconds: int) -> datetime:
    """Return the aware UTC time of a Unix time in seconds."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
