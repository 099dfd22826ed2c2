"""What grows while a node is served: projections follow the logs, the queue is admitted."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sunlit.adapters.sql.listening import Listener
from sunlit.base.errors import SunlitError
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.working import run, worker

LOOK_SECONDS: Final = 1.0  # between two looks at whether a log has grown
GIVE_UP_SECONDS: Final = 20.0


def _ignore(_code: str) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Growing:
    """Threads beside a server: one projects, one admits, one hears from other processes.

    `told` hears codes of what failed. `admits` is off where a worker of its own does that
    (`sunlit work`).
    """

    site: Site
    admits: bool = True
    told: Callable[[str], None] = _ignore
    ready: threading.Event = field(default_factory=threading.Event)
    _stop: threading.Event = field(default_factory=threading.Event)
    _listener: Listener | None = None
    _threads: list[threading.Thread] = field(default_factory=list[threading.Thread])

    def start(self) -> None:
        """Begin; pages are answered meanwhile, from what is projected already."""
        self._listener = self.site.listener()
        self._listener.start()
        jobs = [self._project, self._admit] if self.admits else [self._project]
        self._threads = [threading.Thread(target=job, name=job.__name__) for job in jobs]
        for thread in self._threads:
            thread.start()

    @property
    def lives(self) -> bool:
        """Tell whether all of it goes on: an error that nobody foresaw ends a thread."""
        return all(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Finish what was begun, and end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(GIVE_UP_SECONDS)
        if self._listener is not None:
            self._listener.stop()

    def _project(self) -> None:
        seen = ""
        while not self._stop.is_set():
            grown = self.site.grown()
            if grown != seen:
                seen = grown if self._projected() else ""
                self.ready.set()
            self._stop.wait(LOOK_SECONDS)

    def _projected(self) -> bool:
        try:
            self.site.project()
        except SunlitError as error:
            self.told(error.code)
            return False
        except self.site.lost as error:
            self.told(type(error).__name__)
            return False
        return True

    def _admit(self) -> None:
        run(worker(self.site), self._stop)
