"""One writer of one decision log.

A call returns once its records are durable: keys first, then frames, one sync each for all who
wait (`groups`). About each second the log's sequencer signs a checkpoint over what is durable,
from bytes read back from the segments. After a crash the next start signs what was left.
"""

import os
import weakref
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from threading import Event, Lock, Thread
from typing import Self

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.decision.content import KEY_SIZE, NONCE_SIZE, seal
from sunlit.decision.disk import Disk, disk_full, writing
from sunlit.decision.groups import Groups
from sunlit.decision.ports import Draft
from sunlit.decision.record import Pointer
from sunlit.decision.segments import SEGMENT_BYTES, SegmentWriter
from sunlit.decision.signing import Parts, Signing
from sunlit.log.mode import NOTHING_LOST
from sunlit.log.tiles import MAX_ENTRY, entry_too_large

MAX_CONTENT = 64 * 1024 * 1024
RESERVE = 8 * 1024 * 1024
ASK_AGAIN = 1024 * 1024  # bytes written before the free space is asked for again
RunAsync = Callable[[Groups, Sequence[Draft]], Coroutine[None, None, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a decision log is written.

    A checkpoint each `checkpoint_seconds` (None: only when asked for); a new segment file after
    `segment_bytes`; below `reserve_bytes` of free space nothing is accepted.
    """

    checkpoint_seconds: float | None = 1.0
    segment_bytes: int = SEGMENT_BYTES
    reserve_bytes: int = RESERVE


class DecisionLog:
    """`ports.Recorder` on disk. Threads and tasks may share it; a forked child may not."""

    def __init__(self, parts: Parts, disk: Disk, pace: Pace) -> None:
        """Take over an opened log; see `DecisionStore.writer`.

        Raises:
            SunlitError: as `SegmentWriter`.
        """
        self._parts = parts
        self._disk = disk
        self._pace = pace
        self._segments = SegmentWriter(parts.folder, parts.place, disk, limit=pace.segment_bytes)
        self._signing = Signing(parts)
        self._groups = Groups(self._commit)
        self._run_async: RunAsync | None = None
        self._writing = Lock()
        self._room = 0
        self._why_not: str | None = None  # a code, once it takes no more
        self._ended = Event()
        self.is_foreign = False
        _ALIVE.add(self)
        self._thread: Thread | None = None
        if pace.checkpoint_seconds is not None:
            self._thread = Thread(target=self._sign_on, name="sunlit-checkpoint", daemon=True)
            self._thread.start()

    @property
    def origin(self) -> str:
        """The decision log's origin."""
        return self._parts.origin

    @property
    def size(self) -> int:
        """How many records are durable."""
        return self._segments.size

    @property
    def signed_size(self) -> int:
        """How many of them a checkpoint covers."""
        return self._signing.size

    def append(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        """Write records, in order; when this returns they are durable.

        Raises:
            UnavailableError: `recorder.*`: nothing was acknowledged, so nothing may be released.
            MalformedError: `log.entry-too-large`, `recorder.too-large`.
        """
        if not drafts:
            return ()
        self._expect_open()
        leaves = [expect_fit(draft) for draft in drafts]
        return self._pointers(self._groups.run(drafts), leaves)

    async def append_async(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        """Do the same without holding up the event loop.

        Raises:
            SunlitError: as `append`.
        """
        if not drafts:
            return ()
        self._expect_open()
        leaves = [expect_fit(draft) for draft in drafts]
        if (run := self._run_async) is None:
            from sunlit.decision.tasks import run_async  # noqa: PLC0415 - asyncio imports slowly

            run = self._run_async = run_async
        return self._pointers(await run(self._groups, drafts), leaves)

    def checkpoint(self) -> bytes:
        """Sign all that is durable now and return the checkpoint.

        Raises:
            UnavailableError: `recorder.stopped`, `recorder.foreign`, `log.*`.
            VerificationError: `log.lost-race`, `record.damaged`.
        """
        self._expect_open()
        return self._sign()

    def close(self) -> None:
        """Sign what is there and let go of the log. The second time does nothing."""
        if self.is_foreign or self._ended.is_set():
            return
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        with self._writing:  # whoever writes ends first
            refused, self._why_not = self._why_not, self._why_not or "it was closed"
        self._groups.close()
        try:
            if refused is None:
                self._sign()
        finally:
            self._segments.close()
            self._parts.close()
            _ALIVE.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- one group -----------------------------------------------------------------------------

    def _commit(self, drafts: list[Draft]) -> int:
        with self._writing:
            if self._why_not is not None:
                raise _stopped(self._why_not)
            first = self._segments.size
            try:
                keys, records = seal_all(drafts)
                self._expect_space(records)
                self._parts.keys.write(first, keys)
                self._segments.append(records)
            except BaseException as error:
                self._stop_after(error)
                raise
            return first

    def _expect_space(self, records: list[tuple[bytes, bytes]]) -> None:
        # A record is written here, and again in the public files with what is rewritten there.
        wanted = sum([5 * len(leaf) + len(sealed) for leaf, sealed in records])
        if self._room < wanted:  # asking each time would cost a call to the system
            with writing():
                free = self._disk.free(self._parts.folder) - self._pace.reserve_bytes
            if free < wanted:
                raise disk_full()
            self._room = min(free, ASK_AGAIN + wanted)
        self._room -= wanted

    def _stop_after(self, error: BaseException) -> None:
        code = error.code if isinstance(error, SunlitError) else "an interrupt"
        if code != "recorder.disk-full" and code not in NOTHING_LOST and self._why_not is None:
            self._why_not = code

    def _pointers(self, first: int, leaves: list[str]) -> tuple[Pointer, ...]:
        origin = self._parts.origin
        return tuple(
            [Pointer(log=origin, index=at, leaf=leaf) for at, leaf in enumerate(leaves, first)]
        )

    # -- checkpoints ---------------------------------------------------------------------------

    def _sign(self) -> bytes:
        try:
            return self._signing.sign(self._segments.size)
        except BaseException as error:
            self._stop_after(error)
            raise

    def _sign_on(self) -> None:
        while not self._ended.wait(self._pace.checkpoint_seconds):
            if self._segments.size > self._signing.size:
                with suppress(SunlitError):  # from now on every append says so
                    self._sign()
            if self._why_not is not None:
                return

    def _expect_open(self) -> None:
        if self.is_foreign:
            raise UnavailableError(
                "recorder.foreign", "this decision log belongs to the process that forked this one",
                mend="open the guard again in the child: it takes a log of its own",
            )  # fmt: skip
        if self._why_not is not None:
            raise _stopped(self._why_not)

    def leave_to_parent(self) -> None:
        """Touch nothing of it again in a forked child, and do not keep its lock alive either."""
        self.is_foreign = True
        self._segments.close()
        self._parts.leave()


def expect_fit(draft: Draft) -> str:
    """Return the hash of a draft's leaf, in hex.

    Raises:
        MalformedError: `log.entry-too-large`, `recorder.too-large`.
    """
    if len(draft.leaf) > MAX_ENTRY:
        raise entry_too_large(len(draft.leaf))
    if len(draft.content) > MAX_CONTENT:
        raise MalformedError(
            "recorder.too-large", "the content of a record is too large",
            expected=f"at most {MAX_CONTENT} bytes", got=f"{len(draft.content)} bytes",
            mend="record a digest of it, and keep the rest where it is",
        )  # fmt: skip
    return sha256(b"\x00" + draft.leaf).hexdigest()


def seal_all(drafts: Sequence[Draft]) -> tuple[list[bytes], list[tuple[bytes, bytes]]]:
    """Return the keys of drafts, and (leaf, sealed content) each: every one has a fresh key."""
    fresh = os.urandom((KEY_SIZE + NONCE_SIZE) * len(drafts))
    keys: list[bytes] = []
    records: list[tuple[bytes, bytes]] = []
    end = 0
    for draft in drafts:
        middle, start, end = end + KEY_SIZE, end, end + KEY_SIZE + NONCE_SIZE
        key, nonce = fresh[start:middle], fresh[middle:end]
        keys.append(key)
        records.append((draft.leaf, seal(draft.content, key, draft.record_id, nonce)))
    return keys, records


def _stopped(why: str) -> UnavailableError:
    # A new one each time: what is raised again keeps the frames of all who met it before.
    return UnavailableError(
        "recorder.stopped", "the decision log takes no more records", got=why,
        mend="look at the first error, then start the guard again: the log repairs itself",
    )  # fmt: skip


_ALIVE: "weakref.WeakSet[DecisionLog]" = weakref.WeakSet()


def _after_fork() -> None:
    for log in list(_ALIVE):
        log.leave_to_parent()
    _ALIVE.clear()


_register: Callable[..., None] = os.register_at_fork
_register(after_in_child=_after_fork)
