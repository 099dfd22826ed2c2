"""Projects a log into the database: from where it stopped, in batches, each one transaction.

A transaction moves the position together with the rows, so that after any end the next start goes
on where the rows end. Two processes may project the same log: a lock lets one batch in at a time,
and each batch begins with where the rows end by then.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from sqlalchemy import Connection, Engine, select, text

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import read_entry
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import UnavailableError
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.reader import LogReader
from sunlit.projection.ahead import Ahead, Batch, helpers
from sunlit.projection.dialect import among
from sunlit.projection.engine import create_all, drop_all, reading, writing
from sunlit.projection.folding import Folded, Makers, Seen, fold_entries
from sunlit.projection.loading import file_of, load
from sunlit.projection.refresh import CHUNK, chunks, mark_stale, refresh_all
from sunlit.projection.rooms import Room, makers, rooms
from sunlit.projection.tables import ENTRY, METADATA, POSITION
from sunlit.projection.writing import insert_rows

BATCH: Final = 1000  # entries
FEW: Final = 256  # entries that a page waits for
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
    *, batch: int = BATCH, step: Step = lambda _origin, _done, _all: None,
) -> int:  # fmt: skip
    """Project what a log holds by now and the rows do not; return how many entries that was.

    Where the trust file is another than that of the rows, the log is projected anew.

    Raises:
        VerificationError: `log.*`: the log is not what its checkpoint says, or has not grown
            from what was projected; `sunlit rebuild` projects what is there now.
        MalformedError: `log.*`: an entry is none.
        UnavailableError: `projection.unavailable`, `log.*`.
    """
    done = _fold_on(engine, home, trust, chosen, batch, step)
    refresh_all(engine)
    return done


def catch_up(engine: Engine, home: HomeLike, trust: TrustFile, size: int) -> None:
    """Project the last few entries below `size`, for who cannot wait; many are left to others.

    So are all of them where nothing can be written: what was projected before can still be read.

    Raises:
        SunlitError: as `project`.
    """
    query = select(POSITION.c.size, POSITION.c.trust).where(POSITION.c.origin == home.origin)
    digest = _digest(trust)
    with reading(engine) as connection:
        done, found = connection.execute(query).one_or_none() or (0, digest)
    if found == digest and 0 < size - done <= FEW:
        with suppress(UnavailableError):
            project(engine, home, trust)


def _fold_on(
    engine: Engine, home: HomeLike, trust: TrustFile, chosen: Iterable[Room] | None,
    batch: int, step: Step,
) -> int:  # fmt: skip
    """Project a log; the cards of the catalogue are made anew afterwards, by whoever asked."""
    made = makers(rooms() if chosen is None else chosen)
    with writing(engine, lock_of(home.origin)) as connection:
        # Read under the lock: what others have projected by now is in it.
        work = _Work(home.reader(), trust, _digest(trust), made)
        state = _resume(connection, work, None)
    done, size = 0, work.reader.size
    with helpers(0 if chosen else size - state.size) as pool:
        ahead = Ahead(work.reader, pool, batch)
        while state.size < size:
            taken = ahead.take(state.size, state.directory)
            folded = taken.folded(state.directory) or _fold(work, state, taken, {})
            with writing(engine, lock_of(home.origin)) as connection:
                found = _resume(connection, work, state)
                if found is state:
                    state = _write(connection, work, state, taken, folded)
                    done += len(taken.entries)
                else:  # somebody else went on meanwhile: from where they are
                    state = found
            step(home.origin, state.size, size)
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
    if (path := file_of(engine)) is not None:
        return load(engine, path, [it.reader() for it in homes], trust, _digest(trust), step)
    with writing(engine, _ALL) as connection:
        drop_all(connection)
        create_all(connection)
    done = sum(_fold_on(engine, home, trust, None, BATCH, step) for home in homes)
    refresh_all(engine)
    return done


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
        elif state is not None and state.size == 0:
            return state  # nothing of this log is there, as before
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


def _fold(work: _Work, state: _State, batch: Batch, seen: Seen) -> Folded:
    return fold_entries(batch.entries, work.origin, batch.start, state.directory, seen, work.makers)


def _write(
    connection: Connection, work: _Work, state: _State, batch: Batch, folded: Folded
) -> _State:
    """Write a batch and move the position; fold it again where some of it was said before."""
    if seen := _seen(connection, work.origin, folded.ids):
        folded = _fold(work, state, batch, seen)
    insert_rows(connection, folded.rows)
    mark_stale(connection, folded.rows.get("fact", ()))
    connection.execute(
        text("""INSERT INTO position VALUES (:origin, :size, :root, :trust)
                ON CONFLICT (origin) DO UPDATE SET size = :size, root = :root, trust = :trust"""),
        {"origin": work.origin, "size": batch.end, "trust": work.trust_digest,
         "root": work.reader.root(batch.end).hex()},
    )  # fmt: skip
    # The same directory, where nothing acted: what was folded ahead by it can be used.
    return _State(batch.end, folded.directory if folded.acted else state.directory)


def _seen(connection: Connection, origin: str, ids: Iterable[str]) -> Seen:
    """Return who said these statements before, from the rows; see `History`."""
    seen: Seen = {}
    for chunk in chunks(dict.fromkeys(ids), CHUNK):
        found = select(
            ENTRY.c.statement_id, ENTRY.c.signers, ENTRY.c.signed, ENTRY.c.speakers
        ).where(among(connection, ENTRY.c.statement_id, chunk), ENTRY.c.origin == origin)
        for statement_id, signers, signed, speakers in connection.execute(
            found.order_by(ENTRY.c.idx)
        ):
            known = seen.setdefault(statement_id, {})
            everyone = tuple((signers if signed is None else signed).split())
            for key in (signers if speakers is None else speakers).split():
                known.setdefault(key, everyone)
    return seen


def _digest(trust: TrustFile) -> str:
    return sha256(repr(trust).encode()).hexdigest()


def lock_of(origin: str) -> int:
    """Return the number of a log's advisory lock in PostgreSQL: eight bytes, signed."""
    return int.from_bytes(
        sha256(b"sunlit-projection\x00" + origin.encode()).digest()[:8], signed=True
    )
