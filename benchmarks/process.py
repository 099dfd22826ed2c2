"""The time that a process took, from start to end, its own children included."""

import os
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the wall and of CPU (user and system)."""

    wall: float
    cpu: float


def timed(
    command: Sequence[str],
    *,
    accept: Collection[int] = (0,),
    environment: Mapping[str, str] | None = None,
) -> Took:
    """Run a command, its output thrown away, and return what it took.

    Raises:
        RuntimeError: It ended with an exit code that `accept` does not hold.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        raise RuntimeError(f"{' '.join(command[:4])} ended with {process.returncode}")
    return Took(wall, usage.ru_utime + usage.ru_stime)
