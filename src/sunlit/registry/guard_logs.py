"""A store's decision logs from outside: who writes, how far they are, what a crash left."""

import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.disk import LocalDisk
from sunlit.decision.folder import LogFolder
from sunlit.decision.opening import expect_openable, open_log
from sunlit.decision.recorder import Pace
from sunlit.decision.segread import SegmentReader


def is_busy(folder: LogFolder) -> bool:
    """Tell whether a process is writing to the log.

    It asks for the writer's lock, shared, and lets go at once: a worker that starts in that
    moment takes another log.
    """
    path = folder.lock.with_name(f"{folder.lock.name}.writer")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False  # nobody has ever written
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def records_of(folder: LogFolder) -> int:
    """Return how many records are durable, those included that no checkpoint covers yet."""
    segments = sorted(folder.segments.glob("*.seg"))
    if not segments:
        return 0
    first = int(segments[-1].stem)
    return first + len(SegmentReader(folder.segments).offsets(first))


def fault_of(folder: LogFolder) -> SunlitError | None:
    """Return why an idle log cannot be opened for writing, as far as can be seen from outside."""
    if is_busy(folder):
        return None
    try:
        expect_openable(folder)
        SegmentReader(folder.segments).frame(max(records_of(folder) - 1, 0))
    except SunlitError as error:
        # None yet is no fault, but fewer than were signed are.
        is_empty = error.code == "record.missing" and folder.reader().size == 0
        return None if is_empty else error
    return None


@dataclass(frozen=True, slots=True)
class _Now:
    """A clock over the ledger's own."""

    now: Callable[[], datetime]


def settle(folder: LogFolder, now: Callable[[], datetime]) -> None:
    """Sign what a killed worker had acknowledged and not signed, unless another writes already.

    Raises:
        SunlitError: as `open_log`, but not `log.writer-busy`.
    """
    if is_busy(folder) or records_of(folder) == folder.reader().size:
        return
    try:
        open_log(folder, _Now(now), Pace(checkpoint_seconds=None), LocalDisk()).close()
    except UnavailableError as error:
        if error.code != "log.writer-busy":  # a worker has just started, and signs it
            raise
