"""The decision store: one folder a deployment, with its decision logs and their keys.

Made by `sunlit guard init`; read by guard, proxy and commands, also while others write.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.times import Clock
from sunlit.decision.content import Content, unseal
from sunlit.decision.disk import Disk, LocalDisk, keep, sweep, syncing, writing
from sunlit.decision.folder import VKEY, LogFolder, read
from sunlit.decision.keystore import ERASED, KeyStore
from sunlit.decision.opening import open_log
from sunlit.decision.record import Pointer, Record
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.recover import alone, cut_before
from sunlit.decision.segread import Frame, SegmentReader, damaged
from sunlit.log.merkle import leaf_hash
from sunlit.log.reader import LogReader

SETTINGS = "guard.json"


@dataclass(frozen=True, slots=True)
class DecisionStore:
    """A deployment's records: whose they are, for which use, and where."""

    root: Path
    organisation: str
    use: str
    keys: Path

    @classmethod
    def open(cls, root: Path) -> Self:
        """Read a store's settings.

        Raises:
            UnavailableError: `store.unreadable`.
            MalformedError: `store.malformed`, `json.*`.
        """
        found = canonical.decode_object(read(root / SETTINGS), what=SETTINGS)
        values = [found.get(name) for name in ("organisation", "use", "keys")]
        texts = [value for value in values if isinstance(value, str)]
        if found.get("v") != 1 or len(texts) != len(values):
            raise MalformedError(
                "store.malformed", f"{SETTINGS} is malformed, or of another version",
                expected="v 1, organisation, use, keys", mend="use a newer sunlit, or mend it",
            )  # fmt: skip
        organisation, use, keys = texts
        return cls(root, organisation, use, root / keys)

    @classmethod
    def create(cls, root: Path, *, organisation: str, use: str, keys: Path | None = None) -> Self:
        """Make a store without logs. `keys`: where content keys go, if not beside the logs.

        Raises:
            MalformedError: `store.exists`.
            UnavailableError: `recorder.*`.
        """
        if (root / SETTINGS).exists():
            raise MalformedError(
                "store.exists", f"there is a decision store in {root} already",
                mend="open that store, or choose an empty folder",
            )  # fmt: skip
        where = "keys" if keys is None else str(keys.absolute())
        with writing():
            (root / "logs").mkdir(parents=True, exist_ok=True)
            (root / where).mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = {"v": 1, "organisation": organisation, "use": use, "keys": where}
        keep(root / SETTINGS, canonical.encode(settings), LocalDisk())
        return cls.open(root)

    def logs(self) -> tuple[LogFolder, ...]:
        """Return the store's logs, by name.

        Raises:
            UnavailableError: `store.unreadable`.
        """
        found = sorted(path.parent for path in (self.root / "logs").glob(f"*/{VKEY}"))
        return tuple(LogFolder.load(path, self.keys) for path in found)

    def log(self, origin: str) -> LogFolder:
        """Return the log with this origin.

        Raises:
            UnavailableError: `store.unknown-log`, `store.unreadable`.
        """
        for folder in self.logs():
            if folder.origin == origin:
                return folder
        raise UnavailableError(
            "store.unknown-log", f"the decision store has no log {origin}",
            mend="give the store that the record was written to",
        )  # fmt: skip

    def add_log(self, origin: str) -> LogFolder:
        """Make a key and an empty log; the caller registers it, then `keep_registration`.

        Raises:
            MalformedError: `store.exists`: the origin is taken. `note.key-name`.
            UnavailableError: `log.*`, `recorder.*`.
        """
        if any(folder.origin == origin for folder in self.logs()):
            raise MalformedError("store.exists", f"the store has a log {origin} already")
        taken = [path.name for path in (self.root / "logs").iterdir()]
        number = 1 + max([int(name) for name in taken if name.isdecimal()], default=0)
        with writing():
            return LogFolder.make(self.root / "logs" / f"{number:02d}", self.keys, origin)

    def writer(
        self, clock: Clock, *, pace: Pace | None = None, disk: Disk | None = None
    ) -> DecisionLog:
        """Take an idle, registered log and settle what a crash left in it.

        A log that cannot be opened for a reason of its own is passed over; its error is raised
        where no other one is idle.

        Raises:
            UnavailableError: `recorder.no-log`; `content.key-missing`, `recorder.*`, `log.*`.
            VerificationError: `record.damaged`, `log.*`.
        """
        fault: SunlitError | None = None
        for folder in self.logs():
            if folder.registration is None:
                continue
            try:
                return open_log(folder, clock, pace or Pace(), disk or LocalDisk())
            except SunlitError as error:
                if error.code != "log.writer-busy":
                    fault = fault or error
        if fault is not None:
            raise fault
        raise UnavailableError(
            "recorder.no-log", "no registered decision log is idle",
            expected="one for each worker process",
            mend="add one: `sunlit guard init DIR --token FOLDER --workers N --home HOME`, "
            "or stop a worker",
        )  # fmt: skip

    def reader(self, origin: str) -> LogReader:
        """Return a verifying reader of a log at its newest signed checkpoint.

        Raises:
            UnavailableError: `store.unknown-log`, `log.*`.
            VerificationError: `log.*`, `note.*`.
        """
        return self.log(origin).reader()

    def records(self, origin: str, start: int = 0) -> Iterator[tuple[int, Record, bytes]]:
        """Yield (index, record, leaf), those too that no checkpoint covers yet.

        The last few may not have been acknowledged yet, if a writer is at work.

        Raises:
            UnavailableError: `store.unknown-log`, `record.unreadable`.
            VerificationError: `record.damaged`.
            MalformedError: `record.malformed`.
        """
        for index, leaf in SegmentReader(self.log(origin).segments).leaves(start):
            yield index, Record.parse(leaf), leaf

    def content(self, pointer: Pointer) -> Content:
        """Decrypt what lies beside a record and check it against the record's commitments.

        Raises:
            UnavailableError: `content.erased`, `content.key-missing`, `record.missing`,
                `store.unknown-log`.
            VerificationError: `record.other-leaf`, `content.key`, `content.opening`.
            MalformedError: `record.malformed`, `content.malformed`.
        """
        folder = self.log(pointer.log)
        frame = _frame(SegmentReader(folder.segments), pointer)
        record = Record.parse(frame.leaf)
        key = KeyStore(folder.keys_path).get(pointer.index)
        if not frame.whole:
            raise damaged(pointer.index)
        content = Content.parse(unseal(frame.sealed, key, record.id))
        content.check(record.commit)
        return content

    def is_erased(self, pointer: Pointer) -> bool:
        """Tell whether a record's content was erased.

        Raises:
            UnavailableError: `store.unknown-log`, `content.key-missing`.
        """
        return KeyStore(self.log(pointer.log).keys_path).slot(pointer.index) == ERASED

    def erase(self, pointer: Pointer) -> None:
        """Write zeros over the key, then over the sealed content, durably. Idempotent.

        Raises:
            UnavailableError: `store.unknown-log`, `record.missing`, `content.key-missing`,
                `recorder.write-failed`, `recorder.fsync-failed`.
            VerificationError: `record.other-leaf`, `record.damaged`.
        """
        folder = self.log(pointer.log)
        with alone(folder.segments):
            segments = SegmentReader(folder.segments)
            _frame(segments, pointer)
            # In this order: a recovery takes a damaged content for an erased one by its key.
            keys = KeyStore(folder.keys_path)
            keys.erase(pointer.index)
            _zero(*segments.sealed_place(pointer.index))
            # What a recovery that crashed has left.
            keys.sweep()
            sweep(folder.segments, LocalDisk())
            try:
                cut_before(folder.segments, segments.locate(pointer.index).first, LocalDisk())
            except SunlitError as error:
                # The segment before is damaged: what may be left there has no key any more.
                if not error.code.startswith("record."):
                    raise


def _frame(segments: SegmentReader, pointer: Pointer) -> Frame:
    frame = segments.frame(pointer.index)
    if leaf_hash(frame.leaf).hex() != pointer.leaf:
        raise VerificationError(
            "record.other-leaf", f"record {pointer.index} is not the one that the pointer means",
            expected=pointer.leaf, got=leaf_hash(frame.leaf).hex(),
            mend="check the index; if it is right, the segment or the pointer was changed",
        )  # fmt: skip
    return frame


def _zero(path: Path, at: int, size: int) -> None:
    disk = LocalDisk()
    with writing():
        descriptor = disk.open(path)
        try:
            disk.write(descriptor, bytes(size), at)
            with syncing():
                disk.sync(descriptor)
        finally:
            with suppress(OSError):
                os.close(descriptor)
