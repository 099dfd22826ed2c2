"""Two web processes and a worker on PostgreSQL under load, one of them killed again and again.

Afterwards every statement that was acknowledged is in the log, exactly once, and the log is whole.

    python -m benchmarks.node_kill [--seconds 60] [--clients 8] [--json]
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

import httpx

from sunlit.adapters.clock import SystemClock
from sunlit.log.fsck import fsck_directory
from sunlit.log.note import NoteVerifier
from sunlit.node.place import Node
from sunlit.registry.home import Home
from sunlit.testing.authority import ROOT
from tests.node.queue_world import home_with_agency, registration
from tests.postgres import database, server

WEB: Final = 2
DRAIN_SECONDS: Final = 120
START_SECONDS: Final = 60
STOPPED: Final = frozenset({0, -signal.SIGTERM})  # uvicorn ends, when all is done, by the signal
TAKEN: Final = frozenset({200, 201, 202})


@dataclass
class Outcome:
    """What was acknowledged, and what became of it."""

    acknowledged: dict[str, int | None] = field(default_factory=dict)  # statement -> index, if said
    kills: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0
    not_taken: int = 0
    size: int = 0
    lock: Lock = field(default_factory=Lock)

    def to_json(self) -> dict[str, object]:
        """Return the figures."""
        return {
            "acknowledged": len(self.acknowledged), "seconds": round(self.seconds, 1),
            "a second": round(len(self.acknowledged) / self.seconds, 1), "kills": dict(self.kills),
            "not taken": self.not_taken, "entries": self.size, "broken": self.broken,
        }  # fmt: skip


class Process:
    """One of ours: started, killed, started again."""

    def __init__(self, kind: str, root: Path, number: int) -> None:
        self.kind, self.root, self.number = kind, root, number
        self.url: str | None = None
        self.ready = False
        self.start()

    def start(self) -> None:
        """Start it; a server says where it listens."""
        web = ["serve", "--no-work", "--port", "0", "--rate", "0"]
        self.url, self.ready = None, False
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sunlit", *(web if self.kind == "web" else ["work"]),
             "--at", str(self.root)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                if process is self.process and "http://" in line:
                    self.url = line.split()[-1].rstrip("/")
                self.ready = process is self.process

    def kill(self) -> None:
        """Kill it as the kernel would, and start it again."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start()

    def end(self) -> int:
        """Ask it to stop, and return how it ended."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def put_until(stop: Event, web: list[Process], numbers: Iterator[int], outcome: Outcome) -> None:
    """Put statements, each until it is taken, at whichever server answers."""
    with httpx.Client(timeout=15, trust_env=False) as client:
        while not stop.is_set():
            with outcome.lock:
                number = next(numbers)
            envelope = registration(number)
            while not stop.is_set():
                answer = put(client, random.choice(web), envelope.to_bytes())  # noqa: S311 - no secret
                if answer is None:
                    outcome.not_taken += 1
                    time.sleep(0.05)
                    continue
                receipt = answer.get("receipt")
                index = receipt["index"] if isinstance(receipt, dict) else None
                with outcome.lock:
                    outcome.acknowledged[envelope.statement_id] = index
                break


def put(client: httpx.Client, process: Process, envelope: bytes) -> dict[str, object] | None:
    """Put one statement; None where it was not acknowledged."""
    if process.url is None:
        return None
    try:
        answer = client.post(
            f"{process.url}/api/v1/statements", content=envelope,
            params={"organisation": ROOT, "wait": 5}, headers={"content-type": "application/json"},
        )  # fmt: skip
    except httpx.HTTPError:
        return None
    if answer.status_code not in TAKEN:
        return None
    found: dict[str, object] = answer.json()
    return found


def run(seconds: float, clients: int, where: Path) -> Outcome:
    """Put the node under load, kill for so many seconds, and look."""
    outcome = Outcome()
    with ExitStack() as held:
        url = held.enter_context(database(held.enter_context(server(durable=True))))
        home = node_at(where, url)
        web = [held.enter_context(running("web", where / "node", it)) for it in range(WEB)]
        worker = held.enter_context(running("worker", where / "node", 0))
        wait_for([*web, worker])
        stop, numbers = Event(), count()
        threads = [
            Thread(target=put_until, args=(stop, web, numbers, outcome)) for _ in range(clients)
        ]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        kill_some(seconds, [*web, worker], outcome)
        stop.set()
        for thread in threads:
            thread.join()
        outcome.seconds = time.perf_counter() - began
        drain(home, outcome)
        wait_for([*web, worker])
        outcome.broken += [
            f"{it.kind} ended with {code}"
            for it in (*web, worker)
            if (code := it.end()) not in STOPPED
        ]
    look(home, outcome)
    return outcome


@contextmanager
def running(kind: str, root: Path, number: int) -> Iterator[Process]:
    """Run a process; whatever happens, it does not outlive this."""
    process = Process(kind, root, number)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()


def node_at(where: Path, url: str) -> Home:
    """Make a node of one home, on PostgreSQL."""
    home = home_with_agency(where / "home", SystemClock())
    root = where / "node"
    root.mkdir()
    Node(
        root=root, name="Killed", url="http://127.0.0.1", operator=ROOT,
        homes={ROOT: str(home.root)}, database=url,
    ).save()  # fmt: skip
    (root / "trust.json").write_bytes(home.trust_path.read_bytes())
    return home


def wait_for(processes: list[Process]) -> None:
    """Wait until every process says that it works."""
    end = time.monotonic() + START_SECONDS
    while not all(it.ready for it in processes):
        if time.monotonic() > end:
            raise SystemExit("a process did not start")
        time.sleep(0.1)


def kill_some(seconds: float, processes: list[Process], outcome: Outcome) -> None:
    """Kill one of the processes at random, every three to seven seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(random.uniform(3, 7))  # noqa: S311 - no secret
        chosen = random.choice(processes)  # noqa: S311
        chosen.kill()
        outcome.kills[chosen.kind] += 1


def drain(home: Home, outcome: Outcome) -> None:
    """Wait until all that was acknowledged is in the log, or for two minutes."""
    end = time.monotonic() + DRAIN_SECONDS
    while time.monotonic() < end:
        said = {it.statement_id for it in home.history(SystemClock().now()).statements}
        if outcome.acknowledged.keys() <= said:
            return
        time.sleep(0.5)


def look(home: Home, outcome: Outcome) -> None:
    """Compare what was acknowledged with the log."""
    statements = home.history(SystemClock().now()).statements
    outcome.size = len(statements)
    at: dict[str, list[int | None]] = {}
    for one in statements:
        at.setdefault(one.statement_id, []).append(one.index)
    for name, index in outcome.acknowledged.items():
        found = at.get(name, [])
        if len(found) != 1:
            outcome.broken.append(f"{name[:16]} is in the log {len(found)} times")
        elif index is not None and found != [index]:
            outcome.broken.append(f"{name[:16]} was said to be at {index} and is at {found[0]}")
    outcome.broken += [f"{name[:16]} is twice" for name, found in at.items() if len(found) > 1]
    report = fsck_directory(
        home.log_directory, NoteVerifier.parse(home.log_vkey), lock=home.lock_path
    )
    outcome.broken += [f"fsck: {problem.code}" for problem in report.problems]


def main() -> None:
    """Run it and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    os.environ.pop("SUNLIT_NODE", None)
    with tempfile.TemporaryDirectory(prefix="sunlit-kill-") as where:
        outcome = run(asked.seconds, asked.clients, Path(where))
    found = outcome.to_json()
    print(json.dumps(found) if asked.json else "\n".join(f"{k}: {v}" for k, v in found.items()))
    sys.exit(bool(outcome.broken))


if __name__ == "__main__":
    main()
