"""Group commit for threads: whoever waits shares the next commit.

Bounded: over the bound it refuses at once, in words, instead of growing or losing.
"""

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from threading import Condition, Thread
from typing import Final, NamedTuple, Self

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.log.admission import Prepared, prepare
from sunlit.log.faults import stopped
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log

BATCH: Final = 1_024
BOUND: Final = 8_192


class _Waiting(NamedTuple):
    envelope: Prepared
    key: bytes | None
    future: Future[Receipt]


class Queue:
    """Takes envelopes from many threads and commits what waits, up to `batch` at a time.

    A future is done when its entry is durable and published, or holds the error that the
    commit met; then its entry may be in the log or not: submit it again with the same key.
    """

    def __init__(self, log: Log, *, bound: int = BOUND, batch: int = BATCH) -> None:
        self._log = log
        self._bound = bound
        self._batch = batch
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._closed = False
        self._worker = Thread(target=self._run, name="sunlit-log", daemon=True)
        self._worker.start()

    def submit(
        self, envelope: bytes | Mapping[str, object] | Prepared, *, key: bytes | None = None
    ) -> Future[Receipt]:
        """Take one envelope. It is checked here, so that it cannot spoil others' commit.

        Raises:
            MalformedError: `log.entry-too-large`, `json.*`.
            UnavailableError: `log.queue-full`, `log.stopped`: it was not taken.
        """
        taken = _Waiting(prepare(envelope), key, Future())
        with self._changed:
            if self._closed:
                raise _stopped()
            if len(self._waiting) >= self._bound:
                raise UnavailableError(
                    "log.queue-full",
                    "too many entries wait to be written; this one was not taken",
                    expected=f"at most {self._bound} waiting",
                    mend="submit it again in a second; if it lasts, send fewer at a time",
                )
            self._waiting.append(taken)
            self._changed.notify()
        return taken.future

    def close(self) -> None:
        """Take nothing more, commit what waits, and return. The log stays open."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._worker.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            while batch := self._next():
                # A future that was cancelled while it waited is not written.
                live = [found for found in batch if found.future.set_running_or_notify_cancel()]
                if live:
                    self._commit(live)
        finally:  # also when a clock or signer failed in a way that nobody named
            with self._changed:
                self._closed = True
                left = [
                    found for found in self._waiting if found.future.set_running_or_notify_cancel()
                ]
                self._waiting.clear()
            _refuse(left)

    def _next(self) -> list[_Waiting]:
        """Wait for work; nothing means that the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            receipts = self._log.append(
                [found.envelope for found in batch], keys=[found.key for found in batch]
            )
            for found, receipt in zip(batch, receipts, strict=True):
                found.future.set_result(receipt)
        except SunlitError as error:
            for found in batch:
                found.future.set_exception(error)
        finally:
            _refuse([found for found in batch if not found.future.done()])


def _refuse(batch: list[_Waiting]) -> None:
    for found in batch:
        found.future.set_exception(_stopped())


def _stopped() -> UnavailableError:
    return stopped("the log's queue was closed, or stopped after an error")
