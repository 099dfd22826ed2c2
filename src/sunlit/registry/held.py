"""A clock that can be stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sunlit.base.times import Clock


class Held:
    """A clock that can be stopped, so that a batch is examined and logged at the same second."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at: datetime | None = None

    def now(self) -> datetime:
        """Return the present time, or the one at which the clock stands still."""
        return self._at or self._clock.now()

    @contextmanager
    def still(self) -> Iterator[None]:
        """Stand still."""
        self._at = self._clock.now()
        try:
            yield
        finally:
            self._at = None
