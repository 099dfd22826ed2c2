"""One worker at a time admits what waits; each submission by itself, each group whole."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine

from sunlit.adapters.sql.leases import SqlLeases
from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Organisation
from sunlit.log.proof import TlogProof, verify_receipt
from sunlit.node.sequence import GIVE_WAY, LEASE_SECONDS, Worked, outcome_of
from sunlit.node.submit import State
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.registry.resume import Resumable
from sunlit.testing.authority import START, named_key
from sunlit.testing.clock import SetClock
from tests.node.queue_world import (
    AGENCY,
    Silent,
    home_with_agency,
    publication,
    put,
    registration,
    sequencer,
    submissions,
)


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, made once."""
    return home_with_agency(tmp_path_factory.mktemp("made") / "home").root


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Home:
    """A home whose log holds three entries."""
    return Home.open(shutil.copytree(made, tmp_path / "home"))


def test_what_waits_is_admitted_in_order(private: Engine, home: Home, clock: SetClock) -> None:
    """Each submitter gets the place, the entry and a proof that holds."""
    queue = submissions(private, clock)
    tickets = put(queue, [registration(1), registration(2)])

    worked = sequencer(home, queue).work()

    assert (worked.settled, worked.more, worked.problems) == (2, False, ())
    outcomes = [queue.wait(ticket, 0) for ticket in tickets]
    assert [it.index for it in outcomes] == [3, 4]
    for it in outcomes:
        assert it.entry is not None
        assert it.receipt is not None
        assert verify_receipt(it.entry, TlogProof.parse(it.receipt), home.trust(START).policy)
    assert queue.organisations() == ()


def test_one_that_is_refused_spoils_no_other(private: Engine, home: Home, clock: SetClock) -> None:
    """It is told why, and the others enter all the same."""
    queue = submissions(private, clock)
    stranger = sign_claim(Organisation(id="x.example", name="x"), [named_key("nobody")])
    tickets = put(
        queue, [registration(1), registration(2, kind="unheard-of"), stranger, registration(4)]
    )

    sequencer(home, queue).work()

    outcomes = [queue.wait(ticket, 0) for ticket in tickets]
    assert [it.state for it in outcomes] == [
        State.ADMITTED, State.REFUSED, State.REFUSED, State.ADMITTED,
    ]  # fmt: skip
    assert [it.error.code for it in outcomes if it.error] == [
        "admit.refused",
        "admit.unknown-signer",
    ]
    assert home.reader().size == 5


def test_a_group_enters_together(private: Engine, home: Home, clock: SetClock) -> None:
    """A registration and the second person's publication: the later sees the earlier."""
    queue = submissions(private, clock)
    ticket = queue.put(AGENCY, publication(1).to_bytes(), after=[registration(1).to_bytes()])

    sequencer(home, queue).work()

    outcome = queue.wait(ticket, 0)
    assert [place.index for place in outcome.places] == [3, 4]
    assert outcome.index == 4


def test_a_group_of_which_one_is_refused_stays_out(
    private: Engine, home: Home, clock: SetClock
) -> None:
    """Nobody publishes alone; the registration does not enter without its publication."""
    queue = submissions(private, clock)
    alone = publication(1, key="operator").to_bytes()
    ticket = queue.put(AGENCY, alone, after=[registration(1).to_bytes()])
    (other,) = put(queue, [registration(2)])

    sequencer(home, queue).work()

    assert queue.wait(ticket, 0).state is State.REFUSED
    assert queue.wait(other, 0).index == 3
    statements = home.history(START).statements
    assert registration(1).statement_id not in {it.statement_id for it in statements}


def test_what_the_log_holds_already_gets_its_old_place(
    private: Engine, home: Home, clock: SetClock
) -> None:
    """So does the same statement in a group, after the record of it was forgotten."""
    queue = submissions(private, clock)
    put(queue, [registration(1)])
    sequencer(home, queue).work()
    ticket = queue.put(AGENCY, publication(1).to_bytes(), after=[registration(1).to_bytes()])

    sequencer(home, queue).work()

    assert [place.index for place in queue.wait(ticket, 0).places] == [3, 4]
    assert home.reader().size == 5


def test_only_the_holder_of_the_lease_works(private: Engine, home: Home, clock: SetClock) -> None:
    """The other looks again later; a holder that died is followed when its lease is over."""
    queue = submissions(private, clock)
    put(queue, [registration(1)])
    leases = SqlLeases(engine=private, clock=clock)
    assert leases.hold(f"log:{AGENCY}", "dead", LEASE_SECONDS)

    assert sequencer(home, queue).work().settled == 0
    leases.release(f"log:{AGENCY}", "not the holder")
    assert sequencer(home, queue).work().settled == 0
    clock.at += timedelta(seconds=LEASE_SECONDS)

    assert sequencer(home, queue).work().settled == 1


def test_what_ends_a_worker_keeps_its_log_and_no_other_waiting(
    private: Engine, home: Home, clock: SetClock
) -> None:
    """Whoever begins again does not meet the same at once, and the log's turn comes again."""
    queue = submissions(private, clock)
    put(queue, [registration(1)])
    worker = sequencer(home, queue)

    def dies(step: str) -> None:
        raise RuntimeError(step)

    worker.at_step = dies
    with pytest.raises(RuntimeError):
        worker.work()

    assert sequencer(home, queue, "next").work() == Worked()
    clock.at += timedelta(seconds=LEASE_SECONDS)
    assert sequencer(home, queue, "next").work().settled == 1


def test_a_log_that_is_busy_is_tried_again(private: Engine, home: Home, clock: SetClock) -> None:
    """Somebody writes at the command line: what waits goes on waiting."""
    queue = submissions(private, clock)
    put(queue, [registration(1)])
    worker = sequencer(home, queue)
    worker.sleep = lambda _: None
    with open_ledger(home, clock):
        busy = worker.work()

    assert (busy.settled, busy.problems) == (0, ("log.writer-busy",))
    assert worker.work().settled == 1


def test_a_worker_keeps_what_it_folded_and_sees_what_others_wrote(
    home: Home, clock: SetClock
) -> None:
    """The log grew at another door in between: only that is folded anew."""
    kept = Resumable(home)
    with kept.open(clock) as ledger:
        ledger.admit(registration(1))
        history = ledger.history
    with open_ledger(home, clock) as other:
        other.admit(registration(2))

    with kept.open(clock) as ledger:
        receipt = ledger.admit(publication(2))

        assert ledger.history is history
        assert receipt.index == 5
        assert [it.index for it in history.statements] == list(range(6))
        assert history.statements == home.history(START).statements
        assert history.directory == home.history(START).directory


def test_after_an_error_the_log_is_folded_anew(home: Home, clock: SetClock) -> None:
    """What was in memory when something was raised is not believed again."""
    kept = Resumable(home)
    with kept.open(clock) as ledger:
        history = ledger.history
    with pytest.raises(RuntimeError), kept.open(clock):
        raise RuntimeError

    with kept.open(clock) as ledger:
        assert ledger.history is not history
        assert ledger.history.statements == history.statements


def test_a_worker_gives_way_when_its_turn_is_over(
    private: Engine, home: Home, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may want to write to the log: it is let go, and taken again."""
    monkeypatch.setattr("sunlit.node.sequence.BATCH", 1)
    monkeypatch.setattr("sunlit.node.sequence.TURN", 2.0)
    queue = submissions(private, clock)
    put(queue, [registration(number) for number in range(3)])
    worker = sequencer(home, queue)
    worker.monotonic = count(0.0, 1.0).__next__

    turns = [worker.work() for _ in range(3)]

    assert [(one.settled, one.more) for one in turns] == [(2, True), (1, False), (0, False)]


def test_a_worker_runs_until_it_is_told_to_stop(
    private: Engine, home: Home, clock: SetClock
) -> None:
    """It finishes its batch; a store that is gone for a moment does not end it."""
    queue = submissions(private, clock)
    (ticket,) = put(queue, [registration(1)])
    worker, bell = sequencer(home, queue), Silent()
    worker.bell = bell

    worker.run(Looks(4))

    assert queue.wait(ticket, 0).state is State.ADMITTED
    assert bell.waited[-3:] == [0.05, 0.05, 0.05]


class Looks(Event):
    """Stops after so many looks; does not really wait."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left, self.waited = times, list[float]()

    def is_set(self) -> bool:
        """Count down."""
        self.left -= 1
        return self.left < 0

    def wait(self, timeout: float | None = None) -> bool:
        """Note for how long."""
        self.waited.append(timeout or 0)
        return False


def test_a_store_that_fails_does_not_end_the_worker(
    tmp_path: Path, home: Home, clock: SetClock
) -> None:
    """It waits a moment and asks again."""
    from sunlit.adapters.sql.private import open_private

    queue = submissions(open_private(f"sqlite:///{tmp_path}/none/private.sqlite"), clock)
    stop = Looks(2)

    sequencer(home, queue).run(stop)

    assert stop.waited == [GIVE_WAY, GIVE_WAY]


def test_what_could_not_be_found_out_goes_on_waiting(clock: SetClock) -> None:
    """A disk that is full says nothing about the statement."""
    from sunlit.base.errors import UnavailableError

    assert outcome_of(UnavailableError("log.disk-full", "full"), "o") is None


def test_many_logs_are_worked_on_in_one_look(
    private: Engine, made: Path, tmp_path: Path, clock: SetClock
) -> None:
    """One whose log is held by another process keeps nobody else waiting."""
    homes = {name: Home.open(shutil.copytree(made, tmp_path / name)) for name in ("a", "b")}
    queue = submissions(private, clock)
    tickets = {name: queue.put(name, registration(1).to_bytes()) for name in homes}
    worker = sequencer(homes["a"], queue)
    worker.home, worker.sleep = homes.__getitem__, lambda _: None

    with ExitStack() as held:
        held.enter_context(open_ledger(homes["a"], clock))
        worked = worker.work()

    assert worked.problems == ("log.writer-busy",)
    assert queue.wait(tickets["b"], 0).index == 3
    assert queue.wait(tickets["a"], 0).state is State.WAITING


def test_two_workers_beside_each_other_admit_each_once(
    private: Engine, home: Home, clock: SetClock
) -> None:
    """The lease and the log's writer lock let one work; what the other finds is done."""
    queue = submissions(private, clock)
    tickets = put(queue, [registration(number) for number in range(12)])
    workers = [sequencer(home, queue, holder) for holder in ("one", "two")]
    for worker in workers:
        worker.sleep = lambda _: None

    def work(number: int) -> int:
        return sum(workers[number].work().settled for _ in range(3))

    with ThreadPoolExecutor(2) as pool:
        settled = list(pool.map(work, (0, 1)))

    assert sum(settled) == 12
    assert {queue.wait(ticket, 0).index for ticket in tickets} == set(range(3, 15))
    assert home.reader().size == 15
