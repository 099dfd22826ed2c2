"""Keeps what works in threads going: what an unforeseen error ends begins again, later each time.

Where that helps no more, the process is to end with an error: whoever started it (systemd,
compose) starts it anew, which mends what only a new process can.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from traceback import extract_tb
from types import TracebackType
from typing import Final, Self

import sunlit
from sunlit.base.errors import SunlitError
from sunlit.node.sequence import Stop

FAILURES: Final = 8  # of one job, that are too many ...
WITHIN: Final = 600.0  # ... in so many seconds
FIRST_PAUSE: Final = 1.0  # seconds; each pause is twice the one before
LONGEST_PAUSE: Final = 60.0
PACKAGE: Final = f"{Path(sunlit.__file__).parent}/"  # what it stands on may lie in /opt/sunlit too
STEADY: Final = 5.0  # seconds that a job goes on before it counts as well again

Work = Callable[[], None]
Told = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Kept:
    """One job that goes on until `stop`. `told` hears the code of what ended it, and where."""

    name: str
    work: Work
    stop: Stop
    told: Told
    monotonic: Callable[[], float] = time.monotonic
    _failed: deque[float] = field(default_factory=deque[float], init=False)
    _well_from: float = field(default=0.0, init=False)

    def run(self) -> bool:
        """Do the job again and again; False where it failed too often to go on."""
        while not self.stop.is_set():
            with _Caught() as caught:
                self.work()
            if caught.error is None:
                break
            pause = self._pause()  # first: whoever is told finds that it is not well
            self.told(code_of(caught.error))
            if pause is None:
                return False
            self.stop.wait(pause)
        return True

    @property
    def is_well(self) -> bool:
        """Tell whether it goes on, and has done so for a while."""
        return self.monotonic() >= self._well_from

    def _pause(self) -> float | None:
        """Return how long to wait before beginning again; None where that helps no more."""
        now = self.monotonic()
        self._failed.append(now)
        while self._failed[0] < now - WITHIN:
            self._failed.popleft()
        pause: float = min(FIRST_PAUSE * 2 ** (len(self._failed) - 1), LONGEST_PAUSE)
        self._well_from = now + pause + STEADY
        return None if len(self._failed) >= FAILURES else pause


@dataclass(slots=True)
class _Caught:
    """Holds back whatever ends the work inside, which then ends nothing else.

    In the job's own thread: those of a pool are waited for at the end of a process, so that one
    that hangs would keep a process from ending that is to begin anew.
    """

    error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:  # fmt: skip
        self.error = error
        return True


class Supervisor:
    """Jobs in threads beside the caller. `gave_up` is called by one that helps no more."""

    def __init__(self, jobs: Mapping[str, Work], stop: Stop, told: Told, gave_up: Work) -> None:
        self._kept = [
            Kept(name=f"sunlit-{name}", work=work, stop=stop, told=told)
            for name, work in jobs.items()
        ]
        self._threads = [
            Thread(target=self._keep, args=(one,), name=one.name, daemon=True)
            for one in self._kept
        ]  # fmt: skip
        self._gave_up = gave_up

    def start(self) -> None:
        """Begin all jobs."""
        for thread in self._threads:
            thread.start()

    @property
    def is_well(self) -> bool:
        """Tell whether all of them go on."""
        return all(it.is_alive() for it in self._threads) and all(it.is_well for it in self._kept)

    def join(self, seconds: float | None = None) -> None:
        """Wait until all have ended, so many seconds for each at most."""
        for thread in self._threads:
            thread.join(seconds)

    def _keep(self, job: Kept) -> None:
        goes_on = False
        try:
            goes_on = job.run()
        finally:  # where nobody can be told any more, too
            if not goes_on:
                self._gave_up()


def code_of(error: BaseException) -> str:
    """Name an error by its code, or its kind and place; never by its message, which may hold data.

    Of the place, the file and line in Sunlit where it came from.
    """
    if isinstance(error, SunlitError):
        return error.code
    ours = [one for one in extract_tb(error.__traceback__) if one.filename.startswith(PACKAGE)]
    if not ours:
        return type(error).__name__
    place = ours[-1].filename.removeprefix(PACKAGE)
    return f"{type(error).__name__} at sunlit/{place}:{ours[-1].lineno}"
