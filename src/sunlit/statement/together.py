"""Hashing a folder's large files side by side; reading and hashing let go of the interpreter."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from sunlit.statement.folder import FoundFile

LARGE: Final = 1024 * 1024  # bytes; for a smaller file a thread costs more than it gives
MOST: Final = 4  # threads; more would gain little and make a spinning disk seek

HashFile = Callable[[FoundFile], str]


@contextmanager
def together(
    hash_file: HashFile, files: Sequence[FoundFile], stop: Callable[[], None]
) -> Iterator[HashFile]:
    """Give a `hash_file` that, for two large files or more, has begun already in threads.

    What a file's hashing raises is raised when that file is asked for, so errors come in the
    caller's order. When the caller fails, `stop` must make all hashing end soon.
    """
    large = [found for found in files if found.state.size >= LARGE]
    if len(large) < 2:
        yield hash_file
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 15 ms that few folders need

    pool = ThreadPoolExecutor(min(MOST, os.cpu_count() or 1))
    try:
        begun = {found.raw_name: pool.submit(hash_file, found) for found in large}

        def ask(found: FoundFile) -> str:
            begins = begun.get(found.raw_name)
            return hash_file(found) if begins is None else begins.result()

        yield ask
    except BaseException:
        stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
