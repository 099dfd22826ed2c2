"""Opening a decision log for writing: its lock, its sequencer, and what a crash left."""

from sunlit.base.times import Clock
from sunlit.decision.disk import Disk
from sunlit.decision.folder import OPTIONS, LogFolder
from sunlit.decision.frames import HEADER
from sunlit.decision.keystore import KeyStore
from sunlit.decision.lockstore import SegmentLock
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.recover import settle
from sunlit.decision.segread import Place, SegmentReader
from sunlit.decision.signing import Parts
from sunlit.log.faults import translated
from sunlit.log.files import DirectoryFiles
from sunlit.log.sequencer import Log
from sunlit.log.writer import WriterLock


def open_log(folder: LogFolder, clock: Clock, pace: Pace, disk: Disk) -> DecisionLog:
    """Return the log, open for writing, after repairing what a crash left half done.

    Raises:
        UnavailableError: `log.writer-busy`, and as `recover.settle` and `Log.open`.
        VerificationError: as they do.
    """
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
    lock = SegmentLock(folder.lock, SegmentReader(folder.segments))
    try:
        files = DirectoryFiles(folder.public)
        return Log(files, lock, signer=folder.signer(), clock=clock, options=OPTIONS)
    except BaseException:
        lock.close()
        raise


def _parts(folder: LogFolder, log: Log, writer: WriterLock, disk: Disk) -> Parts:
    keys = KeyStore(folder.keys_path, disk)
    place = settle(folder.segments, keys, log.size, disk)
    # What no checkpoint covers begins a segment of its own now (`settle`).
    signed = place if place.number == log.size else Place(log.size, len(HEADER), log.size)
    return Parts(folder.origin, folder.segments, log, writer, keys, place, signed)
