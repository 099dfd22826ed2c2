"""Workers that record decisions under load and are killed; and what must hold afterwards.

Each worker process takes an idle decision log, as a guard does, and records from several threads.
What was acknowledged goes down a pipe, a line each; the parent kills it at a random moment.
"""

import os
import random
import signal
import struct
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from sunlit.adapters.clock import SystemClock
from sunlit.base.errors import SunlitError
from sunlit.decision.content import TEXT, write_content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Binding, Kind, Pointer, Record, State, new_id
from sunlit.decision.recorder import Pace
from sunlit.decision.store import DecisionStore
from sunlit.decision.template import Template
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.fsck import fsck_directory
from sunlit.log.merkle import leaf_hash

ORIGIN = "decisions.example.org/kill"
THREADS = 6
PACE = Pace(checkpoint_seconds=0.02, segment_bytes=400_000, reserve_bytes=0)
LINE = struct.Struct(">Q32s")


@dataclass
class Outcome:
    """How often a worker was killed, and what did not hold after it."""

    kills: int = 0
    acknowledged: int = 0
    checkpoints: int = 0
    slowest_start: float = 0.0
    broken: list[str] = field(default_factory=list)


def create(where: Path) -> DecisionStore:
    """Make a store with one registered log."""
    store = DecisionStore.create(where, organisation="agency.example", use="outreach")
    store.add_log(ORIGIN).keep_registration(b"{}", b"proof")
    return store


def template() -> Template:
    """Return what all records here have in common."""
    return Template(
        Record(
            kind=Kind.DECISION, id="0" * 32, time=SystemClock().now(), token="ab" * 32,
            release="cd" * 32, use="outreach", deployer="agency.example",
            binding=Binding.FILES_VERIFIED, oversight="none", state=State.RELEASED,
        )
    )  # fmt: skip


def new_draft(form: Template, size: int) -> Draft:
    """Return a decision whose content holds `size` bytes."""
    commit, content = write_content({"input": (TEXT, os.urandom(size)), "output": (TEXT, b"yes")})
    name = new_id()
    return Draft(form.fill(name, SystemClock().now(), commit), name, content)


def kill_under_load(where: Path, kills: int, *, seed: int = 1) -> Outcome:
    """Kill a worker that never rests, again and again; nothing acknowledged may be lost."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    store = create(where)
    said: dict[int, bytes] = {}
    seen: list[Checkpoint] = []
    outcome = Outcome()
    for number in range(kills):
        _killed(where, chance.uniform(0.01, 0.15), number, said, outcome)
        outcome.kills += 1
        _look(store, seen, outcome)
        if number % 50 == 49:
            _check(store, said, seen, outcome)
    _check(store, said, seen, outcome)
    outcome.acknowledged, outcome.checkpoints = len(said), len(seen)
    return outcome


def _killed(where: Path, after: float, seed: int, said: dict[int, bytes], outcome: Outcome) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _record_for_ever(where, writing, seed)
    os.close(writing)
    data = os.read(reading, LINE.size)  # it has opened its log
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    while part := os.read(reading, 1 << 20):
        data += part
    os.close(reading)
    os.waitpid(child, 0)
    if len(data) < LINE.size:
        outcome.broken.append(f"kill {seed}: the worker did not start")
        return
    # The last line may be cut: then it was not acknowledged whole.
    lines = list(LINE.iter_unpack(data[: len(data) - len(data) % LINE.size]))
    outcome.slowest_start = max(outcome.slowest_start, lines[0][0] / 1e6)
    for index, leaf in lines[1:]:
        if index in said:
            outcome.broken.append(f"kill {seed}: index {index} was given twice")
        said[index] = leaf


def _record_for_ever(where: Path, out: int, seed: int) -> None:
    try:
        started = time.monotonic()
        log = DecisionStore.open(where).writer(SystemClock(), pace=PACE)
        os.write(out, LINE.pack(int((time.monotonic() - started) * 1e6), bytes(32)))
        form = template()

        def work(number: int) -> None:
            chance = random.Random(f"{seed} {number}")  # noqa: S311 - to be repeated
            while True:
                wanted = [
                    new_draft(form, chance.choice((10, 300, 3_000)))
                    for _ in range(chance.choice((1, 1, 1, 2, 9)))
                ]
                pointers = log.append(wanted)
                os.write(out, b"".join(_line(one.index, one.leaf) for one in pointers))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        threads[0].join()
    finally:
        os._exit(1)


def _line(index: int, leaf: str) -> bytes:
    return LINE.pack(index, bytes.fromhex(leaf))


def _look(store: DecisionStore, seen: list[Checkpoint], outcome: Outcome) -> None:
    """Keep the checkpoint that a reader sees; it must be whole, whenever the kill came."""
    folder = store.log(ORIGIN)
    try:
        note = (folder.public / "checkpoint").read_bytes()
        seen.append(open_checkpoint(note, folder.verifier))
    except (SunlitError, OSError) as error:
        outcome.broken.append(f"kill {outcome.kills}: the checkpoint cannot be read: {error}")


def _check(
    store: DecisionStore, said: dict[int, bytes], seen: list[Checkpoint], outcome: Outcome
) -> None:
    """Open the log again, and check all that must hold."""
    broken = outcome.broken
    with store.writer(SystemClock(), pace=Pace(checkpoint_seconds=None)) as log:
        log.checkpoint()
    folder = store.log(ORIGIN)
    report = fsck_directory(folder.public, folder.verifier, raw=True)
    broken += [f"fsck: {one}" for one in report.problems]
    reader = store.reader(ORIGIN)
    leaves = [leaf_hash(entry) for entry in reader.entries()]
    broken += [f"{index} is not in the log" for index, leaf in said.items()
               if index >= len(leaves) or leaves[index] != leaf]  # fmt: skip
    kept = [sha256(b"\x00" + leaf).digest() for _, _, leaf in store.records(ORIGIN)]
    if kept != leaves:
        broken.append(f"the segments hold {len(kept)} records, the log {len(leaves)}, or others")
    for old in seen:
        try:
            reader.expect_growth_from(old)
        except SunlitError as error:
            broken.append(f"the checkpoint of {old.size}: {error.code}")
    for index in range(0, len(leaves), max(1, len(leaves) // 50)):
        try:
            store.content(Pointer(log=ORIGIN, index=index, leaf=leaves[index].hex()))
        except SunlitError as error:
            broken.append(f"the content of {index}: {error.code}")
