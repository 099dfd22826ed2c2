"""From staged entries to files: written at once, made durable in bulk.

An append and its replay after a crash go through the same `publish`. In between the two the
staged batch in the lock store is what is durable (docs/adr/0003-staging-in-the-lock-store.md).
"""

from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import VerificationError
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.edge import Growth
from sunlit.log.faults import no_second_try
from sunlit.log.note import NoteSigner
from sunlit.log.ports import FileStore

CHECKPOINT: Final = "checkpoint"
TEMPORARY: Final = ".tmp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a writer keeps its files.

    `archive_each`: keep every checkpoint, as receipts need; else one an hour, and those that
    `Log.archive` is called for. Files become durable (and staging small) after
    `flush_commits` commits or `flush_bytes` written. Below `reserve_bytes` of free space
    nothing is accepted.
    """

    archive_each: bool = True
    flush_commits: int = 64
    flush_bytes: int = 16 * 1024 * 1024
    reserve_bytes: int = 8 * 1024 * 1024


def archive_path(size: int) -> str:
    """Return where the checkpoint of `size` entries is kept."""
    return f"checkpoints/{size}"


def sign_growth(growth: Growth, signer: NoteSigner) -> bytes:
    """Return the signed checkpoint of a grown tree; its signature is checked before it is used.

    A signer that fails must not brick the log: what is swapped in is read at every start.

    Raises:
        VerificationError: `note.bad-signature`; and what the signer raises.
    """
    checkpoint = Checkpoint(signer.verifier.name, growth.size, growth.root)
    note = sign_checkpoint(checkpoint, signer)
    note.verified_by([signer.verifier])
    return note.to_bytes()


class Publisher:
    """Writes a log's files and knows which of them are not durable yet."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._known: set[str] = {""}
        self._dirty: dict[str, None] = {}
        self._dirty_dirs: dict[str, None] = {}
        self._outgrown: list[str] = []
        self.durable_size = 0
        self.published_size = 0
        self.commits = 0
        self.written = 0

    def publish(self, growth: Growth, note: bytes, *, archive: bool, again: bool = False) -> None:
        """Write a batch's tiles and bundles, then its checkpoint: readers see it whole.

        `again` says that the batch is being replayed: what a crash may have torn is replaced.

        Raises:
            VerificationError: `log.file-differs`.
            OSError: as the file system has it.
        """
        write = self.replace if again else self._create
        for path, data in growth.files:
            write(path, data)
        self._outgrown += growth.outgrown
        if archive:
            write(archive_path(growth.size), note)
            self._show(archive_path(growth.size))
            self.published_size = growth.size
        else:
            self.publish_checkpoint(growth.size, note)
        self.commits += 1

    def _show(self, archived: str) -> None:
        """Publish an archived checkpoint by a second name: much cheaper than a second file."""
        self._enter(CHECKPOINT, b"")
        self._files.unlink(CHECKPOINT + TEMPORARY)
        self._files.link(archived, CHECKPOINT + TEMPORARY)
        self._files.rename(CHECKPOINT + TEMPORARY, CHECKPOINT)

    def publish_checkpoint(self, size: int, note: bytes, *, sync: bool = False) -> None:
        """Put a signed checkpoint where readers look for it."""
        self.replace(CHECKPOINT, note, sync=sync)
        self.published_size = size

    def flush(self) -> None:
        """Return when everything that was written is durable; then drop outgrown partial files.

        Raises:
            UnavailableError: `log.fsync-failed`. It must not be tried again: the log stops here.
        """
        parts = tuple(f"{path}.p" for path in self._outgrown)
        # What is outgrown goes in a moment, once the full file stands.
        keep = [path for path in self._dirty if path.rpartition("/")[0] not in parts]
        # A name is durable when its directory is, and that one's own name in turn.
        names = sorted(self._dirty_dirs.keys() - set(parts), key=len, reverse=True)
        with no_second_try():
            self._files.fsync(keep)
            for path in names:
                self._files.fsync_dir(path)
            for directory in parts:
                self._remove(directory)
            # Else the partial files might come back, torn, after their batch was dropped.
            for parent in sorted({path.rpartition("/")[0] for path in parts}):
                self._files.fsync_dir(parent)
        self._dirty.clear()
        self._dirty_dirs.clear()
        self._outgrown.clear()
        self.durable_size = self.published_size
        self.commits = self.written = 0

    def is_due(self, options: Options) -> bool:
        """Say whether as many commits or bytes were written as the options let wait."""
        return self.commits >= options.flush_commits or self.written >= options.flush_bytes

    def _remove(self, directory: str) -> None:
        """Remove partial files (tlog-tiles: they may go once the full tile exists)."""
        names = self._files.listing(directory)
        for name in names:
            self._files.unlink(f"{directory}/{name}")
        if names or directory in self._known:
            self._files.rmdir(directory)
        self._known.discard(directory)

    def _create(self, path: str, data: bytes) -> None:
        """Write an immutable file; one that stands there must be the same."""
        self._enter(path, data)
        try:
            self._files.create(path, data)
        except FileExistsError as error:
            if self._files.get(path) != data:
                raise VerificationError(
                    "log.file-differs",
                    f"{path} exists and is not what the log would write",
                    mend="find out who wrote to the log's directory; run `sunlit log fsck`",
                ) from error

    def replace(self, path: str, data: bytes, *, sync: bool = False) -> None:
        """Write a file through a temporary one: readers see the old or the new, never a part.

        A replay takes this way even where the bytes seem right: after a failed fsync the system
        may show bytes that it will never write, and only a fresh file is written for certain.
        `sync` is for files that no staged batch can bring back: they must be whole before
        they take the place of the old ones.
        """
        self._enter(path, data)
        temporary = path + TEMPORARY
        self._files.unlink(temporary)
        self._files.create(temporary, data)
        if sync:
            with no_second_try():
                self._files.fsync([temporary])
        self._files.rename(temporary, path)

    def _enter(self, path: str, data: bytes) -> None:
        directory = path.rpartition("/")[0]
        if directory not in self._known:
            self._make(directory)
        self._dirty[path] = None
        self._dirty_dirs[directory] = None
        self.written += len(data)

    def _make(self, directory: str) -> None:
        parent = directory.rpartition("/")[0]
        if parent not in self._known:
            self._make(parent)
        self._files.mkdir(directory)
        # Also where it exists: the process that made it may have died before it was durable.
        self._dirty_dirs[parent] = None
        self._known.add(directory)
