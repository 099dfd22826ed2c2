"""What a contender's work took, measured inside its own process; the standard library alone.

Contenders run in environments of their own, so nothing of Sunlit is imported here.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the wall and of CPU, and the process's peak memory up to here, in bytes.

    `before` is the peak before the work: what imports and models took.
    """

    wall: float
    cpu: float
    peak: int
    before: int


def measured(work: Callable[[], Any]) -> tuple[Any, Took]:
    """Do the work and return its result and what it took."""
    before = _peak()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    took = Took(time.perf_counter() - wall, time.process_time() - cpu, _peak(), before)
    return result, took


def say(took: Took, **facts: object) -> None:
    """Print the measurement as one JSON line for the process that started this one."""
    json.dump({**asdict(took), **facts}, sys.stdout)
    print()


def _peak() -> int:
    # On Linux ru_maxrss begins with the memory of whoever started this process; VmHWM does not.
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    for line in lines:
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
