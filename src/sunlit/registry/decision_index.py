"""The private search index of a decision store: a projection of its logs, made again at will.

`DIR/index.sqlite` holds what stands in the leaves, and for case pointers and check codes only
HMAC-SHA256 under `DIR/index.key`. It is brought up to date from the logs on demand; what it says
is never believed without the record itself. Rows of erased contents lose their HMACs.
"""

import hashlib
import hmac
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import astuple, dataclass, fields
from typing import Final, Self

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.decision.content import Content
from sunlit.decision.record import Pointer, Record
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash
from sunlit.registry.decision_contents import ContentReader
from sunlit.registry.decision_rows import (
    COLUMNS,
    ERASED,
    KEPT,
    UNREADABLE,
    Row,
    alone,
    connect,
    read_key,
    row_of,
    unusable,
)

Progress = Callable[[int, int], None]
BATCH: Final = 1000
LOOKED_UP_BY: Final = "(record.log, record.place) IN (SELECT log, place FROM lookup WHERE mac = ?)"
LOOKED_UP: Final = ("case", "code")


@dataclass(frozen=True, slots=True)
class Index:
    """An open index of one store."""

    store: DecisionStore
    connection: sqlite3.Connection
    key: bytes
    contents: ContentReader

    @classmethod
    @contextmanager
    def opened(cls, store: DecisionStore) -> Iterator[Self]:
        """Open the index, making it where there is none or where it is damaged or outdated.

        Raises:
            UnavailableError: `decision.index`.
        """
        path = store.root / "index.sqlite"
        try:
            with alone(store.root, "index.lock"):
                key = read_key(store.root / "index.key")
                connection = connect(path, key)
        except (OSError, sqlite3.Error) as error:
            raise unusable() from error
        with closing(connection):
            try:
                yield cls(store, connection, key, ContentReader(store))
            except sqlite3.Error as error:
                raise unusable() from error

    def lock(self) -> AbstractContextManager[None]:
        """Return the lock that is held while contents are indexed or destroyed.

        Without it, an index that read a content just before its erasure could write it after.
        """
        return alone(self.store.root, "index.lock")

    def update(self, progress: Progress | None = None) -> int:
        """Bring the rows up to date with every log of the store; return how many are new.

        Raises:
            VerificationError: `decision.log-differs`, and as reading a log raises.
            UnavailableError: as reading a log raises.
        """
        new = 0
        with self.lock():
            self._try_again()
            for folder in self.store.logs():
                for batch in _batches(self._unseen(folder.origin)):
                    self._keep(folder.origin, batch)
                    new += len(batch)
                    if progress is not None:
                        progress(new, new + BATCH)
        return new

    def rebuild(self, progress: Progress | None = None) -> int:
        """Forget every row and read the logs again; equal rows are the result."""
        with self.lock(), self.connection:
            for table in ("source", "record", "lookup"):
                self.connection.execute(f"DELETE FROM {table}")  # noqa: S608 - three literals
        return self.update(progress)

    def rows(self, where: str = "1", values: Sequence[object] = ()) -> Iterator[Row]:
        """Yield the rows for which a condition of ours holds, in the order of time.

        They are fetched a page at a time, so that nobody who reads slowly keeps others waiting.
        """
        query = (
            f"SELECT {COLUMNS} FROM record WHERE ({where}) "  # noqa: S608 - no input is in `where`
            "AND (record.time, record.log, record.place) > (?, ?, ?) "
            "ORDER BY record.time, record.log, record.place LIMIT ?"
        )
        last: tuple[object, ...] = ("", "", -1)
        while page := self.connection.execute(query, (*values, *last, BATCH)).fetchall():
            rows = [Row(*row) for row in page]
            yield from rows
            last = (rows[-1].time, rows[-1].log, rows[-1].place)
            if len(rows) < BATCH:
                return

    def at(self, log: str | None, place: int | None) -> Row | None:
        """Return the row of one place in one log."""
        return next(self.rows("log = ? AND place = ?", (log, place)), None)

    def looked_up(self, name: str, value: str) -> Iterator[Row]:
        """Yield the records whose content has this case pointer or check code."""
        return self.rows(LOOKED_UP_BY, (self.mac(name, value.encode()),))

    def later(self, row: Row) -> list[Row]:
        """Return the records that point to this one, or to one that does, in order of time."""
        found: dict[tuple[str, int], Row] = {}
        waiting = [row]
        while waiting:
            target = waiting.pop()
            where = "of_log = ? AND of_place = ? AND of_leaf = ?"
            for one in self.rows(where, (target.log, target.place, target.leaf)):
                if (one.log, one.place) not in found:
                    found[one.log, one.place] = one
                    waiting.append(one)
        return sorted(found.values(), key=lambda one: (one.time, one.log, one.place))

    def mac(self, name: str, value: bytes) -> str:
        """Return what stands in the index for a case pointer or a check code."""
        return hmac.new(self.key, name.encode() + b"\x00" + value, hashlib.sha256).hexdigest()

    def forget(self, pointer: Pointer) -> None:
        """Mark a record's content as erased, and drop what could find it. Hold `lock` around it."""
        place = (pointer.log, pointer.index)
        with self.connection:
            self.connection.execute("DELETE FROM lookup WHERE log = ? AND place = ?", place)
            self.connection.execute(
                "UPDATE record SET content = ? WHERE log = ? AND place = ?", (ERASED, *place)
            )

    def _unseen(self, origin: str) -> Iterator[tuple[int, Record, bytes]]:
        known = self.connection.execute(
            "SELECT next, last FROM source WHERE log = ?", (origin,)
        ).fetchone()
        if known is None:
            yield from self.store.records(origin)
            return
        records = iter(self.store.records(origin, known[0] - 1))
        # The last record that was read is read again: a log that was cut or replaced is noticed.
        last = next(records, None)
        if last is None or leaf_hash(last[2]).hex() != known[1]:
            raise VerificationError(
                "decision.log-differs", f"the log {origin} no longer holds a record that it held",
                expected=f"record {known[0] - 1} as it was indexed",
                mend="keep the store as it is, and find out who changed it. If an older copy was "
                "restored on purpose: sunlit decision search --rebuild --store DIR",
            )  # fmt: skip
        yield from records

    def _keep(self, origin: str, batch: list[tuple[int, Record, bytes]]) -> None:
        rows, lookups = [], []
        for place, record, leaf in batch:
            pointer = Pointer(log=origin, index=place, leaf=leaf_hash(leaf).hex())
            state, found = self._content(pointer)
            rows.append(row_of(pointer, record, state))
            lookups += found
        with self.connection:
            marks = ", ".join("?" for _ in fields(Row))
            self.connection.executemany(
                f"INSERT OR REPLACE INTO record VALUES ({marks})",  # noqa: S608 - question marks
                [astuple(row) for row in rows],
            )
            self._look_up(lookups)
            self.connection.execute(
                "INSERT OR REPLACE INTO source VALUES (?, ?, ?)",
                (origin, rows[-1].place + 1, rows[-1].leaf),
            )

    def _try_again(self) -> None:
        """Read contents that could not be read before: their keys may be mounted now."""
        for log, place, leaf in self._unread():
            state, found = self._content(Pointer(log=log, index=place, leaf=leaf))
            if state != UNREADABLE:
                with self.connection:
                    self._look_up(found)
                    self.connection.execute(
                        "UPDATE record SET content = ? WHERE log = ? AND place = ?",
                        (state, log, place),
                    )

    def _unread(self) -> Iterator[tuple[str, int, str]]:
        last = ("", -1)
        query = (
            "SELECT log, place, leaf FROM record WHERE content = ? AND (log, place) > (?, ?) "
            "ORDER BY log, place LIMIT ?"
        )
        while found := self.connection.execute(query, (UNREADABLE, *last, BATCH)).fetchall():
            yield from found
            last = found[-1][:2]

    def _look_up(self, found: Iterable[tuple[str, int, str, str]]) -> None:
        self.connection.executemany("INSERT OR REPLACE INTO lookup VALUES (?, ?, ?, ?)", found)

    def _content(self, pointer: Pointer) -> tuple[str, list[tuple[str, int, str, str]]]:
        try:
            content = self.contents.content(pointer)
        except UnavailableError as error:
            return (ERASED if error.code == "content.erased" else UNREADABLE), []
        except (MalformedError, VerificationError):
            return UNREADABLE, []
        return KEPT, self._macs(pointer, content)

    def _macs(self, pointer: Pointer, content: Content) -> list[tuple[str, int, str, str]]:
        return [
            (pointer.log, pointer.index, name, self.mac(name, content.fields[name].value))
            for name in LOOKED_UP
            if name in content.fields
        ]


def _batches(
    records: Iterable[tuple[int, Record, bytes]],
) -> Iterator[list[tuple[int, Record, bytes]]]:
    batch: list[tuple[int, Record, bytes]] = []
    for one in records:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
