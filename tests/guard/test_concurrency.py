"""Threads, asyncio, forked workers, several guards in one process."""

import asyncio
import gc
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.decision.record import Kind
from sunlit.guard import Guard, HttpsStatus
from tests.fixtures.token_world import World, grant
from tests.guard.guarded_world import Place


def _next(x: int) -> int:
    return x + 1


def _given(component: object, _: Path) -> object:
    return component


def test_threads_share_a_guard(tmp_path: Path) -> None:
    """Each decision is recorded once, with its own values."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x * 2)
        with ThreadPoolExecutor(16) as pool:
            made = list(pool.map(model.decide, range(200)))

    assert [one.output for one in made] == [2 * number for number in range(200)]
    assert len({one.pointer.index for one in made}) == 200
    assert {one.id for one in made} == {one.id for one in place.records()}


def test_a_limit_holds_among_threads(tmp_path: Path) -> None:
    """Sixteen threads that hurry get through exactly what the token allows."""
    place = Place(tmp_path, grant(constraints=("volume:50",)))
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)

        def decided(number: int) -> bool:
            try:
                model.decide(number)
            except VerificationError as error:
                if error.code != "guard.volume-exceeded":
                    raise
                return False
            return True

        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(decided, range(80))) == 50

    assert [one.kind for one in place.records()].count(Kind.DECISION) == 50


def test_tasks_of_an_event_loop_decide(tmp_path: Path) -> None:
    """A plain function runs in a thread, a coroutine on the loop."""
    place = Place(tmp_path)

    async def later(x: int) -> int:
        return await asyncio.to_thread(_next, x)

    class Later:
        async def __call__(self, x: int) -> int:
            return x + 1

    async def play(guard: Guard) -> list[object]:
        models = [guard.load(place.files, partial(_given, one)) for one in (_next, later, Later())]
        made = await asyncio.gather(
            *(model.adecide(number) for model in models for number in range(10))
        )
        return [one.output for one in made]

    with place.open() as guard:
        found = asyncio.run(play(guard))

    assert found == [*range(1, 11)] * 3
    assert len(place.records()) == 30


def test_refusals_and_failures_of_tasks_are_recorded(tmp_path: Path) -> None:
    """Another use, a component that fails, a value of no known type, a call that is cancelled."""
    place = Place(tmp_path)

    begun = asyncio.Event()

    async def fail(x: object) -> object:
        if x == "wait":
            begun.set()
            await asyncio.Event().wait()
        raise RuntimeError("secret")

    async def play(guard: Guard) -> None:
        model = guard.load(place.files, lambda _: fail)
        with pytest.raises(VerificationError):
            await model.adecide(1, jurisdiction="US-NY")
        with pytest.raises(RuntimeError):
            await model.adecide(1)
        with pytest.raises(VerificationError):
            await model.adecide(object())
        task = asyncio.create_task(model.adecide("wait"))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with place.open() as guard:
        asyncio.run(play(guard))

    assert [one.code for one in place.records()] == [
        "token.other-jurisdiction", "guard.model-failed", "guard.serialise", "guard.model-failed",
    ]  # fmt: skip


def test_an_event_loop_waits_for_a_list_in_a_thread(tmp_path: Path) -> None:
    """A slow network holds up the one who asks, not the others."""
    place = Place(tmp_path)
    place_list = World().status()
    asked: list[str] = []

    def answer(*_: object) -> object:
        import io
        import threading

        asked.append(threading.current_thread().name)
        return io.BytesIO(place_list)

    source = HttpsStatus("https://safety.example.gov/1", open_url=answer)  # type: ignore[arg-type]

    async def play(guard: Guard) -> object:
        return (await guard.load(place.files, lambda _: str).adecide(1)).output

    with place.open(status=source, token=place.world.parts(status=None)) as guard:
        assert asyncio.run(play(guard)) == "1"

    assert asked[0] != "MainThread"


def test_a_task_gets_no_answer_without_a_durable_record(tmp_path: Path) -> None:
    """Neither does a refusal get lost: the error says that there is none."""
    place = Place(tmp_path)
    guard = place.open()
    model = guard.load(place.files, lambda _: str)

    async def play() -> None:
        with pytest.raises(UnavailableError) as caught:
            await model.adecide(1)
        assert caught.value.code == "guard.closed"
        assert "meanwhile, by hand" in str(caught.value.mend)
        with pytest.raises(VerificationError) as refused:
            await model.adecide(1, jurisdiction="US-NY")
        assert "could not be recorded" in refused.value.__notes__[0]

    guard.close()
    asyncio.run(play())


def test_a_stream_is_recorded_by_tasks(tmp_path: Path) -> None:
    """As the proxy does it: opened before the first byte, closed after the last."""
    place = Place(tmp_path, grant(minimum_binding="endpoint-only"))

    async def play(guard: Guard) -> None:
        permit = await guard.apermit(guard.ask(case="42"))
        (opened,) = await guard.arecord_decisions(permit, [{}], opened=True)
        await guard.arecord(Kind.CLOSED, {}, of=opened.pointer, result="complete")

    with place.open() as guard:
        asyncio.run(play(guard))

    assert [one.kind for one in place.records()] == [Kind.DECISION, Kind.CLOSED]


# --- processes ------------------------------------------------------------------------------


def _fork(body: object) -> int:
    child = os.fork()
    if child == 0:
        try:
            body()  # type: ignore[operator]
        except SunlitError as error:
            os.write(2, f"{error.code}: {error}\n".encode())
            os._exit(7)
        finally:
            os._exit(0)
    return child


def _wait(children: Sequence[int]) -> list[int]:
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_each_forked_worker_takes_a_log_of_its_own(tmp_path: Path) -> None:
    """Guard and model were made before the fork, as a web server does it."""
    place = Place(tmp_path, logs=4)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)
        model.decide("parent")

        def work() -> None:
            for number in range(5):
                model.decide(number)
            guard.close()

        assert _wait([_fork(work) for _ in range(3)]) == [0, 0, 0]
        model.decide("parent again")

    per_log = [
        [record.kind for _, record, _ in place.store.records(log.origin)]
        for log in place.store.logs()
    ]
    assert per_log[0] == [Kind.DECISION] * 2
    assert sum(map(len, per_log)) == 2 + 3 * 5


def test_a_worker_without_an_idle_log_decides_nothing(tmp_path: Path) -> None:
    """It is refused by name instead of writing with its parent's key."""
    place = Place(tmp_path, logs=1)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)

        def work() -> None:
            try:
                model.decide(1)
            except UnavailableError as error:
                if error.code == "recorder.no-log":
                    os._exit(42)

        assert _wait([_fork(work)]) == [42]
        model.decide(2)

    assert len(place.records()) == 1


def test_a_writer_that_was_lent_is_not_used_after_a_fork(tmp_path: Path) -> None:
    """Two processes that number the same log would break it."""
    place = Place(tmp_path)
    writer = place.store.writer(place.clock)
    with place.open(records=writer, deployer="benefits.example.gov") as guard:
        model = guard.load(place.files, lambda _: lambda x: x)

        def work() -> None:
            try:
                model.decide(1)
            except UnavailableError as error:
                if error.code == "guard.forked":
                    os._exit(42)

        assert _wait([_fork(work)]) == [42]
        model.decide(2)
    writer.close()


def test_workers_share_the_tokens_limits(tmp_path: Path) -> None:
    """What one has used up, the others do not have."""
    place = Place(tmp_path, grant(constraints=("volume:30",)), logs=4)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)
        model.decide("parent")

        def work() -> None:
            for number in range(20):
                try:
                    model.decide(number)
                except VerificationError as error:
                    if error.code != "guard.volume-exceeded":
                        raise
            guard.close()

        assert _wait([_fork(work) for _ in range(3)]) == [0, 0, 0]

    kinds = [one.kind for one in place.records()]
    assert kinds.count(Kind.DECISION) == 30
    assert kinds.count(Kind.REFUSAL) == 31


def test_a_fork_in_the_middle_of_a_refresh_does_not_hold_up_the_child(tmp_path: Path) -> None:
    """The thread that held the lock does not exist there."""
    place = Place(tmp_path, logs=2)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)

        def work() -> None:
            guard.refresh()
            guard.reload(place.token)
            model.decide(1)
            guard.close()

        with guard.live.swapping(guard.standing):
            child = _fork(work)
            assert _wait([child]) == [0]

    assert len(place.records()) == 1


# --- several guards -------------------------------------------------------------------------


def test_guards_of_one_process_share_a_log(tmp_path: Path) -> None:
    """The log stays until the last of them lets go; then another process may take it."""
    place = Place(tmp_path)
    first, second = place.open(), place.open(oversight="human-decides")
    first.load(place.files, lambda _: str).decide(1)
    first.close()
    second.load(place.files, lambda _: str).decide(2)
    second.close()
    second.close()

    writer = place.store.writer(place.clock)
    writer.close()

    assert len(place.records()) == 2


def test_guards_that_are_forgotten_are_collected(tmp_path: Path) -> None:
    """What is kept for forks must not keep guards alive."""
    place = Place(tmp_path)
    guard = place.open()
    guard.close()
    from sunlit.guard import guard as module

    before = len(module._GUARDS)
    del guard
    gc.collect()

    assert len(module._GUARDS) <= before


def test_a_check_is_cheap(tmp_path: Path) -> None:
    """Well under the promised 100 microseconds; benchmarks measure it properly."""
    place = Place(tmp_path, grant(constraints=("rate:1000000/minute",)))
    with place.open(status=None) as guard:
        ask = guard.ask(binding=guard.load(place.files, lambda _: str)._model.binding)
        spent = []
        for _ in range(300):
            started = time.thread_time()  # of this thread: others are at work on the machine
            guard.permit(ask)
            spent.append(time.thread_time() - started)

    assert sorted(spent)[len(spent) // 2] < 0.001
