"""The shelf in a database: what bears on a matter, by threads, without reading the whole log.

`registry.bearing.Shelf` is the definition. Rows only say where to look: what an entry says is read
from the log and checked against its checkpoint, and its signatures are verified again, so that
whoever changes a row changes no finding. What rows leave out is not looked at.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, Table, and_, false, func, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import History, in_order, read_entry, said_anew
from sunlit.authority.trustfile import TrustFile
from sunlit.base.purl import bare
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.risk import Use
from sunlit.log.reader import LogReader
from sunlit.projection.engine import reading
from sunlit.projection.refresh import chunks
from sunlit.projection.releases import Releases
from sunlit.projection.signed import Directories, Signatures, Verified
from sunlit.projection.tables import ENTRY, THREAD
from sunlit.projection.threads import (
    Itself,
    Key,
    Matter,
    Thread,
    asked,
    bounded,
    key_of,
    leads_to,
    name_key,
    starts,
)

_Spot = tuple[str, int]  # origin and index of an entry
_Files = Callable[[str], Collection[str]]


@dataclass(slots=True)
class _Found:
    """What was read of the logs for one question: entries by their place.

    `said` is each as those signers said it who had not said it before in that log.
    """

    signed: Mapping[str, Signatures]
    verified: dict[_Spot, Verified] = field(default_factory=dict)
    said: dict[_Spot, Admitted] = field(default_factory=dict)


class SqlShelf:
    """Answers what bears on a matter, from one or several logs (`readers`, by origin).

    Only what stands below each reader's checkpoint is seen, however far the rows go. Not to be
    shared between threads, for its readers are not.
    """

    def __init__(
        self, engine: Engine, readers: Mapping[str, LogReader], trust: TrustFile,
        directories: Directories | None = None,
    ) -> None:  # fmt: skip
        self._engine, self._readers, self._trust = engine, dict(readers), trust
        self._directories = directories or Directories()

    def bearing_on(self, matter: Matter, *, at: datetime | None = None) -> History:
        """Return the history of what bears on a matter, in log order.

        Its directory is that of the whole logs. The last entry of each log (by `at`, where that
        is given) is in it too, so that it says how much was looked at.

        Raises:
            UnavailableError: `projection.unavailable`, `log.*`.
            VerificationError: `log.*`.
        """
        with reading(self._engine) as connection:
            found = self._begin(connection)
            chosen = self._follow(connection, found, matter)
            return self._history(connection, found, chosen, at)

    def for_use(self, use: Use, files: _Files, *, at: datetime | None = None) -> History:
        """Return what a use is judged by: which release it is judged for, and what bears on that.

        `files` gives the digests of a release's files. `registry.register.Bench` over the
        history judges this use as over the whole logs.

        Raises:
            UnavailableError, VerificationError: as `bearing_on`.
        """
        with reading(self._engine) as connection:
            found = self._begin(connection)
            names = [name_key(("under", use.deployer, use.id))]
            names.append(name_key(("component", bare(use.component), None)))
            named = self._by_keys(connection, found, names)
            directory = self._directory(found)
            known = [one for one in self._in_order(found, named) if _by(one, at)]
            release = Releases(known, directory).of(use)
            matter = Matter(
                release=release, files=tuple(files(release)), component=use.component, use=use.id,
                deployer=use.deployer,
            )  # fmt: skip
            chosen = self._follow(connection, found, matter)
            return self._history(connection, found, chosen | named, at)

    # --- following -------------------------------------------------------------------------

    def _follow(self, connection: Connection, found: _Found, matter: Matter) -> set[_Spot]:
        """Follow every thread once, a round of questions for all that are found together."""
        chosen = self._by_keys(connection, found, map(name_key, asked(matter)))
        todo = {thread for spot in chosen for thread in leads_to(found.said[spot])}
        todo |= set(starts(matter))
        followed: set[Thread] = set()
        while todo:
            followed |= todo
            reached = self._by_threads(connection, found, todo)
            chosen |= {spot for _, spot in reached}
            more = {one for thread, spot in reached for one in leads_to(found.said[spot], thread)}
            todo = more - followed
        return chosen

    def _by_threads(
        self, connection: Connection, found: _Found, threads: Collection[Thread]
    ) -> Collection[tuple[Thread, _Spot]]:
        by_key: dict[Key, Thread] = {
            key_of(one): one for one in threads if not isinstance(one, Itself)
        }
        reached = [(by_key[key], spot) for key, spot in self._spots(connection, by_key)]
        by_id = {one.statement: one for one in threads if isinstance(one, Itself)}
        for chunk in chunks(map(bounded, by_id)):
            query = select(ENTRY.c.statement_id, ENTRY.c.origin, ENTRY.c.idx).where(
                ENTRY.c.statement_id.in_(chunk), self._below(ENTRY)
            )
            reached += [
                (by_id[id_], (origin, idx)) for id_, origin, idx in connection.execute(query)
            ]
        self._read(connection, found, {spot for _, spot in reached})
        return reached

    def _by_keys(self, connection: Connection, found: _Found, keys: Iterable[Key]) -> set[_Spot]:
        spots = {spot for _, spot in self._spots(connection, keys)}
        self._read(connection, found, spots)
        return spots

    def _spots(self, connection: Connection, keys: Iterable[Key]) -> Iterator[tuple[Key, _Spot]]:
        by_kind: dict[str, list[str]] = {}
        for kind, key in keys:
            by_kind.setdefault(kind, []).append(key)
        for kind, values in by_kind.items():
            for chunk in chunks(values):
                query = select(THREAD.c.key, THREAD.c.origin, THREAD.c.idx).where(
                    THREAD.c.kind == kind, THREAD.c.key.in_(chunk), self._below(THREAD)
                )
                for key, origin, idx in connection.execute(query):
                    yield (kind, key), (origin, idx)

    def _below(self, table: Table) -> ColumnElement[bool]:
        """Only what stands below the checkpoint of each reader."""
        return or_(
            false(),
            *(
                and_(table.c.origin == origin, table.c.idx < reader.size)
                for origin, reader in self._readers.items()
            ),
        )

    # --- reading ---------------------------------------------------------------------------

    def _begin(self, connection: Connection) -> _Found:
        """Ask which entries changed who may sign what."""
        # So that SQLite takes the partial index, whatever the log's size: a value that it reads
        # in the question, and no other column by which it could walk through the log.
        acts = select(ENTRY.c.origin, ENTRY.c.idx, ENTRY.c.statement_id).where(
            ENTRY.c.acts == literal_column("1")
        )
        by_log: dict[str, list[tuple[int, str]]] = {origin: [] for origin in self._readers}
        for origin, idx, statement_id in connection.execute(
            acts.order_by(ENTRY.c.origin, ENTRY.c.idx)
        ):
            if origin in by_log and idx < self._readers[origin].size:
                by_log[origin].append((int(idx), str(statement_id)))
        return _Found({
            origin: Signatures(reader, self._trust, by_log[origin], self._directories)
            for origin, reader in self._readers.items()
        })  # fmt: skip

    def _read(self, connection: Connection, found: _Found, spots: Collection[_Spot]) -> None:
        """Read entries that are not read yet, and where the same was said before."""
        if new := set(spots) - found.verified.keys():
            ids = self._verify(found, new)
            ids |= self._verify(found, self._same(connection, ids) - found.verified.keys())
            self._say(found, ids)

    def _verify(self, found: _Found, spots: Collection[_Spot]) -> set[str]:
        """Verify entries; return which statements they hold."""
        ids = set()
        for origin, signed in found.signed.items():
            indices = [idx for other, idx in spots if other == origin]
            for idx, verified in signed.read(indices):
                found.verified[origin, idx] = verified
                ids.add(verified[0].statement_id)
        return ids

    def _same(self, connection: Connection, ids: Iterable[str]) -> set[_Spot]:
        spots: set[_Spot] = set()
        for chunk in chunks(sorted(ids)):
            query = select(ENTRY.c.origin, ENTRY.c.idx).where(
                ENTRY.c.statement_id.in_(chunk), self._below(ENTRY)
            )
            spots |= {(origin, idx) for origin, idx in connection.execute(query)}
        return spots

    @staticmethod
    def _say(found: _Found, ids: Collection[str]) -> None:
        """Leave out, in each log, those who had said these statements before."""
        known: dict[tuple[str, str], set[str]] = {}
        for spot in sorted(found.verified):
            said, speakers = found.verified[spot]
            if said.statement_id in ids:
                before = known.setdefault((spot[0], said.statement_id), set())
                found.said[spot] = said_anew(said, before)
                before.update(speakers)

    def _history(
        self, connection: Connection, found: _Found, spots: set[_Spot], at: datetime | None
    ) -> History:
        last = self._last(connection, at)
        self._read(connection, found, last)
        said = self._in_order(found, spots | last)
        return History.restored(self._directory(found), said)

    def _in_order(self, found: _Found, spots: Collection[_Spot]) -> list[Admitted]:
        """Return statements in the order of the logs, each once for each of its signers."""
        ranks = {log.origin: place for place, log in enumerate(self._trust.logs)}

        def order(spot: _Spot) -> tuple[datetime | None, int, str, int]:
            said = found.said[spot]
            return said.admitted_at, ranks.get(spot[0], len(ranks)), *spot

        known: dict[str, set[str]] = {}
        ordered = []
        for spot in sorted(spots, key=order):
            said = found.said[spot]
            before = known.setdefault(said.statement_id, set())
            ordered.append(said_anew(said, before))
            before.update(found.verified[spot][1])
        return ordered

    def _last(self, connection: Connection, at: datetime | None) -> set[_Spot]:
        """Return the last entry of each log by a time: it says how much was looked at."""
        found = set()
        for origin, reader in self._readers.items():
            query = select(func.max(ENTRY.c.idx)).where(
                ENTRY.c.origin == origin, ENTRY.c.idx < reader.size
            )
            if at is not None:
                query = query.where(ENTRY.c.admitted_at <= format_time(at))
            index = connection.execute(query).scalar()
            if index is not None:
                found.add((origin, int(index)))
        return found

    def _directory(self, found: _Found) -> Directory:
        """Fold what changed who may sign what, unless that was folded before."""
        if len(found.signed) == 1:
            (only,) = found.signed.values()
            return only.whole()
        spots = [(origin, idx) for origin, one in found.signed.items() for idx in one.acts]
        marks = sorted(one.mark for one in found.signed.values())
        return self._directories.get(sha256(b"".join(marks)).digest(), lambda: self._fold(spots))

    def _fold(self, spots: Iterable[_Spot]) -> Directory:
        logs = [(origin, idx, self._readers[origin].entry(idx)) for origin, idx in spots]
        directory = Directory.rooted(self._trust)
        for origin, index, entry in in_order(logs, self._trust):
            said = read_entry(entry, directory, origin=origin, index=index)
            directory = fold(directory, said)
        return directory


def _by(said: Admitted, at: datetime | None) -> bool:
    return at is None or (said.admitted_at is not None and said.admitted_at <= at)
