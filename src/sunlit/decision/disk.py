"""The few file operations that a decision log stands on, so that tests can let them fail."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from sunlit.base.errors import UnavailableError

DISK_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
UNFINISHED: Final = ".tmp"
FILE_MODE: Final = 0o600  # leaves name nobody, but what lies beside them, and the keys, do


class Disk(Protocol):
    """Files by descriptor. All of it raises `OSError` as the system has it.

    A failed `sync` MUST NOT be tried again on the same file: the system may have forgotten the
    bytes and say yes.
    """

    def create(self, path: Path) -> int:
        """Make a file, empty, whether or not it exists, and return it open."""
        ...

    def open(self, path: Path) -> int:
        """Open a file that exists, for reading and writing."""
        ...

    def write(self, descriptor: int, data: bytes, at: int) -> None:
        """Write all of `data` at an offset."""
        ...

    def sync(self, descriptor: int) -> None:
        """Return when the bytes of a file are durable."""
        ...

    def cut(self, descriptor: int, size: int) -> None:
        """Cut a file to a size."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Give a file its final name; `sync_dir` makes that durable."""
        ...

    def sync_dir(self, path: Path) -> None:
        """Return when the names in a directory are durable."""
        ...

    def free(self, path: Path) -> int:
        """Return how many bytes may still be written."""
        ...


class LocalDisk:
    """`Disk` on a local file system."""

    def create(self, path: Path) -> int:
        """Make a file, empty, whether or not it exists, and return it open."""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        return os.open(path, flags, FILE_MODE)

    def open(self, path: Path) -> int:
        """Open a file that exists, for reading and writing."""
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def write(self, descriptor: int, data: bytes, at: int) -> None:
        """Write all of `data` at an offset."""
        done = os.pwrite(descriptor, data, at)
        while done < len(data):
            done += os.pwrite(descriptor, data[done:], at + done)

    def sync(self, descriptor: int) -> None:
        """Return when the bytes of a file are durable."""
        os.fdatasync(descriptor)

    def cut(self, descriptor: int, size: int) -> None:
        """Cut a file to a size."""
        os.ftruncate(descriptor, size)

    def replace(self, source: Path, target: Path) -> None:
        """Give a file its final name; `sync_dir` makes that durable."""
        source.replace(target)

    def sync_dir(self, path: Path) -> None:
        """Return when the names in a directory are durable."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def free(self, path: Path) -> int:
        """Return how many bytes may still be written by this user."""
        state = os.statvfs(path)
        return state.f_bavail * state.f_frsize


@contextmanager
def writing() -> Iterator[None]:
    """Turn an `OSError` of anything but a sync into `recorder.disk-full` or `-write-failed`."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise disk_full() from error
        raise UnavailableError(
            "recorder.write-failed", "the decision log could not be written", got=error.strerror,
            mend="look at the disk and its permissions, then start the guard again",
        ) from error  # fmt: skip


@contextmanager
def syncing() -> Iterator[None]:
    """Turn an `OSError` of a sync into `recorder.fsync-failed`, whatever its number is."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "recorder.fsync-failed", "the disk did not confirm what was written",
            got=error.strerror,
            mend="look at the disk and its messages, then start the guard again",
        ) from error  # fmt: skip


def disk_full() -> UnavailableError:
    """Return the refusal of records for which there is no room."""
    return UnavailableError(
        "recorder.disk-full", "the decision log's disk is full; nothing was acknowledged",
        mend="free some space; the guard goes on by itself",
    )  # fmt: skip


def keep(path: Path, data: bytes, disk: Disk) -> None:
    """Write a whole file durably, replacing what stood there.

    Raises:
        UnavailableError: `recorder.disk-full`, `recorder.write-failed`, `recorder.fsync-failed`.
    """
    temporary = path.with_name(path.name + UNFINISHED)
    with writing():
        descriptor = disk.create(temporary)
        try:
            disk.write(descriptor, data, 0)
            with syncing():
                disk.sync(descriptor)
        finally:
            os.close(descriptor)
        disk.replace(temporary, path)
        with syncing():
            disk.sync_dir(path.parent)


def sweep(folder: Path, disk: Disk) -> None:
    """Remove the unfinished files of a recovery that crashed; call it while `alone`.

    Raises:
        UnavailableError: `recorder.write-failed`, `recorder.fsync-failed`.
    """
    found = list(folder.glob(f"*{UNFINISHED}"))
    with writing():
        for path in found:
            path.unlink(missing_ok=True)
        if found:
            with syncing():
                disk.sync_dir(folder)
