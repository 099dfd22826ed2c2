"""Projects a log into the database: from where it stopped, in batches, each one transaction.

A transaction moves the position together with the rows, so that after any end the next start goes
on where the rows end. Two processes may project the same log: a lock lets one batch in at a time,
and each batch begins with where the rows end by then.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, select, text

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import read_entry
from sunlit.authority.trustfile import TrustFile
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.entry import Entry
from sunlit.log.reader import LogReader
from sunlit.projection.engine import create_all, drop_all, writing
from sunlit.projection.folding import Folded, Makers, Seen, fold_entries
from sunlit.projection.refresh import chunks, mark_stale, refresh
from sunlit.projection.rooms import Room, makers, rooms
from sunlit.projection.tables import ENTRY, METADATA
from sunlit.projection.writing import insert_rows
from sunlit.statement.dsse import Envelope

BATCH: Final = 1000  # entries
CHUNK: Final = 500  # parameters of one question
_ALL: Final = 0x53554E4C49540002  # ours, among PostgreSQL's advisory locks

Step = Callable[[str, int, int], None]
"""Told how far a log is projected: origin, entries, of how many."""


class HomeLike(Protocol):
    """What has one log: `registry.home.Home` is one."""

    @property
    def origin(self) -> str:
        """The log's name."""
        ...

    def reader(self) -> LogReader:
        """Return a verifying reader over the log at its newest checkpoint."""
        ...


@dataclass(slots=True)
class _State:
    """How far a log is projected, and who may sign what there."""

    size: int
    directory: Directory


@dataclass(frozen=True, slots=True)
class _Work:
    """One log, the trust file by which it is read, and what makes rows."""

    reader: LogReader
    trust: TrustFile
    trust_digest: str
    makers: Makers

    @property
    def origin(self) -> str:
        return self.reader.checkpoint.origin


def project(
    engine: Engine, home: HomeLike, trust: TrustFile, chosen: Iterable[Room] | None = None,
    *, step: Step = lambda _origin, _done, _all: None,
) -> int:  # fmt: skip
    """Project what a log holds by now and the rows do not; return how many entries that was.

    Where the trust file is another than that of the rows, the log is projected anew.

    Raises:
        VerificationError: `log.*`: the log is not what its checkpoint says, or has not grown
            from what was projected; `sunlit rebuild` projects what is there now.
        MalformedError: `log.*`: an entry is none.
        UnavailableError: `projection.unavailable`, `log.*`.
    """
    made, digest = makers(rooms() if chosen is None else chosen), _digest(trust)
    work: _Work | None = None
    state: _State | None = None
    done = 0
    while True:
        with writing(engine, _lock(home.origin)) as connection:
            # Read under the lock: what others have projected is in it.
            work = work or _Work(home.reader(), trust, digest, made)
            state = _resume(connection, work, state)
            end = min(state.size + BATCH, work.reader.size)
            if end > state.size:
                done += end - state.size
                state = _batch(connection, work, state, end)
            if state.size >= work.reader.size:
                refresh(connection)
        step(home.origin, state.size, work.reader.size)
        if state.size >= work.reader.size:
            return done


def rebuild(
    engine: Engine, homes: Iterable[HomeLike], trust: TrustFile, *,
    step: Step = lambda _origin, _done, _all: None,
) -> int:  # fmt: skip
    """Drop everything and project every log from its beginning; return how many entries.

    Raises:
        SunlitError: as `project`.
    """
    rooms()
    with writing(engine, _ALL) as connection:
        drop_all(connection)
        create_all(connection)
    return sum(project(engine, home, trust, step=step) for home in homes)


def forget(connection: Connection, origin: str) -> None:
    """Delete all rows of one log; the cards that they made become stale."""
    of_log = {"origin": origin}
    connection.execute(
        text("INSERT INTO stale SELECT DISTINCT key FROM fact WHERE origin = :origin"
             " AND key NOT IN (SELECT key FROM stale)"), of_log,
    )  # fmt: skip
    for table in METADATA.tables.values():
        if "origin" in table.columns:
            connection.execute(table.delete().where(table.c.origin == origin))


def _resume(connection: Connection, work: _Work, state: _State | None) -> _State:
    """Return where the rows end; the state that is known, where nobody else went on."""
    found = connection.execute(
        text("SELECT size, root, trust FROM position WHERE origin = :origin"),
        {"origin": work.origin},
    ).one_or_none()
    if found is None or found.trust != work.trust_digest:
        if found is not None:
            forget(connection, work.origin)
        return _State(0, Directory.rooted(work.trust))
    if state is not None and state.size == found.size:
        return state
    if state is not None and found.size >= work.reader.size:
        return _State(found.size, state.directory)  # others went on: there is nothing left
    checkpoint = Checkpoint(work.origin, found.size, bytes.fromhex(found.root))
    if checkpoint != work.reader.checkpoint:
        work.reader.expect_growth_from(checkpoint)
    if found.size == work.reader.size:
        return _State(found.size, Directory.empty())  # nothing is left to be folded
    return _State(found.size, _directory(connection, work))


def _directory(connection: Connection, work: _Work) -> Directory:
    """Fold again the entries that changed who may sign what: others did not."""
    acts = connection.execute(
        text("SELECT idx FROM entry WHERE origin = :origin AND acts = 1 ORDER BY idx"),
        {"origin": work.origin},
    )  # fmt: skip
    directory = Directory.rooted(work.trust)
    for (index,) in acts.all():
        entry = work.reader.entry(index)
        said = read_entry(entry, directory, origin=work.origin, index=index)
        directory = fold(directory, said)
    return directory


def _batch(connection: Connection, work: _Work, state: _State, end: int) -> _State:
    entries = list(work.reader.entries(state.size, end))
    seen = _seen(connection, work.origin, map(_statement_id, entries))
    folded = fold_entries(entries, work.origin, state.size, state.directory, seen, work.makers)
    _write(connection, work, folded, end)
    return _State(end, folded.directory)


def _write(connection: Connection, work: _Work, folded: Folded, end: int) -> None:
    insert_rows(connection, folded.rows)
    mark_stale(connection, folded.rows.get("fact", ()))
    connection.execute(
        text("""INSERT INTO position VALUES (:origin, :size, :root, :trust)
                ON CONFLICT (origin) DO UPDATE SET size = :size, root = :root, trust = :trust"""),
        {"origin": work.origin, "size": end, "root": work.reader.root(end).hex(),
         "trust": work.trust_digest},
    )  # fmt: skip


def _seen(connection: Connection, origin: str, ids: Iterable[str]) -> Seen:
    """Return who said these statements before, from the rows; see `History`."""
    seen: Seen = {}
    for chunk in chunks(dict.fromkeys(ids), CHUNK):
        found = select(
            ENTRY.c.statement_id, ENTRY.c.signers, ENTRY.c.signed, ENTRY.c.speakers
        ).where(ENTRY.c.statement_id.in_(chunk), ENTRY.c.origin == origin)
        for statement_id, signers, signed, speakers in connection.execute(
            found.order_by(ENTRY.c.idx)
        ):
            known = seen.setdefault(statement_id, {})
            everyone = tuple((signers if signed is None else signed).split())
            for key in (signers if speakers is None else speakers).split():
                known.setdefault(key, everyone)
    return seen


def _statement_id(entry: bytes) -> str:
    return Envelope.from_json(Entry.parse(entry).envelope).statement_id


def _digest(trust: TrustFile) -> str:
    return sha256(repr(trust).encode()).hexdigest()


def _lock(origin: str) -> int:
    """Return the number of a log's advisory lock in PostgreSQL: eight bytes, signed."""
    return int.from_bytes(
        sha256(b"sunlit-projection\x00" + origin.encode()).digest()[:8], signed=True
    )
