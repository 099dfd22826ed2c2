"""The shelf in a database: what bears on a matter, by threads, without reading the whole log.

`registry.bearing.Shelf` is the definition. What an entry says is read from the log and checked
against its checkpoint; who signed it, and whether that was new, from the rows.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    Table,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.sql.elements import ColumnElement

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import History, in_order, read_entry, read_unverified, said_anew
from sunlit.authority.trustfile import TrustFile
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Opaque
from sunlit.claims.risk import Use
from sunlit.log.reader import LogReader
from sunlit.projection.engine import reading
from sunlit.projection.refresh import CHUNK, chunks
from sunlit.projection.releases import Releases
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
from sunlit.rubric.standing import bare

MOST_DIRECTORIES: Final = 32
_Spot = tuple[str, int]  # origin and index of an entry
_Files = Callable[[str], Collection[str]]


class Directories:
    """Directories that were folded already; share one among requests, it is bounded."""

    def __init__(self) -> None:
        self._known: dict[bytes, Directory] = {}

    def get(self, key: bytes, make: Callable[[], Directory]) -> Directory:
        """Return the directory of these authority statements, made where it is not known."""
        found = self._known.get(key)
        if found is None:
            found = make()
            if len(self._known) >= MOST_DIRECTORIES:
                self._known.clear()
            self._known[key] = found
        return found


@dataclass(slots=True)
class _Found:
    """What was read of the log for one question: entries by their place."""

    said: dict[_Spot, Admitted]
    speakers: dict[_Spot, tuple[str, ...]]


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
            found = _Found({}, {})
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
            found = _Found({}, {})
            names = [name_key(("under", use.deployer, use.id))]
            names.append(name_key(("component", bare(use.component), None)))
            named = self._by_keys(connection, found, names)
            directory = self._directory(connection)
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

    def _read(self, connection: Connection, found: _Found, spots: Collection[_Spot]) -> None:
        """Read entries that are not read yet, each bundle of a log once."""
        new = sorted(set(spots) - found.said.keys())
        for origin in dict.fromkeys(origin for origin, _ in new):
            indices = [idx for other, idx in new if other == origin]
            for at in range(0, len(indices), CHUNK):
                query = select(ENTRY).where(
                    ENTRY.c.origin == origin, ENTRY.c.idx.in_(indices[at : at + CHUNK])
                )
                rows = connection.execute(query.order_by(ENTRY.c.idx)).mappings().all()
                for row in rows:
                    self._take(found, row)

    def _take(self, found: _Found, row: RowMapping) -> None:
        origin, idx = str(row["origin"]), int(row["idx"])
        entry = self._readers[origin].entry(idx)
        said = read_unverified(entry, origin=origin, index=idx)
        signers = tuple(str(row["signers"]).split())
        signed = signers if row["signed"] is None else tuple(row["signed"].split())
        speakers = signers if row["speakers"] is None else tuple(row["speakers"].split())
        is_noise = bool(signed) and not signers
        found.said[origin, idx] = (
            replace(said, claim=Opaque(), subjects=())
            if is_noise
            else replace(said, signers=signers)
        )
        found.speakers[origin, idx] = speakers

    def _history(
        self, connection: Connection, found: _Found, spots: set[_Spot], at: datetime | None
    ) -> History:
        last = self._last(connection, at)
        self._read(connection, found, last)
        said = self._in_order(found, spots | last)
        return History.restored(self._directory(connection), said)

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
            before.update(found.speakers[spot])
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

    def _directory(self, connection: Connection) -> Directory:
        """Fold what changed who may sign what, unless that was folded before."""
        acts = select(ENTRY.c.origin, ENTRY.c.idx, ENTRY.c.statement_id).where(
            ENTRY.c.acts == 1, self._below(ENTRY)
        )
        rows = connection.execute(acts.order_by(ENTRY.c.origin, ENTRY.c.idx)).all()
        spots = [(str(origin), int(idx)) for origin, idx, _ in rows]
        known = repr((self._trust, [tuple(row) for row in rows]))
        return self._directories.get(sha256(known.encode()).digest(), lambda: self._fold(spots))

    def _fold(self, spots: Iterable[_Spot]) -> Directory:
        logs = [(origin, idx, self._readers[origin].entry(idx)) for origin, idx in spots]
        directory = Directory.rooted(self._trust)
        for origin, index, entry in in_order(logs, self._trust):
            said = read_entry(entry, directory, origin=origin, index=index)
            directory = fold(directory, said)
        return directory


def _by(said: Admitted, at: datetime | None) -> bool:
    return at is None or (said.admitted_at is not None and said.admitted_at <= at)
