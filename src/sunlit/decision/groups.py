"""Group commit: whoever finds nobody writing writes for all who wait.

Plain locks and no conditions: a call costs one lock, and one wake-up if it had to wait.
Callers who were all answered together come back together: whoever is first to come back waits
for the others, at most as long as they keep coming, so that one sync is for all of them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from queue import SimpleQueue
from threading import Lock, Thread
from time import perf_counter
from typing import Protocol

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.ports import Draft

GROUP = 4_096  # records that are made durable together, at most
PATIENCE = 0.001  # seconds that a leader waits for the next one to come back, at most
ROUNDS = 4  # how often it goes on waiting since somebody came

Commit = Callable[[list[Draft]], int]


class Task(Protocol):
    """A call that waits in an event loop."""

    def settle(self) -> None:
        """Let the task go on; called in the loop's thread."""
        ...


Later = Callable[[Callable[[list[Task]], None], list[Task]], object]
Tasks = dict[int, tuple[Later, list[Task]]]  # by event loop: how to call there, and for whom


class Waiting:
    """One call's records, its answer, and the thread that waits for it."""

    __slots__ = ("behind", "done", "error", "first", "left", "records", "told")

    def __init__(self, records: Sequence[Draft]) -> None:
        self.records = records
        self.first = -1  # the index of the first record, once they are durable
        self.error: SunlitError | None = None
        self.left = False  # nobody waits any more
        self.told = False  # the answer is there
        self.behind: Waiting | None = None  # who is to be woken by this one
        self.done = Lock()
        self.done.acquire()

    def enlist(self, threads: list["Waiting"], tasks: Tasks) -> None:  # noqa: ARG002
        """Say how this one is woken."""
        threads.append(self)


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
        self._expected = 1  # calls of the last round: those it answered, those that came meanwhile
        self._took = 0.0  # seconds that its commit took
        self._ended = 0.0
        self._full: Lock | None = None  # of a leader who waits: released when all are there

    def run(self, records: Sequence[Draft]) -> int:
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
            self._wake(waiting.behind)
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
            if self._full is not None and len(self._queue) >= self._expected:
                self._full.release()
                self._full = None
            return self._leader is waiting

    def _leave(self, waiting: Waiting) -> None:
        with self._mutex:
            waiting.left = True
            leads = self._leader is waiting
            was_told = waiting.told
        if was_told:
            self._wake(waiting.behind)
        if leads:
            self._help()

    def _wake(self, waiting: Waiting | None) -> None:
        """Wake the first of those behind each other that still waits and was not woken yet."""
        if waiting is None:
            return
        with self._mutex:
            while waiting is not None and (waiting.left or waiting.told):
                waiting = None if waiting.told else waiting.behind
            if waiting is not None:
                waiting.told = True
                waiting.done.release()

    def _lead(self) -> None:
        """Commit what waits, answer it, and hand over to the first of those that came since."""
        if len(self._queue) < self._expected:
            self._gather()
        group = self._take()
        stopped: SunlitError = UnavailableError(
            "recorder.stopped", "the writing of decision records was interrupted",
            mend="look at the first error, then start the guard again",
        )  # fmt: skip
        first, began = -1, perf_counter()
        try:
            if group:
                first = self._commit([record for one in group for record in one.records])
        except SunlitError as error:
            stopped = error
        finally:
            successor = self._hand_over(len(group), began)
            self._wake(_answer(group, first, stopped))
            if successor is not None:
                self._promote(successor)

    def _gather(self) -> None:
        """Wait for those of the last round, never longer than a commit takes with nobody new."""
        patience = min(self._took, PATIENCE)
        if perf_counter() - self._ended > patience:
            return  # they went elsewhere
        full = Lock()
        full.acquire()
        with self._mutex:
            there = len(self._queue)
            if there >= self._expected:
                return
            self._full = full
        try:
            for _ in range(ROUNDS):
                if full.acquire(timeout=patience) or len(self._queue) == there:
                    return
                there = len(self._queue)
        finally:
            with self._mutex:
                self._full = None

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

    def _hand_over(self, answered: int, began: float) -> Waiting | None:
        with self._mutex:
            self._ended = perf_counter()
            self._took = self._ended - began
            self._expected = answered + len(self._queue)
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


def _answer(group: list[Waiting], first: int, error: SunlitError) -> Waiting | None:
    """Answer every call of a group. Return the first thread to be woken: it wakes the next.

    Threads that are woken all at once stand in line for Python's global lock, which costs each
    another sleep. Tasks of one loop are told together.
    """
    threads: list[Waiting] = []
    tasks: Tasks = {}
    for one in group:
        if first < 0:
            one.error = error
        else:
            one.first = first
            first += len(one.records)
        one.enlist(threads, tasks)
    for one, behind in pairwise(threads):
        one.behind = behind
    for call_soon, those in tasks.values():
        with suppress(RuntimeError):  # the loop was closed: nobody waits
            call_soon(_settle, those)
    return threads[0] if threads else None


def _settle(tasks: list[Task]) -> None:
    for task in tasks:
        task.settle()
