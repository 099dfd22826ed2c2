"""The guard's sense of time: the machine's clock, watched so that nobody turns it back."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Final

from sunlit.base.errors import VerificationError
from sunlit.base.times import Clock, format_time
from sunlit.base.wording import text

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SLACK: Final = timedelta(seconds=2)
"""What time servers may take back, and what two threads may see in another order."""


class MachineClock:
    """Tells the machine's time, aware, UTC, cut to whole seconds.

    A guard is installed without the adapters, so it brings its own default.
    """

    def __init__(self) -> None:
        self._known = (-1, EPOCH)

    def now(self) -> datetime:
        """Return the present time: one and the same object all through a second."""
        second, known = self._known
        if (found := int(time())) != second:
            known = EPOCH + timedelta(seconds=found)
            self._known = (found, known)
        return known


class Watch:
    """Reads a clock and remembers the latest time that was ever relied on.

    Only `rely` moves the memory on: a clock that jumps years ahead for a moment makes the guard
    refuse (the token has expired by then) and does not lock it out for years.
    """

    def __init__(self, clock: Clock, latest: datetime) -> None:
        self._clock = clock
        self._latest = latest

    @property
    def latest(self) -> datetime:
        """The latest time that was relied on."""
        return self._latest

    def now(self) -> datetime:
        """Return the time; within the slack it never goes backwards.

        Raises:
            VerificationError: `guard.clock-back`.
        """
        found, latest = self._clock.now(), self._latest
        if found >= latest:
            return found
        if found < latest - SLACK:
            raise VerificationError(
                "guard.clock-back",
                "the machine's clock was moved back",
                expected=text("a time from %(time)s on", time=format_time(latest)),
                got=format_time(found),
                mend="set the clock right; if it ran ahead before, go on in a new decision store",
            )
        return latest

    def rely(self, at: datetime) -> None:
        """Remember a time that a decision, or a status list, relied on."""
        self._latest = max(self._latest, at)

    def written(self) -> datetime:
        """Return the time to write on a record: never before one that was relied on."""
        return max(self._clock.now(), self._latest)
