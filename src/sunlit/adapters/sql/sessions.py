"""Sessions and what belongs to them in the private store: `sunlit.node.people.Sessions`."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, Update, delete, insert, select, update

from sunlit.adapters.sql.engine import reading, writing
from sunlit.adapters.sql.people_tables import PENDING, SESSION, TRIED, TYPED
from sunlit.adapters.sql.upsert import insert_new
from sunlit.node.people import ABSOLUTE, SKEW, Session, Typed, digest

PENDING_FOR: Final = timedelta(minutes=10)
KEPT_FOR: Final = timedelta(hours=24)  # what was typed; and sessions that are over
STEP: Final = timedelta(seconds=30)  # a session's last use is not written more often


@dataclass(frozen=True, slots=True)
class SqlSessions:
    """`Sessions` over SQLAlchemy."""

    engine: Engine

    def start(self, secret: str, person: str, at: datetime, *, confirmed: bool = True) -> Session:
        """Start a session for whoever holds `secret`; clear away what is long over."""
        session = Session(
            id=digest(secret, "session"), person=person, since=at, seen=at,
            confirmed=at if confirmed else None,
        )  # fmt: skip
        with writing(self.engine) as connection:
            _clear(connection, at)
            connection.execute(insert(SESSION).values(**_values(session)))
        return session

    def find(self, secret: str) -> Session | None:
        """Return the session of a cookie, live or just over."""
        wanted = select(SESSION).where(SESSION.c.id == digest(secret, "session"))
        with reading(self.engine) as connection:
            row = connection.execute(wanted).mappings().one_or_none()
        return None if row is None else Session(**row)

    def touch(self, session: Session, at: datetime) -> None:
        """Note that it was used."""
        if at - session.seen >= STEP:
            with writing(self.engine) as connection:
                connection.execute(
                    update(SESSION).where(SESSION.c.id == session.id).values(seen=at)
                )

    def rotate(self, session: Session, secret: str, *, confirmed: datetime | None) -> Session:
        """Give a session another secret; the old one is no good from now on."""
        new = replace(
            session, id=digest(secret, "session"), confirmed=confirmed or session.confirmed
        )
        with writing(self.engine) as connection:
            connection.execute(
                update(SESSION).where(SESSION.c.id == session.id).values(**_values(new))
            )
        return new

    def stop(self, session: Session) -> None:
        """Sign one browser out."""
        with writing(self.engine) as connection:
            connection.execute(delete(SESSION).where(SESSION.c.id == session.id))

    def stop_all(self, person: str, *, but: str | None = None) -> None:
        """Sign somebody out everywhere, or everywhere `but` in the session of this id."""
        others = [] if but is None else [SESSION.c.id != but]
        with writing(self.engine) as connection:
            connection.execute(delete(SESSION).where(SESSION.c.person == person, *others))

    def of(self, person: str, at: datetime) -> tuple[Session, ...]:
        """Return somebody's sessions that count, the newest first."""
        wanted = select(SESSION).where(SESSION.c.person == person)
        with reading(self.engine) as connection:
            rows = connection.execute(wanted.order_by(SESSION.c.since.desc())).mappings().all()
        return tuple(one for one in (Session(**row) for row in rows) if one.is_live(at))

    def begin(self, state: str, kept: str, at: datetime) -> None:
        """Keep what a sign-in (or a passkey ceremony) needs when its answer comes."""
        with writing(self.engine) as connection:
            connection.execute(delete(PENDING).where(PENDING.c.at < at - PENDING_FOR))
            connection.execute(
                insert(PENDING).values(state=digest(state, "pending"), kept=kept, at=at)
            )

    def took(self, state: str, at: datetime) -> str | None:
        """Return it, once, if it is younger than ten minutes."""
        # Taken and thrown away in one statement: two who come at once cannot both have it.
        taken = (
            delete(PENDING)
            .where(PENDING.c.state == digest(state, "pending"))
            .returning(PENDING.c.kept, PENDING.c.at)
        )
        with writing(self.engine) as connection:
            row = connection.execute(taken).one_or_none()
        fresh = row is not None and row.at <= at + SKEW and at < row.at + PENDING_FOR
        return str(row.kept) if row is not None and fresh else None

    def keep(self, person: str, typed: Typed, at: datetime) -> None:
        """Keep what somebody had typed; only the newest."""
        with writing(self.engine) as connection:
            connection.execute(delete(TYPED).where(TYPED.c.person == person))
            connection.execute(
                insert(TYPED).values(
                    person=person, path=typed.path, fields=json.dumps(typed.fields), at=at
                )
            )

    def kept(self, person: str) -> Typed | None:
        """Return what somebody had typed."""
        with reading(self.engine) as connection:
            row = connection.execute(select(TYPED).where(TYPED.c.person == person)).one_or_none()
        if row is None:
            return None
        return Typed(
            row.path, tuple((str(name), str(value)) for name, value in json.loads(row.fields))
        )

    def forget(self, person: str) -> None:
        """Throw away what somebody had typed."""
        with writing(self.engine) as connection:
            connection.execute(delete(TYPED).where(TYPED.c.person == person))

    def tried(self, who: str, at: datetime, window: timedelta) -> int:
        """Count one more try by `who` and return how many there were in this window."""
        key = _key(who, at, window)
        more = _counted(key, 1).returning(TRIED.c.times)
        with writing(self.engine) as connection:
            if insert_new(connection, TRIED, {**key, "times": 0}):
                connection.execute(delete(TRIED).where(TRIED.c.window < int(key["window"]) - 1))
            return int(connection.execute(more).scalar_one())

    def forgave(self, who: str, at: datetime, window: timedelta) -> None:
        """Count a try no more: it was no guess."""
        with writing(self.engine) as connection:
            connection.execute(_counted(_key(who, at, window), -1).where(TRIED.c.times > 0))


def _key(who: str, at: datetime, window: timedelta) -> dict[str, str | int]:
    number = int(at.timestamp() // window.total_seconds())
    return {"who": digest(who, "tried"), "window": number}


def _counted(key: dict[str, str | int], by: int) -> Update:
    mine = (TRIED.c.who == key["who"]) & (TRIED.c.window == key["window"])
    return update(TRIED).where(mine).values(times=TRIED.c.times + by)


def _clear(connection: Connection, at: datetime) -> None:
    # A session that is just over still says whose form it was that came too late.
    connection.execute(delete(SESSION).where(SESSION.c.since < at - ABSOLUTE - KEPT_FOR))
    connection.execute(delete(TYPED).where(TYPED.c.at < at - KEPT_FOR))


def _values(session: Session) -> dict[str, object]:
    return {
        "id": session.id, "person": session.person, "since": session.since,
        "seen": session.seen, "confirmed": session.confirmed,
    }  # fmt: skip
