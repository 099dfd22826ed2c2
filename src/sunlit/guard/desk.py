"""Where records go: one writer per process and store, shared by its guards; a fork takes another.

A writer that a parent process opened is neither used nor closed by its child.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Lock, get_ident
from typing import Final, TypeAlias

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.base.times import Clock
from sunlit.base.wording import text
from sunlit.decision.ports import Recorder
from sunlit.decision.store import DecisionStore
from sunlit.guard.registered import expect_registered
from sunlit.guard.remembered import Remembered, decided, remember, status_path
from sunlit.guard.standing import Standing

Records: TypeAlias = Path | DecisionStore | Recorder


class _Shared:
    """A writer that guards of one process hold together."""

    def __init__(self, writer: Recorder) -> None:
        self.writer = writer
        self.holders = 0


_mutex = Lock()
_WRITERS: Final[dict[Path, _Shared]] = {}
_LEFT_ALONE: Final[list[_Shared]] = []  # the parent's: letting go of them could close them


def _after_fork() -> None:
    global _mutex  # noqa: PLW0603 - another thread of the parent may have held the old one
    _mutex = Lock()
    _LEFT_ALONE.extend(_WRITERS.values())
    _WRITERS.clear()


os.register_at_fork(after_in_child=_after_fork)


class Desk:
    """The place that a guard hands its records to."""

    def __init__(self, records: Records, clock: Clock) -> None:
        """Take the path of a store, a store, or one writer (which its owner closes)."""
        if isinstance(records, Path):
            records = DecisionStore.open(records)
        if isinstance(records, DecisionStore):  # a service may change its directory later
            records = replace(records, root=records.root.absolute(), keys=records.keys.absolute())
        self.store = records if isinstance(records, DecisionStore) else None
        self._own = records if not isinstance(records, DecisionStore) else None
        self._clock = clock
        self._process = os.getpid()
        self._writer: Recorder | None = None
        self._is_closed = False
        self._standing: Standing | None = None

    def require(self, standing: Standing) -> None:
        """From now on take only a log whose registration holds under this trust file and token."""
        self._standing = standing

    @property
    def root(self) -> Path | None:
        """The store's directory."""
        return None if self.store is None else self.store.root

    @property
    def organisation(self) -> str | None:
        """The deployer that the store belongs to."""
        return None if self.store is None else self.store.organisation

    def recorder(self) -> Recorder:
        """Return this process's writer; take an idle log when there is none yet.

        Raises:
            UnavailableError: `recorder.*`, `guard.forked`, `guard.closed`.
            VerificationError: `guard.log-unregistered`.
        """
        writer = self._writer
        if writer is not None and self._process == os.getpid():
            return writer
        if self._is_closed:
            raise UnavailableError(
                "guard.closed", "this guard was closed", mend="open it again with `Guard.open`"
            )
        return self._own_writer() if self.store is None else self._take(self.store)

    def _own_writer(self) -> Recorder:
        assert self._own is not None  # noqa: S101 - a store or a writer was given
        if self._process != os.getpid():
            raise UnavailableError(
                "guard.forked", "a forked process cannot use its parent's decision log",
                mend="give the guard a decision store, so that each process takes a log",
            )  # fmt: skip
        return self._own

    def _take(self, store: DecisionStore) -> Recorder:
        with _mutex:
            key = store.root.resolve()
            shared = _WRITERS.get(key)
            if shared is None:
                shared = _WRITERS[key] = _Shared(store.writer(self._clock))
            if self._writer is not shared.writer:
                self._expect_registered(store, key, shared)
                shared.holders += 1
            self._writer, self._process = shared.writer, os.getpid()
            return shared.writer

    def _expect_registered(self, store: DecisionStore, key: Path, shared: _Shared) -> None:
        if self._standing is None:
            return
        try:
            expect_registered(store, shared.writer.origin, self._standing)
        except SunlitError:
            if shared.holders == 0:
                del _WRITERS[key]
                shared.writer.close()
            raise

    def close(self) -> None:
        """Let go of the writer; the last guard of this process closes it."""
        self._is_closed = True
        writer, self._writer = self._writer, None
        if writer is None or self.store is None or self._process != os.getpid():
            return
        with _mutex:
            key = self.store.root.resolve()
            shared = _WRITERS.get(key)
            if shared is None or shared.writer is not writer:
                return
            shared.holders -= 1
            if shared.holders == 0:
                del _WRITERS[key]
                writer.close()

    def remembered(self) -> Remembered:
        """Return what the store's last decisions show.

        Raises:
            SunlitError: `record.*`.
        """
        if self.store is None:
            return Remembered(None, ())
        return remember(self.store.root, [one.path for one in self.store.logs()])

    def decided(self, grant: str) -> int:
        """Return how many decisions the store holds under a token.

        Raises:
            SunlitError: `record.*`.
        """
        logs = () if self.store is None else self.store.logs()
        return decided([one.path for one in logs], grant)

    def keep_status(self, digest: str, raw: bytes) -> None:
        """Keep a status list, durably, before any record names it.

        Raises:
            UnavailableError: `guard.store-unwritable`.
        """
        if self.root is None:
            return
        path = status_path(self.root, digest)
        if path.is_file():
            return
        try:
            path.parent.mkdir(exist_ok=True)
            _write_durably(path, raw)
        except OSError as error:
            raise UnavailableError(
                "guard.store-unwritable", "the status list cannot be kept", got=error.strerror,
                mend=text("see that %(folder)s can be written", folder=str(path.parent)),
            ) from error  # fmt: skip

    def now(self) -> datetime:
        """Return the clock's time."""
        return self._clock.now()


def _write_durably(path: Path, data: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}.new")
    with suppress(FileNotFoundError):
        unfinished.unlink()
    with unfinished.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
