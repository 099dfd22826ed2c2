"""Reads the contents of many records of a store, keeping its logs' segments at hand."""

from sunlit.decision.content import Content, unseal
from sunlit.decision.keystore import KeyStore
from sunlit.decision.record import Pointer, Record
from sunlit.decision.segread import SegmentReader, damaged
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash


class ContentReader:
    """`DecisionStore.content` for one record after the other: work grows with their number only."""

    def __init__(self, store: DecisionStore) -> None:
        self._store = store
        self._logs: dict[str, tuple[SegmentReader, KeyStore]] = {}

    def content(self, pointer: Pointer) -> Content:
        """Decrypt what lies beside a record and check it against the record's commitments.

        Raises:
            SunlitError: as `DecisionStore.content`.
        """
        segments, keys = self._log(pointer.log)
        frame = segments.frame(pointer.index)
        if leaf_hash(frame.leaf).hex() != pointer.leaf:
            return self._store.content(pointer)  # which says what is wrong
        key = keys.get(pointer.index)
        if not frame.whole:
            raise damaged(pointer.index)
        record = Record.parse(frame.leaf)
        content = Content.parse(unseal(frame.sealed, key, record.id))
        content.check(record.commit)
        return content

    def _log(self, origin: str) -> tuple[SegmentReader, KeyStore]:
        if origin not in self._logs:
            folder = self._store.log(origin)
            self._logs[origin] = (SegmentReader(folder.segments), KeyStore(folder.keys_path))
        return self._logs[origin]
