"""Reads a decision log's segments, also while another process writes them.

A segment is named by the index of its first record. Frames at or beyond the first index of the
next segment do not count: a recovery wrote them anew there.
"""

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final, NamedTuple
from zlib import crc32

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.decision.frames import (
    HEAD_SIZE,
    HEADER,
    Head,
    has_later_group,
    read_head,
    read_leaves,
)

SUFFIX: Final = ".seg"
OFFSETS: Final = ".idx"  # u32 offsets of the frames of a full segment; can be computed again
BUFFER: Final = 1 << 17
CHUNK: Final = 1 << 21  # bytes read at once
LEAVES: Final = 1_024  # leaves given at once


class Place(NamedTuple):
    """Where a frame stands: in the segment with this first index, at this offset."""

    first: int
    offset: int
    number: int  # the record's index


class Frame(NamedTuple):
    """One record as it is kept."""

    number: int  # the record's index
    leaf: bytes
    sealed: bytes
    whole: bool  # whether the sealed content is the one that was written


def segment_path(folder: Path, first: int, suffix: str = SUFFIX) -> Path:
    """Return the path of the segment that begins with record `first`."""
    return folder / f"{first:020d}{suffix}"


def segment_firsts(folder: Path) -> list[int]:
    """Return the first indices of all segments, sorted.

    Raises:
        UnavailableError: `record.unreadable`.
    """
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in found]
    except OSError as error:
        raise unreadable(error) from error
    numbers = [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]
    return sorted(int(number) for number in numbers if number.isdecimal())


def heads(file: BinaryIO, offset: int) -> Iterator[tuple[int, Head]]:
    """Yield (offset, head) of each frame from an offset on, up to the first that is not whole.

    The file stands behind the head when one is yielded; the caller may read on from there.
    """
    size = os.fstat(file.fileno()).st_size
    while True:
        file.seek(offset)
        head = read_head(file.read(HEAD_SIZE))
        if head is None or offset + head.size > size:
            return
        yield offset, head
        offset += head.size


class SegmentReader:
    """Finds records by index. It keeps the offsets of one open segment. Threads may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._scanned: tuple[int, array[int]] = (-1, array("Q"))
        self._mutex = Lock()
        self._known: list[int] = []

    def frame(self, index: int) -> Frame:
        """Return one record.

        Raises:
            UnavailableError: `record.missing`, `record.unreadable`.
            VerificationError: `record.damaged`.
        """
        with self._open(self.locate(index)) as (file, head):
            leaf, sealed = file.read(head.leaf_size), file.read(head.sealed_size)
        if crc32(leaf) != head.leaf_crc or len(sealed) != head.sealed_size:
            raise damaged(index)
        return Frame(index, leaf, sealed, crc32(sealed) == head.sealed_crc)

    def sealed_place(self, index: int) -> tuple[Path, int, int]:
        """Return the file, offset and size of a record's sealed content.

        Raises:
            SunlitError: as `frame`.
        """
        place = self.locate(index)
        with self._open(place) as (_, head):
            at = place.offset + HEAD_SIZE + head.leaf_size
        return segment_path(self._folder, place.first), at, head.sealed_size

    def leaves(self, start: int) -> Iterator[tuple[int, bytes]]:
        """Yield (index, leaf) of all whole frames from `start` on; none where there is none.

        Raises:
            UnavailableError: `record.unreadable`.
            VerificationError: `record.damaged`.
        """
        try:
            place = self.locate(start)
        except UnavailableError as error:
            if error.code == "record.missing":
                return
            raise
        while True:
            leaves, behind = self.chunk(place)
            if not leaves:
                return
            yield from enumerate(leaves, place.number)
            place = behind

    def chunk(self, place: Place, wanted: int = LEAVES) -> tuple[list[bytes], Place]:
        """Return some leaves from a place on, at most `wanted`, and the place behind them.

        None means that there are no more, or that a writer is about to write more.

        Raises:
            UnavailableError: `record.unreadable`.
            VerificationError: `record.damaged`.
        """
        firsts = self._firsts(place.number)
        at = bisect_right(firsts, place.number) - 1
        if at >= 0 and firsts[at] > place.first:  # it ends where the next one begins
            place = Place(firsts[at], len(HEADER), firsts[at])
        stop = firsts[at + 1] if at + 1 < len(firsts) else None
        if stop is not None:
            wanted = min(wanted, stop - place.number)
        data = self._read(place)
        leaves, end = read_leaves(data, place.number, wanted)
        if not leaves and (stop is not None or has_later_group(data, place.number)):
            if firsts != segment_firsts(self._folder):  # a start wrote them anew just now
                self._known = []
                return self.chunk(place, wanted)
            raise damaged(place.number)
        return leaves, Place(place.first, place.offset + end, place.number + len(leaves))

    def _read(self, place: Place) -> bytes:
        with self._file(place.first) as file:
            file.seek(place.offset)
            data = file.read(CHUNK)
            head = read_head(data)
            if head is not None and head.size > len(data):
                data += file.read(head.size - len(data))
        return data

    def locate(self, index: int) -> Place:
        """Return where a record stands.

        Raises:
            UnavailableError: `record.missing`, `record.unreadable`.
        """
        firsts = self._firsts(index)
        number = bisect_right(firsts, index) - 1
        if index < 0 or number < 0:
            raise missing(index)
        first = firsts[number]
        if number + 1 < len(firsts):
            offset = self._listed(first, index)
            if offset is not None:
                return Place(first, offset, index)
        return Place(first, self._scan(first, index), index)

    def _firsts(self, index: int) -> list[int]:
        """Return the first indices of the segments; those before the last one stay as they are."""
        if not self._known or index >= self._known[-1]:
            self._known = segment_firsts(self._folder)
        return self._known

    def offsets(self, first: int) -> "array[int]":
        """Return the offsets of a segment's frames.

        Raises:
            UnavailableError: `record.unreadable`.
        """
        self._scanned = (-1, array("Q"))
        self._scan_on(first)
        return self._scanned[1]

    def _listed(self, first: int, index: int) -> int | None:
        """Look the offset up; what is found there must be the record."""
        try:
            with segment_path(self._folder, first, OFFSETS).open("rb", buffering=0) as file:
                file.seek((index - first) * 4)
                offset = int.from_bytes(file.read(4), "big")
        except OSError:
            return None
        with self._file(first) as file:
            file.seek(offset)
            head = read_head(file.read(HEAD_SIZE))
        return offset if head is not None and head.number == index else None

    def _scan(self, first: int, index: int) -> int:
        with self._mutex:
            if self._scanned[0] != first or len(self._scanned[1]) <= index - first:
                self._scan_on(first)
            offsets = self._scanned[1]
        if len(offsets) <= index - first:
            raise missing(index)
        return offsets[index - first]

    def _scan_on(self, first: int) -> None:
        offsets = self._scanned[1][:] if self._scanned[0] == first else array("Q")
        # The last one again: it says where the next one stands.
        start = offsets.pop() if offsets else len(HEADER)
        with self._file(first) as file:
            for offset, head in heads(file, start):
                if head.number != first + len(offsets):
                    break
                offsets.append(offset)
        self._scanned = (first, offsets)

    def _file(self, first: int) -> BinaryIO:
        try:
            file = segment_path(self._folder, first).open("rb", buffering=BUFFER)
        except OSError as error:
            raise unreadable(error) from error
        return file

    def _open(self, place: Place) -> "_At":
        return _At(self._file(place.first), place)


class _At:
    """An open segment behind the head of one frame."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file = file
        self._place = place

    def __enter__(self) -> tuple[BinaryIO, Head]:
        self._file.seek(self._place.offset)
        head = read_head(self._file.read(HEAD_SIZE))
        if head is None or head.number != self._place.number:
            self._file.close()
            raise damaged(self._place.number)
        return self._file, head

    def __exit__(self, *_: object) -> None:
        self._file.close()


def missing(index: int) -> UnavailableError:
    """Return the error of an index that the log has not."""
    return UnavailableError(
        "record.missing", f"the decision log has no record {index}",
        mend="check the index, and whether these are the segments of that log",
    )  # fmt: skip


def unreadable(error: OSError) -> UnavailableError:
    """Return the error of segments that are there and cannot be read."""
    return UnavailableError(
        "record.unreadable", "the decision log's segments cannot be read", got=error.strerror,
        mend="check the folder, its permissions, and the disk",
    )  # fmt: skip


def damaged(index: int) -> VerificationError:
    """Return the error of a record that is not what was written."""
    return VerificationError(
        "record.damaged", f"record {index} is not what was written to the decision log",
        mend="keep the file as it is, and bring the segment back from a backup",
    )  # fmt: skip
