"""`sunlit log fsck`: is this log, in all its files, what its checkpoint says it is?

Everything is computed again from the entries; each problem is reported, not only the first.
"""

from dataclasses import dataclass
from pathlib import Path

from sunlit.base.errors import SunlitError
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.files import DirectoryFiles
from sunlit.log.lock import SQLiteLock
from sunlit.log.note import NoteVerifier
from sunlit.log.ports import FileStore, Lock
from sunlit.log.publish import CHECKPOINT, TEMPORARY, archive_path
from sunlit.log.recover import (
    Step,
    check_step,
    check_storage,
    load_edge,
    signed,
    staged_steps,
)
from sunlit.log.scrub import Problem, Scrub

LOCK = "(lock)"  # stands where a path stands, for problems of the lock store


@dataclass(frozen=True, slots=True)
class Report:
    """What fsck found: the log's size, and the problems, sorted by path."""

    size: int
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def fsck_directory(
    directory: Path, verifier: NoteVerifier, *, lock: Path | None = None, raw: bool = False
) -> Report:
    """Check the log in a directory, and its lock store where its path is given.

    `raw`: its entries are no statements, as a decision log's are not.
    """
    files = DirectoryFiles(directory)
    if lock is None:
        return fsck(files, verifier, raw=raw)
    try:
        store = SQLiteLock(lock)
    except SunlitError as error:
        report = fsck(files, verifier, raw=raw)
        problem = Problem(LOCK, error.code, error.what)
        return Report(report.size, tuple(sorted((*report.problems, problem))))
    try:
        return fsck(files, verifier, lock=store, raw=raw)
    finally:
        store.close()


def fsck(
    files: FileStore, verifier: NoteVerifier, *, lock: Lock | None = None, raw: bool = False
) -> Report:
    """Check everything that a log consists of.

    A log that is being written to may be reported as `log.recovery-due`: ask again, or check
    a copy.
    """
    return _Fsck(files, verifier, raw=raw).run(lock)


class _Fsck:
    def __init__(self, files: FileStore, verifier: NoteVerifier, *, raw: bool) -> None:
        self._raw = raw
        self._files = files
        self._verifier = verifier
        self._problems: set[Problem] = set()

    def run(self, lock: Lock | None) -> Report:
        top = self._opened(CHECKPOINT)
        # The newest kept checkpoint may be a hard link of it, so both are named when it breaks.
        kept = self._archive()
        if top is None:
            self._check_lock(lock, None)
            return Report(0, tuple(sorted(self._problems)))
        scrub = Scrub(self._files, top.size, archived=kept, report=self._report, raw=self._raw)
        scrub.run()
        for path, found in [(CHECKPOINT, top), *((archive_path(n), c) for n, c in kept.items())]:
            if found.size > top.size:
                self._report(path, "log.stray-file", "a checkpoint of more than the log has")
            elif found.root != scrub.roots[found.size]:
                self._report(path, "log.root-differs", "the entries have another root")
        self._check_lock(lock, scrub)
        return Report(top.size, tuple(sorted(self._problems)))

    def _report(self, path: str, code: str, what: str) -> None:
        self._problems.add(Problem(path, code, what))

    def _opened(self, path: str) -> Checkpoint | None:
        data = self._files.get(path)
        if data is None:
            self._report(path, "log.file-missing", "there is no checkpoint")
            return None
        try:
            return open_checkpoint(data, self._verifier)
        except SunlitError as error:
            self._report(path, error.code, error.what)
            return None

    def _archive(self) -> dict[int, Checkpoint]:
        """Return the kept checkpoints that verify and are named by their size."""
        kept: dict[int, Checkpoint] = {}
        for name in self._files.listing("checkpoints"):
            path = f"checkpoints/{name}"
            if name.endswith(TEMPORARY):
                continue
            found = self._opened(path)
            if found is not None and name != str(found.size):
                self._report(path, "log.stray-file", "the checkpoint is of another size")
            elif found is not None:
                kept[found.size] = found
        return kept

    def _check_lock(self, lock: Lock | None, scrub: Scrub | None) -> None:
        if lock is None:
            return
        try:
            head = lock.head()
            top = signed(
                head.checkpoint, self._verifier, "log.lock-corrupt", "the lock's checkpoint"
            )
            steps = staged_steps(lock.batches(), top, self._verifier)
            published = check_storage(self._files, top, steps, self._verifier)
            self._check_steps(steps)
        except SunlitError as error:
            self._report(LOCK, error.code, error.what)
            return
        if head.origin != top.origin:
            self._report(LOCK, "log.lock-corrupt", "the lock store names another origin")
        if not published:
            self._report(LOCK, "log.recovery-due", "the files are behind: open the log to repair")
        elif scrub and not self._raw and scrub.last_admitted != head.admitted_at:
            self._report(LOCK, "log.lock-corrupt", "the last admission time is not the entry's")

    def _check_steps(self, steps: tuple[Step, ...]) -> None:
        if steps:
            edge = load_edge(self._files, steps[0].batch.old_size)
            for step in steps:
                check_step(step, edge)
