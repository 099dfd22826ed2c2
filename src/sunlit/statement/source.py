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
        where = Path(os.path.realpath(root, strict=True))
        status = where.stat()
    except OSError as error:
        raise unreadable(str(root), error) from error
    is_single = stat.S_ISREG(status.st_mode)
    if not is_single and not stat.S_ISDIR(status.st_mode):
        raise special(str(root), status.st_mode)
    descriptor = open_folder(where.parent if is_single else where)
    try:
        if is_single:
            name = normal_name(where.name)
            files: tuple[FoundFile, ...] = (
                FoundFile(where.name, name, state_of(str(where), status)),
            )
        else:
            files = walk(descriptor, where, skip)
        yield OpenSource(descriptor, files, is_single)
    finally:
        os.close(descriptor)
