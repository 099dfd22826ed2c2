"""Group commit: whoever finds nobody writing writes for all who wait.

Plain locks and no conditions: a call costs one lock, and one wake-up if it had to wait.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Protocol

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.frames import Sealed

GROUP = 4_096  # records that are made durable together, at most

Commit = Callable[[list[Sealed]], int]


class Loop(Protocol):
    """What is needed of an event loop (`asyncio` itself is slow to import)."""

    def call_soon_threadsafe(
        self, callback: Callable[[list["Task"]], object], tasks: list["Task"], /
    ) -> object:
        """Call back in the loop's thread."""
        ...


class Task(Protocol):
    """A call that waits in an event loop."""

    def settle(self) -> None:
        """Let the task go on; called in the loop's thread."""
        ...


Later = dict[Loop, list[Task]]


class Waiting:
    """One call's records, its answer, and the thread that waits for it."""

    __slots__ = ("done", "error", "first", "left", "records")

    def __init__(self, records: Sequence[Sealed]) -> None:
        self.records = records
        self.first = -1  # the index of the first record, once they are durable
        self.error: SunlitError | None = None
        self.left = False  # nobody waits any more
        self.done = Lock()
        self.done.acquire()

    def tell(self, later: Later) -> None:  # noqa: ARG002 - tasks need it
        """Wake the thread."""
        if not self.left:
            self.done.release()


class Groups:
    """Collects the calls of many threads and tasks and commits them in groups."""

    def __init__(self, commit: Commit) -> None:
        """Take what makes records durable: it returns the first one's index, or raises."""
        self._commit = commit
        self._mutex = Lock()
        self._queue: list[Waiting] = []
        self._leader: Waiting | None = None
        self._helper: Thread | None = None
        self._turns: SimpleQueue[Callable[[], None] | None] = SimpleQueue()

    def run(self, records: Sequence[Sealed]) -> int:
        """Return the first index once the records are durable.

        Raises:
            SunlitError: as `commit` raised for the group that they were in.
        """
        waiting = Waiting(records)
        try:
            if not self._enter(waiting):
                waiting.done.acquire()
            if waiting.first < 0 and waiting.error is None:
                self._lead()
        except BaseException:
            self._leave(waiting)  # an interrupt: those behind it must not wait for ever
            raise
        if waiting.error is not None:
            raise waiting.error
        return waiting.first

    def enter(self, waiting: Waiting) -> None:
        """Take a call of no thread's; `waiting.left` is set, so the helper writes for it."""
        if self._enter(waiting):
            self._help()

    def close(self) -> None:
        """Let the helper thread end, once it has nothing to do."""
        self._turns.put(None)

    def _enter(self, waiting: Waiting) -> bool:
        with self._mutex:
            self._queue.append(waiting)
            if self._leader is None:
                self._leader = waiting
            return self._leader is waiting

    def _leave(self, waiting: Waiting) -> None:
        with self._mutex:
            waiting.left = True
            leads = self._leader is waiting
        if leads:
            self._help()

    def _lead(self) -> None:
        """Commit what waits, answer it, and hand over to the first of those that came since."""
        group = self._take()
        stopped: SunlitError = UnavailableError(
            "recorder.stopped", "the writing of decision records was interrupted",
            mend="look at the first error, then start the guard again",
        )  # fmt: skip
        first = -1
        try:
            if group:
                first = self._commit([record for one in group for record in one.records])
        except SunlitError as error:
            stopped = error
        finally:
            successor = self._hand_over()
            _answer(group, first, stopped)
            if successor is not None:
                self._promote(successor)

    def _take(self) -> list[Waiting]:
        with self._mutex:
            count = taken = 0
            for one in self._queue:
                taken += len(one.records)
                if count and taken > GROUP:
                    break
                count += 1
            group, self._queue = self._queue[:count], self._queue[count:]
        return group

    def _hand_over(self) -> Waiting | None:
        with self._mutex:
            self._leader = self._queue[0] if self._queue else None
            return self._leader

    def _promote(self, successor: Waiting) -> None:
        with self._mutex:
            left = successor.left
            if not left:
                successor.done.release()
        if left:
            self._help()

    def _help(self) -> None:
        with self._mutex:
            if self._helper is None:
                self._helper = Thread(target=self._run, name="sunlit-records", daemon=True)
                self._helper.start()
        self._turns.put(self._lead)

    def _run(self) -> None:
        while (turn := self._turns.get()) is not None:
            turn()


def _answer(group: list[Waiting], first: int, error: SunlitError) -> None:
    """Tell every call of a group; tasks of one loop are told together."""
    later: Later = {}
    for one in group:
        if first < 0:
            one.error = error
        else:
            one.first = first
            first += len(one.records)
        one.tell(later)
    for loop, tasks in later.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits
            loop.call_soon_threadsafe(_settle, tasks)


def _settle(tasks: list[Task]) -> None:
    for task in tasks:
        task.settle()
