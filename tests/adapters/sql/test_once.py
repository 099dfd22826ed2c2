"""What is good once is good once, also for those who come at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import Engine

from sunlit.adapters.sql.people import SqlPeople
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.node.people import ABSOLUTE, IDLE, SKEW, Invitation, Session
from sunlit.node.permission import Role

AT = datetime(2026, 2, 1, 12, tzinfo=UTC)
MANY, ROUNDS = 6, 6
Found = TypeVar("Found")


def _at_once(do: Callable[[int], Found]) -> list[Found]:
    gate = Barrier(MANY)

    def one(number: int) -> Found:
        gate.wait()
        return do(number)

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_an_invitation_is_for_one_person(private: Engine) -> None:
    """Several people who send the same code at once: one of them is let in."""
    people = SqlPeople(private)
    for turn in range(ROUNDS):
        people.invite(f"code {turn}", Invitation(
            organisation="a.example", roles=frozenset({Role.OFFICER}), label="x", made_by="0",
            expires=AT + timedelta(days=1),
        ))  # fmt: skip

        found = _at_once(lambda it, turn=turn: people.redeem(f"code {turn}", f"{turn}-{it}", AT))  # type: ignore[misc]

        assert len([one for one in found if one is not None]) == 1


def test_a_sign_in_under_way_is_taken_once(private: Engine) -> None:
    """An answer sent twice at once finds what belongs to it once."""
    sessions = SqlSessions(private)
    for turn in range(ROUNDS):
        sessions.begin(f"state {turn}", "kept", AT)

        found = _at_once(lambda _, turn=turn: sessions.took(f"state {turn}", AT))  # type: ignore[misc]

        assert sorted(map(str, found)) == ["None"] * (MANY - 1) + ["kept"]


def test_every_try_is_counted(private: Engine) -> None:
    """Guessing in parallel is no way around a limit; what was no guess is counted no more."""
    sessions, window = SqlSessions(private), timedelta(minutes=10)

    found = _at_once(lambda _: sessions.tried("somebody", AT, window))
    sessions.forgave("somebody", AT, window)

    assert sorted(found) == list(range(1, MANY + 1))
    assert sessions.tried("somebody", AT, window) == MANY
    sessions.forgave("nobody", AT, window)
    assert sessions.tried("nobody", AT, window) == 1


@pytest.mark.parametrize("back", [timedelta(hours=1), ABSOLUTE, timedelta(days=400)])
def test_a_clock_that_is_set_back_opens_nothing(private: Engine, back: timedelta) -> None:
    """A session, a step-up and a sign-in from later than now are over, not good for longer."""
    sessions = SqlSessions(private)
    session = Session(id="x", person="p", since=AT, seen=AT, confirmed=AT)
    used = Session(id="x", person="p", since=AT - ABSOLUTE / 2, seen=AT, confirmed=AT - IDLE)
    sessions.begin("state", "kept", AT)

    assert session.is_live(AT - SKEW)
    assert session.is_confirmed(AT - SKEW)
    assert not session.is_live(AT - back)
    assert not session.is_confirmed(AT - back)
    assert not used.is_live(AT - back)
    assert sessions.took("state", AT - back) is None
