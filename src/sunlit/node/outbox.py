"""What has to happen later: jobs that are kept, leased to one worker at a time, done or given up.

A kind is a name, and a handler does what it asks. A job may be done twice, when a worker dies
after doing it and before saying so; handlers are idempotent, or send the job's id along, by which
a receiver sees that it had this before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

from sunlit.base import canonical
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.times import Clock

MAX_ATTEMPTS: Final = 10  # with these pauses, over three days
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=12)
LEASE_SECONDS: Final = 300
BATCH: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to do. `attempts` counts how often it was leased, this time included."""

    id: str
    kind: str
    payload: Mapping[str, object]
    due: datetime
    attempts: int = 0


class Outbox(Protocol):
    """Keeps jobs until they are done."""

    def later(
        self, kind: str, payload: Mapping[str, object], due: datetime, *, name: str | None = None
    ) -> bool:
        """Keep a job; False where it was kept before, even if it is done by now.

        `name` says what is due only once, for example "remind organisation statement 30"; by
        default it is what the payload says and when.
        """
        ...

    def lease(self, holder: str, limit: int, seconds: int) -> tuple[Job, ...]:
        """Take jobs that are due, the oldest first, for so many seconds."""
        ...

    def done(self, job: Job, holder: str) -> None:
        """Say that a job is done, unless another worker has it by now."""
        ...

    def failed(self, job: Job, holder: str, code: str, again: datetime | None) -> None:
        """Say with which code it failed, and when to try again; None gives it up for good."""
        ...


Handler = Callable[[Job], None]
"""Does a job. Raises `UnavailableError` to be asked again; another error gives the job up."""


class Did(NamedTuple):
    """What one look at the outbox did."""

    done: int = 0
    failed: int = 0
    dead: int = 0


def job_id(kind: str, payload: Mapping[str, object], due: datetime, name: str | None) -> str:
    """Return the id under which a job is kept once: hex SHA-256."""
    said = {"payload": dict(payload), "due": int(due.timestamp())} if name is None else name
    return sha256(b"sunlit-job-v1\x00" + canonical.encode([kind, said])).hexdigest()


def work_off(
    outbox: Outbox, handlers: Mapping[str, Handler], clock: Clock, holder: str, limit: int = BATCH
) -> Did:
    """Do jobs that are due, each by the handler of its kind.

    They are leased one by one: what ends a worker costs no other job one of its attempts.

    Raises:
        UnavailableError: `private.unavailable`.
    """
    done = failed = dead = 0
    for _ in range(limit):
        job = next(iter(outbox.lease(holder, 1, LEASE_SECONDS)), None)
        if job is None:
            break
        code, again = _do(handlers, job, clock)
        if code is None:
            outbox.done(job, holder)
            done += 1
        else:
            outbox.failed(job, holder, code, again)
            failed += again is not None
            dead += again is None
    return Did(done, failed, dead)


def _do(
    handlers: Mapping[str, Handler], job: Job, clock: Clock
) -> tuple[str | None, datetime | None]:
    """Do one job; return the code of what went wrong, and when to try again."""
    try:
        _handle(handlers, job)
    except UnavailableError as error:
        return error.code, next_try(job, clock.now())
    except SunlitError as error:
        return error.code, None
    return None, None


def _handle(handlers: Mapping[str, Handler], job: Job) -> None:
    if job.attempts > MAX_ATTEMPTS:
        raise VerificationError(
            "outbox.gave-up", "this job took its worker down with it, again and again",
            got=job.kind, mend="look at the worker's messages; then ask for the job anew",
        )  # fmt: skip
    handler = handlers.get(job.kind)
    if handler is None:  # of a newer version, perhaps, whose worker will do it
        raise UnavailableError(
            "outbox.unknown-kind", "this worker does not know this kind of job",
            expected="one of " + (", ".join(sorted(handlers)) or "none"), got=job.kind,
            mend="run workers of one version",
        )  # fmt: skip
    handler(job)


def next_try(job: Job, now: datetime) -> datetime | None:
    """Return when to try again: later each time, and not for ever."""
    if job.attempts >= MAX_ATTEMPTS:
        return None
    pause: timedelta = min(FIRST_PAUSE * (1 << (job.attempts - 1)), LONGEST_PAUSE)
    return now + pause
