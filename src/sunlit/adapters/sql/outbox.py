"""The outbox in SQL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine, and_, delete, func, or_, select, update

from sunlit.adapters.sql.engine import reading, writing
from sunlit.adapters.sql.tables import JOB
from sunlit.adapters.sql.upsert import insert_new
from sunlit.base.times import Clock
from sunlit.node.outbox import Job, job_id

WAITING: Final = "waiting"
DONE: Final = "done"
DEAD: Final = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlOutbox:
    """`Outbox` in the private store."""

    engine: Engine
    clock: Clock

    def later(
        self, kind: str, payload: Mapping[str, object], due: datetime, *, name: str | None = None
    ) -> bool:
        """Keep a job; False where it was kept before, even if it is done by now."""
        with writing(self.engine) as connection:
            return insert_new(
                connection, JOB,
                {
                    "id": job_id(kind, payload, due, name), "kind": kind, "state": WAITING,
                    "payload": json.dumps(dict(payload)), "due": due, "attempts": 0,
                },
            )  # fmt: skip

    def lease(self, holder: str, limit: int, seconds: int) -> tuple[Job, ...]:
        """Take jobs that are due, the oldest first, for so many seconds."""
        now = self.clock.now()
        free = and_(
            JOB.c.state == WAITING, JOB.c.due <= now,
            or_(JOB.c.leased_until.is_(None), JOB.c.leased_until <= now),
        )  # fmt: skip
        asked = (
            select(JOB).where(free).order_by(JOB.c.due, JOB.c.number).limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer at a time anyway
        )  # fmt: skip
        with writing(self.engine) as connection:
            rows = connection.execute(asked).all()
            connection.execute(
                update(JOB)
                .where(JOB.c.number.in_([row.number for row in rows]))
                .values(
                    holder=holder, leased_until=now + timedelta(seconds=seconds),
                    attempts=JOB.c.attempts + 1,
                )
            )  # fmt: skip
        return tuple(
            Job(
                id=row.id, kind=row.kind, payload=json.loads(row.payload), due=row.due,
                attempts=row.attempts + 1,
            )
            for row in rows
        )  # fmt: skip

    def done(self, job: Job, holder: str) -> None:
        """Say that a job is done, unless another worker has it by now."""
        self._end(job, holder, {"state": DONE, "error": None})

    def failed(self, job: Job, holder: str, code: str, again: datetime | None) -> None:
        """Say with which code it failed, and when to try again; None gives it up for good."""
        state = {"state": DEAD} if again is None else {"due": again}
        self._end(job, holder, {**state, "error": code})

    def _end(self, job: Job, holder: str, values: Mapping[str, object]) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(JOB)
                .where(JOB.c.id == job.id, JOB.c.holder == holder)
                .values(**values, holder=None, leased_until=None)
            )

    def states(self) -> Mapping[str, int]:
        """Return how many jobs wait, are done and were given up: for operators."""
        asked = select(JOB.c.state, func.count().label("jobs")).group_by(JOB.c.state)
        with reading(self.engine) as connection:
            return {row.state: row.jobs for row in connection.execute(asked)}

    def forget(self, before: datetime) -> int:
        """Forget what was done, and was due before a time; what was given up stays."""
        with writing(self.engine) as connection:
            return connection.execute(
                delete(JOB).where(JOB.c.state == DONE, JOB.c.due < before)
            ).rowcount
