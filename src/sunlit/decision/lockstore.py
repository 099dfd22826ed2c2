"""The lock store of a decision log: the signed checkpoint, and no copy of what is staged.

What is staged stands in the segments already, durably, before anybody is answered. So this is
the log's own lock store (docs/adr/0003-staging-in-the-lock-store.md) with batches whose entries
are read back from there.
"""

from pathlib import Path

from sunlit.decision.segread import SegmentReader, missing
from sunlit.log.lock import SQLiteLock
from sunlit.log.ports import Batch


def framed(segments: SegmentReader, start: int, end: int) -> bytes:
    """Return the leaves of records `start` to `end` (not included), framed as bundles are.

    Raises:
        UnavailableError: `record.missing`, `record.unreadable`.
        VerificationError: `record.damaged`.
    """
    parts: list[bytes] = []
    found = start
    for index, leaf in segments.leaves(start):
        if index == end:
            break
        parts += (len(leaf).to_bytes(2, "big"), leaf)
        found = index + 1
    if found != end:
        raise missing(found)
    return b"".join(parts)


class SegmentLock(SQLiteLock):
    """`Lock` whose staging is the segments."""

    def __init__(self, path: Path, segments: SegmentReader) -> None:
        """Open a lock store that exists.

        Raises:
            SunlitError: as `SQLiteLock`.
        """
        super().__init__(path)
        self._segments = segments

    def batches(self) -> tuple[Batch, ...]:
        """Return the batches whose files may not be durable yet, oldest first."""
        return tuple(
            Batch(
                old_size=old_size, old_root=root, checkpoint=note,
                bundle=framed(self._segments, old_size, size),
            )
            for old_size, size, root, note in self.batch_rows()
        )  # fmt: skip

    def stage(self, old_size: int, bundle: bytes) -> bytes:  # noqa: ARG002 - as the port has it
        """Open the commit. The caller has just read these entries back from the segments."""
        self.begin()
        return bundle
