"""Writes a decision log's segments: the only place where an acknowledged record must be."""

import os
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sunlit.decision.disk import Disk, syncing, writing
from sunlit.decision.frames import HEAD_SIZE, HEADER, write_frame
from sunlit.decision.segread import OFFSETS, Place, SegmentReader, segment_path

SEGMENT_BYTES = 16 * 1024 * 1024


class SegmentWriter:
    """Appends groups of frames; begins a new file when the last one is large enough."""

    def __init__(
        self, folder: Path, place: Place, disk: Disk, *, limit: int = SEGMENT_BYTES
    ) -> None:
        """Go on at the end of the segment that `place` names, or begin it.

        Raises:
            UnavailableError: `recorder.disk-full`, `recorder.write-failed`,
                `recorder.fsync-failed`, `record.unreadable`.
        """
        self._folder = folder
        self._disk = disk
        self._limit = limit
        self.place = place
        self._descriptor = -1
        self._offsets: array[int] = array("I")
        path = segment_path(folder, place.first)
        if path.exists():
            self._offsets = array("I", SegmentReader(folder).offsets(place.first))
            with writing():
                self._descriptor = disk.open(path)
        else:
            self._begin()

    @property
    def size(self) -> int:
        """How many records there are in all segments."""
        return self.place.number

    def append(self, records: Sequence[tuple[bytes, bytes]]) -> None:
        """Write (leaf, sealed content) each; they are durable when this returns.

        On a full disk nothing is left of them.

        Raises:
            UnavailableError: `recorder.disk-full`, `recorder.write-failed`,
                `recorder.fsync-failed`.
        """
        if self.place.offset >= self._limit:
            self._rotate()
        first, offset, index = self.place
        parts: list[bytes] = []
        for number, (leaf, sealed) in enumerate(records, index):
            parts += write_frame(number, index, leaf, sealed)
        data = b"".join(parts)
        try:
            with writing():
                self._disk.write(self._descriptor, data, offset)
        except BaseException:
            with writing():
                self._disk.cut(self._descriptor, offset)
            raise
        with syncing():
            self._disk.sync(self._descriptor)
        for leaf, sealed in records:
            self._offsets.append(offset)
            offset += HEAD_SIZE + len(leaf) + len(sealed)
        self.place = Place(first, offset, index + len(records))

    def close(self) -> None:
        """Let go of the file. The second time does nothing."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1

    def _rotate(self) -> None:
        full = self.place.first
        self._write_offsets(full)
        old, self._descriptor = self._descriptor, -1
        try:
            self._begin()
        except BaseException:
            self._descriptor = old
            raise
        os.close(old)
        self._offsets = array("I")

    def _begin(self) -> None:
        index = self.place.number
        path = segment_path(self._folder, index)
        with writing():
            descriptor = self._disk.create(path)
            try:
                self._disk.write(descriptor, HEADER, 0)
                with syncing():
                    self._disk.sync(descriptor)
                    self._disk.sync_dir(self._folder)
            except BaseException:
                os.close(descriptor)
                with suppress(OSError):
                    path.unlink()
                raise
        self._descriptor = descriptor
        self.place = Place(index, len(HEADER), index)

    def _write_offsets(self, first: int) -> None:
        """Keep the offsets of a full segment. Not synced: a reader checks what it finds there."""
        offsets = array("I", self._offsets)
        offsets.byteswap()
        with writing():
            segment_path(self._folder, first, OFFSETS).write_bytes(offsets.tobytes())
