"""The sequencer: what was submitted enters the logs, by one worker at a time for each log.

1. take the lease of an organisation, so that other workers look elsewhere;
2. open its log (the writer's lock; while another process writes, come back later);
3. admit what waits, a commit for many; 4. write down what came of it.

A crash between 3 and 4 repeats 3, which the log knows already: the same entry, the same place.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.log.admission import Prepared
from sunlit.log.receipt import Receipt
from sunlit.node.bell import Bell
from sunlit.node.submit import (
    MEBIBYTE,
    Backlog,
    Group,
    Leases,
    Outcome,
    Place,
    Refusal,
    State,
)
from sunlit.registry.admit import POLL, Ledger
from sunlit.registry.home import Home
from sunlit.registry.resume import Resumable

BATCH: Final = 256  # groups in a commit ...
BATCH_BYTES: Final = 4 * MEBIBYTE  # ... and no more after so many bytes: memory is bounded by it
TURN: Final = 2.0  # seconds before others may write to the log: they wait for five
MOST: Final = 16 * BATCH  # groups before that
LINGER: Final = 3  # looks that find nothing: whoever was answered a moment ago puts the next
LOOK: Final = 0.01  # seconds before the next of them
LINGERS: Final = 0.1  # seconds, where whoever puts rings
# A batch takes less; whoever holds the writer's lock for longer keeps others out by it.
LEASE_SECONDS: Final = 10
RENEW_AFTER: Final = 2.0  # seconds after which a lease is renewed
# Where several come together more are about to: what a commit costs is then shared by them.
COMPANY: Final = 3  # groups in a commit
GATHER: Final = 0.002  # seconds before the next
IDLE: Final = 0.05  # seconds before looking again when nothing waited
# Seconds in which others may take the writer's lock: everybody who hands in waits for as long.
GIVE_WAY: Final = 2.5 * POLL


class Stop(Protocol):
    """Tells whether to stop; waits for it or for work. `threading.Event` is one."""

    def is_set(self) -> bool:
        """Tell whether to stop."""
        ...

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds, or less; return whether to stop."""
        ...


class Worked(NamedTuple):
    """What one look at all logs did: groups that were settled, and whether more waits."""

    settled: int = 0
    more: bool = False
    problems: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Sequencer:
    """Admits what waits for the homes of one node. `holder` names this worker among others.

    `bell` is rung when something was put. `at_step` is called before each step of a batch, by its
    name: tests stop the process there.
    """

    home: Callable[[str], Home]
    backlog: Backlog
    leases: Leases
    clock: Clock
    holder: str
    at_step: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep
    bell: Bell = field(default_factory=Bell)
    monotonic: Callable[[], float] = time.monotonic
    _held: float = field(default=0.0, init=False)
    _homes: dict[str, Resumable] = field(default_factory=dict[str, Resumable], init=False)

    def run(self, stop: Stop) -> None:
        """Work until told to stop; what was begun is finished first.

        Raises:
            SunlitError: none: a store or a log that fails is tried again a moment later.
        """
        while not stop.is_set():
            try:
                worked = self.work()
            except UnavailableError as error:
                worked = Worked(problems=(error.code,))
            if worked.more or worked.problems:
                stop.wait(GIVE_WAY)
            elif not worked.settled:
                self.bell.wait(self.bell.pause(IDLE))

    def work(self) -> Worked:
        """Look at every organisation once, and admit what waits for it.

        Raises:
            UnavailableError: `private.unavailable`.
        """
        found = [self._organisation(name) for name in self.backlog.organisations()]
        return Worked(
            settled=sum(one.settled for one in found),
            more=any(one.more for one in found),
            problems=tuple(problem for one in found for problem in one.problems),
        )

    def _organisation(self, organisation: str) -> Worked:
        lease = f"log:{organisation}"
        if not self._holds(lease):
            return Worked()
        try:
            worked = self._admit_waiting(organisation, lease)
        except SunlitError as error:
            # The log is busy, its disk full, its trust file gone: what waits goes on waiting.
            worked = Worked(problems=(error.code,))
        # After an error that nobody foresaw the lease stays for its seconds: whoever begins again
        # works for the other logs first.
        self.leases.release(lease, self.holder)
        return worked

    def _admit_waiting(self, organisation: str, lease: str) -> Worked:
        home = self._homes.get(organisation)
        if home is None:
            home = self._homes[organisation] = Resumable(self.home(organisation))
        settled = empty = 0
        self.at_step("open")
        with home.open(self.clock, self.sleep) as ledger:
            begun = self.monotonic()
            while True:
                groups = self.backlog.waiting(organisation, BATCH, BATCH_BYTES)
                if not groups:
                    if not settled or empty == LINGER or not self._comes():
                        return Worked(settled)
                    empty += 1
                    continue
                done, empty = self._batch(ledger, groups), 0
                settled += done
                turn_ends = settled >= MOST or self.monotonic() - begun >= TURN
                if not done or turn_ends or not self._still_holds(lease):
                    break
                if COMPANY <= len(groups) < BATCH:
                    self.sleep(GATHER)
        return Worked(settled, more=not empty)

    def _comes(self) -> bool:
        """Wait a moment for the next; False where whoever puts would have rung, and did not."""
        return self.bell.wait(LINGERS if self.bell.prompt else LOOK) or not self.bell.prompt

    def _still_holds(self, lease: str) -> bool:
        if self.monotonic() - self._held < RENEW_AFTER:
            return True
        return self._holds(lease)

    def _holds(self, lease: str) -> bool:
        self._held = self.monotonic()
        return self.leases.hold(lease, self.holder, LEASE_SECONDS)

    def _batch(self, ledger: Ledger, groups: Sequence[Group]) -> int:
        self.at_step("admit")
        answers = ledger.admit_many(
            [[Prepared(one) for one in group.envelopes] for group in groups]
        )
        self.at_step("settle")
        outcomes = {
            group.id: outcome
            for group, answer in zip(groups, answers, strict=True)
            if (outcome := outcome_of(answer, ledger.home.origin)) is not None
        }
        self.backlog.settle(outcomes)
        self.at_step("done")
        return len(outcomes)


def outcome_of(answer: Sequence[Receipt] | SunlitError, origin: str) -> Outcome | None:
    """Return what is written down of a group's answer; None where it has to wait."""
    if isinstance(answer, MalformedError | VerificationError):
        return Outcome(state=State.REFUSED, origin=origin, error=Refusal.of(answer))
    if isinstance(answer, SunlitError):
        return None
    places = tuple(
        Place(index=one.index, entry=one.entry, receipt=one.proof.to_bytes()) for one in answer
    )
    return Outcome(state=State.ADMITTED, origin=origin, places=places)
