"""Being told instead of looking: bells that are rung when something was put, or settled."""

import threading
from dataclasses import dataclass, field
from typing import Final

LATE: Final = 0.25  # seconds between two looks where bells are rung: a ring may be lost


@dataclass(slots=True)
class Bell:
    """Wakes one who waits. A ring while nobody waits is not lost: the next wait ends at once.

    `prompt`: whoever should ring does so, wherever it runs. Else one has to look by oneself.
    """

    prompt: bool = False
    rings: int = field(default=0, init=False)
    _rung: threading.Event = field(default_factory=threading.Event, init=False)

    def ring(self) -> None:
        """Wake who waits, and count."""
        self.rings += 1
        self._rung.set()

    def wake(self) -> None:
        """Wake who waits for another reason: nothing was rung."""
        self._rung.set()

    def wait(self, seconds: float | None) -> bool:
        """Wait until woken, so many seconds at most; tell whether one was."""
        rung = self._rung.wait(seconds)
        self._rung.clear()
        return rung

    def pause(self, seconds: float) -> float:
        """Return how long to wait before looking: longer, where one is told."""
        return max(seconds, LATE) if self.prompt else seconds


@dataclass(slots=True)
class Bells:
    """The two bells of a process: `came` for its worker, `settled` for its door."""

    came: Bell = field(default_factory=Bell)
    settled: Bell = field(default_factory=Bell)
