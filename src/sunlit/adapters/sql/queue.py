"""The queue of submissions in SQL: `Submissions` for web processes, `Backlog` for workers."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from sunlit.adapters.sql.engine import glancing, reading, writing
from sunlit.adapters.sql.tables import SUBMISSION, SUBMITTED
from sunlit.adapters.sql.upsert import insert_new
from sunlit.base.times import Clock
from sunlit.node.submit import (
    Group,
    Outcome,
    Place,
    Refusal,
    State,
    Ticket,
    group_of,
    queue_full,
    unknown,
)

BOUND: Final = 4_096  # submissions that wait for one organisation's log
FIRST_POLL: Final = 0.01  # seconds; each poll is so many times as long as the one before
LONGER: Final = 1.5
LAST_POLL: Final = 0.2


def _nobody() -> None:
    """Wake nobody: the worker looks by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSubmissions:
    """`Submissions` and `Backlog` in the private store.

    `nudge` is called after something was put, for a worker in the same process.
    """

    engine: Engine
    clock: Clock
    bound: int = BOUND
    nudge: Callable[[], None] = _nobody
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    # --- for web processes -----------------------------------------------------------------

    def put(self, organisation: str, envelope: bytes, *, after: Sequence[bytes] = ()) -> Ticket:
        """Keep an envelope, and those that enter right before it; see `Submissions.put`."""
        group = group_of(organisation, (*after, envelope))
        with writing(self.engine) as connection:
            state = self._put(connection, group)
        if state is State.WAITING:
            self.nudge()
        return Ticket(id=group.id, organisation=organisation, state=state)

    def _put(self, connection: Connection, group: Group) -> State:
        known = _state(connection, group.id)
        if known is not None and known is not State.REFUSED:
            return known
        self._expect_room(connection, group.organisation)
        now = self.clock.now()
        if known is State.REFUSED:
            _again(connection, group.id, now)
            return State.WAITING
        new = insert_new(
            connection, SUBMISSION,
            {
                "id": group.id, "organisation": group.organisation,
                "statement": group.statement_id, "state": State.WAITING, "put_at": now,
            },
        )  # fmt: skip
        if new:  # else another process put the same a moment ago
            connection.execute(
                SUBMITTED.insert(),
                [
                    {"submission": group.id, "place": place, "envelope": one}
                    for place, one in enumerate(group.envelopes)
                ],
            )
        return State.WAITING

    def _expect_room(self, connection: Connection, organisation: str) -> None:
        some = select(SUBMISSION.c.number).where(_waits(organisation)).limit(self.bound)
        if (connection.scalar(select(func.count()).select_from(some.subquery())) or 0) >= (
            self.bound
        ):
            raise queue_full(self.bound)

    def outcome(self, ticket: str) -> Outcome:
        """Return what has come of a submission by now.

        Raises:
            UnavailableError: `submit.unknown`, `private.unavailable`.
        """
        with reading(self.engine) as connection:
            row = connection.execute(select(SUBMISSION).where(SUBMISSION.c.id == ticket)).first()
            if row is None:
                raise unknown()
            return _outcome(connection, row)

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
        asked = (
            select(SUBMISSION.c.organisation)
            .where(SUBMISSION.c.state == State.WAITING)
            .group_by(SUBMISSION.c.organisation)
            .order_by(func.min(SUBMISSION.c.number))
        )
        with reading(self.engine) as connection:
            return tuple(connection.scalars(asked))

    def waiting(self, organisation: str, limit: int) -> tuple[Group, ...]:
        """Return the oldest groups that wait for an organisation's log, in order."""
        oldest = (
            select(SUBMISSION.c.number, SUBMISSION.c.id)
            .where(_waits(organisation))
            .order_by(SUBMISSION.c.number)
            .limit(limit)
            .subquery()
        )
        asked = (
            select(oldest.c.id, SUBMITTED.c.envelope)
            .join(SUBMITTED, SUBMITTED.c.submission == oldest.c.id)
            .order_by(oldest.c.number, SUBMITTED.c.place)
        )
        found: dict[str, list[bytes]] = {}
        with reading(self.engine) as connection:
            for name, envelope in connection.execute(asked):
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
        with writing(self.engine) as connection:
            left = connection.scalars(  # without those of which another worker said so already
                select(SUBMISSION.c.id)
                .where(SUBMISSION.c.id.in_(told), SUBMISSION.c.state == State.WAITING)
                .with_for_update()
            )
            _settle(connection, {name: told[name] for name in left}, self.clock.now())

    def forget(self, before: datetime) -> int:
        """Forget what was settled before a time; the log holds what was admitted.

        Returns how many. Put again, it gets the same entry's receipt.
        """
        old = and_(SUBMISSION.c.state != State.WAITING, SUBMISSION.c.settled_at < before)
        ids = select(SUBMISSION.c.id).where(old)
        with writing(self.engine) as connection:
            connection.execute(delete(SUBMITTED).where(SUBMITTED.c.submission.in_(ids)))
            return connection.execute(delete(SUBMISSION).where(old)).rowcount


def _waits(organisation: str) -> ColumnElement[bool]:
    return and_(SUBMISSION.c.state == State.WAITING, SUBMISSION.c.organisation == organisation)


def _state(connection: Connection, ticket: str) -> State | None:
    found = connection.scalar(select(SUBMISSION.c.state).where(SUBMISSION.c.id == ticket))
    return None if found is None else State(found)


def _again(connection: Connection, ticket: str, now: datetime) -> None:
    """Let what was refused wait once more: what it lacked may be there by now."""
    connection.execute(
        update(SUBMISSION)
        .where(SUBMISSION.c.id == ticket, SUBMISSION.c.state == State.REFUSED)
        .values(state=State.WAITING, put_at=now, settled_at=None, error=None)
    )


def _settle(connection: Connection, outcomes: Mapping[str, Outcome], now: datetime) -> None:
    submissions = [
        {
            "at": name, "state": it.state, "settled_at": now, "origin": it.origin,
            "error": None if it.error is None else json.dumps(it.error.to_json()),
        }
        for name, it in outcomes.items()
    ]  # fmt: skip
    places = [
        # The log holds the envelope from now on.
        {
            "at": name, "which": number, "envelope": b"", "index": it.index, "entry": it.entry,
            "receipt": it.receipt,
        }
        for name, outcome in outcomes.items()
        for number, it in enumerate(outcome.places)
    ]  # fmt: skip
    at: BindParameter[str] = bindparam("at")
    which: BindParameter[int] = bindparam("which")
    if submissions:
        connection.execute(update(SUBMISSION).where(SUBMISSION.c.id == at), submissions)
    if places:
        here = and_(SUBMITTED.c.submission == at, SUBMITTED.c.place == which)
        connection.execute(update(SUBMITTED).where(here), places)


def _outcome(connection: Connection, row: Row[tuple[object, ...]]) -> Outcome:
    state = State(row.state)
    if state is State.ADMITTED:
        asked = (
            select(SUBMITTED.c.index, SUBMITTED.c.entry, SUBMITTED.c.receipt)
            .where(SUBMITTED.c.submission == row.id)
            .order_by(SUBMITTED.c.place)
        )
        places = tuple(
            Place(index=index, entry=entry, receipt=receipt)
            for index, entry, receipt in connection.execute(asked)
        )
        return Outcome(state=state, origin=row.origin, places=places)
    error = None if row.error is None else Refusal.from_json(json.loads(row.error))
    return Outcome(state=state, origin=row.origin, error=error)
