"""Counting decisions against a token's limits, across the worker processes of one store.

One small file per token, mapped into memory and locked for each count. A rate keeps a ring of
counts, one per second of its window. A volume keeps what was used and what is reserved on disk:
the reservation is written through in steps, so after a power cut some decisions that were never
made may count, and none that was made is forgotten. A process that is killed forgets nothing:
the pages belong to the kernel.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.wording import text
from sunlit.guard.limits import Constraints, Rate, Volume

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
BOOT_SIZE: Final = 36
RESERVED: Final = 64  # decisions that a power cut may use up for nothing
_MAGIC: Final = b"SUNLIM1\n"
_HEAD: Final = len(_MAGIC) + BOOT_SIZE + 4  # to a multiple of 8
_PAIR: Final = struct.Struct("<QQ")  # a rate: last second seen, sum; a volume: used, reserved
_COUNT: Final = struct.Struct("<I")


class Counters:
    """The counts of one token in one store. Threads and processes may share it."""

    def __init__(
        self, path: Path, constraints: Constraints, recorded: Callable[[], int] = int
    ) -> None:
        """Open or make the file; a new one begins with the decisions that were `recorded`.

        Raises:
            UnavailableError: `guard.limits-unreadable`.
        """
        self._mutex = Lock()
        self._recorded = recorded
        self._places = tuple(_places(constraints))
        self._size = _HEAD + sum(one.size for one in self._places)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                self._map = self._mapped()
            except (OSError, ValueError, UnavailableError):
                os.close(self._file)
                raise
        except (OSError, ValueError) as error:
            raise _unreadable(type(error).__name__) from error

    def _mapped(self) -> mmap.mmap:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            found = os.fstat(self._file).st_size
            if found == 0:
                os.truncate(self._file, self._size)
            elif found != self._size:
                raise _unreadable("it is of another size")
            # A page without room on a full disk would end the process when it is written to.
            os.posix_fallocate(self._file, 0, self._size)
            mapped = mmap.mmap(self._file, self._size)
            self._begin(mapped)
            return mapped
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _begin(self, mapped: mmap.mmap) -> None:
        magic, boot = len(_MAGIC), _boot()
        if mapped[:magic] == bytes(magic):
            self._go_on(mapped)
        elif mapped[:magic] != _MAGIC:
            raise _unreadable("it is something else")
        if mapped[magic : magic + BOOT_SIZE] != boot:  # a restart: what was in memory only is gone
            for one in self._places:
                if isinstance(one.limit, Volume):
                    used, reserved = _PAIR.unpack_from(mapped, one.at)
                    _PAIR.pack_into(mapped, one.at, max(used, reserved), reserved)
        mapped[:magic] = _MAGIC
        mapped[magic : magic + BOOT_SIZE] = boot
        mapped.flush()

    def _go_on(self, mapped: mmap.mmap) -> None:
        """Count what the store's logs hold: whoever removes the file wins nothing by it."""
        volumes = [one for one in self._places if isinstance(one.limit, Volume)]
        used = self._recorded() if volumes else 0
        for one in volumes:
            _PAIR.pack_into(mapped, one.at, used, used)

    def take(self, at: int, count: int) -> None:
        """Count decisions at a time in whole Unix seconds: all of them, or none.

        Raises:
            VerificationError: `guard.rate-exceeded`, `guard.volume-exceeded`.
        """
        with self._locked():
            for one in self._places:
                _expect_room(self._map, one, at, count)
            for one in self._places:
                _add(self._map, one, count)

    def take_anyway(self, at: int, count: int) -> None:
        """Count decisions that are made by break-glass although a limit is reached."""
        with self._locked():
            for one in self._places:
                _advance(self._map, one, at)
                _add(self._map, one, count)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._mutex:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file. The second time does nothing."""
        with self._mutex:
            if self._file >= 0:
                self._map.close()
                os.close(self._file)
                self._file = -1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a limit's numbers stand: a pair, and for a rate the ring after it."""

    limit: Rate | Volume
    at: int

    @property
    def size(self) -> int:
        ring = self.limit.seconds * _COUNT.size if isinstance(self.limit, Rate) else 0
        return -(-(_PAIR.size + ring) // 8) * 8


def _places(constraints: Constraints) -> Iterator[_Place]:
    at = _HEAD
    limits: list[Rate | Volume] = [*constraints.rates, *constraints.volumes]
    for limit in limits:
        place = _Place(limit, at)
        yield place
        at += place.size


def _expect_room(data: mmap.mmap, place: _Place, at: int, count: int) -> None:
    limit = place.limit
    used = _advance(data, place, at)
    if used + count <= limit.count:
        return
    if isinstance(limit, Rate):
        raise VerificationError(
            "guard.rate-exceeded", "the token allows no more decisions in this time",
            expected=text("at most %(count)s in %(seconds)s s", count=str(limit.count),
                                 seconds=str(limit.seconds)), got=str(used + count),
            mend="wait, or ask the issuer for a token with another limit",
        )  # fmt: skip
    raise VerificationError(
        "guard.volume-exceeded", "the token allows no more decisions",
        expected=text("at most %(count)s", count=str(limit.count)), got=str(used + count),
        mend="ask the issuer for a new token",
    )  # fmt: skip


def _advance(data: mmap.mmap, place: _Place, at: int) -> int:
    """Drop what has left a rate's window; return what is used."""
    first, second = _PAIR.unpack_from(data, place.at)
    if not isinstance(place.limit, Rate):
        return int(first)
    seconds, ring = place.limit.seconds, place.at + _PAIR.size
    if at - first >= seconds:
        data[ring : ring + seconds * _COUNT.size] = bytes(seconds * _COUNT.size)
        first, second = at, 0
    while first < at:
        first += 1
        slot = ring + first % seconds * _COUNT.size
        second -= _COUNT.unpack_from(data, slot)[0]
        _COUNT.pack_into(data, slot, 0)
    _PAIR.pack_into(data, place.at, first, second)
    return int(second)


def _add(data: mmap.mmap, place: _Place, count: int) -> None:
    first, second = _PAIR.unpack_from(data, place.at)
    if isinstance(place.limit, Rate):
        # A time within the clock's slack counts as the latest one seen.
        slot = place.at + _PAIR.size + first % place.limit.seconds * _COUNT.size
        _COUNT.pack_into(data, slot, _COUNT.unpack_from(data, slot)[0] + count)
        _PAIR.pack_into(data, place.at, first, second + count)
        return
    used = first + count
    if used > second:
        _PAIR.pack_into(data, place.at, used, used + RESERVED)
        data.flush()
    else:
        _PAIR.pack_into(data, place.at, used, second)


def _boot() -> bytes:
    try:
        return BOOT.read_bytes()[:BOOT_SIZE].ljust(BOOT_SIZE)
    except OSError:
        return b"?".ljust(BOOT_SIZE)  # then a restart is not noticed, and nothing is used up


def _unreadable(got: str) -> UnavailableError:
    return UnavailableError(
        "guard.limits-unreadable", "the file that counts decisions cannot be used", got=got,
        mend="see that the store's folder `limits` can be written; a broken file is set aside by "
        "hand, and its limits begin anew",
    )  # fmt: skip
