"""One writer: the operating system's lock beside the lock store."""

import fcntl
import os
from pathlib import Path

from sunlit.base.errors import UnavailableError


class WriterLock:
    """The operating system's lock beside the lock store: one process, one writer.

    It is `flock` on a file of its own: SQLite's locks on the database would go when any
    descriptor of it is closed in this process.
    """

    def __init__(self, lock: Path) -> None:
        """Take the lock beside the lock store, or say that it is taken.

        Raises:
            UnavailableError: `log.writer-busy`.
            OSError: as the file system has it.
        """
        path = lock.with_name(lock.name + ".writer")
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise busy() from error

    def close(self) -> None:
        """Let the next writer in. The second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def busy() -> UnavailableError:
    """Return the refusal of a second writer."""
    return UnavailableError(
        "log.writer-busy",
        "another process is writing to this log",
        mend="a log has one writer: stop the other one, or send your entries to it",
    )
