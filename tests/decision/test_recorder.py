"""Recorders: what they promise, the real one and the fake; and how the real one is shared."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.decision import recorder as recorders
from sunlit.decision.groups import Groups, Waiting
from sunlit.decision.ports import Draft, Recorder
from sunlit.decision.record import Pointer
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.store import DecisionStore
from sunlit.log.checkpoint import open_checkpoint
from sunlit.log.fsck import fsck_directory
from sunlit.log.merkle import leaf_hash
from sunlit.testing.recorder import MemoryRecorder
from tests.decision.making import ORIGIN, a_store, a_writer, draft, drafts


@pytest.fixture(params=["real", "fake"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Recorder]:
    """One recorder of each kind."""
    found = a_writer(a_store(tmp_path)) if request.param == "real" else MemoryRecorder(ORIGIN)
    yield found
    found.close()


def contents(recorder: Recorder, tmp_path: Path) -> Callable[[Pointer], bytes]:
    """Return what opens the input of a record."""
    if isinstance(recorder, MemoryRecorder):
        return lambda pointer: recorder.content(pointer).fields["input"].value
    store = DecisionStore.open(tmp_path / "records")
    return lambda pointer: store.content(pointer).fields["input"].value


# -- the contract ------------------------------------------------------------------------------


def test_records_get_the_next_indices_in_order(recorder: Recorder, tmp_path: Path) -> None:
    """And their leaf hashes; what they committed to can be opened."""
    wanted = drafts(5)

    found = recorder.append(wanted[:2]) + recorder.append([]) + recorder.append(wanted[2:])

    assert [pointer.index for pointer in found] == [0, 1, 2, 3, 4]
    assert {pointer.log for pointer in found} == {recorder.origin} == {ORIGIN}
    assert [pointer.leaf for pointer in found] == [leaf_hash(one.leaf).hex() for one in wanted]
    opened = contents(recorder, tmp_path)
    assert [opened(pointer) for pointer in found] == [b"0", b"1", b"2", b"3", b"4"]


def test_threads_share_a_recorder(recorder: Recorder, tmp_path: Path) -> None:
    """Every call gets an index of its own, without gaps, and its own content."""
    found: dict[int, int] = {}

    def work(first: int) -> None:
        for number in range(first, first + 20):
            (pointer,) = recorder.append([draft(number)])
            found[number] = pointer.index

    threads = [threading.Thread(target=work, args=(20 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found.values()) == list(range(160))
    opened = contents(recorder, tmp_path)
    for number, index in found.items():
        leaf = _leaf(recorder, tmp_path, index)
        assert opened(Pointer(log=ORIGIN, index=index, leaf=leaf)) == f"{number}".encode()


def _leaf(recorder: Recorder, tmp_path: Path, index: int) -> str:
    if isinstance(recorder, MemoryRecorder):
        return leaf_hash(recorder.drafts[index].leaf).hex()
    store = DecisionStore.open(tmp_path / "records")
    return leaf_hash(next(store.records(ORIGIN, index))[2]).hex()


def test_tasks_share_a_recorder(recorder: Recorder) -> None:
    """Also tasks of two loops in two threads, with calls of threads between them."""
    found: list[int] = []

    async def work() -> None:
        calls = [recorder.append_async([draft(n), draft(n)]) for n in range(10)]
        for pointers in await asyncio.gather(*calls):
            assert pointers[1].index == pointers[0].index + 1
            found.extend(pointer.index for pointer in pointers)
        assert await recorder.append_async([]) == ()

    threads = [threading.Thread(target=lambda: asyncio.run(work())) for _ in range(2)]
    for thread in threads:
        thread.start()
    found.extend(recorder.append([draft()])[0].index for _ in range(20))
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(60))


def test_an_entry_over_the_logs_limit_is_refused_alone(recorder: Recorder) -> None:
    """Nothing of the call is written; the next one is."""
    large = replace(draft(), leaf=bytes(65_536))

    with pytest.raises(MalformedError) as caught:
        recorder.append([draft(), large])

    assert caught.value.code == "log.entry-too-large"
    assert recorder.append([draft()])[0].index == 0


def test_a_closed_recorder_takes_nothing(recorder: Recorder) -> None:
    """And closing it again does nothing."""
    recorder.append([draft()])
    recorder.close()
    recorder.close()

    with pytest.raises(UnavailableError) as caught:
        recorder.append([draft()])
    with pytest.raises(UnavailableError):
        asyncio.run(recorder.append_async([draft()]))

    assert caught.value.code == "recorder.stopped"


def test_the_fake_fails_as_it_is_told() -> None:
    """So that a guard's tests see a decision that is not released."""
    fake = MemoryRecorder()
    fake.fails_with = UnavailableError("recorder.disk-full", "full")

    with pytest.raises(UnavailableError):
        fake.append([draft()])

    assert (fake.size, fake.records) == (0, ())
    fake.fails_with = None
    fake.append([draft()])
    assert fake.records[0].use == "outreach"


# -- checkpoints and restarts ------------------------------------------------------------------


def test_a_checkpoint_covers_all_that_was_acknowledged(tmp_path: Path) -> None:
    """And the next one only adds to it."""
    store = a_store(tmp_path)
    key = store.log(ORIGIN).verifier
    with a_writer(store) as log:
        log.append(drafts(3))
        first = open_checkpoint(log.checkpoint(), key)
        log.append(drafts(300))
        second = open_checkpoint(log.checkpoint(), key)
        assert log.checkpoint() == log.checkpoint()
        assert (first.size, second.size, log.signed_size, log.size) == (3, 303, 303, 303)

    reader = store.reader(ORIGIN)
    reader.expect_growth_from(first)
    reader.expect_growth_from(second)
    assert [leaf for _, _, leaf in store.records(ORIGIN)] == list(reader.entries())


def test_fsck_recomputes_a_decision_log(tmp_path: Path) -> None:
    """Its entries are no statements; a changed one is found all the same."""
    store = a_store(tmp_path)
    with a_writer(store) as log:
        log.append(drafts(300))
    folder = store.log(ORIGIN)

    sound = fsck_directory(folder.public, folder.verifier, raw=True)
    with_lock = fsck_directory(folder.public, folder.verifier, raw=True, lock=folder.lock)
    strict = fsck_directory(folder.public, folder.verifier)
    bundle = folder.public / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b"outreach", b"outreech", 1))
    changed = fsck_directory(folder.public, folder.verifier, raw=True)

    assert (sound.size, sound.problems, with_lock.problems) == (300, (), ())
    assert {problem.code for problem in strict.problems} == {"log.entry-form"}
    assert "log.entry-hash" in {problem.code for problem in changed.problems}


def test_a_checkpoint_comes_by_itself(tmp_path: Path) -> None:
    """In the background, soon after a record."""
    store = a_store(tmp_path)
    log = a_writer(store, Pace(checkpoint_seconds=0.01, reserve_bytes=0))
    log.append(drafts(2))
    deadline = threading.Event()
    for _ in range(6_000):
        if log.signed_size == 2:
            break
        deadline.wait(0.01)

    assert log.signed_size == 2
    log.close()


def test_closing_signs_what_is_there(tmp_path: Path) -> None:
    """And a log that was closed goes on where it was, in the same file."""
    store = a_store(tmp_path)
    for count in (2, 0, 3):
        with a_writer(store) as log:
            log.append(drafts(count))

    assert store.reader(ORIGIN).size == 5
    assert len(list((store.root / "logs/01/segments").glob("*.seg"))) == 1


def test_a_large_tail_is_signed_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a start that finds many records without a checkpoint."""
    monkeypatch.setattr("sunlit.decision.signing.BATCH", 100)
    store = a_store(tmp_path)
    with a_writer(store, Pace(checkpoint_seconds=None, segment_bytes=20_000)) as log:
        for _ in range(5):
            log.append(drafts(70))
    with store.writer(SystemClock()) as log:
        assert (log.size, log.signed_size) == (350, 350)
    assert len(list(store.reader(ORIGIN).entries())) == 350


def killed(log: DecisionLog) -> None:
    """Let go of a log as a killed process does: nothing is signed or written."""
    log._ended.set()
    log._segments.close()
    log._parts.keys.close()
    log._parts.log._lock.close()
    log._parts.writer.close()


def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path) -> None:
    """Signed or not, also when the kill comes again and again."""
    store = a_store(tmp_path)
    given: list[Pointer] = []
    for number in range(6):
        log = a_writer(store)
        assert log.size == len(given)
        given += log.append(drafts(3))
        if number % 2:
            log.checkpoint()
        given += log.append(drafts(2))
        killed(log)

    with a_writer(store) as log:
        assert (log.size, log.signed_size) == (30, 28)
        given += log.append(drafts(1))
    assert [pointer.index for pointer in given] == list(range(31))
    entries = list(store.reader(ORIGIN).entries())
    assert [leaf_hash(entry).hex() for entry in entries] == [pointer.leaf for pointer in given]
    for pointer in given:
        store.content(pointer)


# -- two writers, forks, interrupts ------------------------------------------------------------


def test_a_worker_takes_an_idle_registered_log(tmp_path: Path) -> None:
    """The second takes the second; a third finds none; an unregistered one is not taken."""
    store = a_store(tmp_path, 2)
    store.add_log("decisions.example.org/unregistered")
    first, second = a_writer(store), a_writer(store)

    with pytest.raises(UnavailableError) as caught:
        a_writer(store)

    assert (first.origin, second.origin) == (ORIGIN, "decisions.example.org/2")
    assert caught.value.code == "recorder.no-log"
    assert "--workers" in (caught.value.mend or "")
    first.close()
    with a_writer(store) as again:
        assert again.origin == ORIGIN
    second.close()


def test_a_forked_child_takes_another_log(tmp_path: Path) -> None:
    """It cannot use its parent's, and does not unlock it, nor keep it locked."""
    store = a_store(tmp_path, 2)
    log = a_writer(store)
    log.append(drafts(2))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with suppress(BaseException):
            os.write(writing, _in_a_child(log, store))
        os._exit(0)
    os.close(writing)
    said = os.read(reading, 1000).decode().split()
    os.waitpid(child, 0)
    os.close(reading)

    assert said == ["True", "recorder.foreign", "recorder.foreign", "decisions.example.org/2"]
    assert log.append(drafts(1))[0].index == 2
    with pytest.raises(UnavailableError), a_writer(store), a_writer(store):
        pass
    log.close()
    with a_writer(store) as again:
        assert again.origin == ORIGIN


def _in_a_child(log: DecisionLog, store: DecisionStore) -> bytes:
    said = [str(log.is_foreign)]
    for call in (lambda: log.append(drafts(1)), log.checkpoint):
        try:
            call()
        except SunlitError as error:
            said.append(error.code)
    log.close()
    with a_writer(store) as own:
        own.append(drafts(1))
        said.append(own.origin)
    return " ".join(said).encode()


def test_a_child_draws_salts_of_its_own() -> None:
    """A copied page of random bytes would give two records one id."""
    from sunlit.decision.record import new_id

    new_id()
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, new_id().encode())
        os._exit(0)
    os.wait()
    theirs = os.read(reading, 100).decode()
    os.close(reading)
    os.close(writing)

    assert theirs != new_id()


def test_an_interrupt_in_a_commit_stops_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what is on the disk; those who wait are told, and the next start settles it."""
    store = a_store(tmp_path)
    log = a_writer(store)
    log.append(drafts(1))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(log._segments, "append", interrupt)
    with pytest.raises(KeyboardInterrupt):
        log.append(drafts(1))
    with pytest.raises(UnavailableError) as caught:
        log.append(drafts(1))

    assert caught.value.code == "recorder.stopped"
    killed(log)
    with a_writer(store) as again:
        assert again.size == 1


def test_an_interrupted_caller_holds_up_nobody() -> None:
    """Whoever leaves the line, before or after it was told to write, is passed by."""
    written: list[Draft] = []
    gate = threading.Event()

    def commit(group: list[Draft]) -> int:
        gate.wait(60)
        written.extend(group)
        return len(written) - len(group)

    groups = Groups(commit)
    first = threading.Thread(target=lambda: groups.run([draft()]))
    first.start()
    while not groups._leader:
        pass
    leaving = Waiting([draft()])
    groups._enter(leaving)
    second = threading.Thread(target=lambda: groups.run([draft()]))
    second.start()
    while len(groups._queue) < 2:
        pass
    groups._leave(leaving)
    gate.set()
    first.join(60)
    second.join(60)
    groups.close()

    assert not first.is_alive()
    assert not second.is_alive()
    assert len(written) == 3


def test_a_caller_interrupted_after_its_answer_wakes_the_next() -> None:
    """The line of threads to be woken does not end with the one that left."""
    groups = Groups(lambda group: 0)
    front, behind = Waiting([]), Waiting([])
    front.behind = behind
    groups._wake(front)
    groups._leave(front)

    assert behind.done.acquire(timeout=60)
    assert behind.told


def test_a_cancelled_task_leaves_the_log_sound(tmp_path: Path) -> None:
    """Its record is written all the same; nobody was told an index."""
    store = a_store(tmp_path)
    log = a_writer(store)

    async def work() -> None:
        task = asyncio.ensure_future(log.append_async([draft()]))
        await asyncio.wait([task], timeout=0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await log.append_async([draft()]))[0].index == 1

    asyncio.run(work())
    log.close()
    assert store.reader(ORIGIN).size == 2


@pytest.mark.parametrize(("come_back", "sizes"), [(2, [2, 1]), (1, [1, 1])])
def test_callers_answered_together_are_written_together_again(
    come_back: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to come back waits for the other, but not for ever; one alone waits for nobody."""
    monkeypatch.setattr("sunlit.decision.groups.PATIENCE", 30 if come_back == 2 else 0.001)
    found: list[int] = []

    def commit(group: list[Draft]) -> int:
        found.append(len(group))
        return 0

    groups = Groups(commit)
    groups._expected, groups._took, groups._ended = 2, 60.0, time.perf_counter()

    callers = [
        threading.Thread(target=groups.run, args=([draft()],), daemon=True)
        for _ in range(come_back)
    ]
    for one in callers:
        one.start()
    for one in callers:
        one.join(60)
    groups._expected = 1
    groups.run([draft()])

    assert found == sizes


def test_a_group_has_an_end() -> None:
    """A call of many records is not cut; what comes behind it waits for the next group."""
    sizes: list[int] = []

    def commit(group: list[Draft]) -> int:
        sizes.append(len(group))
        return 0

    groups = Groups(commit)
    for count in (5_000, 4_000, 96, 1):
        waiting = Waiting([draft()] * count)
        waiting.left = True  # so that a helper writes for them
        groups._queue.append(waiting)
    groups._lead()
    for _ in range(6_000):
        if len(sizes) == 3:
            break
        threading.Event().wait(0.01)
    groups.close()

    assert sizes == [5_000, 4_096, 1]


def test_a_content_over_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Record a digest of it instead."""
    monkeypatch.setattr(recorders, "MAX_CONTENT", 100)
    with a_writer(a_store(tmp_path)) as log, pytest.raises(MalformedError) as caught:
        log.append(drafts(1, size=100))

    assert caught.value.code == "recorder.too-large"


def test_each_caller_of_a_stopped_log_gets_an_error_of_its_own(tmp_path: Path) -> None:
    """One that is raised again and again would keep every caller's inputs alive."""
    log = a_writer(a_store(tmp_path))
    log.close()
    caught = []
    for call in (lambda: log.append(drafts(1)), log.checkpoint) * 2:
        with pytest.raises(UnavailableError) as one:
            call()
        caught.append(one.value)

    assert {error.code for error in caught} == {"recorder.stopped"}
    assert {error.got for error in caught} == {"it was closed"}
    assert len({id(error) for error in caught}) == len(caught)
