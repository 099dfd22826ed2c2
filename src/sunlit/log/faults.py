"""What the operating system says about the disk, in our words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sunlit.base.errors import UnavailableError

_DISK_FULL: Final = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def translated() -> Iterator[None]:
    """Turn an `OSError` into `log.disk-full` or `log.write-failed`."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise disk_full() from error
        raise UnavailableError(
            "log.write-failed",
            "the log's files could not be written",
            got=error.strerror,
            mend="look at the disk and its permissions, then open the log again",
        ) from error


@contextmanager
def no_second_try() -> Iterator[None]:
    """Turn an `OSError` of a sync into `log.fsync-failed`, whatever its number is."""
    try:
        yield
    except OSError as error:
        raise UnavailableError(
            "log.fsync-failed",
            "the disk did not confirm what was written; the log has stopped",
            got=error.strerror,
            mend="look at the disk and its messages, then open the log again: it repairs itself",
        ) from error


def disk_full() -> UnavailableError:
    """Return the refusal of entries for which there is no room."""
    return UnavailableError(
        "log.disk-full",
        "the log's disk is full; nothing was acknowledged, and reading still works",
        mend="free some space and submit again",
    )


def stopped(what: str) -> UnavailableError:
    """Return the refusal of a writer that was closed, or must not go on after an error."""
    return UnavailableError(
        "log.stopped", what, mend="look at the first error, then open the log again"
    )
