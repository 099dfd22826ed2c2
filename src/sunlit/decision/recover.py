"""Start-up of a decision log: what a crash left behind the signed checkpoint is settled.

1. What the checkpoint covers must be in the segments: else they are damaged, or of another log.
2. Whole frames behind it may have been acknowledged: they stay. They and their keys are written
   again to fresh files, since after a failed sync the system may show bytes that it will never
   write.
3. A frame that is not whole is what a crash left of a group that nobody was told of: it is cut,
   unless a later group stands behind it. Then acknowledged records are damaged: nothing is cut.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

from sunlit.decision.disk import FILE_MODE, Disk, keep, sweep, syncing, writing
from sunlit.decision.frames import HEADER, Head, has_later_group
from sunlit.decision.keystore import ERASED, KeyStore
from sunlit.decision.keystore import missing as missing_key
from sunlit.decision.segread import (
    Place,
    SegmentReader,
    damaged,
    heads,
    missing,
    segment_firsts,
    segment_path,
    unreadable,
)


class _Tail(NamedTuple):
    """The whole frames of one segment that no checkpoint covers: where they begin, and they."""

    begin: Place
    end: Place
    is_clean: bool  # nothing stands behind them in the file


def settle(folder: Path, keys: KeyStore, signed: int, disk: Disk) -> Place:
    """Return the place where the next record goes, once all before it is durable.

    Raises:
        VerificationError: `record.damaged`.
        UnavailableError: `record.missing`, `record.unreadable`, `content.key-missing`,
            `recorder.*`.
    """
    with alone(folder):
        sweep(folder, disk)
        keys.sweep()
        firsts = segment_firsts(folder)
        if not firsts and signed == 0:
            return Place(0, len(HEADER), 0)
        tails = _tails(folder, firsts, keys, signed)
        end = tails[-1].end
        if end.number and keys.slot(end.number - 1) is None:
            raise missing_key(end.number - 1)  # else its holes would look like erased keys
        if end.number == signed and tails[-1].is_clean:
            cut_before(folder, tails[0].begin.first, disk)
            return end
        if end.number > signed:
            keys.renew(signed, end.number)
        for tail in tails:
            _renew(folder, tail, disk)
        cut_before(folder, tails[0].begin.first, disk)
        return _next(tails, signed)


def cut_before(folder: Path, first: int, disk: Disk) -> None:
    """Cut what stands behind the last record of the segment before the one that begins at `first`.

    It is the old copy of what was written anew there, where a crash came before the cut. Nobody
    reads it, and no erasure would reach it. Call it while `alone`.

    Raises:
        UnavailableError: `record.missing`, `record.unreadable`, `recorder.*`.
        VerificationError: `record.damaged`.
    """
    if not any(one < first for one in segment_firsts(folder)):
        return
    end = _behind(folder, first - 1)
    path = segment_path(folder, end.first)
    with writing():
        if path.stat().st_size > end.offset:
            with syncing():
                disk.sync_dir(folder)  # the crash may have come before the new name was durable
            _cut(path, end.offset, disk)


def _next(tails: list[_Tail], signed: int) -> Place:
    """Return where the next record goes, now that the tails were written anew."""
    for begin, end, _ in reversed(tails):
        if end.number > begin.number:
            return Place(begin.number, len(HEADER) + end.offset - begin.offset, end.number)
    return Place(signed, len(HEADER), signed)


def _tails(folder: Path, firsts: list[int], keys: KeyStore, signed: int) -> list[_Tail]:
    """Return the unsigned frames of each segment that has or may have some, oldest first."""
    begin = _begin(folder, firsts, signed)
    found: list[_Tail] = []
    later = [first for first in firsts if first > begin.first]
    for first, stop in zip([begin.first, *later], [*later, None], strict=True):
        start = begin if first == begin.first else Place(first, len(HEADER), first)
        tail = _walk(folder, start, stop, keys)
        if stop is not None and tail.end.number != stop:
            raise damaged(tail.end.number)  # a later segment is begun once this one is durable
        found.append(tail)
    return found


def _begin(folder: Path, firsts: list[int], signed: int) -> Place:
    """Return the place behind the last record that the checkpoint covers."""
    if signed == 0:
        return Place(0, len(HEADER), 0)
    if signed in firsts:
        return Place(signed, len(HEADER), signed)
    return _behind(folder, signed - 1)


def _behind(folder: Path, index: int) -> Place:
    """Return the place behind a record."""
    place = SegmentReader(folder).locate(index)
    with _opened(folder, place.first) as file:
        for offset, head in heads(file, place.offset):
            return Place(place.first, offset + head.size, index + 1)
    raise missing(index)


def _walk(folder: Path, begin: Place, stop: int | None, keys: KeyStore) -> _Tail:
    first, offset, number = begin
    with _opened(folder, first) as file:
        for at, head in heads(file, offset):
            if head.number != number or number == stop or not _is_whole(file, head, keys):
                break
            offset, number = at + head.size, number + 1
        file.seek(offset)
        rest = b"" if number == stop else file.read()
    if has_later_group(rest, number):
        raise damaged(number)
    return _Tail(begin, Place(first, offset, number), is_clean=not rest)


def _is_whole(file: BinaryIO, head: Head, keys: KeyStore) -> bool:
    leaf, sealed = file.read(head.leaf_size), file.read(head.sealed_size)
    if crc32(leaf) != head.leaf_crc:
        return False
    # A key is durable before its record: one of zeros means that the content was erased.
    return crc32(sealed) == head.sealed_crc or keys.slot(head.number) == ERASED


def _renew(folder: Path, tail: _Tail, disk: Disk) -> None:
    """Write the unsigned frames of a segment anew, in a segment of their own."""
    begin, end, _ = tail
    path = segment_path(folder, begin.first)
    if end.number > begin.number:
        with _opened(folder, begin.first) as file:
            file.seek(begin.offset)
            data = file.read(end.offset - begin.offset)
        keep(segment_path(folder, begin.number), HEADER + data, disk)
    if begin.number == begin.first:
        if end.number == begin.number:
            _remove(path, disk)
        return
    _cut(path, begin.offset, disk)


def _cut(path: Path, size: int, disk: Disk) -> None:
    with writing():
        descriptor = disk.open(path)
        try:
            disk.cut(descriptor, size)
            with syncing():
                disk.sync(descriptor)
        finally:
            os.close(descriptor)


def _remove(path: Path, disk: Disk) -> None:
    with writing(), suppress(FileNotFoundError):
        path.unlink()
        with syncing():
            disk.sync_dir(path.parent)


@contextmanager
def _opened(folder: Path, first: int) -> Iterator[BinaryIO]:
    try:
        with segment_path(folder, first).open("rb") as file:
            yield file
    except OSError as error:
        raise unreadable(error) from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let nobody erase while files are written anew, and the other way round.

    Raises:
        UnavailableError: `record.unreadable`.
    """
    try:
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        raise unreadable(error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
