"""Opening a component to be hashed: a folder, or a single file taken as a folder of one."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sunlit.statement.folder import FoundFile, walk
from sunlit.statement.hashing import open_folder, special, state_of, unreadable
from sunlit.statement.names import normal_name


@dataclass(frozen=True, slots=True)
class OpenSource:
    """An open folder and the files to hash in it, in manifest order."""

    folder: int  # descriptor
    files: tuple[FoundFile, ...]
    is_single: bool


@contextmanager
def open_source(root: Path, skip: Callable[[str], bool]) -> Iterator[OpenSource]:
    """Open `root`, which may itself be reached through links, and list its files.

    Raises:
        MalformedError: `manifest.symlink`, `manifest.special-file`, `manifest.name`, ...
        UnavailableError: `manifest.unreadable`.
    """
    try:
        where = root.resolve(strict=True)
        mode = where.stat().st_mode
    except RuntimeError as error:  # a loop of links, until Python 3.13
        raise unreadable(str(root), OSError(0, "a loop of symbolic links")) from error
    except OSError as error:
        raise unreadable(str(root), error) from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise special(str(root), mode)
    is_single = stat.S_ISREG(mode)
    descriptor = open_folder(where.parent if is_single else where)
    try:
        files = (_single(descriptor, where),) if is_single else walk(descriptor, where, skip)
        yield OpenSource(descriptor, files, is_single)
    finally:
        os.close(descriptor)


def _single(folder: int, where: Path) -> FoundFile:
    try:
        status = os.stat(where.name, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        raise unreadable(where.name, error) from error
    return FoundFile(where.name, normal_name(where.name), state_of(str(where), status))
