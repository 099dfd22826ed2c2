"""What works beside a server begins again after an error, and ends the process where that fails."""

from collections.abc import Callable
from concurrent.futures.thread import _threads_queues
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread, current_thread

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.bootstrap import supervising, working
from sunlit.bootstrap.supervising import (
    FAILURES,
    LONGEST_PAUSE,
    STEADY,
    WITHIN,
    Kept,
    Supervisor,
    code_of,
)
from sunlit.bootstrap.working import run
from tests.web.nodes import site_at

PATIENCE = 20.0


@dataclass
class Waits:
    """A clock that moves on when somebody waits, and a word to stop that comes at a time."""

    now: float = 1000.0
    until: float = float("inf")
    pauses: list[float] = field(default_factory=list[float])

    def is_set(self) -> bool:
        """Tell whether to stop."""
        return self.now >= self.until

    def wait(self, timeout: float) -> bool:
        """Move on."""
        self.pauses.append(timeout)
        self.now += timeout
        return self.is_set()


def kept(work: Callable[[], None], stop: Waits, heard: list[str]) -> Kept:
    """Return a job by the clock of `stop`."""
    return Kept(
        name="job", work=work, stop=stop, told=heard.append, monotonic=lambda: stop.now
    )  # fmt: skip


def test_a_job_begins_again_later_each_time_and_is_given_up_at_last() -> None:
    """Each failure is told by its kind and never by its message."""
    stop, heard = Waits(), list[str]()

    def work() -> None:
        raise ValueError("somebody's name")

    assert not kept(work, stop, heard).run()
    assert len(heard) == FAILURES
    assert all(one.startswith("ValueError at sunlit/bootstrap/supervising.py:") for one in heard)
    assert stop.pauses == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE]


def test_failures_that_lie_far_apart_are_begun_again_after_for_ever() -> None:
    """Only those of a while count, and the pause is short again."""
    stop, heard = Waits(until=30 * WITHIN), list[str]()

    def work() -> None:
        stop.now += WITHIN
        raise UnavailableError("private.unavailable", "gone")

    assert kept(work, stop, heard).run()
    assert len(heard) > FAILURES
    assert set(heard) == {"private.unavailable"}
    assert set(stop.pauses) == {1}


def test_a_job_is_well_again_when_it_has_gone_on_for_a_while() -> None:
    """Not in the pause, and not in the moment after it."""
    stop, heard, seen = Waits(), list[str](), list[bool]()

    def work() -> None:
        seen.append(job.is_well)
        if not heard:
            raise KeyError
        stop.now += STEADY - 0.5
        seen.append(job.is_well)
        stop.now += 1
        seen.append(job.is_well)

    job = kept(work, stop, heard)
    assert job.run()
    assert seen == [True, False, False, True]


def test_an_error_is_placed_in_our_own_files() -> None:
    """Where it came from is told, so that it can be mended."""
    with pytest.raises(AttributeError) as caught:
        Kept(name="", work=None, stop=None, told=print).run()  # type: ignore[arg-type]

    assert code_of(caught.value).startswith("AttributeError at sunlit/bootstrap/supervising.py:")


def test_what_sunlit_stands_on_is_not_taken_for_it() -> None:
    """As deploy/ has it, both lie below a folder of our name: the line is that of our own file."""
    theirs = compile("def work(): raise KeyError", "/opt/sunlit/lib/theirs.py", "exec")
    found: dict[str, Callable[[], None]] = {}
    exec(theirs, found)  # noqa: S102 - the line above
    heard: list[str] = []

    kept(found["work"], Waits(), heard).run()

    assert heard[0].startswith("KeyError at sunlit/bootstrap/supervising.py:")


def test_a_job_that_hangs_does_not_keep_a_worker_that_gave_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends without it, after a while, and is started anew."""
    site, go = site_at(tmp_path / "node"), Event()
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.0)
    monkeypatch.setattr(working, "GIVE_UP_SECONDS", 0.01)

    def broken() -> None:
        raise RuntimeError

    def jobs(*_: object) -> dict[str, Callable[[], object]]:
        return {"broken": broken, "hangs": go.wait}

    monkeypatch.setattr(working, "jobs_of", jobs)

    assert not run(site, Event(), lambda _: None)
    go.set()
    site.close()


def test_one_that_gives_up_ends_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker says so, and its process ends with an error; the other job finishes first."""
    site, heard = site_at(tmp_path / "node"), list[str]()
    monkeypatch.setattr(supervising, "FIRST_PAUSE", 0.0)

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(working, "later", broken)

    assert not run(site, Event(), heard.append)
    assert len(heard) == FAILURES
    assert heard[0].startswith("RuntimeError at sunlit/bootstrap/working.py:")
    site.close()


def test_a_pause_ends_at_once_when_all_is_to_stop() -> None:
    """Nobody waits a minute for a job that is to begin again."""
    stop, failed = Event(), Event()

    def work() -> None:
        raise RuntimeError

    beside = Supervisor({"one": work}, stop, lambda _: failed.set(), stop.set)
    beside.start()
    assert failed.wait(PATIENCE)
    assert not beside.is_well
    stop.set()
    beside.join(PATIENCE)
    assert not beside.is_well


def test_a_job_that_hangs_keeps_no_process_from_ending() -> None:
    """It is started anew only when it has ended, and Python waits for the threads of pools."""
    threads: list[Thread] = []
    stop, works, end = Event(), Event(), Event()

    def work() -> None:
        threads.append(current_thread())
        works.set()
        end.wait(PATIENCE)

    beside = Supervisor({"one": work}, stop, print, stop.set)
    beside.start()
    assert works.wait(PATIENCE)
    assert all(one.daemon for one in threads)
    assert set(threads).isdisjoint(_threads_queues)
    end.set()
    beside.join(PATIENCE)


def test_where_nobody_can_be_told_the_process_is_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its standard error was closed, perhaps: a job that stands still unseen helps nobody."""
    gave_up = Event()
    monkeypatch.setattr("threading.excepthook", lambda _: None)

    def work() -> None:
        raise RuntimeError

    def told(_code: str) -> None:
        raise BrokenPipeError

    beside = Supervisor({"one": work}, Event(), told, gave_up.set)
    beside.start()

    assert gave_up.wait(PATIENCE)
    beside.join(PATIENCE)
