"""Walking a folder: which files it holds, without following a link or leaving it."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.statement.hashing import FileState, open_folder, special, state_of, unreadable
from sunlit.statement.names import normal_name, sort_key

MAX_FILES: Final = 1_000_000
MAX_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: its name as the system has it, its normal name, and its state."""

    raw_name: str
    name: str
    state: FileState


def walk(root: int, where: Path, skip: Callable[[str], bool]) -> tuple[FoundFile, ...]:
    """Return every regular file below the open folder `root`, in manifest order.

    `skip` is asked with each relative path first; what it skips is neither read nor judged.

    Raises:
        MalformedError: `manifest.symlink`, `manifest.special-file`, `manifest.name`,
            `manifest.name-collision`, `manifest.too-many-files`, `manifest.too-deep`.
        UnavailableError: `manifest.unreadable`.
    """
    found: dict[str, FoundFile] = {}
    for raw_name, status in _entries(root, "", skip):
        name = normal_name(raw_name)
        if name in found:
            raise MalformedError(
                "manifest.name-collision", f"two files are both named {ascii(name)[:120]}",
                expected="names that differ in Unicode normal form C", mend="rename one of them",
            )  # fmt: skip
        found[name] = FoundFile(raw_name, name, state_of(str(where / raw_name), status))
        if len(found) > MAX_FILES:
            raise MalformedError(
                "manifest.too-many-files", "the folder holds too many files",
                expected=f"at most {MAX_FILES}",
            )  # fmt: skip
    return tuple(found[name] for name in sorted(found, key=sort_key))


def _entries(
    folder: int, prefix: str, skip: Callable[[str], bool]
) -> Iterator[tuple[str, os.stat_result]]:
    if prefix.count("/") > MAX_DEPTH:
        raise MalformedError(
            "manifest.too-deep", f"{ascii(prefix)[:120]} is nested too deep",
            expected=f"at most {MAX_DEPTH} folders",
        )  # fmt: skip
    for last in _list(folder, prefix):
        path = prefix + last
        if skip(path):
            continue
        status = _status(folder, last, path)
        if stat.S_ISDIR(status.st_mode):
            yield from _below(folder, last, path, skip)
        elif stat.S_ISREG(status.st_mode):
            yield path, status
        else:
            raise special(path, status.st_mode)


def _below(
    folder: int, last: str, path: str, skip: Callable[[str], bool]
) -> Iterator[tuple[str, os.stat_result]]:
    inner = open_folder(last, below=folder)
    try:
        yield from _entries(inner, path + "/", skip)
    finally:
        os.close(inner)


def _list(folder: int, prefix: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise unreadable(prefix, error) from error


def _status(folder: int, last: str, path: str) -> os.stat_result:
    try:
        return os.stat(last, dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        raise unreadable(path, error) from error
