"""SIGKILL, EIO and ENOSPC at a writer's system calls (strace injects them); kills by chance."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sunlit.base.errors import SunlitError
from sunlit.log.checkpoint import open_checkpoint
from sunlit.log.files import DirectoryFiles
from sunlit.log.fsck import fsck_directory
from sunlit.log.reader import LogReader
from tests.crash.long.worker import MARK, SIGNER, append, create, reopen

CALLS = (
    "openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "link", "linkat", "unlink",
    "unlinkat", "mkdir", "rmdir", "ftruncate", "close",
)  # fmt: skip
FAULTS = {"SIGKILL": "signal=KILL", "EIO": "error=EIO", "ENOSPC": "error=ENOSPC"}
_CALL = re.compile(r"^(?:\d+ +)?([a-z0-9_]+)\(")


@dataclass
class Outcome:
    """How many faults of a kind were injected, and what did not hold after them."""

    runs: int = 0
    acknowledged: int = 0
    broken: list[str] = field(default_factory=list)


def base(where: Path, what: str) -> None:
    """Make the log that the faults meet: near a tile's edge; for a recovery, with work to do."""
    with create(where) as log:
        append(log, 253, os.open(os.devnull, os.O_WRONLY))
    if what == "recover":
        log = reopen(where)
        append(log, 4, os.open(os.devnull, os.O_WRONLY))
        log._lock.close()  # the process is gone: nothing is flushed, the staged batch stays
        assert log._writer is not None
        log._writer.close()


def command(where: Path, what: str, *strace: str) -> list[str]:
    """Return the command that runs the worker under strace."""
    worker = [sys.executable, "-m", "tests.crash.long.worker", str(where), what]
    return ["strace", "-f", "-qq", "-o", str(where / "trace"), *strace, *worker]


def run(args: list[str]) -> bytes:
    """Run a worker and return what it acknowledged; how it ended does not matter."""
    # A process that is killed would leave torn coverage data, so it does not measure itself.
    own = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment = {**own, "PYTHONPATH": "src:.", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        args, capture_output=True, check=False, timeout=60, env=environment
    ).stdout


def places(template: Path, what: str, scratch: Path) -> Iterator[tuple[str, int]]:
    """Yield (call, n) for each system call that the worker makes behind its mark."""
    shutil.copytree(template, scratch)
    run(command(scratch, what, "-e", f"trace={','.join(CALLS)}"))
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    count = before
    for line in (scratch / "trace").read_text(errors="replace").splitlines():
        if MARK in line:
            count = after
        if found := _CALL.match(line):
            count[found[1]] += 1
    shutil.rmtree(scratch)
    for call in CALLS:
        yield from ((call, before[call] + n) for n in range(1, after[call] + 1))


def problems_of(where: Path, acknowledged: list[bytes]) -> list[str]:
    """Recover the log, and return what does not hold then."""
    seen = (where / "log/checkpoint").read_bytes() if (where / "log/checkpoint").exists() else b""
    try:
        with reopen(where) as log:
            append(log, 1, os.open(os.devnull, os.O_WRONLY))
        reader = LogReader.open(DirectoryFiles(where / "log"), SIGNER.verifier)
        if seen:
            reader.expect_growth_from(open_checkpoint(seen, SIGNER.verifier))
        entries = list(reader.entries())
    except SunlitError as error:
        return [f"{error.code}: {error}"]
    report = fsck_directory(where / "log", SIGNER.verifier, lock=where / "lock.db")
    found = [f"fsck: {problem}" for problem in report.problems]
    for line in acknowledged:
        index, _, entry = line.partition(b" ")
        if len(entries) <= int(index) or entries[int(index)] != entry:
            found.append(f"the acknowledged entry {int(index)} is not there")
    return found


def inject(where: Path, what: str, fault: str, *, every: int = 1) -> Outcome:
    """Inject a fault at every (or each n-th) system call of an act."""
    template, scratch = where / "template", where / "scratch"
    template.mkdir()
    base(template, what)
    outcome = Outcome()
    for call, number in list(places(template, what, scratch))[::every]:
        shutil.copytree(template, scratch)
        rule = f"inject={call}:{FAULTS[fault]}:when={number}"
        said = run(command(scratch, what, "-e", f"trace={call}", "-e", rule)).splitlines()
        outcome.runs += 1
        outcome.acknowledged += len(said)
        outcome.broken += [
            f"{what}, {fault} at {call} {number}: {found}" for found in problems_of(scratch, said)
        ]
        shutil.rmtree(scratch)
    shutil.rmtree(template)
    return outcome


def kill_under_load(where: Path, kills: int, *, seed: int = 1) -> Outcome:
    """Kill a writer that never rests, again and again; nothing acknowledged may be lost."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    create(where).close()
    said: list[bytes] = []
    outcome = Outcome()
    for number in range(kills):
        said += _killed(where, chance.uniform(0.002, 0.08), seed=number)
        outcome.runs += 1
        if number % 250 == 249:
            outcome.broken += problems_of(where, said)
    outcome.acknowledged = len(said)
    outcome.broken += problems_of(where, said)
    return outcome


def _killed(where: Path, after: float, *, seed: int) -> list[bytes]:
    """Start a writer, let it live for `after` seconds, kill it; return what it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _write_for_ever(where, writing, seed)
    os.close(writing)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    said = b""
    while part := os.read(reading, 1 << 20):
        said += part
    os.close(reading)
    os.waitpid(child, 0)
    # The last line may be cut: then it was not acknowledged whole.
    return said.split(b"\n")[:-1]


def _write_for_ever(where: Path, out: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    try:
        log = reopen(where)
        while True:
            append(log, chance.choice((1, 1, 2, 7, 30)), out)
    finally:
        os._exit(1)
