"""What a log needs from the world: a few file operations and one compare-and-swap.

Both are thin on purpose. `sunlit.testing` ships fakes that lose what was not synced, and the
same contract tests hold the real ones and the fakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class FileStore(Protocol):
    """The files of one log. Paths are relative, joined by "/".

    Writing raises `OSError`; `get` and `listing` raise `UnavailableError`, as readers expect.

    What was created, renamed or removed MAY be lost in a crash until `fsync` of the file (its
    bytes) and `fsync_dir` of its directory (its name) have returned. A failed sync MUST NOT be
    tried again on the same file: the system may have forgotten the bytes and say yes.
    """

    def get(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None when it is missing."""
        ...

    def listing(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory, directories with a "/" at the end."""
        ...

    def create(self, path: str, data: bytes) -> None:
        """Write a file that MUST NOT exist yet, else `FileExistsError`; nothing is synced."""
        ...

    def link(self, source: str, target: str) -> None:
        """Give a file a second name, which MUST NOT exist yet; nothing is synced."""
        ...

    def rename(self, source: str, target: str) -> None:
        """Give a file its final name, replacing what stood there, atomically for readers."""
        ...

    def unlink(self, path: str) -> None:
        """Remove a file; a missing one is no error."""
        ...

    def mkdir(self, path: str) -> None:
        """Make one directory; one that exists is no error."""
        ...

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        ...

    def fsync(self, paths: Sequence[str]) -> None:
        """Return when the bytes of all these files are durable."""
        ...

    def fsync_dir(self, path: str) -> None:
        """Return when the names in a directory are durable ("" is the log's own)."""
        ...

    def free(self) -> int:
        """Return how many bytes may still be written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The lock's truth: what was signed last. `admitted_at` is None while the log is empty."""

    origin: str
    checkpoint: bytes
    admitted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Entries that are in the log but whose files may not be durable yet."""

    old_size: int
    old_root: bytes
    checkpoint: bytes
    bundle: bytes


class Lock(Protocol):
    """The store that decides what the log is: one signed checkpoint, and what is staged.

    It MUST be serialisable and durable: what `swap` accepted is there after any crash. When
    `stage` or `swap` raises, nobody knows which side of the commit they are on: the caller
    MUST NOT sign or write anything before it has read `head` again.
    """

    def head(self) -> Head:
        """Return the checkpoint that was swapped in last."""
        ...

    def batches(self) -> tuple[Batch, ...]:
        """Return the staged batches, oldest first."""
        ...

    def find(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """Return the entry index of each key that is known."""
        ...

    def stage(self, old_size: int, bundle: bytes) -> bytes:
        """Open the commit, put the entries in it and return them as read back from it."""
        ...

    def swap(
        self,
        expected: bytes,
        batch: Batch,
        *,
        admitted_at: datetime,
        keys: Mapping[bytes, int],
    ) -> None:
        """Commit: replace the checkpoint if it still is `expected`, and keep what was staged.

        Raises:
            VerificationError: `log.lost-race`: another writer was here. Nothing was kept.
        """
        ...

    def drop(self, durable_size: int) -> None:
        """Forget the staged batches that end at or below `durable_size`."""
        ...

    def close(self) -> None:
        """Let go of the store. The second time does nothing."""
        ...
