"""Streaming SHA-256 of files: fixed memory, no symlink followed, change while reading found."""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from sunlit.base.errors import MalformedError, UnavailableError

BUFFER: Final = 256 * 1024  # bytes; larger buffers fall out of the cache and are slower

_FILE_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class Progress(Protocol):
    """Hears how far the hashing is; from other threads too, but from one at a time."""

    def __call__(self, done: int, total: int, /) -> None:
        """Take the bytes done and the bytes in all."""
        ...


@dataclass(frozen=True, slots=True)
class FileState:
    """What the file system says of a file; while all of it is equal, its bytes are taken to be.

    A cache that wants to be right must not keep a state whose `ctime_ns` is younger than the
    clock's grain when it is kept: a second write in the same tick leaves no trace.
    """

    path: str  # the real path of the root, joined with the name
    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int


class DigestCache(Protocol):
    """Remembers digests of files, so that an unchanged file need not be read again."""

    def get(self, state: FileState) -> str | None:
        """Return the hex SHA-256 kept for exactly this state."""
        ...

    def put(self, state: FileState, sha256: str) -> None:
        """Keep a digest that was just computed."""
        ...


class NewHash(Protocol):
    """What hashlib's hash objects offer."""

    def update(self, data: memoryview, /) -> None:
        """Take more bytes."""
        ...

    def hexdigest(self) -> str:
        """Return the digest in lower-case hex."""
        ...


def state_of(path: str, status: os.stat_result) -> FileState:
    """Return the state of the file at `path` from its `stat`."""
    return FileState(
        path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )


def open_folder(path: str | os.PathLike[str], *, below: int | None = None) -> int:
    """Open a folder; below another one it must be no symlink. Returns its descriptor.

    Raises:
        UnavailableError: `manifest.unreadable`.
    """
    flags = _FOLDER_FLAGS if below is not None else _FOLDER_FLAGS & ~os.O_NOFOLLOW
    try:
        return os.open(path, flags, dir_fd=below)
    except OSError as error:
        raise unreadable(str(path), error) from error


def open_file(root: int, name: str) -> int:
    """Open the file `name` below the folder `root`, following no symlink on the way.

    Raises:
        UnavailableError: `manifest.unreadable`.
    """
    *folders, last = name.split("/")
    here = root
    try:
        for folder in folders:
            above, here = here, os.open(folder, _FOLDER_FLAGS, dir_fd=here)
            _close(above, root)
        return os.open(last, _FILE_FLAGS, dir_fd=here)
    except OSError as error:
        raise unreadable(name, error) from error
    finally:
        _close(here, root)


def _close(descriptor: int, root: int) -> None:
    if descriptor != root:
        os.close(descriptor)


def hash_open_file(
    descriptor: int, expected: FileState, take: Callable[[memoryview], object]
) -> None:
    """Feed the whole open file to `take`, and make sure that it was `expected` throughout.

    Raises:
        UnavailableError: `manifest.changed-while-reading`, `manifest.unreadable`.
    """
    _check_same(descriptor, expected)
    view = memoryview(bytearray(min(BUFFER, max(expected.size, 1))))
    done = 0
    try:
        # One read past the expected end, so that a file that grew is noticed.
        while count := os.readv(descriptor, [view]):
            take(view[:count])
            done += count
    except OSError as error:
        raise unreadable(expected.path, error) from error
    if done != expected.size:
        raise _changed(expected.path)
    _check_same(descriptor, expected)


def sha256_of_open_file(descriptor: int, expected: FileState, step: Callable[[int], None]) -> str:
    """Return the hex SHA-256 of the open file; `step` hears of every chunk's length.

    Raises:
        UnavailableError: `manifest.changed-while-reading`, `manifest.unreadable`.
    """
    digest = hashlib.sha256()

    def take(chunk: memoryview) -> None:
        digest.update(chunk)
        step(len(chunk))

    hash_open_file(descriptor, expected, take)
    return digest.hexdigest()


def _check_same(descriptor: int, expected: FileState) -> None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or state_of(expected.path, status) != expected:
        raise _changed(expected.path)


def _changed(path: str) -> UnavailableError:
    return UnavailableError(
        "manifest.changed-while-reading", f"{path!r} changed while it was read",
        mend="wait until nothing writes to the folder and try again",
    )  # fmt: skip


def unreadable(path: str, error: OSError) -> UnavailableError:
    """Return the error that names a file or folder that cannot be read."""
    return UnavailableError(
        "manifest.unreadable", f"cannot read {path!r}", got=error.strerror,
        mend="make it readable, or move it out of the folder",
    )  # fmt: skip


def special(path: str, mode: int) -> MalformedError:
    """Return the error that refuses whatever is neither a regular file nor a folder."""
    if stat.S_ISLNK(mode):
        return MalformedError(
            "manifest.symlink", f"{path!r} is a symbolic link", expected="regular files",
            mend="put the file itself in its place (for a copy without links: cp -rL)",
        )  # fmt: skip
    return MalformedError(
        "manifest.special-file", f"{path!r} is neither a file nor a folder",
        expected="regular files", got=stat.filemode(mode), mend="move it out of the folder",
    )  # fmt: skip
