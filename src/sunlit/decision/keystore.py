"""Content keys: one 32-byte slot a record, in a store of their own.

A slot of zeros is an erased key. Keys are durable before their record is, so a record without a
slot means that this store is not the one that belongs to the log.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.decision.content import KEY_SIZE
from sunlit.decision.disk import Disk, LocalDisk, keep, sweep, syncing, writing

SLOTS: Final = 16_384  # in one file
ERASED: Final = bytes(KEY_SIZE)
SUFFIX: Final = ".keys"


class KeyStore:
    """The keys of one decision log. Reading and erasing need no writer."""

    def __init__(self, path: Path, disk: Disk | None = None) -> None:
        self._path = path
        self._disk = disk or LocalDisk()
        self._open: tuple[int, int] | None = None  # the first index of a file, its descriptor

    def get(self, index: int) -> bytes:
        """Return a record's key.

        Raises:
            UnavailableError: `content.erased`, `content.key-missing`.
        """
        found = self.slot(index)
        if found is None:
            raise missing(index)
        if found == ERASED:
            raise UnavailableError(
                "content.erased", f"the content of record {index} was erased",
                mend="the record and its proofs still stand; what it was about is gone",
            )  # fmt: skip
        return found

    def slot(self, index: int) -> bytes | None:
        """Return a slot as it is, or None where there is no whole one.

        Raises:
            UnavailableError: `content.key-missing`: the store cannot be read.
        """
        first, at = _place(index)
        try:
            with self._file(first).open("rb", buffering=0) as file:
                file.seek(at)
                found = file.read(KEY_SIZE)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise missing(index) from error
        return found if len(found) == KEY_SIZE else None

    def write(self, index: int, keys: list[bytes]) -> None:
        """Write keys from `index` on; they are durable when this returns.

        Raises:
            UnavailableError: `recorder.disk-full`, `recorder.write-failed`,
                `recorder.fsync-failed`.
        """
        while keys:
            first, at = _place(index)
            room = SLOTS - (index - first)
            self._write(first, at, b"".join(keys[:room]))
            index, keys = index + room, keys[room:]

    def erase(self, index: int) -> None:
        """Write zeros over a key, durably. The second time changes nothing.

        Raises:
            UnavailableError: `content.key-missing`, `recorder.write-failed`,
                `recorder.fsync-failed`.
        """
        if self.slot(index) is None:
            raise missing(index)
        first, at = _place(index)
        with writing():
            descriptor = self._disk.open(self._file(first))
            try:
                self._disk.write(descriptor, ERASED, at)
                with syncing():
                    self._disk.sync(descriptor)
            finally:
                os.close(descriptor)

    def renew(self, start: int, end: int) -> None:
        """Write the files that hold slots `start` to `end` anew, and nothing beyond `end`.

        After a failed sync the system may show bytes that it will never write: only what is
        written again to a fresh file is durable for certain.

        Raises:
            UnavailableError: `content.key-missing`, and as `write`.
        """
        self.close()
        for first in range(_place(start)[0], end, SLOTS):
            wanted = (min(end, first + SLOTS) - first) * KEY_SIZE
            with writing():
                data = self._file(first).read_bytes() if self._file(first).exists() else b""
            if len(data) < wanted:
                raise missing(first + len(data) // KEY_SIZE)
            keep(self._file(first), data[:wanted], self._disk)

    def sweep(self) -> None:
        """Remove the unfinished files of a `renew` that crashed; they hold keys.

        Raises:
            UnavailableError: `recorder.write-failed`, `recorder.fsync-failed`.
        """
        sweep(self._path, self._disk)

    def close(self) -> None:
        """Let go of the file that is open for writing. The second time does nothing."""
        if self._open is not None:
            with suppress(OSError):
                os.close(self._open[1])
            self._open = None

    def _write(self, first: int, at: int, data: bytes) -> None:
        with writing():
            is_new = not self._file(first).exists() if at == 0 else False
            descriptor = self._writable(first)
            self._disk.write(descriptor, data, at)
        with syncing():
            self._disk.sync(descriptor)
            if is_new:
                self._disk.sync_dir(self._path)

    def _writable(self, first: int) -> int:
        if self._open is not None and self._open[0] == first:
            return self._open[1]
        path = self._file(first)
        self.close()
        descriptor = self._disk.open(path) if path.exists() else self._disk.create(path)
        self._open = (first, descriptor)
        return descriptor

    def _file(self, first: int) -> Path:
        return self._path / f"{first:020d}{SUFFIX}"


def _place(index: int) -> tuple[int, int]:
    """Return the first index of a slot's file and the slot's offset in it."""
    first = index - index % SLOTS
    return first, (index - first) * KEY_SIZE


def not_mounted() -> UnavailableError:
    """Return the error of a log that has no folder in the key store."""
    return UnavailableError(
        "content.key-missing", "the key store has no folder for this decision log",
        mend="mount the key store that guard.json names; do not make an empty folder in its place",
    )  # fmt: skip


def missing(index: int) -> UnavailableError:
    """Return the error of a key that is not where it must be."""
    return UnavailableError(
        "content.key-missing", f"there is no key for record {index} in the key store",
        mend="mount the key store that guard.json names; without it no content opens",
    )  # fmt: skip
