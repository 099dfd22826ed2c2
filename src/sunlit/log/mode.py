"""Whether a writer may go on after an error."""

from enum import Enum, auto
from typing import Final

from sunlit.base.errors import SunlitError

NOTHING_LOST: Final = {"log.disk-full", "log.writer-busy"}


class Mode(Enum):
    """What a writer may do next."""

    READY = auto()
    RELOAD = auto()  # the disk was full: read the lock again before anything else
    STOPPED = auto()  # something that must not be tried again in this process
    CLOSED = auto()


def mode_after(error: BaseException) -> Mode:
    """Return what is left to a writer that met this error inside a commit."""
    code = error.code if isinstance(error, SunlitError) else ""
    return Mode.RELOAD if code in NOTHING_LOST else Mode.STOPPED
