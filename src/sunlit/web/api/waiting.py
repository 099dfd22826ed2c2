"""Waiting until logs are projected: on a node that grows steadily they never are at the moment.

What was in a log when somebody asked is projected a second or two later, and only that is waited
for. Whoever waits holds a thread, so only a few may.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Final, Protocol

from fastapi import Request

LOOK: Final = 0.1  # seconds between two looks at how far rows go: one question for a number
# Seconds. Who projects looks once a second, after a round that takes one or two under load: what
# came just after such a round began is projected by the end of the next.
PATIENCE: Final = 5.0
# Of the 40 threads of a process: strangers must not take those that pages are answered from, nor
# the places of members.
MEMBERS: Final = 8
STRANGERS: Final = 4


class Opened(Protocol):
    """A log as it was when it was opened; see `sunlit.node.log.Log`."""

    def is_whole(self) -> bool:
        """Tell whether all of it is projected by now."""
        ...

    def expect_whole(self) -> None:
        """See that all of it is.

        Raises:
            UnavailableError: `projection.behind`.
        """
        ...


@dataclass(slots=True)
class Places:
    """So many requests may wait at once."""

    most: int
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _free: BoundedSemaphore = field(init=False)

    def __post_init__(self) -> None:
        """Begin with every place free."""
        self._free = BoundedSemaphore(self.most)

    def expect_whole(self, logs: Sequence[Opened]) -> None:
        """Wait until each log is projected as far as it went when it was opened.

        Raises:
            UnavailableError: `projection.behind`: not in time, or there was no place to wait.
        """
        if all(log.is_whole() for log in logs):
            return
        if self._free.acquire(blocking=False):
            try:
                self._wait(logs)
            finally:
                self._free.release()
        for log in logs:
            log.expect_whole()

    def _wait(self, logs: Sequence[Opened]) -> None:
        until = self.monotonic() + PATIENCE
        for log in logs:
            while not log.is_whole() and self.monotonic() < until:
                self.sleep(LOOK)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The places of one process: of those whom a log knows already, and of everybody else."""

    members: Places = field(default_factory=lambda: Places(MEMBERS))
    strangers: Places = field(default_factory=lambda: Places(STRANGERS))


def waiting_of(request: Request) -> Waiting:
    """Return where requests of this process wait."""
    found: Waiting | None = getattr(request.app.state, "waiting", None)
    if found is None:
        found = request.app.state.waiting = Waiting()
    return found
