"""Who signed entries of a log, found out from their bytes: rows only say where to look.

What a label rests on must not hang on who can write to the database. An entry's bytes are
checked against the log's checkpoint by its reader; its signatures are verified here, by the keys
that were known before it, as `authority.history` does when it reads the whole log.
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.history import read_entry
from sunlit.authority.records import KeyRecord
from sunlit.authority.trustfile import TrustFile
from sunlit.claims.admitted import Admitted
from sunlit.log.reader import LogReader

MOST_DIRECTORIES: Final = 32
MOST_ENTRIES: Final = 4096
Verified = tuple[Admitted, tuple[str, ...]]
"""An entry with all who signed it, and the ids of those keys that were in force at it."""

_Key = tuple[str, int, bytes, bytes]  # origin, index, entry's digest, who was known before it
_Acts = Sequence[tuple[int, str]]  # index and statement of entries that changed who may sign what


class Directories:
    """Directories that were folded, and entries that were verified; share one among requests.

    Both are bounded. What is known of an entry is kept by its bytes and by what came before it,
    so that nothing that is written to a database later can change it.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Directory] = {}
        self._entries = OrderedDict[_Key, Verified]()
        self._lock = Lock()

    def get(self, key: bytes, make: Callable[[], Directory]) -> Directory:
        """Return the directory of these authority statements, made where it is not known."""
        found = self._known.get(key)
        if found is None:
            found = make()
            if len(self._known) >= MOST_DIRECTORIES:
                self._known.clear()
            self._known[key] = found
        return found

    def entry(self, key: _Key, make: Callable[[], Verified]) -> Verified:
        """Return what is known of an entry, found out where it is not."""
        with self._lock:
            if (found := self._entries.get(key)) is not None:
                self._entries.move_to_end(key)
                return found
        made = make()
        with self._lock:
            self._entries[key] = made
            if len(self._entries) > MOST_ENTRIES:
                self._entries.popitem(last=False)
        return made


class Signatures:
    """One log's entries with who signed them; for one request.

    `acts` are the entries that changed who may sign what, in order, as rows tell them. They are
    verified too; one that changes nothing is passed over.
    """

    def __init__(
        self, reader: LogReader, trust: TrustFile, acts: _Acts, known: Directories
    ) -> None:
        self._reader, self._trust, self._known = reader, trust, known
        self._origin = reader.checkpoint.origin
        self.acts: Final = [index for index, _ in acts]
        # What is known after each of them is named by all of them so far.
        self._marks = list(_marks(self._origin, trust, acts))
        self._reached = (0, Directory.rooted(trust))  # so many of them folded, one by one

    @property
    def mark(self) -> bytes:
        """What names who may sign what after all of the log."""
        return self._marks[-1]

    def whole(self) -> Directory:
        """Return who may sign what after all of the log.

        Raises:
            SunlitError: as `read`.
        """
        return self._known.get(self.mark, lambda: self._folded(len(self.acts)))

    def read(self, indices: Iterable[int]) -> Iterator[tuple[int, Verified]]:
        """Yield entries in the order of the log.

        Raises:
            SunlitError: as `LogReader.entry`.
            MalformedError: as `sunlit.authority.history.read_entry`.
        """
        for index in sorted(indices):
            entry, count = self._reader.entry(index), bisect_left(self.acts, index)
            key = (self._origin, index, sha256(entry).digest(), self._marks[count])
            yield index, self._known.entry(key, partial(self._verify, entry, index, count))

    def _verify(self, entry: bytes, index: int, count: int) -> Verified:
        before = self._before(index, count)
        said = read_entry(entry, before, origin=self._origin, index=index)
        return said, tuple(record.key.key_id for record in before.in_force(said))

    def before(self, index: int) -> Directory:
        """Return who might sign what before an entry.

        Raises:
            SunlitError: as `read`.
        """
        return self._before(index, bisect_left(self.acts, index))

    def _before(self, index: int, count: int) -> Directory:
        """Return who was known before an entry, after the first `count` that changed that."""
        whole = self.whole()
        if count == len(self.acts):
            return whole
        if whole.heard_revocations or whole.replaced:  # what was taken back later was in force
            return self._folded(count)
        records = {
            key: before
            for key, found in whole.key_records.items()
            if (before := tuple(it for it in found if _precedes(it, index)))
        }
        return replace(whole, key_records=records)

    def _folded(self, count: int) -> Directory:
        done, directory = self._reached
        if done > count:
            done, directory = 0, Directory.rooted(self._trust)
        for index in self.acts[done:count]:
            entry = self._reader.entry(index)
            said = read_entry(entry, directory, origin=self._origin, index=index)
            directory = fold(directory, said)
        self._reached = (count, directory)
        return directory


def _precedes(record: KeyRecord, index: int) -> bool:
    return record.basis is None or record.basis.place.index < index


def _marks(origin: str, trust: TrustFile, acts: _Acts) -> Iterator[bytes]:
    mark = sha256(repr((origin, trust)).encode()).digest()
    yield mark
    for index, statement_id in acts:
        mark = sha256(mark + f"{index} {statement_id}".encode()).digest()
        yield mark
