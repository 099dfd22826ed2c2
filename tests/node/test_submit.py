"""What is submitted is kept once, and each submitter is told what came of it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.node.submit import (
    MAX_GROUP,
    MEBIBYTE,
    Outcome,
    Refusal,
    State,
    Ticket,
    group_of,
)
from sunlit.testing.authority import START
from sunlit.testing.clock import SetClock
from tests.node.queue_world import AGENCY, put, registration, submissions


@pytest.fixture
def clock() -> SetClock:
    """A clock at the world's start."""
    return SetClock(START)


def test_the_same_envelope_is_one_submission(private: Engine, clock: SetClock) -> None:
    """Whoever did not hear the answer puts it again."""
    queue = submissions(private, clock)

    first, again = put(queue, [registration(1), registration(1)])

    assert first == again
    assert len(queue.waiting(AGENCY, 10)) == 1


def test_each_organisation_has_a_queue_of_its_own(private: Engine, clock: SetClock) -> None:
    """The longest waiting comes first; within one the order is that of coming."""
    queue = submissions(private, clock)
    for name, number in (("b", 1), ("a", 2), ("b", 3)):
        queue.put(name, registration(number).to_bytes())

    assert queue.organisations() == ("b", "a")
    assert [group.statement_id for group in queue.waiting("b", 10)] == [
        registration(1).statement_id,
        registration(3).statement_id,
    ]
    assert len(queue.waiting("b", 1)) == 1


def test_a_full_queue_takes_no_more(private: Engine, clock: SetClock) -> None:
    """What is in it may still be put again; another organisation's has room."""
    queue = submissions(private, clock, bound=2)
    put(queue, [registration(1), registration(2)])

    with pytest.raises(UnavailableError) as caught:
        put(queue, [registration(3)])

    assert caught.value.code == "submit.queue-full"
    put(queue, [registration(2)])
    queue.put("other.example", registration(3).to_bytes())


def test_a_queue_is_full_by_bytes_too(private: Engine, clock: SetClock) -> None:
    """Put one by one or at once, what fits is kept, and what does not is not."""
    groups = [group_of(AGENCY, [registration(number).to_bytes()]) for number in range(5)]
    room = groups[0].size + groups[1].size
    queue = submissions(private, clock, size=room)

    said = queue.put_all(groups[:3])
    full = [one for one in said.values() if isinstance(one, UnavailableError)]

    assert [one.code for one in full] == ["submit.queue-full"]
    assert all(isinstance(one, UnavailableError) for one in queue.put_all(groups[3:]).values())
    kept = queue.waiting(AGENCY, 5)
    assert {one.id for one in kept} == {id_ for id_, one in said.items() if one is State.WAITING}
    error = Refusal.of(VerificationError("admit.refused", "No."))
    queue.settle({kept[0].id: Outcome(state=State.REFUSED, error=error)})
    left = next(one for one in groups if one.id not in said or said[one.id] is not State.WAITING)
    assert queue.put_all([left]) == {left.id: State.WAITING}
    assert isinstance(queue.put_all(kept[:1])[kept[0].id], UnavailableError)  # refused; no room


def test_a_worker_takes_no_more_than_some_bytes_at_once(private: Engine, clock: SetClock) -> None:
    """The oldest first, and one at least, however large it is."""
    queue = submissions(private, clock)
    groups = [group_of(AGENCY, [registration(number).to_bytes()]) for number in range(4)]
    for group in groups:
        queue.put_all([group])

    def taken(most_bytes: int) -> int:
        found = queue.waiting(AGENCY, 5, most_bytes)
        assert found == tuple(groups[: len(found)])
        return len(found)

    assert taken(1) == 1
    assert taken(groups[0].size) == 1
    assert taken(groups[0].size + 1) == 2
    assert taken(MEBIBYTE) == 4


def test_what_was_refused_may_be_put_again(private: Engine, clock: SetClock) -> None:
    """What it lacked may have come in between."""
    queue = submissions(private, clock)
    (ticket,) = put(queue, [registration(1)])
    error = Refusal.of(VerificationError("admit.refused", "No.", mend="ask"))
    queue.settle({ticket.id: Outcome(state=State.REFUSED, error=error)})

    refused = queue.wait(ticket, 0)
    (again,) = put(queue, [registration(1)])

    assert (refused.state, refused.error) == (State.REFUSED, error)
    assert again.state is State.WAITING
    assert queue.wait(ticket, 0).error is None
    assert len(queue.waiting(AGENCY, 5)) == 1


def test_what_was_settled_is_settled_once(private: Engine, clock: SetClock) -> None:
    """A worker that slept says what another had said; what waits stays waiting."""
    queue = submissions(private, clock)
    (ticket,) = put(queue, [registration(1)])
    queue.settle({ticket.id: Outcome(state=State.WAITING)})
    assert queue.wait(ticket, 0).state is State.WAITING

    queue.settle({ticket.id: Outcome(state=State.ADMITTED, origin="one")})
    queue.settle({ticket.id: Outcome(state=State.REFUSED, origin="two")})

    outcome = queue.wait(ticket, 0)
    assert (outcome.state, outcome.origin) == (State.ADMITTED, "one")


def test_waiting_ends_when_the_time_is_over(private: Engine, clock: SetClock) -> None:
    """It looks less and less often, and never past the end."""
    passed: list[float] = []
    queue = submissions(private, clock)
    patient = type(queue)(
        engine=private, clock=clock, sleep=passed.append, monotonic=lambda: sum(passed)
    )
    (ticket,) = put(patient, [registration(1)])

    outcome = patient.wait(ticket, 0.5)

    assert outcome.state is State.WAITING
    assert outcome.index is None
    assert outcome.receipt is None
    assert outcome.entry is None
    assert sum(passed) == pytest.approx(0.5)
    assert passed[:3] == pytest.approx([0.01, 0.015, 0.0225])


def test_a_ticket_of_another_place_is_unknown(private: Engine, clock: SetClock) -> None:
    """The submission may have been forgotten: then it is put again."""
    queue = submissions(private, clock)

    with pytest.raises(UnavailableError) as caught:
        queue.wait(Ticket(id="00" * 32, organisation=AGENCY, state=State.WAITING), 0)

    assert caught.value.code == "submit.unknown"


def test_what_was_settled_long_ago_is_forgotten(private: Engine, clock: SetClock) -> None:
    """What waits is never forgotten."""
    queue = submissions(private, clock)
    old, waits = put(queue, [registration(1), registration(2)])
    queue.settle({old.id: Outcome(state=State.ADMITTED, origin="o")})
    clock.at = START.replace(year=START.year + 1)

    assert queue.forget(clock.at) == 1
    assert queue.wait(waits, 0).state is State.WAITING
    with pytest.raises(UnavailableError):
        queue.wait(old, 0)


@pytest.mark.parametrize("count", [0, MAX_GROUP + 1])
def test_a_group_has_a_bound(count: int) -> None:
    """What is admitted together is held in memory together."""
    with pytest.raises(MalformedError) as caught:
        group_of(AGENCY, [registration(1).to_bytes()] * count)

    assert caught.value.code == "submit.group"


def test_what_is_no_envelope_is_not_kept(private: Engine, clock: SetClock) -> None:
    """It is refused before it can be in anybody's way."""
    queue = submissions(private, clock)

    with pytest.raises(MalformedError):
        queue.put(AGENCY, b"{}")

    assert queue.organisations() == ()


def test_a_store_that_is_gone_is_unavailable(tmp_path: Path, clock: SetClock) -> None:
    """Nothing was acknowledged, so it is to be put again."""
    from sunlit.adapters.sql.private import open_private

    queue = submissions(open_private(f"sqlite:///{tmp_path}/none/private.sqlite"), clock)

    with pytest.raises(UnavailableError) as caught:
        put(queue, [registration(1)])

    assert caught.value.code == "private.unavailable"


def test_a_refusal_is_kept_as_data() -> None:
    """Its family says with which answer it is passed on."""
    refusal = Refusal.of(MalformedError("claim.malformed", "x", expected="y", got="z"))

    assert refusal.is_malformed
    assert Refusal.from_json(refusal.to_json()) == refusal
