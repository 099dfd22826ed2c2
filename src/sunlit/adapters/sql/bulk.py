"""The queue's statements over many submissions at once.

In PostgreSQL each is one statement, which is a transaction of its own, with arrays for rows; it
wakes whoever listens (`sunlit.adapters.sql.listening`). In SQLite, where a statement costs no way
to a server, they are several in one transaction.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    func,
    select,
    update,
)

from sunlit.adapters.sql.tables import SUBMISSION, SUBMITTED
from sunlit.adapters.sql.upsert import insert_new
from sunlit.base.errors import UnavailableError
from sunlit.node.submit import Bound, Group, Outcome, Place, Refusal, State, queue_full

CAME: Final = "sunlit_came"  # a channel: something waits to be admitted
SETTLED: Final = "sunlit_settled"  # the other: something came of what waited

# What waits is counted once for each organisation of the batch; what is known takes no room.
_PUT: Final = """
WITH fresh AS (
  SELECT g.*, row_number() OVER before AS rank, sum(size) OVER before AS more
  FROM unnest(%(id)s::text[], %(organisation)s::text[], %(statement)s::text[], %(size)s::int[])
    AS g(id, organisation, statement, size)
  WHERE NOT EXISTS (SELECT FROM submission s WHERE s.id = g.id)
  WINDOW before AS (PARTITION BY organisation ORDER BY id)
), busy AS (
  SELECT organisation, w.* FROM (SELECT DISTINCT organisation FROM fresh) o, LATERAL (
    SELECT count(*) AS waiting, coalesce(sum(size), 0) AS held FROM (
      SELECT size FROM submission s
      WHERE s.state = 'waiting' AND s.organisation = o.organisation LIMIT %(groups)s) first) w
), put AS (
  INSERT INTO submission (id, organisation, statement, state, put_at, size)
  SELECT id, organisation, statement, 'waiting', %(now)s, size
  FROM fresh JOIN busy USING (organisation)
  WHERE waiting + rank <= %(groups)s AND held + more <= %(bytes)s ORDER BY id
  ON CONFLICT (id) DO NOTHING RETURNING id
), kept AS (
  INSERT INTO submitted (submission, place, envelope)
  SELECT e.submission, e.place, e.envelope
  FROM unnest(%(submission)s::text[], %(place)s::int[], %(envelope)s::bytea[])
    AS e(submission, place, envelope) JOIN put ON put.id = e.submission
)
SELECT id, pg_notify('sunlit_came', '') FROM put"""

_SETTLE: Final = """
WITH told AS (
  SELECT * FROM unnest(%(id)s::text[], %(state)s::text[], %(origin)s::text[], %(error)s::text[])
    AS t(id, state, origin, error)
), done AS (
  UPDATE submission s
  SET state = t.state, settled_at = %(now)s, origin = t.origin, error = t.error
  FROM told t WHERE s.id = t.id AND s.state || '' = 'waiting' RETURNING s.id
), placed AS (
  UPDATE submitted p SET envelope = '', "index" = e."index", entry = e.entry, receipt = e.receipt
  FROM unnest(%(submission)s::text[], %(place)s::int[], %(index)s::bigint[], %(entry)s::bytea[],
    %(receipt)s::bytea[]) AS e(submission, place, "index", entry, receipt)
  JOIN done ON done.id = e.submission
  WHERE p.submission = e.submission AND p.place = e.place
)
SELECT id, pg_notify('sunlit_settled', '') FROM done"""

_SETTLED: Final = """
SELECT s.id, s.state, s.origin, s.error, p."index", p.entry, p.receipt
FROM submission s LEFT JOIN submitted p ON p.submission = s.id
WHERE s.id = ANY(%(id)s::text[]) AND s.state <> 'waiting' ORDER BY s.id, p.place"""


def put(
    connection: Connection, groups: Sequence[Group], now: datetime, bound: Bound
) -> dict[str, State | UnavailableError]:
    """Keep what is new and fits, let what was refused wait again; say so of each, by id."""
    if connection.dialect.name == "postgresql":
        new = _put_at_once(connection, groups, now, bound)
    else:
        new = _put_each(connection, groups, now, bound)
    found: dict[str, State | UnavailableError] = dict.fromkeys(new, State.WAITING)
    left = [group for group in groups if group.id not in found]
    if left:
        known = _states(connection, [group.id for group in left])
        for group in left:
            state = known.get(group.id)
            if state is State.REFUSED:
                found[group.id] = _again(connection, group, now, bound)
            else:
                found[group.id] = state or queue_full(bound)
    return found


def settled(connection: Connection, ids: Collection[str]) -> dict[str, Outcome]:
    """Return what came of those of which something has."""
    if connection.dialect.name == "postgresql":
        rows = _told(connection.exec_driver_sql(_SETTLED, {"id": list(ids)}))
    else:
        asked = (
            select(
                SUBMISSION.c.id, SUBMISSION.c.state, SUBMISSION.c.origin, SUBMISSION.c.error,
                SUBMITTED.c.index, SUBMITTED.c.entry, SUBMITTED.c.receipt,
            )
            .join(SUBMITTED, SUBMITTED.c.submission == SUBMISSION.c.id, isouter=True)
            .where(SUBMISSION.c.id.in_(list(ids)), SUBMISSION.c.state != State.WAITING)
            .order_by(SUBMISSION.c.id, SUBMITTED.c.place)
        )  # fmt: skip
        rows = _told(connection.execute(asked))
    return {name: _outcome(list(some)) for name, some in groupby(rows, key=lambda row: row[0])}


def settle(connection: Connection, outcomes: Mapping[str, Outcome], now: datetime) -> None:
    """Say what came of those that still wait; what was said before stays."""
    if connection.dialect.name == "postgresql":
        _settle_at_once(connection, outcomes, now)
    else:
        _settle_each(connection, outcomes, now)


def _told(found: Iterable[Iterable[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in found]


def _outcome(rows: Sequence[tuple[Any, ...]]) -> Outcome:
    _, state, origin, error, *_ = rows[0]
    if state != State.ADMITTED:
        refusal = None if error is None else Refusal.from_json(json.loads(error))
        return Outcome(state=State(state), origin=origin, error=refusal)
    places = tuple(
        Place(index=index, entry=bytes(entry), receipt=bytes(receipt))
        for *_, index, entry, receipt in rows
        if index is not None
    )
    return Outcome(state=State.ADMITTED, origin=origin, places=places)


def _put_at_once(
    connection: Connection, groups: Sequence[Group], now: datetime, bound: Bound
) -> list[str]:
    given = _Columns("id", "organisation", "statement", "size")
    kept = _Columns("submission", "place", "envelope")
    for group in groups:
        given.add(group.id, group.organisation, group.statement_id, group.size)
        for place, envelope in enumerate(group.envelopes):
            kept.add(group.id, place, envelope)
    more = {"now": _seconds(now), **bound._asdict()}
    found = connection.exec_driver_sql(_PUT, given.columns | kept.columns | more)
    return [row[0] for row in found]


def _put_each(
    connection: Connection, groups: Sequence[Group], now: datetime, bound: Bound
) -> list[str]:
    new: list[str] = []
    for group in groups:
        if _has_room(connection, group, bound) and insert_new(
            connection, SUBMISSION,
            {
                "id": group.id, "organisation": group.organisation,
                "statement": group.statement_id, "state": State.WAITING, "put_at": now,
                "size": group.size,
            },
        ):  # fmt: skip
            connection.execute(
                SUBMITTED.insert(),
                [
                    {"submission": group.id, "place": place, "envelope": one}
                    for place, one in enumerate(group.envelopes)
                ],
            )
            new.append(group.id)
    return new


def _again(
    connection: Connection, group: Group, now: datetime, bound: Bound
) -> State | UnavailableError:
    """Let what was refused wait once more: what it lacked may be there by now."""
    if not _has_room(connection, group, bound):
        return queue_full(bound)
    refused = and_(SUBMISSION.c.id == group.id, SUBMISSION.c.state == State.REFUSED)
    connection.execute(
        update(SUBMISSION)
        .where(refused)
        .values(state=State.WAITING, put_at=now, settled_at=None, error=None, size=group.size)
    )
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CAME, "")))
    return State.WAITING


def _has_room(connection: Connection, group: Group, bound: Bound) -> bool:
    whose = SUBMISSION.c.organisation == group.organisation
    waits = and_(SUBMISSION.c.state == State.WAITING, whose)
    some = select(SUBMISSION.c.size).where(waits).limit(bound.groups).subquery()
    asked = select(func.count(), func.coalesce(func.sum(some.c.size), 0)).select_from(some)
    waiting, held = connection.execute(asked).one()
    return bool(waiting < bound.groups and held + group.size <= bound.bytes)


def _states(connection: Connection, ids: Sequence[str]) -> dict[str, State]:
    asked = select(SUBMISSION.c.id, SUBMISSION.c.state).where(SUBMISSION.c.id.in_(ids))
    return {name: State(state) for name, state in connection.execute(asked)}


def _settle_at_once(connection: Connection, outcomes: Mapping[str, Outcome], now: datetime) -> None:
    told = _Columns("id", "state", "origin", "error")
    placed = _Columns("submission", "place", "index", "entry", "receipt")
    for name, it in sorted(outcomes.items()):
        told.add(name, str(it.state), it.origin, _error(it))
        for place, one in enumerate(it.places):
            placed.add(name, place, one.index, one.entry, one.receipt)
    more = {"now": _seconds(now)}
    connection.exec_driver_sql(_SETTLE, told.columns | placed.columns | more)


def _settle_each(connection: Connection, outcomes: Mapping[str, Outcome], now: datetime) -> None:
    waits = and_(SUBMISSION.c.id.in_(list(outcomes)), SUBMISSION.c.state == State.WAITING)
    left = list(connection.scalars(select(SUBMISSION.c.id).where(waits)))
    submissions = [
        {
            "at": name, "state": outcomes[name].state, "settled_at": now,
            "origin": outcomes[name].origin, "error": _error(outcomes[name]),
        }
        for name in left
    ]  # fmt: skip
    places = [
        # The log holds the envelope from now on.
        {
            "at": name, "which": number, "envelope": b"", "index": it.index, "entry": it.entry,
            "receipt": it.receipt,
        }
        for name in left
        for number, it in enumerate(outcomes[name].places)
    ]  # fmt: skip
    at: BindParameter[str] = bindparam("at")
    which: BindParameter[int] = bindparam("which")
    if submissions:
        connection.execute(update(SUBMISSION).where(SUBMISSION.c.id == at), submissions)
    if places:
        here = and_(SUBMITTED.c.submission == at, SUBMITTED.c.place == which)
        connection.execute(update(SUBMITTED).where(here), places)


def _error(outcome: Outcome) -> str | None:
    return None if outcome.error is None else json.dumps(outcome.error.to_json())


def _seconds(at: datetime) -> int:
    return int(at.timestamp())  # as `Moment` is written


class _Columns:
    """Rows, as a list for each column."""

    def __init__(self, *names: str) -> None:
        self.columns: dict[str, Any] = {name: [] for name in names}

    def add(self, *row: object) -> None:
        """Add a row."""
        for column, value in zip(self.columns.values(), row, strict=True):
            column.append(value)
