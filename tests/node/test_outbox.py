"""What is due is done by one worker, tried again when it fails, and given up in the end."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from sunlit.adapters.sql.outbox import SqlOutbox
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.node.outbox import (
    FIRST_PAUSE,
    LEASE_SECONDS,
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    Did,
    Handler,
    Job,
    next_try,
    work_off,
)
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


@pytest.fixture
def outbox(private: Engine, clock: SetClock) -> SqlOutbox:
    """An outbox with nothing in it."""
    return SqlOutbox(engine=private, clock=clock)


class Kept:
    """Handlers that note what they did, or fail."""

    def __init__(self, error: SunlitError | None = None) -> None:
        self.jobs: list[Job] = []
        self.error = error

    def do(self, job: Job) -> None:
        """Note a job."""
        self.jobs.append(job)
        if self.error is not None:
            raise self.error

    @property
    def all(self) -> Mapping[str, Handler]:
        """Return the one handler."""
        return {"note": self.do}


def test_a_job_is_done_once_when_it_is_due(outbox: SqlOutbox, clock: SetClock) -> None:
    """Not before, and not a second time; the payload comes as it was put."""
    kept = Kept()
    outbox.later("note", {"number": 1, "names": ["a"]}, START + timedelta(hours=1))

    early = work_off(outbox, kept.all, clock, "w")
    clock.at += timedelta(hours=1)
    due, after = work_off(outbox, kept.all, clock, "w"), work_off(outbox, kept.all, clock, "w")

    assert (early, due, after) == (Did(), Did(done=1), Did())
    assert [job.payload for job in kept.jobs] == [{"number": 1, "names": ["a"]}]
    assert outbox.states() == {"done": 1}


def test_the_same_job_is_kept_once(outbox: SqlOutbox, clock: SetClock) -> None:
    """By what it says and when, or by a name; also after it was done."""
    assert outbox.later("note", {"a": 1}, START)
    assert not outbox.later("note", {"a": 1}, START)
    assert outbox.later("note", {"a": 2}, START)
    assert outbox.later("note", {"a": 3}, START, name="once")

    work_off(outbox, Kept().all, clock, "w")

    assert not outbox.later("note", {"a": 4}, START + timedelta(days=1), name="once")
    assert outbox.states() == {"done": 3}


def test_a_job_is_leased_to_one_worker(outbox: SqlOutbox, clock: SetClock) -> None:
    """When that one is gone another has it, and the first no longer says what became of it."""
    outbox.later("note", {}, START)
    (job,) = outbox.lease("first", 5, LEASE_SECONDS)
    assert outbox.lease("second", 5, LEASE_SECONDS) == ()
    clock.at += timedelta(seconds=LEASE_SECONDS)

    (again,) = outbox.lease("second", 5, LEASE_SECONDS)
    outbox.done(job, "first")

    assert (again.id, again.attempts) == (job.id, 2)
    assert outbox.states() == {"waiting": 1}
    outbox.done(again, "second")
    assert outbox.states() == {"done": 1}


def test_what_could_not_be_done_is_tried_again_later_and_later(
    outbox: SqlOutbox, clock: SetClock
) -> None:
    """And given up after so many times."""
    kept = Kept(UnavailableError("mail.failed", "no"))
    outbox.later("note", {}, START)
    found: list[Did] = []
    for _ in range(MAX_ATTEMPTS):
        found.append(work_off(outbox, kept.all, clock, "w"))
        assert work_off(outbox, kept.all, clock, "w") == Did()
        clock.at += LONGEST_PAUSE

    assert found == [Did(failed=1)] * (MAX_ATTEMPTS - 1) + [Did(dead=1)]
    assert outbox.states() == {"dead": 1}


def test_what_will_never_be_taken_is_given_up_at_once(outbox: SqlOutbox, clock: SetClock) -> None:
    """Nobody mends it by waiting."""
    kept = Kept(VerificationError("mail.refused", "no"))
    outbox.later("note", {}, START)

    assert work_off(outbox, kept.all, clock, "w") == Did(dead=1)


def test_a_job_that_takes_its_workers_down_is_given_up(outbox: SqlOutbox, clock: SetClock) -> None:
    """It was leased again and again, and nobody came back to say what became of it."""
    kept = Kept()
    outbox.later("note", {}, START)
    for _ in range(MAX_ATTEMPTS):
        outbox.lease("dies", 1, LEASE_SECONDS)
        clock.at += timedelta(seconds=LEASE_SECONDS)

    assert work_off(outbox, kept.all, clock, "w") == Did(dead=1)
    assert kept.jobs == []


def test_what_takes_a_worker_down_costs_the_others_nothing(
    outbox: SqlOutbox, clock: SetClock
) -> None:
    """A job that no handler survives was due first; those behind it are done at the next look."""
    kept = Kept()
    outbox.later("poison", {}, START)
    for number in range(3):
        outbox.later("note", {"number": number}, START + timedelta(seconds=1))
    clock.at += timedelta(seconds=1)

    def dies(_: Job) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        work_off(outbox, {**kept.all, "poison": dies}, clock, "dies")

    assert work_off(outbox, kept.all, clock, "next") == Did(done=3)
    assert [job.attempts for job in kept.jobs] == [1, 1, 1]


def test_a_job_of_an_unknown_kind_waits_for_a_worker_that_knows_it(
    outbox: SqlOutbox, clock: SetClock
) -> None:
    """Workers of two versions run beside each other while a node is brought up to date."""
    outbox.later("of tomorrow", {}, START)

    assert work_off(outbox, Kept().all, clock, "old") == Did(failed=1)
    clock.at += FIRST_PAUSE
    assert work_off(outbox, {"of tomorrow": Kept().do}, clock, "new") == Did(done=1)


def test_what_was_done_is_forgotten_and_what_was_given_up_is_not(
    outbox: SqlOutbox, clock: SetClock
) -> None:
    """An operator has to see what was never delivered."""
    for number, error in enumerate([None, VerificationError("mail.refused", "no")]):
        outbox.later("note", {"number": number}, START)
        work_off(outbox, Kept(error).all, clock, "w")

    assert outbox.forget(START + timedelta(days=1)) == 1
    assert outbox.states() == {"dead": 1}


def test_pauses_double_up_to_a_bound() -> None:
    """Five minutes, then ten, up to half a day."""
    job = Job(id="", kind="note", payload={}, due=START, attempts=1)
    pauses = [
        found - START
        for attempts in range(1, MAX_ATTEMPTS)
        if (found := next_try(Job(**{**_fields(job), "attempts": attempts}), START))  # type: ignore[arg-type]
    ]

    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def _fields(job: Job) -> dict[str, object]:
    return {"id": job.id, "kind": job.kind, "payload": job.payload, "due": job.due}


def test_many_workers_do_each_job_once(private: Engine, clock: SetClock) -> None:
    """They ask side by side, on each database."""
    outbox = SqlOutbox(engine=private, clock=clock)
    for number in range(24):
        outbox.later("note", {"number": number}, START)
    kept = Kept()

    def work(holder: str) -> Did:
        total = Did()
        while (did := work_off(outbox, kept.all, clock, holder, limit=3)) != Did():
            total = Did(*(one + two for one, two in zip(total, did, strict=True)))
        return total

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(work, "abcd"))

    assert sum(did.done for did in done) == 24
    assert sorted(str(job.payload["number"]) for job in kept.jobs) == sorted(map(str, range(24)))
