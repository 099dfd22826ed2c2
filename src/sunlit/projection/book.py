"""One log in a database as pages ask for it: lists, searches, who may sign what.

As with the shelf, rows only say where to look, and only below the reader's checkpoint; what is
there is read from the log and verified.
"""

from collections.abc import Collection, Hashable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import Column, ColumnElement, Connection, Engine, func, select

from sunlit.authority.directory import Directory
from sunlit.authority.history import History, read_unverified
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import UnavailableError
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.log.entry import Entry
from sunlit.log.reader import LogReader
from sunlit.projection.engine import reading
from sunlit.projection.shelf import SqlShelf
from sunlit.projection.signed import Directories
from sunlit.projection.tables import ENTRY, FACT, POSITION, THREAD
from sunlit.projection.threads import Name, name_key

FOUND: Final = 50  # places that a search shows
SHORTEST: Final = 8  # hex digits that a search takes for the beginning of a digest
HEX: Final = frozenset("0123456789abcdef")
TOGETHER: Final = 500  # entries that are read at once
_OF: Final = ("component", "release", "use", "registration")  # facts that name a component


class Book(SqlShelf):
    """Answers what pages ask of one log. Not to be shared between threads."""

    def __init__(
        self, engine: Engine, reader: LogReader, trust: TrustFile,
        directories: Directories | None = None,
    ) -> None:  # fmt: skip
        super().__init__(engine, {reader.checkpoint.origin: reader}, trust, directories)
        self._reader, self._origin = reader, reader.checkpoint.origin

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._origin

    def begun(self) -> datetime | None:
        """Return when its first entry was admitted."""
        return Entry.parse(self._reader.entry(0)).admitted_at if self._reader.size else None

    def stamp(self) -> Hashable:
        """Return what changes when an answer may change."""
        return self._reader.size, self._rows(), self._trust.version

    def is_whole(self) -> bool:
        """Tell whether every entry below the reader's checkpoint is projected by now."""
        return self._rows() >= self._reader.size

    def expect_whole(self) -> None:
        """See that no entry is left out because it is not projected yet.

        Raises:
            UnavailableError: `projection.behind`.
        """
        if (rows := self._rows()) < self._reader.size:
            raise UnavailableError(
                "projection.behind", "this node is still reading its logs",
                expected=f"{self._reader.size} entries", got=str(rows),
                mend="try again in half a minute; a long log takes longer when it is first read",
            )  # fmt: skip

    def _rows(self) -> int:
        """Return how many entries are projected."""
        query = select(POSITION.c.size).where(POSITION.c.origin == self._origin)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def directory(self) -> Directory:
        """Return who may sign what."""
        with reading(self._engine) as connection:
            return self._directory(self._begin(connection))

    def named(self, *names: Name) -> History:
        """Return the statements of these names, in order; see `threads.listed_under`."""
        with reading(self._engine) as connection:
            found = self._begin(connection)
            spots = self._by_keys(connection, found, map(name_key, names))
            return History.restored(self._directory(found), self._in_order(found, spots))

    def holding(self, *ids: str) -> History:
        """Return the entries that hold these statements, in order."""
        with reading(self._engine) as connection:
            found = self._begin(connection)
            spots = self._same(connection, ids)
            self._read(connection, found, spots)
            return History.restored(self._directory(found), self._in_order(found, spots))

    def naming(self, key: str) -> Admitted | None:
        """Return the last statement that names a component: it, a release, a use, an entry."""
        query = select(func.max(FACT.c.idx)).where(
            FACT.c.key == key, FACT.c.field.in_(_OF), self._below(FACT)
        )
        with reading(self._engine) as connection:
            index = connection.execute(query).scalar()
            if index is None:
                return None
            found = self._begin(connection)
            self._read(connection, found, {(self._origin, int(index))})
            return found.said[self._origin, int(index)]

    def places(self, asked: str) -> tuple[int, ...]:
        """Return the entries that a search means, the newest first, at most FOUND.

        A number, or a digest, or the beginning of one: a statement's id, or the digest of what
        statements are about.
        """
        text = asked.strip().lower()
        if text.isascii() and text.isdecimal() and len(text) < SHORTEST:
            return (int(text),) if int(text) < self._reader.size else ()
        if len(text) < SHORTEST or not HEX.issuperset(text):
            return ()
        with reading(self._engine) as connection:
            ids = _beginning(connection, ENTRY.c.statement_id, text)
            found = {index for _, index in self._same(connection, ids)}
            for kind in ("about", "subject"):
                keys = _beginning(connection, THREAD.c.key, text, THREAD.c.kind == kind)
                found.update(i for key in keys for i in self._about(connection, kind, key))
        return tuple(sorted(found, reverse=True)[:FOUND])

    def every(
        self, kinds: Collection[type[Claim]], unsigned: Collection[type[Claim]] = ()
    ) -> Iterator[Admitted]:
        """Yield every statement of some kinds, in order; a few are in memory at a time.

        At `unsigned` kinds nobody's signature is looked at, nor who said it before.
        """
        query = select(ENTRY.c.idx, ENTRY.c.predicate_type).where(
            self._below(ENTRY), ENTRY.c.predicate_type.in_([kind.TYPE for kind in kinds])
        )
        plain, after = {kind.TYPE for kind in unsigned}, -1
        while True:
            with reading(self._engine) as connection:
                some = query.where(ENTRY.c.idx > after).order_by(ENTRY.c.idx).limit(TOGETHER)
                kinds_at = {int(index): type_ in plain for index, type_ in connection.execute(some)}
                found = self._begin(connection)
                signed = [index for index, is_plain in kinds_at.items() if not is_plain]
                self._read(connection, found, {(self._origin, index) for index in signed})
            if not kinds_at:
                return
            for index, is_plain in kinds_at.items():
                yield self._unverified(index) if is_plain else found.said[self._origin, index]
                after = index

    def _unverified(self, index: int) -> Admitted:
        return read_unverified(self._reader.entry(index), origin=self._origin, index=index)

    def repeated(self) -> Collection[str]:
        """Return the statements that the node's logs hold more than once."""
        id_ = ENTRY.c.statement_id
        with reading(self._engine) as connection:
            query = select(id_).group_by(id_).having(func.count() > 1)
            return frozenset(connection.execute(query).scalars())

    def _about(self, connection: Connection, kind: str, key: str) -> Iterator[int]:
        query = select(THREAD.c.idx).where(
            THREAD.c.kind == kind, THREAD.c.key == key, self._below(THREAD)
        )
        return iter(connection.execute(query.order_by(THREAD.c.idx.desc()).limit(FOUND)).scalars())


def _beginning(
    connection: Connection, column: Column[str], text: str, *more: ColumnElement[bool]
) -> list[str]:
    """Return at most FOUND different values that begin with a text; each is a step in the index."""
    found: list[str] = []
    end = text[:-1] + chr(ord(text[-1]) + 1)
    query = select(func.min(column)).where(column >= text, *more)
    while len(found) < FOUND:
        value = connection.execute(query.where(column < end)).scalar()
        if value is None:
            break
        found.append(str(value))
        query = select(func.min(column)).where(column > value, *more)
    return found
