"""The door of one process: many requests at once hand in, one thread keeps and asks for all.

Each request waits on a future, which holds no thread. What comes while one transaction is under
way is kept in the next one, and what came of all that wait is asked in one question.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.node.bell import Bell
from sunlit.node.submit import Group, Keeping, Outcome, State, Ticket

AT_ONCE: Final = 64  # groups in a transaction
COMPANY: Final = 3  # that wait: more are about to come, and share the next transaction ...
GATHER: Final = 0.002  # ... for so many seconds
FIRST_LOOK: Final = 0.01  # seconds; each look is so many times as late as the one before
LATER: Final = 1.5
LAST_LOOK: Final = 0.2
STAYS: Final = 1.0  # seconds that the thread waits for more before it ends
WAITS: Final = Outcome(state=State.WAITING)


@dataclass(slots=True, eq=False)
class _Handed:
    """One request: its group, when its patience ends, and how it is told."""

    group: Group
    seconds: float
    told: "Future[tuple[Ticket, Outcome]]"
    ticket: Ticket | None = None
    until: float = 0.0


@dataclass(slots=True)
class Door:
    """Keeps what is handed in, and tells each request what came of it, or that it waits.

    The thread is there while there is something to do.
    """

    queue: Keeping
    bell: Bell
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _lock: Lock = field(default_factory=Lock, init=False)
    _new: list[_Handed] = field(default_factory=list[_Handed], init=False)
    _kept: list[_Handed] = field(default_factory=list[_Handed], init=False)
    _runs: bool = field(default=False, init=False)
    _pause: float = field(default=FIRST_LOOK, init=False)
    _due: bool = field(default=False, init=False)  # to look, rung or not
    _heard: int = field(default=0, init=False)

    def hand_in(self, group: Group, seconds: float) -> "Future[tuple[Ticket, Outcome]]":
        """Keep a group; the future says what came of it within so many seconds.

        It is told after the group is durable, never before. Its exceptions: `submit.queue-full`,
        `private.unavailable`.
        """
        handed = _Handed(group, seconds, Future())
        handed.told.set_running_or_notify_cancel()  # who leaves in between breaks nothing
        with self._lock:
            self._new.append(handed)
            start, self._runs = not self._runs, True
        if start:
            Thread(target=self._run, name="sunlit-door", daemon=True).start()
        else:
            self.bell.wake()
        return handed.told

    def _run(self) -> None:
        try:
            while self._has_work():
                self._keep_new()
                if self._kept and (self._due or self._heard != self.bell.rings):
                    self._look()
        except BaseException as error:
            self._give_up(error)
            raise

    def _has_work(self) -> bool:
        """Wait for something to do; False, and the thread is to end, when nothing comes."""
        if self._new:
            return True
        if self._kept:
            self._wait()
            return True
        if self.bell.wait(STAYS):
            return True
        with self._lock:
            self._runs = bool(self._new)
            return self._runs

    def _wait(self) -> None:
        nearest = min(handed.until for handed in self._kept) - self.monotonic()
        if not self.bell.wait(max(0.0, min(nearest, self.bell.pause(self._pause)))):
            self._due, self._pause = True, min(LATER * self._pause, LAST_LOOK)

    def _keep_new(self) -> None:
        if len(self._kept) >= COMPANY and 0 < len(self._new) < AT_ONCE:
            self.sleep(GATHER)
        with self._lock:
            new, self._new = self._new[:AT_ONCE], self._new[AT_ONCE:]
        if not new:
            return
        self._pause = FIRST_LOOK
        try:
            said = self.queue.put_all([handed.group for handed in new])
        except BaseException as error:
            for handed in new:
                handed.told.set_exception(error)
            if isinstance(error, UnavailableError):
                return
            raise  # a fault of ours
        now = self.monotonic()
        for handed in new:
            self._note(handed, said[handed.group.id], now)

    def _note(self, handed: _Handed, said: State | UnavailableError, now: float) -> None:
        if isinstance(said, UnavailableError):
            handed.told.set_exception(said)
            return
        handed.ticket = Ticket(
            id=handed.group.id, organisation=handed.group.organisation, state=said
        )
        handed.until = now + handed.seconds
        self._due |= said is not State.WAITING or handed.seconds <= 0
        self._kept.append(handed)

    def _look(self) -> None:
        self._due, self._heard = False, self.bell.rings
        try:
            found = self.queue.settled({handed.group.id for handed in self._kept})
        except UnavailableError:
            found = {}  # they are kept all the same, and asked for again
        now = self.monotonic()
        left: list[_Handed] = []
        for handed in self._kept:
            outcome = found.get(handed.group.id)
            if outcome is None and now < handed.until:
                left.append(handed)
            else:
                self._tell(handed, outcome or WAITS)
        self._kept = left

    @staticmethod
    def _tell(handed: _Handed, outcome: Outcome) -> None:
        if handed.ticket is not None:
            handed.told.set_result((handed.ticket, outcome))

    def _give_up(self, error: BaseException) -> None:
        """Let nobody wait for a thread that is no more."""
        with self._lock:
            left, self._new, self._kept = [*self._new, *self._kept], [], []
            self._runs = False
        for handed in left:
            if not handed.told.done():
                handed.told.set_exception(error)
