"""What grows while a node is served: projections follow the logs, the queue is admitted.

One process does all of it, or several share it: one that answers nobody projects, a worker admits,
and those that answer only read anew what has changed.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sunlit.base.errors import SunlitError
from sunlit.bootstrap.site import Site
from sunlit.bootstrap.supervising import Supervisor, Told, Work
from sunlit.bootstrap.working import GIVE_UP_SECONDS, jobs_of

LOOK_SECONDS: Final = 1.0  # between two looks at whether a log has grown
SAID_FOR: Final = 60.0  # seconds for which what fails at each look is told once
T = TypeVar("T")


@dataclass(slots=True)
class Growing:
    """Threads beside a server: one projects, others admit, work and hear from other processes.

    `told` hears codes of what failed. `ready`: the logs were looked at; `warm`: what the catalogue
    counts by is in memory. `admits` is off where a worker of its own does that
    (`sunlit work`), `projects` where the process that started this one does, which itself `serves`
    nobody. `gave_up` is called when one failed too often: the process is to end.
    """

    site: Site
    admits: bool = True
    projects: bool = True
    serves: bool = True
    told: Told = lambda _code: None
    gave_up: Work = lambda: None
    ready: threading.Event = field(default_factory=threading.Event)
    warm: threading.Event = field(default_factory=threading.Event)
    given_up: bool = field(default=False, init=False)
    _stop: threading.Event = field(default_factory=threading.Event)
    _said: dict[str, float] = field(default_factory=dict[str, float], init=False)
    _beside: Supervisor | None = field(default=None, init=False)

    def start(self) -> None:
        """Begin; pages are answered meanwhile, from what is projected already."""
        beside = jobs_of(self.site, self._stop, admits=self.admits, serves=self.serves)
        jobs = {"projects": self._project, **beside}
        self._beside = Supervisor(jobs, self._stop, self.told, self._give_up)
        self._beside.start()

    @property
    def lives(self) -> bool:
        """Tell whether all of it goes on: an error that nobody foresaw interrupts a job."""
        return self._beside is None or self._beside.is_well

    def stop(self) -> None:
        """Finish what was begun, and end."""
        self._stop.set()
        if self._beside is not None:
            self._beside.join(GIVE_UP_SECONDS)

    def _give_up(self) -> None:
        self.given_up = True
        self.gave_up()

    def _project(self) -> None:
        seen = ""
        self._attempt(self._warm, otherwise=False)
        self.warm.set()
        while not self._stop.is_set():
            grown = self._grown()
            if grown != seen:
                seen = grown if self._attempt(self._follow, otherwise=False) else ""
                self.ready.set()
            self._stop.wait(LOOK_SECONDS)

    def _grown(self) -> str:
        """Return what changes when there is something to do; nothing where that cannot be told."""
        if self.projects:
            return self.site.grown()
        return self._attempt(self.site.positions, otherwise="")

    def _warm(self) -> bool:
        if self.serves:
            self.site.warm()
        return True

    def _follow(self) -> bool:
        """Take up what is new; False where another process projects, and more may be new after."""
        alone = not self.projects or self._projected()
        self._warm()
        return alone

    def _projected(self) -> bool:
        with self.site.alone() as alone:
            if alone:
                self.site.project()
        return alone

    def _attempt(self, work: Callable[[], T], otherwise: T) -> T:
        try:
            return work()
        except SunlitError as error:
            self._say(error.code)
        except self.site.lost as error:
            self._say(type(error).__name__)
        return otherwise

    def _say(self, code: str) -> None:
        now = time.monotonic()
        if now - self._said.get(code, -SAID_FOR) >= SAID_FOR:
            self._said[code] = now
            self.told(code)
