"""Clocks that a test sets."""

from datetime import datetime, timedelta


class SetClock:
    """Tells the time that it was set to, and moves on by `step` after each reading."""

    def __init__(self, at: datetime, *, step: timedelta = timedelta(0)) -> None:
        self.at = at
        self._step = step

    def now(self) -> datetime:
        """Return the time that was set."""
        found = self.at
        self.at += self._step
        return found
