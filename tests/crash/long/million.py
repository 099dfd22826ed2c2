"""A million records: does memory stay flat, and how long does a start take then?

python -m tests.crash.long.million DIRECTORY COUNT    (prints one line of JSON)
"""

import json
import resource
import sys
import threading
import time
from pathlib import Path

from sunlit.adapters.clock import SystemClock
from sunlit.decision.record import Pointer
from sunlit.decision.recorder import DecisionLog, Pace
from sunlit.decision.store import DecisionStore
from sunlit.log.merkle import leaf_hash
from tests.crash.long.guard import ORIGIN, create, new_draft, template

THREADS = 32  # divides a tenth of the counts that are asked for


def resident() -> int:
    """Return this process's memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def fill(log: DecisionLog, count: int) -> None:
    """Record `count` decisions from 32 threads."""
    form = template()

    def work() -> None:
        for _ in range(count // THREADS):
            log.append([new_draft(form, 300)])

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(where: Path, count: int) -> dict[str, float]:
    """Record `count` decisions in ten parts; then kill the log, in effect, and start it again."""
    store = create(where)
    log = store.writer(SystemClock(), pace=Pace())
    sizes: list[int] = []
    started, used = time.monotonic(), time.process_time()
    for _ in range(10):
        fill(log, count // 10)
        sizes.append(resident())
    seconds, used = time.monotonic() - started, time.process_time() - used
    log._ended.set()  # from here on nothing is signed, as if it had been killed
    if log._thread is not None:
        log._thread.join()
    log.append([new_draft(template(), 300) for _ in range(2_000)])
    log._parts.writer.close()
    started, used_before = time.monotonic(), time.process_time()
    again = DecisionStore.open(where).writer(SystemClock(), pace=Pace(checkpoint_seconds=None))
    start, start_cpu = time.monotonic() - started, time.process_time() - used_before
    found = {
        "records": again.size, "perSecond": count / seconds, "cpuMicroseconds": used / count * 1e6,
        "startSeconds": start, "startCpuSeconds": start_cpu, "memoryAfterTenth": sizes[0],
        "memoryAtEnd": sizes[-1], "memoryMost": max(sizes),
    }  # fmt: skip
    again.close()
    return found | {"openingSeconds": _opening(store, count // 2)}


def _opening(store: DecisionStore, index: int) -> float:
    """Return how long it takes to open the content of one record."""
    leaf = next(store.records(ORIGIN, index))[2]
    started = time.monotonic()
    store.content(Pointer(log=ORIGIN, index=index, leaf=leaf_hash(leaf).hex()))
    return time.monotonic() - started


def main() -> None:
    """Measure in this process."""
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]) / "store", int(sys.argv[2]))) + "\n")


if __name__ == "__main__":
    main()
