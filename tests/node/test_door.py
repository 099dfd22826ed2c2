"""Many requests at once hand in; one thread keeps them, and each is told what came of its own."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from threading import Event

import pytest
from sqlalchemy import Engine

from sunlit.base.errors import UnavailableError
from sunlit.node.bell import LATE, Bell
from sunlit.node.door import COMPANY, GATHER, Door
from sunlit.node.submit import Bound, Group, Outcome, State, Ticket, group_of, queue_full
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock
from tests.node.queue_world import AGENCY, registration, submissions

PATIENCE = 20.0  # seconds before a test gives up; nothing here takes long
Told = Future[tuple[Ticket, Outcome]]


def group(number: int) -> Group:
    """Return a group of one registration."""
    return group_of(AGENCY, [registration(number).to_bytes()])


class Queue:
    """Keeps in memory. `hold` lets the first transaction last until it is set."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.batches: list[list[str]] = []
        self.known: dict[str, Outcome] = {}
        self.looks = 0
        self.blind = 0  # looks that fail
        self.full: set[str] = set()
        self.error = error
        self.hold, self.began = Event(), Event()
        self.hold.set()

    def put_all(self, groups: Sequence[Group]) -> Mapping[str, State | UnavailableError]:
        """Keep them, unless it is broken."""
        self.began.set()
        assert self.hold.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        self.batches.append([one.id for one in groups])
        return {one.id: self._state(one.id) for one in groups}

    def _state(self, name: str) -> State | UnavailableError:
        if name in self.full:
            return queue_full(Bound(1))
        return self.known[name].state if name in self.known else State.WAITING

    def settled(self, ids: Collection[str]) -> Mapping[str, Outcome]:
        """Say what came of them."""
        self.looks += 1
        if self.looks <= self.blind:
            raise UnavailableError("private.unavailable", "gone")
        return {name: self.known[name] for name in ids if name in self.known}


def test_what_comes_meanwhile_is_kept_in_one_transaction() -> None:
    """The first is kept alone; the others, which came while it was, together."""
    queue = Queue()
    queue.hold.clear()
    door = Door(queue, Bell())
    told = [door.hand_in(group(0), 0)]
    assert queue.began.wait(PATIENCE)
    told += [door.hand_in(group(number), 0) for number in range(1, 5)]
    queue.hold.set()

    states = [one.result(PATIENCE)[0].state for one in told]

    assert states == [State.WAITING] * 5
    assert [len(batch) for batch in queue.batches] == [1, 4]


class Busy(Queue):
    """Another hands in while the second transaction is under way."""

    def __init__(self, comes: Callable[[int], object]) -> None:
        super().__init__()
        self.comes = comes

    def put_all(self, groups: Sequence[Group]) -> Mapping[str, State | UnavailableError]:
        """Keep them."""
        found = super().put_all(groups)
        if len(self.batches) == 2:
            self.comes(COMPANY)
        return found


def test_where_several_wait_the_next_ones_are_given_a_moment_to_come_together() -> None:
    """What a transaction costs is then shared by them; the first few wait for nobody."""
    told, slept = list[Told](), list[float]()

    def comes(number: int) -> None:
        told.append(door.hand_in(group(number), 1.0))

    def gather(seconds: float) -> None:
        slept.append(seconds)
        comes(COMPANY + 1)

    queue = Busy(comes)
    queue.hold.clear()
    door = Door(queue, Bell(), sleep=gather)
    comes(0)
    assert queue.began.wait(PATIENCE)
    for number in range(1, COMPANY):
        comes(number)
    queue.hold.set()

    assert all(one.result(PATIENCE)[1].state is State.WAITING for one in told[:COMPANY])
    assert [len(batch) for batch in queue.batches] == [1, COMPANY - 1, 2]
    assert slept == [GATHER]


def test_one_that_waits_is_told_when_the_bell_rings() -> None:
    """Whoever settles rings; what was not settled goes on waiting until its time is over."""
    queue, bell = Queue(), Bell(prompt=True)
    door = Door(queue, bell)
    done, other = door.hand_in(group(1), PATIENCE), door.hand_in(group(2), 0.3)
    waits = other.result(PATIENCE)[1]

    queue.known[group(1).id] = Outcome(state=State.ADMITTED, origin="o")
    bell.ring()

    assert waits.state is State.WAITING
    ticket, outcome = done.result(PATIENCE)
    assert (ticket.state, outcome.origin) == (State.WAITING, "o")


def test_a_ring_that_is_lost_costs_a_moment_only() -> None:
    """It looks by itself, often where nobody rings and seldom where somebody should."""
    for prompt in (False, True):
        queue = Queue()
        told = Door(queue, Bell(prompt=prompt)).hand_in(group(1), PATIENCE)
        queue.known[group(1).id] = Outcome(state=State.ADMITTED)

        assert told.result(PATIENCE)[1].state is State.ADMITTED
    assert Bell(prompt=True).pause(0.01) == LATE
    assert Bell().pause(0.01) == 0.01


def test_what_was_settled_before_is_told_at_once() -> None:
    """The same handed in again: nobody rings for it any more."""
    queue = Queue()
    queue.known[group(1).id] = Outcome(state=State.ADMITTED, origin="o")

    ticket, outcome = Door(queue, Bell()).hand_in(group(1), 0).result(PATIENCE)

    assert (ticket.state, outcome.state) == (State.ADMITTED, State.ADMITTED)


def test_a_full_queue_refuses_what_does_not_fit_and_nothing_else() -> None:
    """Each of a batch is answered by itself."""
    queue = Queue()
    queue.full.add(group(1).id)
    queue.hold.clear()
    door = Door(queue, Bell())
    refused, kept = door.hand_in(group(1), 0), door.hand_in(group(2), 0)
    queue.hold.set()

    with pytest.raises(UnavailableError) as caught:
        refused.result(PATIENCE)

    assert caught.value.code == "submit.queue-full"
    assert kept.result(PATIENCE)[1].state is State.WAITING


def test_a_store_that_is_gone_acknowledges_nothing() -> None:
    """Whoever handed in is told to come back; the next is tried anew."""
    queue = Queue(UnavailableError("private.unavailable", "gone"))
    door = Door(queue, Bell())
    lost = door.hand_in(group(1), 0)

    with pytest.raises(UnavailableError):
        lost.result(PATIENCE)
    queue.error = None

    assert door.hand_in(group(1), 0).result(PATIENCE)[1].state is State.WAITING


def test_a_store_that_goes_after_keeping_is_asked_again() -> None:
    """What is durable is not called lost."""
    queue = Queue()
    queue.blind = 1
    queue.known[group(1).id] = Outcome(state=State.ADMITTED)

    told = Door(queue, Bell()).hand_in(group(1), PATIENCE)

    assert told.result(PATIENCE)[1].state is State.ADMITTED
    assert queue.looks > 1


def test_a_fault_of_ours_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread ends with the error; the next request starts another."""
    ended = Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: ended.set())
    queue = Queue(RuntimeError("ours"))
    door = Door(queue, Bell())
    first = door.hand_in(group(1), PATIENCE)

    with pytest.raises(RuntimeError):
        first.result(PATIENCE)
    assert ended.wait(PATIENCE)
    queue.error = None

    assert door.hand_in(group(2), 0).result(PATIENCE)[1].state is State.WAITING


def test_who_leaves_does_not_stop_what_was_handed_in() -> None:
    """A connection that ends cancels nothing: it is kept, and the others are told."""
    queue = Queue()
    queue.hold.clear()
    door = Door(queue, Bell())
    left, stays = door.hand_in(group(1), 0), door.hand_in(group(2), 0)

    assert not left.cancel()
    queue.hold.set()

    assert stays.result(PATIENCE)[1].state is State.WAITING
    assert left.result(PATIENCE)[1].state is State.WAITING


def test_the_thread_ends_when_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And begins anew with the next request."""
    monkeypatch.setattr("sunlit.node.door.STAYS", 0.01)
    queue = Queue()
    door = Door(queue, Bell())
    for number in range(3):
        assert door.hand_in(group(number), 0).result(PATIENCE)[1].state is State.WAITING
        while door._runs:
            pass


def test_the_store_keeps_a_batch_and_tells_of_it(private: Engine) -> None:
    """On each kind of database: the bound, what is known, what is put twice, what came of it."""
    queue = submissions(private, SetClock(START), bound=3)
    first, second, third, fourth = (group(number) for number in range(4))

    kept = queue.put_all([first, second, first])
    again = queue.put_all([second, third])
    full = queue.put_all([fourth, first])
    queue.settle({first.id: Outcome(state=State.ADMITTED, origin="o")})
    known = queue.put_all([first, fourth])

    assert kept == {first.id: State.WAITING, second.id: State.WAITING}
    assert again == {second.id: State.WAITING, third.id: State.WAITING}
    assert isinstance(full[fourth.id], UnavailableError)
    assert full[first.id] is State.WAITING
    assert known == {first.id: State.ADMITTED, fourth.id: State.WAITING}
    assert {name: it.state for name, it in queue.settled([first.id, second.id]).items()} == {
        first.id: State.ADMITTED
    }
    assert {one.id for one in queue.waiting(AGENCY, 9)} == {second.id, third.id, fourth.id}


def test_what_was_refused_waits_again_only_where_there_is_room(private: Engine) -> None:
    """The bound holds for it too."""
    from sunlit.base.errors import VerificationError
    from sunlit.node.submit import Refusal

    queue = submissions(private, SetClock(START), bound=1)
    refused, other = group(1), group(2)
    error = Refusal.of(VerificationError("admit.refused", "No."))
    queue.put_all([refused])
    queue.settle({refused.id: Outcome(state=State.REFUSED, error=error)})
    queue.put_all([other])

    full = queue.put_all([refused])
    queue.settle({other.id: Outcome(state=State.ADMITTED)})
    again = queue.put_all([refused])

    assert isinstance(full[refused.id], UnavailableError)
    assert queue.settled([refused.id]) == {}
    assert again == {refused.id: State.WAITING}


def test_putting_and_settling_ring(private: Engine) -> None:
    """The bells of the process where it happens; others hear of it from the database."""
    queue = submissions(private, SetClock(START))
    queue.put_all([group(1)])
    assert queue.bells.came.wait(0)
    assert not queue.bells.came.wait(0)

    queue.settle({group(1).id: Outcome(state=State.ADMITTED)})
    assert queue.bells.settled.wait(0)
    queue.put_all([group(1)])
    assert not queue.bells.came.wait(0)
