"""Compute the decision logs of a store again: public files, lock store, segments, contents' keys.

1. The public files and the lock store, as `sunlit log fsck` does for a log of statements.
2. The segments must hold, record by record, what is published, and more only behind it.
3. A content that is not what was written must have been erased: then its key is zeros.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from sunlit.base.errors import SunlitError
from sunlit.decision.folder import LogFolder
from sunlit.decision.keystore import ERASED, KeyStore
from sunlit.decision.segread import SegmentReader
from sunlit.decision.store import DecisionStore
from sunlit.log.fsck import fsck_directory
from sunlit.log.scrub import Problem
from sunlit.registry.guard_logs import records_of

Step = Callable[[int, int], None]
SEGMENTS: Final = "(segments)"  # stands where a path stands
KEYS: Final = "(keys)"
EACH: Final = 1_024  # records between two words about how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLog:
    """One log: its signed size, how many records the segments hold, and what is wrong."""

    origin: str
    size: int
    records: int
    problems: tuple[Problem, ...]

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "log": self.origin, "size": self.size, "records": self.records,
            "problems": [asdict(one) for one in self.problems],
        }  # fmt: skip


def check_store(store: DecisionStore, step: Step = lambda _done, _of: None) -> tuple[
    CheckedLog, ...
]:  # fmt: skip
    """Check every log of a store; `step` is told how many records were read.

    Raises:
        UnavailableError: `store.unreadable`.
    """
    return tuple(check_log(folder, step) for folder in store.logs())


def check_log(folder: LogFolder, step: Step = lambda _done, _of: None) -> CheckedLog:
    """Check one log. One that is being written to may be `log.recovery-due`: ask again."""
    report = fsck_directory(folder.public, folder.verifier, lock=folder.lock, raw=True)
    records, problems = 0, list(report.problems)
    try:
        records = records_of(folder)
        problems += _segments(folder, report.size, step)
        problems += _contents(folder, records, step)
    except SunlitError as error:
        problems.append(Problem(SEGMENTS, error.code, error.what))
    return CheckedLog(
        origin=folder.origin, size=report.size, records=records, problems=tuple(problems)
    )


def _segments(folder: LogFolder, size: int, step: Step) -> Iterator[Problem]:
    """Compare the leaves in the segments with the entries that are published."""
    leaves = SegmentReader(folder.segments).leaves(0)
    for index, entry in enumerate(folder.reader().entries() if size else ()):
        if index % EACH == 0:
            step(index, size)
        _, leaf = next(leaves, (index, None))
        if leaf is None:
            yield Problem(SEGMENTS, "record.missing", f"record {index} and those after it are gone")
            return
        if leaf != entry:
            yield Problem(SEGMENTS, "record.damaged", f"record {index} is not what was published")
    for _ in leaves:  # what no checkpoint covers yet must be readable too
        pass


def _contents(folder: LogFolder, records: int, step: Step) -> Iterator[Problem]:
    """Find contents that are not what was written, and were not erased either."""
    reader, keys = SegmentReader(folder.segments), KeyStore(folder.keys_path)
    for index in range(records):
        if index % EACH == 0:
            step(index, records)
        key = keys.slot(index)
        if key is None:
            yield Problem(KEYS, "content.key-missing", f"no key for record {index} and those after")
            return
        if key != ERASED and not reader.frame(index).whole:
            yield Problem(SEGMENTS, "record.damaged", f"the content of record {index} was changed")
