"""Prepared acts and the audit in the private store: `sunlit.node.acts.Acts` and `Audit`."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, insert, or_, select, update

from sunlit.adapters.sql.engine import reading, writing
from sunlit.adapters.sql.people_tables import ACT, AUDIT
from sunlit.node.acts import Act, Told


@dataclass(frozen=True, slots=True)
class SqlActs:
    """`Acts` over SQLAlchemy."""

    engine: Engine

    def put(self, act: Act) -> None:
        """Keep a prepared act."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(ACT).values(
                    id=act.id, person=act.person, organisation=act.organisation,
                    statement=act.statement, payload=act.payload,
                    told=json.dumps(asdict(act.told)), made=act.made,
                )
            )  # fmt: skip

    def get(self, act: str, person: str) -> Act | None:
        """Return an act of this person; another's is none of theirs."""
        wanted = select(ACT).where(ACT.c.id == act, ACT.c.person == person)
        with reading(self.engine) as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        return Act(
            id=row.id, person=row.person, organisation=row.organisation, statement=row.statement,
            payload=bytes(row.payload), told=Told(**json.loads(row.told)), made=row.made,
            envelope=None if row.envelope is None else bytes(row.envelope), ticket=row.ticket,
        )  # fmt: skip

    def settle(self, act: str, envelope: bytes) -> bool:
        """Keep the signed envelope, once. Return False if the act has one already."""
        with writing(self.engine) as connection:
            done = connection.execute(
                update(ACT)
                .where(ACT.c.id == act, ACT.c.envelope.is_(None))
                .values(envelope=envelope)
            )
            return done.rowcount == 1

    def ticketed(self, act: str, ticket: str) -> None:
        """Note under which ticket the envelope waits for the log."""
        with writing(self.engine) as connection:
            connection.execute(update(ACT).where(ACT.c.id == act).values(ticket=ticket))


@dataclass(frozen=True, slots=True)
class SqlAudit:
    """`Audit` over SQLAlchemy."""

    engine: Engine

    def note(
        self, what: str, actor: tuple[str, str], at: datetime, detail: Mapping[str, str]
    ) -> None:
        """Write one row. `actor` is (person, organisation)."""
        person, organisation = actor
        with writing(self.engine) as connection:
            connection.execute(
                insert(AUDIT).values(
                    at=at, what=what, person=person, organisation=organisation,
                    detail=json.dumps(dict(detail), sort_keys=True),
                )
            )  # fmt: skip

    def rows(self, organisation: str, limit: int) -> tuple[Mapping[str, object], ...]:
        """Return an organisation's newest rows."""
        wanted = (
            select(AUDIT)
            .where(AUDIT.c.organisation == organisation)
            .order_by(AUDIT.c.number.desc())
            .limit(limit)
        )
        return self._read(wanted)

    def about(
        self, person: str, whats: Collection[str], since: datetime
    ) -> tuple[Mapping[str, object], ...]:
        """Return what of these kinds was done by or to somebody, the newest first."""
        whom = json.dumps({"whom": person})[1:-1]
        wanted = (
            select(AUDIT)
            .where(
                AUDIT.c.what.in_(whats), AUDIT.c.at >= since,
                or_(AUDIT.c.person == person, AUDIT.c.detail.contains(whom, autoescape=True)),
            )
            .order_by(AUDIT.c.number.desc())
        )  # fmt: skip
        # Who did something to somebody else finds it in the organisation's rows, not here.
        return tuple(row for row in self._read(wanted) if row.get("whom", person) == person)

    def _read(self, wanted: Select[Any]) -> tuple[Mapping[str, object], ...]:
        with reading(self.engine) as connection:
            found = connection.execute(wanted).all()
        return tuple(
            {"at": row.at, "what": row.what, "person": row.person, **json.loads(row.detail)}
            for row in found
        )
