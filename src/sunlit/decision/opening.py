"""Opening a decision log for writing: its lock, its sequencer, and what a crash left."""

from typing import Final

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.decision.disk import Disk
from sunlit.decision.folder import OPTIONS, LogFolder
from sunlit.decision.frames import HEADER
from sunlit.decision.keystore import KeyStore, not_mounted
from sunlit.decision.lockstore import SegmentLock
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.recover import settle
from sunlit.decision.segread import Place, SegmentReader
from sunlit.decision.signing import Parts
from sunlit.log.faults import translated
from sunlit.log.files import DirectoryFiles
from sunlit.log.sequencer import Log
from sunlit.log.writer import WriterLock

# An older lock store would sign a second history: the log takes no more, and stays readable.
RETIRE: Final = (
    "leave the log as it is, and its records readable; never restore an old lock store; add a log: "
    "`sunlit guard init DIR --token FOLDER --workers N --home HOME`"
)


def open_log(folder: LogFolder, clock: Clock, pace: Pace, disk: Disk) -> DecisionLog:
    """Return the log, open for writing, after repairing what a crash left half done.

    Raises:
        UnavailableError: `log.writer-busy`, and as `recover.settle` and `Log.open`.
        VerificationError: as they do.
    """
    if not folder.keys_path.is_dir():
        raise not_mounted()  # before a log without records is taken, and only its first one fails
    with translated():
        writer = WriterLock(folder.lock)
    try:
        log = _sequencer(folder, clock)
        try:
            return DecisionLog(_parts(folder, log, writer, disk), disk, pace)
        except BaseException:
            log.close()
            raise
    except BaseException:
        writer.close()
        raise


def _sequencer(folder: LogFolder, clock: Clock) -> Log:
    lock = _lock(folder)
    try:
        files = DirectoryFiles(folder.public)
        return Log(files, lock, signer=folder.signer(), clock=clock, options=OPTIONS)
    except BaseException:
        lock.close()
        raise


def expect_openable(folder: LogFolder) -> None:
    """Check key store, key and lock store of a log, without taking it.

    Raises:
        SunlitError: as `open_log` would, as far as can be seen without reading its records.
    """
    if not folder.keys_path.is_dir():
        raise not_mounted()
    folder.signer()
    lock = _lock(folder)
    try:
        lock.head()
    finally:
        lock.close()
    folder.reader()


def _lock(folder: LogFolder) -> SegmentLock:
    try:
        return SegmentLock(folder.lock, SegmentReader(folder.segments))
    except UnavailableError as error:
        if error.code != "log.lock-missing":
            raise
        raise UnavailableError(
            "log.lock-missing", f"decision log {folder.name} has lost its lock store", mend=RETIRE
        ) from error
    except VerificationError as error:
        if error.code != "log.lock-corrupt":
            raise
        raise VerificationError(
            "log.lock-corrupt", f"the lock store of decision log {folder.name} is damaged",
            expected=error.expected, got=error.got, mend=RETIRE,
        ) from error  # fmt: skip


def _parts(folder: LogFolder, log: Log, writer: WriterLock, disk: Disk) -> Parts:
    keys = KeyStore(folder.keys_path, disk)
    place = settle(folder.segments, keys, log.size, disk)
    # What no checkpoint covers begins a segment of its own now (`settle`).
    signed = place if place.number == log.size else Place(log.size, len(HEADER), log.size)
    return Parts(folder.origin, folder.segments, log, writer, keys, place, signed)
