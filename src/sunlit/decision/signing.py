"""Checkpoints over what is durable: the segments read back, handed to the log's sequencer."""

from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Final

from sunlit.decision.keystore import KeyStore
from sunlit.decision.segread import Place, SegmentReader, missing
from sunlit.log.sequencer import Log
from sunlit.log.writer import WriterLock

_LENGTH: Final = Struct(">H")  # C2SP tlog-tiles: each entry behind its length
BATCH = 4_096  # records a commit of the sequencer

_ABANDONED: list[Log] = []


@dataclass(slots=True)
class Parts:
    """An opened decision log: its sequencer, where its segments are and end, and its keys."""

    origin: str
    folder: Path
    log: Log
    writer: WriterLock
    keys: KeyStore
    place: Place  # where the next record goes
    signed: Place  # where the first record stands that no checkpoint covers

    def close(self) -> None:
        """Let go of everything; the writer's lock goes last."""
        self.keys.close()
        try:
            self.log.close()
        finally:
            self.writer.close()

    def leave(self) -> None:
        """In a forked child: close what keeps the parent's lock alive, and use nothing."""
        self.keys.close()
        # Closing a descriptor unlocks nothing as long as the parent has it open too.
        self.writer.close()
        # SQLite must not be closed here: it would clean up after a process that goes on.
        _ABANDONED.append(self.log)


class Signing:
    """Signs what is durable. One thread at a time."""

    def __init__(self, parts: Parts) -> None:
        self._log = parts.log
        self._segments = SegmentReader(parts.folder)
        self._place = parts.signed
        self._mutex = Lock()

    @property
    def size(self) -> int:
        """How many records the newest checkpoint covers."""
        return self._log.size

    def sign(self, size: int) -> bytes:
        """Return a checkpoint over at least the first `size` records.

        Raises:
            SunlitError: `log.*`, `record.*`.
        """
        with self._mutex:
            while self._log.size < size:
                start = self._log.size
                if self._place.number != start:  # an error came after the entries were in
                    self._place = self._segments.locate(start)
                framed, place = self._read(min(size, start + BATCH))
                self._log.extend(framed, start=start)
                self._place = place
            return self._log.checkpoint

    def _read(self, end: int) -> tuple[bytes, Place]:
        """Return the framed leaves up to record `end`, and the place behind them."""
        parts: list[bytes] = []
        place, length = self._place, _LENGTH.pack
        while place.number < end:
            leaves, behind = self._segments.chunk(place, end - place.number)
            if not leaves:
                raise missing(place.number)
            for leaf in leaves:
                parts.append(length(len(leaf)))
                parts.append(leaf)
            place = behind
        return b"".join(parts), place
