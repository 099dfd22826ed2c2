"""Runs every long fault test and writes benchmarks/CRASH.md.

python -m tests.crash.long.report [--kills 1000] [--output benchmarks/CRASH.md]
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from sunlit.base.times import format_time, from_unix
from sunlit.log.fsck import fsck_directory
from tests.crash.long.faults import CALLS, FAULTS, Outcome, inject, kill_under_load
from tests.crash.long.worker import SIGNER, append, create

HEAD = """# Faults injected into real writers

Written by `python -m tests.crash.long.report`; do not edit. After each fault the log is opened
again, one more entry is appended, `fsck` recomputes everything, and every entry that was
acknowledged must stand at its index. The power cuts (writes and renames that were not synced
are lost or torn, at every step) are in `tests/crash/test_power_cuts.py` and run with the tests.

- at {at}, on {machine}
- file system of the log: {disk}
- system calls: {calls}

| what the writer did | fault | runs | entries acknowledged in them | not as they must be |
|---|---|---|---|---|
"""


def flip_bits() -> Outcome:
    """Flip one bit in each file of a log, at eight places; fsck must name the file or its lock."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        with create(where) as log:
            for count in (250, 7, 256, 3):
                append(log, count, os.open(os.devnull, os.O_WRONLY))
        for path in sorted(found for found in (where / "log").rglob("*") if found.is_file()):
            whole = path.read_bytes()
            relative = str(path.relative_to(where / "log"))
            for eighth in range(8):
                at = (len(whole) - 1) * eighth // 7
                path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << eighth]) + whole[at + 1 :])
                report = fsck_directory(where / "log", SIGNER.verifier, lock=where / "lock.db")
                outcome.runs += 1
                if relative not in {problem.path for problem in report.problems}:
                    outcome.broken.append(f"{relative} byte {at}: not found")
            path.write_bytes(whole)
    return outcome


def disk_of(where: Path) -> str:
    """Return the kind of file system that a path is on, as far as it is known."""
    best = ("", "unknown")
    mounts = Path("/proc/mounts")
    for line in mounts.read_text().splitlines() if mounts.exists() else ():
        _, point, kind = line.split()[:3]
        if str(where.resolve()).startswith(point) and len(point) >= len(best[0]):
            best = (point, kind)
    return best[1]


def main() -> None:
    """Run everything, write the table, and fail if anything did not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/CRASH.md"))
    options = parser.parse_args()
    rows: list[tuple[str, str, Outcome]] = []
    with tempfile.TemporaryDirectory(dir=options.output.parent) as name:
        where = Path(name)
        disk = disk_of(where)
        for what in ("append", "checkpoint", "recover") if shutil.which("strace") else ():
            for fault in FAULTS:
                rows.append((what, f"{fault} at every call", inject(where, what, fault)))
                sys.stderr.write(f"{what} {fault}: {rows[-1][2].runs}\n")
        (where / "kills").mkdir()
        kills = kill_under_load(where / "kills", options.kills)
        rows.append(("append, without rest", "SIGKILL at random moments", kills))
    rows.append(("nothing", "one flipped bit in each file, fsck names it", flip_bits()))
    text = HEAD.format(
        at=format_time(from_unix(int(time.time()))),
        machine=f"{platform.system()} {platform.release()} {platform.machine()},"
        f" {os.cpu_count()} CPUs, Python {platform.python_version()}",
        disk=disk,
        calls=", ".join(f"`{call}`" for call in CALLS),
    )
    for what, fault, outcome in rows:
        text += (
            f"| {what} | {fault} | {outcome.runs:,} | {outcome.acknowledged:,} |"
            f" {len(outcome.broken)} |\n"
        )
    broken = [line for _, _, outcome in rows for line in outcome.broken]
    text += "".join(f"\n- {line}" for line in broken)
    options.output.write_text(text)
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
