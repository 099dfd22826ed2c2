"""Where a log's parts are on this machine: making them, opening them, letting go of them."""

from pathlib import Path

from sunlit.base.errors import MalformedError, SunlitError
from sunlit.log.elsewhere import open_elsewhere
from sunlit.log.faults import translated
from sunlit.log.files import DirectoryFiles
from sunlit.log.lock import SQLiteLock
from sunlit.log.ports import FileStore, Lock
from sunlit.log.publish import CHECKPOINT
from sunlit.log.writer import WriterLock


def start(directory: Path, lock: Path, *, origin: str, note: bytes) -> None:
    """Make the lock store of a new log whose files will stand in `directory`.

    Raises:
        MalformedError: `log.directory-in-use`, `log.lock-exists`.
        UnavailableError: `log.disk-full`, `log.write-failed`.
    """
    with translated():
        directory.mkdir(parents=True, exist_ok=True)
        lock.parent.mkdir(parents=True, exist_ok=True)
        if any((directory / name).exists() for name in (CHECKPOINT, "tile")):
            raise MalformedError(
                "log.directory-in-use",
                f"there is a log in {directory} already",
                mend="open that log, or choose an empty directory",
            )
        DirectoryFiles(directory.parent).fsync_dir("")
        SQLiteLock.create(lock, origin=origin, checkpoint=note).close()


def attach(
    directory: Path, lock: Path | str, origin: str
) -> tuple[FileStore, Lock, WriterLock | None]:
    """Open a log's files and lock store, and keep every other writer out.

    `lock` is a file, or the URL of a store that keeps writers out by itself.

    Raises:
        UnavailableError: `log.lock-missing`, `log.writer-busy`, `log.write-failed`,
            `log.lock-scheme`.
        VerificationError: `log.lock-corrupt`.
    """
    with translated():
        if isinstance(lock, str):
            return DirectoryFiles(directory), open_elsewhere(lock, origin), None
        store = SQLiteLock(lock)
        try:
            return DirectoryFiles(directory), store, WriterLock(lock)
        except (SunlitError, OSError):
            store.close()
            raise


def detach(lock: Lock, writer: WriterLock | None) -> None:
    """Let go of a log; the writer's lock goes last."""
    lock.close()
    if writer is not None:
        writer.close()
