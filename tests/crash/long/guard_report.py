"""Kills a guard's worker, grows a decision log, and writes benchmarks/GUARD-CRASH.md.

python -m tests.crash.long.guard_report [--kills 500] [--records 1000000] [--output FILE]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sunlit.base.times import format_time, from_unix
from tests.crash.long.guard import Outcome, kill_under_load
from tests.crash.long.report import disk_of

TEXT = """# A guard's decision log, killed and grown

Written by `python -m tests.crash.long.guard_report`; do not edit. A worker process records
decisions from six threads without rest (group commit, a checkpoint each 20 ms, small segments so
that files rotate) and is killed with SIGKILL at random moments. Each next worker settles what the
kill left. All entries are compared at intervals and at the end: every acknowledged record stands at its
index with its hash, no index was given twice or left out, segments and log hold the same, samples
of contents open, every checkpoint that was seen is a prefix of the last, and `fsck` recomputes
all tiles. The power cuts (writes that were not synced are lost or torn, at every step) are in
`tests/decision/test_disk_errors.py` and run with the tests.

- at {at}, on {machine}
- file system of the log: {disk}

| SIGKILLs | records acknowledged | checkpoints compared | slowest start | not as they must be |
|---|---|---|---|---|
| {kills:,} | {acknowledged:,} | {checkpoints:,} | {slowest:.0f} ms | {broken} |

## Grown to {count:,} records

32 threads, 300 bytes of input each, a checkpoint each second; then 2,000 records that no
checkpoint covers, and a start.

| records | durable records/s | CPU per record | memory after a tenth | most memory | start | one content opened |
|---|---|---|---|---|---|---|
| {records:,} | {perSecond:,.0f} | {cpuMicroseconds:.0f} us | {tenth:.1f} MiB | {most:.1f} MiB | {start:.0f} ms | {opening:.1f} ms |
"""  # noqa: E501 - a table's row is one line


def main() -> None:
    """Run both, write the page, and fail if anything did not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/GUARD-CRASH.md"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.output.parent) as name:
        disk = disk_of(Path(name))
        kills = kill_under_load(Path(name) / "kills", options.kills)
        sys.stderr.write(f"{kills.kills} kills: {len(kills.broken)} broken\n")
        grown = _grown(Path(name), options.records)
    options.output.write_text(_page(kills, grown, options.records, disk))
    sys.exit(bool(kills.broken))


def _grown(where: Path, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.crash.long.million", str(where), str(count)]
    found: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return found


def _page(kills: Outcome, grown: dict[str, float], count: int, disk: str) -> str:
    page = TEXT.format(
        at=format_time(from_unix(int(time.time()))),
        machine=f"{platform.system()} {platform.release()} {platform.machine()},"
        f" {os.cpu_count()} CPUs, Python {platform.python_version()}",
        disk=disk, kills=kills.kills, acknowledged=kills.acknowledged,
        checkpoints=kills.checkpoints, slowest=kills.slowest_start * 1e3, broken=len(kills.broken),
        count=count, records=int(grown["records"]), perSecond=grown["perSecond"],
        cpuMicroseconds=grown["cpuMicroseconds"], tenth=grown["memoryAfterTenth"] / 2**20,
        most=grown["memoryMost"] / 2**20, start=grown["startSeconds"] * 1e3,
        opening=grown["openingSeconds"] * 1e3,
    )  # fmt: skip
    return page + "".join(f"\n- {line}" for line in kills.broken)


if __name__ == "__main__":
    main()
