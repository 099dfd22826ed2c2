"""Start-up: bring the files to where the lock says the log is, or refuse to start.

1. The lock's checkpoint must be signed by this log's key: it is the truth.
2. What stands in `checkpoint` must be on the way to it: newer, or another root, is refused.
3. The right edge is read from the files and hashed again.
4. Staged batches are replayed through the same code that wrote them first.
"""

from dataclasses import dataclass
from datetime import datetime

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.edge import Edge, Growth, unframe
from sunlit.log.merkle import HASH_SIZE
from sunlit.log.note import NoteVerifier
from sunlit.log.ports import Batch, FileStore, Lock
from sunlit.log.publish import CHECKPOINT, Publisher
from sunlit.log.tiles import (
    TILE_HEIGHT,
    TILE_WIDTH,
    encode_bundle,
    entries_path,
    tile_path,
)

_FROM_A_MIRROR = "bring the missing files back from a mirror or a backup, then open the log again"


@dataclass(slots=True)
class State:
    """What a writer holds in memory between two commits."""

    edge: Edge
    root: bytes
    note: bytes
    admitted_at: datetime | None
    publisher: Publisher


@dataclass(frozen=True, slots=True)
class Step:
    """One staged batch with what its checkpoint says."""

    batch: Batch
    checkpoint: Checkpoint


def recover(files: FileStore, lock: Lock, verifier: NoteVerifier) -> State:
    """Return the log's state once files and lock agree, and everything written is durable.

    Raises:
        VerificationError: `log.lock-corrupt`, `log.staging-corrupt`, `log.storage-newer`,
            `log.storage-forked`, `log.edge-differs`, `note.*`.
        UnavailableError: `log.storage-behind`, `log.file-missing`, `log.fsync-failed`.
        OSError: as the file system has it.
    """
    head = lock.head()
    top = signed(head.checkpoint, verifier, "log.lock-corrupt", "the lock store's checkpoint")
    steps = staged_steps(lock.batches(), top, verifier)
    published = check_storage(files, top, steps, verifier)
    base = steps[0].batch if steps else None
    edge = load_edge(files, base.old_size if base else top.size)
    edge.rehash()
    if edge.root() != (base.old_root if base else top.root):
        raise _differs(edge.size)
    publisher = Publisher(files)
    for step in steps:
        growth = check_step(step, edge)
        publisher.publish(growth, step.batch.checkpoint, archive=True, again=True)
    if steps or not published:
        publisher.publish_checkpoint(top.size, head.checkpoint)
        publisher.flush()
        lock.drop(top.size)
    publisher.published_size = publisher.durable_size = top.size
    return State(edge, top.root, head.checkpoint, head.admitted_at, publisher)


def signed(note: bytes, verifier: NoteVerifier, code: str, what: str) -> Checkpoint:
    """Return what a checkpoint of ours says; a bad one is an error of the place it stood in."""
    try:
        return open_checkpoint(note, verifier)
    except SunlitError as error:
        raise VerificationError(code, f"{what} does not verify", got=error.code) from error


def staged_steps(
    batches: tuple[Batch, ...], top: Checkpoint, verifier: NoteVerifier
) -> tuple[Step, ...]:
    """Return the staged batches if each begins where the one before ended, up to `top`.

    Raises:
        VerificationError: `log.staging-corrupt`.
    """
    steps = tuple(
        Step(
            batch,
            signed(batch.checkpoint, verifier, "log.staging-corrupt", "a staged checkpoint"),
        )
        for batch in batches
    )
    ends = [(step.checkpoint.size, step.checkpoint.root) for step in steps]
    starts = [(step.batch.old_size, step.batch.old_root) for step in steps[1:]]
    if steps and ends != [*starts, (top.size, top.root)]:
        raise VerificationError(
            "log.staging-corrupt", "the staged batches do not lead to the log's checkpoint"
        )
    return steps


def check_storage(
    files: FileStore, top: Checkpoint, steps: tuple[Step, ...], verifier: NoteVerifier
) -> bool:
    """Return whether the published checkpoint is `top`, or raise if it cannot lead there.

    Raises:
        VerificationError: `log.storage-newer`, `log.storage-forked`, `note.*`.
        UnavailableError: `log.storage-behind`.
    """
    data = files.get(CHECKPOINT)
    # While batches are staged a crash may have torn this file; a new log has none yet.
    if data is None and (steps or top.size == 0):
        return False
    if data is None:
        raise _behind(top.size, "nothing")
    try:
        found = open_checkpoint(data, verifier)
    except SunlitError:
        if steps or top.size == 0:
            return False
        raise
    if found.size > top.size:
        raise VerificationError(
            "log.storage-newer",
            "the files are ahead of the lock store: signing on would fork the log",
            expected=f"at most {top.size} entries",
            got=str(found.size),
            mend="find the newer lock store; an old one must not be restored",
        )
    known = {step.batch.old_size: step.batch.old_root for step in steps} | {top.size: top.root}
    if found.size < min(known):
        raise _behind(min(known), str(found.size))
    if known.get(found.size) != found.root:
        raise VerificationError(
            "log.storage-forked",
            f"the files hold another history than the lock store at {found.size} entries",
            mend="keep both: they are evidence of a fork; then find out which one was published",
        )
    return found.size == top.size


def check_step(step: Step, edge: Edge) -> Growth:
    """Grow the edge by a staged batch; what comes out must be what was signed.

    Raises:
        VerificationError: `log.staging-corrupt`.
        MalformedError: `log.bundle-truncated`.
    """
    growth = edge.grow(step.batch.bundle)
    if (growth.size, growth.root) != (step.checkpoint.size, step.checkpoint.root):
        raise VerificationError(
            "log.staging-corrupt",
            "staged entries do not have the root that was signed over them",
            expected=step.checkpoint.root.hex(),
            got=growth.root.hex(),
        )
    return growth


def load_edge(files: FileStore, size: int) -> Edge:
    """Read the partial tiles and the partial bundle of the tree of `size` entries.

    Raises:
        UnavailableError: `log.file-missing`.
        VerificationError: `log.edge-differs`.
    """
    tiles: list[bytes] = []
    level = 0
    while hashes := size >> (TILE_HEIGHT * level):
        tiles.append(_load_tile(files, level, *divmod(hashes, TILE_WIDTH)))
        level += 1
    index, width = divmod(size, TILE_WIDTH)
    return Edge(size, tiles, _load_bundle(files, index, width) if width else b"")


def _load_tile(files: FileStore, level: int, index: int, width: int) -> bytes:
    if not width:
        return b""
    data = read_part(files, tile_path(level, index, width), tile_path(level, index))
    if len(data) < width * HASH_SIZE:
        raise _differs(index)
    return data[: width * HASH_SIZE]


def _load_bundle(files: FileStore, index: int, width: int) -> bytes:
    data = read_part(files, entries_path(index, width), entries_path(index))
    try:
        return encode_bundle(unframe(data)[:width])
    except SunlitError as error:
        raise _differs(index * TILE_WIDTH) from error


def read_part(files: FileStore, path: str, full: str) -> bytes:
    """Return a partial file, or the full one that outgrew it.

    Raises:
        UnavailableError: `log.file-missing`.
    """
    data = files.get(path)
    if data is None:
        data = files.get(full)
    if data is None:
        raise UnavailableError(
            "log.file-missing", f"{path} is missing from the log", mend=_FROM_A_MIRROR
        )
    return data


def _behind(expected: int, got: str) -> UnavailableError:
    return UnavailableError(
        "log.storage-behind",
        "the files are behind the lock store and nothing staged leads from one to the other",
        expected=f"{expected} entries",
        got=got,
        mend=_FROM_A_MIRROR,
    )


def _differs(size: int) -> VerificationError:
    return VerificationError(
        "log.edge-differs",
        f"the files near entry {size} do not have the hashes that the log signed",
        mend="run `sunlit log fsck`, and bring the damaged file back from a mirror",
    )
