"""What a store's last decisions show to whoever opens a guard again: the time, the status list."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.decision.record import Kind, Record
from sunlit.decision.segread import SegmentReader, segment_firsts

LISTS: Final = 3
LOOK_BACK: Final = (256, 65_536)
"""How many records to look at. What was refused, or overridden, relied on its time for nothing: a
clock that ran ahead for an hour does not lock the guard out afterwards."""
_IS_DECISION: Final = b'"kind":"decision"'


@dataclass(frozen=True, slots=True)
class Remembered:
    """The latest time of a decision, and the status lists that the last ones relied on."""

    latest: datetime | None
    lists: tuple[bytes, ...]


def remember(root: Path, logs: Iterable[Path]) -> Remembered:
    """Look at the end of each decision log, whoever writes to it, and at the lists kept last.

    A list that revokes is relied on by no decision; it is among those that were kept last.

    Raises:
        SunlitError: `record.*`.
    """
    last = [found for log in logs if (found := _last_decision(log / "segments")) is not None]
    paths = {status_path(root, one.status) for one in last if one.status is not None}
    paths.update(_kept_last(root))
    return Remembered(
        max((one.time for one in last), default=None),
        tuple(data for path in sorted(paths) if (data := _read(path)) is not None),
    )


def decided(logs: Iterable[Path], grant: str) -> int:
    """Count the decisions that the logs hold under one token.

    Raises:
        SunlitError: `record.*`.
    """
    token = f'"token":"{grant}"'.encode()
    return sum(
        _IS_DECISION in leaf and token in leaf
        for log in logs
        if (log / "segments").is_dir() and segment_firsts(log / "segments")
        for _, leaf in SegmentReader(log / "segments").leaves(0)
    )


def status_path(root: Path, digest: str) -> Path:
    """Return where a store keeps a status list."""
    return root / "status" / f"{digest}.jwt"


def _kept_last(root: Path) -> list[Path]:
    with suppress(OSError):
        found = [(path.stat().st_mtime_ns, path) for path in (root / "status").glob("*.jwt")]
        return [path for _, path in sorted(found)[-LISTS:]]
    return []


def _read(path: Path) -> bytes | None:
    with suppress(OSError):
        return path.read_bytes()
    return None


def _last_decision(segments: Path) -> Record | None:
    try:
        firsts = segment_firsts(segments)
    except UnavailableError:
        return None  # nothing was written yet
    if not firsts:
        return None
    reader = SegmentReader(segments)
    size = firsts[-1] + len(reader.offsets(firsts[-1]))
    for back in LOOK_BACK:
        start = max(0, size - back)
        found = [leaf for _, leaf in reader.leaves(start) if _IS_DECISION in leaf]
        for leaf in reversed(found):
            record = Record.parse(leaf)
            if record.kind is Kind.DECISION and record.break_glass is None:
                return record
        if start == 0:
            break
    return None
