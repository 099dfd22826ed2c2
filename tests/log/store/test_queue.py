"""Group commit for threads: everything acknowledged is there, and the bound holds."""

import sqlite3
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.log.files import DirectoryFiles
from sunlit.log.note import NoteSigner
from sunlit.log.queue import Queue
from sunlit.log.reader import LogReader
from sunlit.log.receipt import Receipt
from tests.log.store.making import SIGNER, create, numbered, reopen


class Gate:
    """A signer that waits until it is let through."""

    def __init__(self) -> None:
        self.open = Event()
        self.reached = Event()

    def sign(self, text: bytes) -> bytes:
        """Wait, then sign."""
        self.reached.set()
        assert self.open.wait(30)
        return SIGNER.sign_bytes(text)


def test_many_threads_share_commits_and_each_gets_its_receipt(tmp_path: Path) -> None:
    """Every entry stands at the index of its receipt."""
    with create(tmp_path) as log:
        with Queue(log) as queue, ThreadPoolExecutor(8) as pool:
            futures = list(pool.map(queue.submit, numbered(*range(500))))
        receipts = [future.result() for future in futures]

    entries = list(LogReader.open(DirectoryFiles(tmp_path / "log"), SIGNER.verifier).entries())
    assert len(entries) == 500
    assert all(entries[found.index] == found.entry for found in receipts)


def test_over_its_bound_the_queue_refuses_and_keeps_what_it_took(tmp_path: Path) -> None:
    """One is being committed, two wait, the next is told to come again."""
    create(tmp_path).close()
    gate = Gate()
    with reopen(tmp_path, signer=NoteSigner(SIGNER.verifier, gate.sign)) as log:
        queue = Queue(log, bound=2)
        taken = [queue.submit({"n": 1})]
        assert gate.reached.wait(30)
        taken += [queue.submit({"n": 2}), queue.submit({"n": 3})]

        with pytest.raises(UnavailableError) as caught:
            queue.submit({"n": 4})
        assert taken[2].cancel()
        gate.open.set()
        queue.close()

        assert caught.value.code == "log.queue-full"
        assert [found.result().index for found in taken[:2]] == [0, 1]
        assert log.size == 2


def test_a_batch_of_cancelled_entries_writes_nothing(tmp_path: Path) -> None:
    """Nobody waits for them any more."""
    create(tmp_path).close()
    gate = Gate()
    with reopen(tmp_path, signer=NoteSigner(SIGNER.verifier, gate.sign)) as log:
        queue = Queue(log, batch=1)
        first = queue.submit({"n": 1})
        assert gate.reached.wait(30)
        assert queue.submit({"n": 2}).cancel()
        gate.open.set()
        queue.close()
        assert (first.result().index, log.size) == (0, 1)


def test_an_envelope_that_cannot_be_taken_spoils_no_commit(tmp_path: Path) -> None:
    """It is refused where it is submitted."""
    with create(tmp_path) as log, Queue(log) as queue:
        with pytest.raises(MalformedError):
            queue.submit(b"no JSON")
        assert queue.submit({"n": 1}, key=b"k").result(30).index == 0
        assert queue.submit({"n": 2}, key=b"k").result(30).index == 0


def test_a_closed_queue_takes_nothing(tmp_path: Path) -> None:
    """What waited before was written."""
    with create(tmp_path) as log:
        queue = Queue(log)
        before = queue.submit({"n": 1})
        queue.close()
        with pytest.raises(UnavailableError) as caught:
            queue.submit({"n": 2})

    assert (before.result().index, caught.value.code) == (0, "log.stopped")


def test_an_error_reaches_everyone_who_waits(tmp_path: Path) -> None:
    """The log was closed under the queue."""
    log = create(tmp_path)
    log.close()
    with Queue(log) as queue:
        failed = queue.submit({"n": 1})

        assert isinstance(failed.exception(30), UnavailableError)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_that_nobody_named_leaves_nobody_waiting(tmp_path: Path) -> None:
    """A signer's library fails in its own way: the worker ends, and says so to all."""
    create(tmp_path).close()
    gate = Gate()

    def sign(text: bytes) -> bytes:
        gate.sign(text)
        raise sqlite3.ProgrammingError("a library's own error")

    log = reopen(tmp_path, signer=NoteSigner(SIGNER.verifier, sign))
    queue = Queue(log)
    waiting: list[Future[Receipt]] = [queue.submit({"n": 1})]
    assert gate.reached.wait(30)
    waiting.append(queue.submit({"n": 2}))
    gate.open.set()

    for future in waiting:
        error = future.exception(30)
        assert isinstance(error, UnavailableError)
        assert error.code in {"log.stopped", "log.lock-failed"}
    queue.close()
    log.close()
