"""The one writer of a log: entries in, receipts out, one commit a call.

The commit, in order (a crash between any two steps is a row of tests/crash):
1. stage the entries in the lock store's transaction and read them back;
2. hash what was read back, sign the checkpoint, compare-and-swap it in the same transaction;
3. write tiles, bundles and the archived checkpoint; 4. publish the checkpoint; 5. answer;
6. every so often make the files durable, then drop what was staged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Final, Self

from sunlit.base.times import Clock
from sunlit.log.admission import (
    Prepared,
    admission_time,
    admit,
    expect_batch,
    expect_space,
    place,
    prepare,
)
from sunlit.log.archive import an_hour_began, with_cosignatures
from sunlit.log.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from sunlit.log.edge import Growth
from sunlit.log.faults import stopped, translated
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.log.mode import Mode, mode_after
from sunlit.log.note import NoteSignature, NoteSigner
from sunlit.log.opening import attach, detach, start
from sunlit.log.ports import Batch, FileStore, Lock
from sunlit.log.publish import Options, archive_path, sign_growth
from sunlit.log.reader import LogReader
from sunlit.log.receipt import Receipt, receipt_from, receipts_of
from sunlit.log.recover import State, recover
from sunlit.log.writer import WriterLock

DEFAULTS: Final = Options()


class Log:
    """A C2SP log in a directory, open for writing. Threads may share it."""

    def __init__(
        self,
        files: FileStore,
        lock: Lock,
        writer: WriterLock | None = None,
        *,
        signer: NoteSigner,
        clock: Clock,
        options: Options = DEFAULTS,
    ) -> None:
        """Take over a log's files and lock store, or raise as `recover`. See `open`."""
        self._files = files
        self._lock = lock
        self._signer = signer
        self._clock = clock
        self._options = options
        self._writer = writer
        self._mutex = RLock()
        self._mode = Mode.RELOAD
        with self._guarded():
            self._state = self._recovered()

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        lock: Path,
        origin: str,
        signer: NoteSigner,
        clock: Clock,
        options: Options = DEFAULTS,
    ) -> Self:
        """Start a new log, at size 0. Its origin is the signer's name and never changes.

        Raises:
            MalformedError: `log.lock-exists`, `log.directory-in-use`.
            VerificationError: `log.other-origin`.
            UnavailableError: `log.writer-busy`, `log.disk-full`, `log.write-failed`.
        """
        note = sign_checkpoint(Checkpoint(origin, 0, EMPTY_ROOT), signer).to_bytes()
        start(directory, lock, origin=origin, note=note)
        return cls.open(directory, lock=lock, signer=signer, clock=clock, options=options)

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        lock: Path | str,
        signer: NoteSigner,
        clock: Clock,
        options: Options = DEFAULTS,
    ) -> Self:
        """Open a log for writing, after repairing what a crash left half done.

        Raises:
            UnavailableError: `log.lock-missing`, `log.writer-busy`, and as `recover`.
            VerificationError: as `recover`: the files and the lock do not belong together.
        """
        parts = attach(directory, lock, signer.verifier.name)
        try:
            return cls(*parts, signer=signer, clock=clock, options=options)
        except BaseException:
            detach(*parts[1:])
            raise

    @property
    def checkpoint(self) -> bytes:
        """The newest checkpoint, signed by the log."""
        return self._state.note

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self._state.edge.size

    def append(
        self,
        envelopes: Sequence[bytes | Mapping[str, object] | Prepared],
        *,
        keys: Sequence[bytes | None] | None = None,
    ) -> tuple[Receipt, ...]:
        """Admit envelopes, in order; when this returns they are durable and published.

        `keys` makes it idempotent: an envelope whose key the log knows is not appended again,
        and its receipt is of the first entry. The log does not look into keys.

        Raises:
            MalformedError: `log.entry-too-large`, `log.batch-form`, `json.*`.
            UnavailableError: `log.disk-full` (nothing was acknowledged; try again later),
                `log.clock-behind`, `log.write-failed`, `log.fsync-failed`, `log.stopped`,
                `log.writer-busy`.
            VerificationError: `log.lost-race`, `log.file-differs`: the log has stopped.
        """
        prepared = [prepare(envelope) for envelope in envelopes]
        wanted = [None] * len(prepared) if keys is None else list(keys)
        expect_batch(len(prepared), len(wanted))
        with self._mutex:
            state = self._ready()
            now = admission_time(self._clock, state.admitted_at)
            size = sum([len(found.canonical) for found in prepared])
            expect_space(self._files, size, self._options.reserve_bytes)
            with self._guarded():
                return self._append(state, prepared, wanted, now)

    def extend(self, framed: bytes, *, start: int) -> bytes:
        """Append framed entries that say their own time, if the log has `start`; return the note.

        Raises:
            SunlitError: as `append`, without `log.clock-behind`.
        """
        with self._mutex:
            state = self._ready()
            now = self._clock.now().replace(microsecond=0)
            expect_space(self._files, len(framed), self._options.reserve_bytes)
            if state.edge.size == start:
                with self._guarded():
                    self._sequence(state, framed, {}, max(now, state.admitted_at or now))
            return state.note

    def add_cosignatures(self, size: int, lines: Iterable[NoteSignature]) -> bytes:
        """Keep witnesses' cosignatures, verified by the caller; return the cosigned note.

        Raises:
            UnavailableError: `log.not-archived`, and as `append`.
            MalformedError: `log.cosignature-by-log`.
        """
        with self._mutex:
            state = self._ready()
            note = with_cosignatures(self._files.get(archive_path(size)), size, lines)
            with self._guarded():
                self._make_durable(state)  # else a replay would bring back the note without them
                state.publisher.replace(archive_path(size), note, sync=True)
                if size == state.edge.size:
                    state.publisher.publish_checkpoint(size, note, sync=True)
                state.publisher.flush()
            return note

    def archive(self) -> bytes:
        """Keep the newest checkpoint for good (an anchor names it) and return it."""
        with self._mutex:
            state = self._ready()
            path = archive_path(state.edge.size)
            found = self._files.get(path)
            if found is None:
                found = state.note
                with self._guarded():
                    state.publisher.replace(path, found, sync=True)
                    state.publisher.flush()
            return found

    def close(self) -> None:
        """Make everything durable and let go of the log. The second time does nothing."""
        with self._mutex:
            mode, self._mode = self._mode, Mode.CLOSED
            try:
                if mode is Mode.READY:
                    self._make_durable(self._state)
            finally:
                detach(self._lock, self._writer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- one commit ----------------------------------------------------------------------------

    def _append(
        self,
        state: State,
        prepared: Sequence[Prepared],
        keys: Sequence[bytes | None],
        now: datetime,
    ) -> tuple[Receipt, ...]:
        known = self._lock.find([key for key in keys if key is not None])
        plan = place(prepared, keys, known, start=state.edge.size)
        given: tuple[Receipt, ...] = ()
        if plan.fresh:
            grown = self._sequence(state, admit(plan.fresh, now), plan.keys, now)
            given = receipts_of(grown, state.note)
        if len(given) == len(plan.places):
            return given
        top = open_checkpoint(state.note, self._signer.verifier)
        reader = LogReader(self._files, top, note=state.note)
        return tuple(
            given[at - plan.start] if at >= plan.start else receipt_from(reader, at)
            for at in plan.places
        )

    def _sequence(
        self, state: State, framed: bytes, keys: Mapping[bytes, int], now: datetime
    ) -> Growth:
        # 1. Stage, and go on with the bytes that the store gives back.
        old_size, old_root, old_note = state.edge.size, state.root, state.note
        bundle = self._lock.stage(old_size, framed)
        # 2. Hash these bytes, sign, and swap: from here on the entries are in the log.
        growth = state.edge.grow(bundle)
        note = sign_growth(growth, self._signer)
        self._lock.swap(
            old_note,
            Batch(old_size=old_size, old_root=old_root, checkpoint=note, bundle=bundle),
            admitted_at=now,
            keys=keys,
        )
        # 3. and 4. Write the files, publish; 5. the caller answers.
        keep = self._options.archive_each or an_hour_began(state.admitted_at, now)
        state.root, state.note, state.admitted_at = growth.root, note, now
        state.publisher.publish(growth, note, archive=keep)
        if state.publisher.is_due(self._options):
            self._make_durable(state)
        return growth

    def _make_durable(self, state: State) -> None:
        state.publisher.flush()
        self._lock.drop(state.publisher.durable_size)

    # -- before a commit -----------------------------------------------------------------------

    def _ready(self) -> State:
        if self._mode is Mode.RELOAD:
            with self._guarded():
                self._state = self._recovered()
        if self._mode is not Mode.READY:
            raise stopped("the log was closed, or stopped writing after an error")
        return self._state

    def _recovered(self) -> State:
        state = recover(self._files, self._lock, self._signer.verifier)
        self._mode = Mode.READY
        return state

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Stop at the first error inside a commit: what is in memory is not believed again."""
        try:
            with translated():
                yield
        except BaseException as error:
            self._mode = mode_after(error)
            raise
