"""A node's worker: what admits, reminds and notifies. On SQLite it is a thread of `serve`."""

import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Final

from sunlit.adapters.sql.leases import SqlLeases
from sunlit.adapters.sql.outbox import SqlOutbox
from sunlit.base.errors import SunlitError
from sunlit.bootstrap.handlers import Handlers, handlers_of
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.supervising import Supervisor, Told, Work
from sunlit.node.outbox import Did, work_off
from sunlit.node.sequence import Sequencer, Stop, Worked

LATER_EVERY: Final = 5.0  # seconds between two looks at the outbox
GIVE_UP_SECONDS: Final = 20.0  # that one job has for its end where another could not go on


@dataclass(slots=True, kw_only=True)
class Worker:
    """Does everything that one worker does. Any number may run beside each other."""

    sequencer: Sequencer
    handlers: Handlers
    holder: str
    site: Site
    _planned: str = field(default="", init=False)

    def once(self) -> tuple[Worked, Did]:
        """Admit what waits and do what is due; return what was done.

        Raises:
            UnavailableError: `private.unavailable`.
        """
        return self.sequencer.work(), self.later()

    def plan(self) -> None:
        """Put today's jobs into the outbox, where that was not done.

        Raises:
            UnavailableError: `private.unavailable`.
        """
        at = self.site.clock.now()
        if f"{at:%Y-%m-%d}" != self._planned:
            self.handlers.plan(at)
            self._planned = f"{at:%Y-%m-%d}"

    def later(self) -> Did:
        """Do what is due in the outbox.

        Raises:
            UnavailableError: `private.unavailable`.
        """
        found = self.handlers
        return work_off(found.outbox, found.all(), self.site.clock, self.holder)


def holder_name() -> str:
    """Return a name for this process that no other has, for leases."""
    return f"{socket.gethostname()[:24]}:{os.getpid()}:{secrets.token_hex(8)}"


def sequencer(site: Site, holder: str) -> Sequencer:
    """Return what admits for a node, as one of those that may."""
    return Sequencer(
        home=site.home, backlog=site.submissions,
        leases=SqlLeases(engine=site.private, clock=site.clock), clock=site.clock,
        holder=holder, bell=site.submissions.bells.came,
    )  # fmt: skip


def worker(site: Site) -> Worker:
    """Return the worker of a node.

    Raises:
        MalformedError: `notify.malformed`.
        UnavailableError: `notify.unreadable`.
    """
    holder = holder_name()
    return Worker(
        sequencer=sequencer(site, holder),
        handlers=handlers_of(site, SqlOutbox(engine=site.private, clock=site.clock)),
        holder=holder, site=site,
    )  # fmt: skip


def jobs_of(
    site: Site, stop: Stop, *, admits: bool = True, serves: bool = False
) -> dict[str, Work]:
    """Return what goes on in threads, by name: hearing from other processes, and working.

    Each makes what it works with when it begins: what an error left half done is not used again.
    """
    found: dict[str, Work] = {}
    listener = site.listener(admits=admits, serves=serves)
    if listener.is_needed and (admits or serves):
        found["listens"] = lambda: listener.run(stop)
    if admits:
        found["admits"] = lambda: sequencer(site, holder_name()).run(stop)
        found["later"] = lambda: later(worker(site), stop)
    return found


def later(work: Worker, stop: Stop) -> None:
    """Do what is due, again and again, until told to stop."""
    while not stop.is_set():
        busy = False
        with suppress(SunlitError):  # the store went away; it is asked again
            work.plan()
            busy = work.later().done > 0
        if not busy:
            stop.wait(LATER_EVERY)


def run(site: Site, stop: Event, told: Told) -> bool:
    """Work until told to stop; False where it failed too often. What was begun is finished.

    What hangs where another gave up is left: the process has to end to be started anew.
    """
    given_up = Event()

    def give_up() -> None:
        given_up.set()
        stop.set()

    beside = Supervisor(jobs_of(site, stop), stop, told, give_up)
    beside.start()
    stop.wait()
    beside.join(GIVE_UP_SECONDS if given_up.is_set() else None)
    return not given_up.is_set()
