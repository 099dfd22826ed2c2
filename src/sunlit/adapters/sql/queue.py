"""The queue of submissions in SQL: `Submissions` for web processes, `Backlog` for workers."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, and_, bindparam, delete, func, select

from sunlit.adapters.sql import bulk
from sunlit.adapters.sql.engine import at_once, glancing, writing
from sunlit.adapters.sql.tables import SUBMISSION, SUBMITTED
from sunlit.base.errors import UnavailableError
from sunlit.base.times import Clock
from sunlit.node.bell import Bells
from sunlit.node.submit import (
    MEBIBYTE,
    Bound,
    Group,
    Outcome,
    State,
    Ticket,
    group_of,
    unknown,
)

FIRST_POLL: Final = 0.01  # seconds; each poll is so many times as long as the one before
LONGER: Final = 1.5
LAST_POLL: Final = 0.2
WAITS: Final = Outcome(state=State.WAITING)

_WAITED_FOR: Final = (
    select(SUBMISSION.c.organisation)
    .where(SUBMISSION.c.state == State.WAITING)
    .group_by(SUBMISSION.c.organisation)
    .order_by(func.min(SUBMISSION.c.number))
)
_SIZE: Final = SUBMISSION.c.size
_OLDEST: Final = (
    select(
        SUBMISSION.c.number, SUBMISSION.c.id,
        (func.sum(_SIZE).over(order_by=SUBMISSION.c.number) - _SIZE).label("before"),
    )
    .where(SUBMISSION.c.state == State.WAITING, SUBMISSION.c.organisation == bindparam("whose"))
    .order_by(SUBMISSION.c.number)
    .limit(bindparam("most"))
    .subquery()
)  # fmt: skip
_WAITING: Final = (
    select(_OLDEST.c.id, SUBMITTED.c.envelope)
    .join(SUBMITTED, SUBMITTED.c.submission == _OLDEST.c.id)
    .where(_OLDEST.c.before < bindparam("bytes"))
    .order_by(_OLDEST.c.number, SUBMITTED.c.place)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSubmissions:
    """`Submissions`, `Keeping` and `Backlog` in the private store.

    `bells` are this process's: they are rung after something was put, or settled, here.
    """

    engine: Engine
    clock: Clock
    bound: Bound = field(default_factory=Bound)
    bells: Bells = field(default_factory=Bells)
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    # --- for web processes -----------------------------------------------------------------

    def put(self, organisation: str, envelope: bytes, *, after: Sequence[bytes] = ()) -> Ticket:
        """Keep an envelope, and those that enter right before it; see `Submissions.put`."""
        group = group_of(organisation, (*after, envelope))
        state = self.put_all([group])[group.id]
        if isinstance(state, UnavailableError):
            raise state
        return Ticket(id=group.id, organisation=organisation, state=state)

    def put_all(self, groups: Sequence[Group]) -> Mapping[str, State | UnavailableError]:
        """Keep groups in one transaction; see `Keeping.put_all`."""
        # Two processes that are given the same take its rows in the same order.
        wanted = {group.id: group for group in sorted(groups, key=lambda group: group.id)}
        with at_once(self.engine) as connection:
            found = bulk.put(connection, list(wanted.values()), self.clock.now(), self.bound)
        if State.WAITING in found.values():
            self.bells.came.ring()
        return found

    def settled(self, ids: Collection[str]) -> Mapping[str, Outcome]:
        """Return what came of those of which something has; see `Keeping.settled`."""
        with glancing(self.engine) as connection:
            return bulk.settled(connection, ids)

    def outcome(self, ticket: str) -> Outcome:
        """Return what has come of a submission by now.

        Raises:
            UnavailableError: `submit.unknown`, `private.unavailable`.
        """
        found = self.settled([ticket]).get(ticket)
        if found is not None:
            return found
        with glancing(self.engine) as connection:
            if _state(connection, ticket) is None:
                raise unknown()
        return WAITS

    def wait(self, ticket: Ticket, seconds: float) -> Outcome:
        """Return what came of it, or WAITING when nothing has after so many seconds."""
        end = self.monotonic() + seconds
        pause = FIRST_POLL
        while True:
            with glancing(self.engine) as connection:
                state = _state(connection, ticket.id)
            left = end - self.monotonic()
            if state is not State.WAITING or left <= 0:
                return self.outcome(ticket.id)
            self.sleep(min(pause, left))
            pause = min(LONGER * pause, LAST_POLL)

    # --- for workers -----------------------------------------------------------------------

    def organisations(self) -> tuple[str, ...]:
        """Return the organisations for which something waits, the longest waiting first."""
        with glancing(self.engine) as connection:
            return tuple(connection.scalars(_WAITED_FOR))

    def waiting(
        self, organisation: str, limit: int, most_bytes: int = MEBIBYTE
    ) -> tuple[Group, ...]:
        """Return the oldest groups that wait for an organisation's log; see `Backlog.waiting`."""
        wanted = {"whose": organisation, "most": limit, "bytes": most_bytes}
        found: dict[str, list[bytes]] = {}
        with glancing(self.engine) as connection:
            for name, envelope in connection.execute(_WAITING, wanted):
                found.setdefault(name, []).append(envelope)
        return tuple(
            Group(id=name, organisation=organisation, envelopes=tuple(envelopes))
            for name, envelopes in found.items()
        )

    def settle(self, outcomes: Mapping[str, Outcome]) -> None:
        """Say what came of groups, by id. Saying it again changes nothing."""
        told = {
            name: it for name, it in outcomes.items() if it.state is not State.WAITING
        }  # fmt: skip
        if not told:
            return
        with at_once(self.engine) as connection:
            bulk.settle(connection, told, self.clock.now())
        self.bells.settled.ring()

    def forget(self, before: datetime) -> int:
        """Forget what was settled before a time; the log holds what was admitted.

        Returns how many. Put again, it gets the same entry's receipt.
        """
        old = and_(SUBMISSION.c.state != State.WAITING, SUBMISSION.c.settled_at < before)
        ids = select(SUBMISSION.c.id).where(old)
        with writing(self.engine) as connection:
            connection.execute(delete(SUBMITTED).where(SUBMITTED.c.submission.in_(ids)))
            return connection.execute(delete(SUBMISSION).where(old)).rowcount


def _state(connection: Connection, ticket: str) -> State | None:
    found = connection.scalar(select(SUBMISSION.c.state).where(SUBMISSION.c.id == ticket))
    return None if found is None else State(found)
